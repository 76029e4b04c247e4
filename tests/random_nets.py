"""Random valid nets of every kind and construct, small enough to run: what the comparison with
PyTorch reads.

A step is drawn, computed with the layer's own arithmetic, and taken only if it fits where it
stands. To add a kind, add its fields to `FIELDS`; to add a construct, a method to `Writer` and its
name to `CONSTRUCTS`. `without` leaves kinds and constructs out.
"""

# ruff: noqa: ARG005  (fields are drawn from the same arguments for every kind)

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from cnncalc.diagnostics import Unknown
from cnncalc.layers import KINDS
from cnncalc.layers.layer import LayerProblem
from cnncalc.layers.shape import Shape
from tests.kind_table import build

Fields = dict[str, Any]
MOST_VALUES = 2000
"""Of a volume."""
ACTIVATIONS = [word for word, kind in KINDS.items() if kind.is_activation]


class Choose:
    """What the fields of a step are drawn with."""

    def __init__(self, draw: st.DrawFn, without: frozenset[str] = frozenset()) -> None:
        self.draw = draw
        self.without = without

    def of(self, *options: Any) -> Any:
        """One of these; words that are left out are not."""
        left = [o for o in options if not (isinstance(o, str) and o in self.without)]
        return self.draw(st.sampled_from(left))

    def whole(self, least: int, most: int) -> int:
        number: int = self.draw(st.integers(least, most))
        return number

    def chance(self) -> bool:
        chosen: bool = self.draw(st.booleans())
        return chosen

    def some(self, **fields: Any) -> Fields:
        """Some of the fields; a value that is a function is called when its field is drawn."""
        chosen = {name: value for name, value in fields.items() if self.chance()}
        return {n: value() if callable(value) else value for n, value in chosen.items()}

    def divisor(self, *numbers: int) -> int:
        common = (n for n in range(1, min(numbers) + 1) if not any(m % n for m in numbers))
        chosen: int = self.of(*common)
        return chosen

    def pair(self, *options: int) -> Any:
        return self.of(*options) if self.chance() else [self.of(*options), self.of(*options)]

    def padding(self, *options: int) -> Any:
        if self.chance() or "uneven" in self.without:
            return self.pair(*options)
        if self.chance():
            return "same"
        return {side: self.of(*options) for side in ("top", "left", "right") if self.chance()}

    def norm_and_activation(self) -> Fields:
        return self.some(
            bias=self.chance,
            norm=lambda: self.of("none", "batchnorm", "layernorm"),
            activation=lambda: self.of("none", *ACTIVATIONS),
        )


def conv(c: Choose, x: Shape) -> Fields:
    filters = c.whole(1, 6)
    return {
        "filters": filters,
        "kernel": c.pair(1, 2, 3),
        **c.some(
            stride=lambda: c.pair(1, 2, 3),
            padding=lambda: c.padding(0, 1, 2),
            dilation=lambda: c.pair(1, 2),
            groups=lambda: c.divisor(filters, x.channels),
        ),
        **c.norm_and_activation(),
    }


def transposed_conv(c: Choose, x: Shape) -> Fields:
    return {**conv(c, x), **c.some(output_padding=lambda: c.pair(0, 1))}


def depthwise_conv(c: Choose, x: Shape) -> Fields:
    fields = conv(c, x)
    return {
        **{k: v for k, v in fields.items() if k not in ("filters", "groups")},
        **c.some(multiplier=lambda: c.whole(1, 2)),
    }


def pool(c: Choose, _: Shape) -> Fields:
    return {
        "kernel": c.pair(1, 2, 3),
        **c.some(
            stride=lambda: c.pair(1, 2, 3),
            padding=lambda: c.padding(0, 1),
            rounding=lambda: c.of("floor", "ceil"),
        ),
    }


def no_fields(_: Choose, __: Shape) -> Fields:
    return {}


FIELDS: dict[str, Callable[[Choose, Shape], Fields]] = {
    "conv": conv,
    "transposed_conv": transposed_conv,
    "depthwise_conv": depthwise_conv,
    "fc": lambda c, x: {"units": c.whole(1, 8), **c.norm_and_activation()},
    "maxpool": lambda c, x: {**pool(c, x), **c.some(dilation=lambda: c.pair(1, 2))},
    "avgpool": pool,
    "adaptive_avgpool": lambda c, x: {"size": c.pair(1, 2, 3, 5)},
    "adaptive_maxpool": lambda c, x: {"size": c.pair(1, 2, 3, 5)},
    "batchnorm": lambda c, x: c.some(affine=c.chance),
    "layernorm": lambda c, x: c.some(affine=c.chance),
    "groupnorm": lambda c, x: {"groups": c.divisor(x.channels), **c.some(affine=c.chance)},
    "lrn": lambda c, x: {"size": c.of(1, 3, 5)},
    "leaky_relu": lambda c, x: c.some(slope=0.2),
    "elu": lambda c, x: c.some(alpha=0.5),
    "prelu": lambda c, x: c.some(per_channel=c.chance),
    "dropout": lambda c, x: {"probability": c.of(0.5, 0, "all")},
    "stochastic_depth": lambda c, x: {"probability": c.of(0.5, 0)},
    "slice": lambda c, x: {"of": (of := c.divisor(x.channels)), "part": c.whole(1, of)},
    "crop": lambda c, x: {"size": [c.whole(1, x.height), c.whole(1, x.width)]},
    "pad": lambda c, x: {"padding": c.pair(0, 1, 2)},
    "channel_shuffle": lambda c, x: {"groups": c.divisor(x.channels)},
    "upsample": lambda c, x: {"factor": c.pair(1, 2, 3), **c.some(mode="bilinear")},
    "space_to_depth": lambda c, x: {"factor": c.of(1, 2, 3)},
    "pixel_shuffle": lambda c, x: {"factor": c.of(1, 2)},
    **dict.fromkeys(
        ("relu", "relu6", "silu", "mish", "hardswish", "hardsigmoid", "sigmoid", "tanh", "gelu",
         "softmax", "scale", "flatten", "global_avgpool", "global_maxpool", "identity"),
        no_fields,
    ),
}  # fmt: skip
MERGES = ("add", "concat", "multiply")
CONSTRUCTS = ("residual", "add", "concat", "multiply", "aux", "block", "merge_names", "upsample_to",
              "share", "skipped", "repeated")  # fmt: skip


class Named(NamedTuple):
    """A tensor that a later step of the text may read."""

    name: str
    shape: Shape
    training_only: bool
    step: tuple[str, Fields, Shape] | None = None
    """Kind, fields and input of a layer that may share its weights."""


class Writer:
    """Draws steps one after the other, and keeps the shape that flows."""

    def __init__(self, choose: Choose, blocks: dict[str, Any], shape: Shape) -> None:
        self.choose = choose
        self.without = choose.without
        self.shape = shape
        self.blocks = blocks
        self.made: list[tuple[str, Shape, Shape]] = []
        self.names: list[Named] = []
        self.count = 0
        self.training_only = False
        self.top = True

    def steps(self, depth: int, most: int) -> list[Any]:
        found: list[Any] = []
        for _ in range(self.choose.whole(1, most)):
            found += self.step(depth)
        return found or ["identity"]

    def step(self, depth: int) -> list[Any]:
        """A step, with the steps before it that make it fit; none where nothing fits."""
        constructs = [c for c in CONSTRUCTS if c not in self.without] if depth else []
        if self.choose.chance() or not constructs:
            return self.layer(self.choose.of(*FIELDS))
        found: list[Any] = getattr(self, self.choose.of(*constructs))(depth)
        return found

    def name(self) -> str:
        self.count += 1
        return f"step_{self.count}"

    def remember(self, name: str, step: tuple[str, Fields, Shape] | None = None) -> None:
        self.names.append(Named(name, self.shape, self.training_only, step))

    def readable(self) -> list[Named]:
        return [n for n in self.names if self.training_only or not n.training_only]

    def layer(self, kind: str) -> list[Any]:
        """One layer of a kind, if it fits."""
        fields = FIELDS[kind](self.choose, self.shape)
        if fields.get("probability") == "all":
            fields["probability"] = 1
        if (
            "inplace" in KINDS[kind].fields
            and self.choose.chance()
            and "inplace" not in self.without
        ):
            fields["inplace"] = self.choose.chance()
        before = self.shape
        if not self.fits(kind, fields):
            return []
        keys: Fields = {}
        if self.choose.chance():
            keys["name"] = self.name()
            self.remember(keys["name"], (kind, fields, before))
        if not fields and not keys:
            return [kind]
        return [{kind: {**fields, **keys}}]

    def fits(self, kind: str, fields: Fields, *others: Shape) -> bool:
        """Whether the layer can be computed here; then its output flows."""
        try:
            layer = build(kind, fields, self.shape, *others)
            layer.check()
            output = layer.output
        except (LayerProblem, Unknown):
            return False
        if output.values > MOST_VALUES:
            return False
        self.shape = output
        return True

    def inside(self, depth: int, most: int = 3) -> tuple[list[Any], Shape]:
        """Steps of a body, and what leaves them; the writer stands at its beginning again."""
        before, top, self.top = self.shape, self.top, False
        body = self.steps(depth - 1, most)
        after, self.shape, self.top = self.shape, before, top
        return body, after

    def brought(self, shape: Shape, wanted: Shape) -> list[Any]:
        """Steps from one shape to another."""
        steps: list[Any] = []
        if shape[1:] != wanted[1:]:
            steps.append({"adaptive_avgpool": {"size": list(wanted[1:])}})
        if shape[0] != wanted[0]:
            steps.append({"conv": [wanted[0], 1]})
        return steps

    def residual(self, depth: int) -> list[Any]:
        body, after = self.inside(depth)
        keys: Fields = {}
        if self.choose.chance():
            keys["shortcut"] = "optional" if self.choose.chance() else "project"
        strides = [-(-a // b) for a, b in zip(self.shape[1:], after[1:], strict=True)]
        reached = tuple((a - 1) // s + 1 for a, s in zip(self.shape[1:], strides, strict=True))
        if not keys or (keys["shortcut"] == "project" and reached != after[1:]):
            body, after = body + self.brought(after, self.shape), self.shape
        self.shape = after
        if self.choose.chance():
            keys["name"] = self.name()
            self.remember(keys["name"])
        return [{"residual": {**keys, "body": body}}]

    def branches(self, depth: int, most: int = 2) -> list[tuple[list[Any], Shape]]:
        found = [self.inside(depth, 2) for _ in range(self.choose.whole(1, most))]
        found.insert(self.choose.of(0, len(found)), (["identity"], self.shape))
        return found

    def merged(self, kind: str, parts: list[tuple[list[Any], Shape]], **fields: Any) -> list[Any]:
        """A merge of branches that have been brought to shapes that fit."""
        layer = build(kind, fields, *(shape for _, shape in parts))
        self.shape = layer.output
        keys = dict(fields)
        if self.choose.chance():
            keys["name"] = self.name()
            self.remember(keys["name"])
        return [{kind: {**keys, "branches": [body for body, _ in parts]}}]

    def add(self, depth: int) -> list[Any]:
        parts = self.branches(depth)
        wanted = parts[0][1]
        parts = [(body + self.brought(shape, wanted), wanted) for body, shape in parts]
        fields = (
            self.choose.some(inplace=self.choose.chance) if "inplace" not in self.without else {}
        )
        return self.merged("add", parts, **fields)

    def concat(self, depth: int) -> list[Any]:
        parts = self.branches(depth)
        if self.choose.chance() and "crop" not in self.without:
            return self.merged("concat", parts, crop=True)
        _, height, width = parts[0][1]
        wanted = [Shape(shape.channels, height, width) for _, shape in parts]
        return self.merged(
            "concat",
            [(b + self.brought(x, w), w) for (b, x), w in zip(parts, wanted, strict=True)],
        )

    def multiply(self, depth: int) -> list[Any]:
        parts = self.branches(depth, 1 if "three factors" in self.without else 2)
        full = parts[0][1]
        wanted = [full]
        small = (Shape(full.channels, 1, 1), Shape(1, full.height, full.width))
        wanted += [self.choose.of(full, *small) for _ in parts[1:]]
        return self.merged(
            "multiply",
            [(b + self.brought(x, w), w) for (b, x), w in zip(parts, wanted, strict=True)],
        )

    def aux(self, depth: int) -> list[Any]:
        if not self.top and "aux inside" in self.without:
            return []
        was, self.training_only = self.training_only, True
        body, _ = self.inside(depth)
        self.training_only = was
        return [{"aux": body}]

    def block(self, depth: int) -> list[Any]:
        """A call of a block that fits here, or of a new one."""
        known = [(n, after) for n, before, after in self.made if before == self.shape]
        if known and self.choose.chance():
            name, self.shape = self.choose.of(*known)
        else:
            inner = Writer(self.choose, self.blocks, self.shape)
            inner.made, inner.top = self.made, False
            inner.training_only = self.training_only
            body = inner.steps(depth - 1, 3)
            name = f"unit_{len(self.blocks) + 1}x"
            self.blocks[f"{name}(width=3)"] = body
            self.made.append((name, self.shape, inner.shape))
            same, self.shape = self.shape == inner.shape, inner.shape
            if same and self.choose.chance():
                return [{name: {"repeat": self.choose.whole(1, 3)}}]
        return [name]

    def merge_names(self, _: int) -> list[Any]:
        """A merge of tensors that exist already."""
        kind = self.choose.of(*(m for m in MERGES if m not in self.without))
        names = self.readable()
        if not names:
            return []
        most = 1 if kind == "multiply" and "three factors" in self.without else 2
        chosen = [self.choose.of(*names) for _ in range(self.choose.whole(1, most))]
        if not self.fits(kind, {}, *(n.shape for n in chosen)):
            return []
        sources = ["previous", *(n.name for n in chosen)]
        return [{kind: {"from": sources}}]

    def upsample_to(self, _: int) -> list[Any]:
        larger = [n for n in self.readable() if n.shape[1:] >= self.shape[1:]]
        if not larger:
            return []
        to = self.choose.of(*larger)
        if not self.fits("upsample", {"to": to.name}, to.shape):
            return []
        return [{"upsample": {"to": to.name, **self.choose.some(mode="bilinear")}}]

    def share(self, _: int) -> list[Any]:
        """A layer with the weights of an earlier one, on whatever flows if it fits."""
        given = [
            n
            for n in self.readable()
            if n.step and build(n.step[0], n.step[1], n.step[2]).weights()
        ]
        if not given:
            return []
        named = self.choose.of(*given)
        assert named.step is not None
        kind, fields, before = named.step
        flows = self.shape
        if flows.channels != before.channels or (kind == "fc" and flows != before):
            return []
        if not self.fits(kind, fields):
            return []
        return [{kind: {**fields, "share": named.name}}]

    def skipped(self, depth: int) -> list[Any]:
        """A step that its `if` leaves out; its names cannot be read."""
        names, shape = list(self.names), self.shape
        body, _ = self.inside(depth, 2)
        self.names, self.shape = names, shape
        return [{"residual": {"if": "wide > 3", "shortcut": "optional", "body": body}}]

    def repeated(self, depth: int) -> list[Any]:
        """Steps whose output has their input's shape, several times."""
        names = list(self.names)
        body, after = self.inside(depth, 2)
        self.names = names
        body = body + self.brought(after, self.shape)
        return [{"residual": {"repeat": self.choose.whole(1, 3), "body": body}}]


def text_of(sections: dict[str, Any]) -> str:
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in sections.items())


@st.composite
def nets(draw: st.DrawFn, *, without: Iterable[str] = (), depth: int = 2) -> str:
    """A spec, nearly always valid."""
    choose = Choose(draw, frozenset(without))
    sizes = [choose.whole(1, 4), choose.of(1, 5, 8), choose.of(1, 5, 6, 8)]
    shape = Shape(*(sizes if sizes[1] > 1 and sizes[2] > 1 else [sizes[0], 1, 1]))
    names = ["input"] if choose.chance() else ["left", "right"]
    form = dict(zip(("channels", "height", "width"), shape, strict=True))
    blocks: dict[str, Any] = {}
    writer = Writer(choose, blocks, shape)
    layers: list[Any] = []
    if len(names) > 1 or "first" in choose.without:
        step = {"filters": 4, "kernel": 1, "name": "start"}
        layers.append({"conv": {"from": names[0], **step} if len(names) > 1 else step})
        writer.shape = Shape(4, shape.height, shape.width)
    writer.names += [Named(name, shape, training_only=False) for name in names]
    layers += writer.steps(depth, 6)
    sections: dict[str, Any] = {
        "name": "random",
        **({"input": form} if len(names) == 1 else {"inputs": dict.fromkeys(names, form)}),
        "parameters": {"wide": 3},
        **({"blocks": blocks} if blocks else {}),
        "layers": layers,
    }
    outputs = [n.name for n in writer.names if not n.training_only]
    if choose.chance():
        sections["outputs"] = sorted({choose.of(*outputs), choose.of(*outputs)})
    return text_of(sections)
