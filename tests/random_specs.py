"""Random valid specs, which mix the constructs of the language. Steps are Python values, written
as JSON, which is YAML.
"""

from __future__ import annotations

import json
from math import gcd
from typing import Any, NamedTuple

from hypothesis import strategies as st

Draw = st.DrawFn

BLOCKS: dict[str, list[Any]] = {
    "unit(filters, kernel=3)": [
        {"conv": ["filters", "kernel"]},
        {"conv": {"filters": "filters", "kernel": 1, "activation": "none", "repeat": 2}},
    ],
    "squeeze(width=max(1, in_channels // 2))": [
        {"multiply": ["identity", ["global_avgpool", {"fc": "width"}, {"fc": "in_channels"},
                                   "sigmoid"]]},
    ],
    "stage(width, depth)": [
        {"residual": {"shortcut": "project", "body": [{"unit": "width"}, "tanh"],
                      "repeat": "depth"}},
        {"relu": {"if": "depth > 1"}},
    ],
    "merge(skip)": [{"concat": {"from": ["skip", "previous"]}}],
}  # fmt: skip
DEFAULTS = {
    "conv": {"padding": "same", "norm": "norm"},
    "depthwise_conv": {"activation": "relu"},
    "fc": {"bias": False},
    "leaky_relu": {"slope": 0.2},
}
PARAMETERS = {"wide": 3, "norm": "none", "depths": [1, 2]}


class Named(NamedTuple):
    """A step whose name may be read, and what leaves it."""

    name: str
    channels: int
    size: int
    main: bool


class Writer:
    """Draws steps one after the other, and keeps the shape that flows."""

    def __init__(self, draw: Draw, channels: int, size: int) -> None:
        self.draw = draw
        self.channels = channels
        self.size = size
        self.names: list[Named] = []
        self.count = 0
        self.main = True

    def steps(self, depth: int, most: int = 4) -> list[Any]:
        number = self.draw(st.integers(1, most))
        return [self.step(depth) for _ in range(number)]

    def step(self, depth: int) -> Any:
        plain = [self.conv, self.conv, self.activation, self.depthwise, self.call, self.merge_names]
        containers = [self.residual, self.project, self.concat, self.add, self.aux, self.skipped]
        return self.draw(st.sampled_from(plain + (containers if depth else [])))(depth)

    def whole(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def named(self, keys: dict[str, Any]) -> None:
        """Gives a step a name, sometimes."""
        if self.chance():
            self.count += 1
            keys["name"] = f"step_{self.count}"

    def remember(self, keys: dict[str, Any]) -> None:
        if "name" in keys:
            self.names.append(Named(keys["name"], self.channels, self.size, self.main))

    def conv(self, _: int) -> Any:
        filters = self.whole(1, 6)
        keys: dict[str, Any] = {"filters": filters, "kernel": self.draw(st.sampled_from([1, 3]))}
        common = gcd(filters, self.channels)
        if self.chance():
            keys["groups"] = self.draw(st.sampled_from([n for n in range(1, common + 1)
                                                        if common % n == 0]))  # fmt: skip
        if self.chance():
            keys["activation"] = self.draw(st.sampled_from(["relu", "silu", "leaky_relu"]))
        if self.chance():
            keys["norm"] = self.draw(st.sampled_from(["batchnorm", "layernorm"]))
        if self.chance():
            keys["repeat"] = self.whole(1, 3)
        if self.chance():
            keys["filters"] = f"{filters} if wide == 3 else {filters} + 1"
        self.named(keys)
        self.channels = filters
        self.remember(keys)
        return {"conv": keys}

    def activation(self, _: int) -> Any:
        kind = self.draw(st.sampled_from(["relu", "tanh", "gelu", "batchnorm", "identity", "lrn"]))
        keys: dict[str, Any] = {}
        self.named(keys)
        self.remember(keys)
        return {kind: keys} if keys else kind

    def depthwise(self, _: int) -> Any:
        keys = {"kernel": 3, "multiplier": self.whole(1, 2)}
        self.channels *= keys["multiplier"]
        return {"depthwise_conv": keys}

    def call(self, _: int) -> Any:
        which = self.whole(0, 2)
        if which == 0:
            return "squeeze"
        filters = self.whole(1, 6)
        keys: dict[str, Any] = {"filters": filters}
        word = "unit"
        if which == 2:
            keys, word = {"width": filters, "depth": self.whole(1, 2)}, "stage"
        self.named(keys)
        self.channels = filters
        self.remember(keys)
        return {word: keys}

    def merge_names(self, _: int) -> Any:
        """A concat with a tensor from before, directly or through a block."""
        near = [n for n in self.names if n.size == self.size and n.main >= self.main]
        if not near:
            return "relu"
        other = self.draw(st.sampled_from(near))
        self.channels += other.channels
        if self.chance():
            return {"merge": [other.name]}
        return {"concat": {"from": [other.name, "previous"]}}

    def inside(self, depth: int) -> tuple[list[Any], int]:
        """A body, and its channels; the writer stands at its beginning again."""
        before = self.channels
        body = self.steps(depth - 1, most=3)
        after, self.channels = self.channels, before
        return body, after

    def residual(self, depth: int) -> Any:
        body, _ = self.inside(depth)
        keys = {"body": [*body, {"conv": [self.channels, 1]}]}
        self.named(keys)
        self.remember(keys)
        return {"residual": keys if "name" in keys else keys["body"]}

    def project(self, depth: int) -> Any:
        body, self.channels = self.inside(depth)
        return {"residual": {"shortcut": self.draw(st.sampled_from(["project", "optional"])),
                             "body": body}}  # fmt: skip

    def concat(self, depth: int) -> Any:
        first, one = self.inside(depth)
        second, two = self.inside(depth)
        keys: dict[str, Any] = {"branches": [first, second, "identity"]}
        self.named(keys)
        self.channels += one + two
        self.remember(keys)
        return {"concat": keys}

    def add(self, depth: int) -> Any:
        body, _ = self.inside(depth)
        last = {"conv": {"filters": "in_channels", "kernel": 1}}
        return {"add": ["identity", [*body, {"conv": [self.channels, 1]}], last]}

    def aux(self, depth: int) -> Any:
        was, self.main = self.main, False
        body, _ = self.inside(depth)
        self.main = was
        return {"aux": [*body, {"fc": 5}]}

    def skipped(self, depth: int) -> Any:
        """A step that its `if` leaves out; names inside it are not remembered."""
        names, channels = list(self.names), self.channels
        body = self.steps(depth - 1, most=2)
        self.names, self.channels = names, channels
        return {"residual": {"if": "wide > 3", "shortcut": "optional", "body": body}}


class RandomSpec(NamedTuple):
    """Sections of a spec, to be written in any order."""

    sections: dict[str, Any]

    @property
    def text(self) -> str:
        return write(self.sections)


def write(sections: dict[str, Any]) -> str:
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in sections.items())


@st.composite
def specs(draw: Draw, *, depth: int = 2) -> RandomSpec:
    """A spec without a mistake."""
    channels, size = draw(st.integers(1, 4)), draw(st.sampled_from([1, 5, 8]))
    writer = Writer(draw, channels, size)
    layers = writer.steps(depth, most=6)
    if size > 1 and draw(st.booleans()):
        layers += [{"maxpool": 2}, {"fc": 3}]
    shape = {"channels": channels, "height": size, "width": size + (size > 1)}
    return RandomSpec(
        {
            "name": "random",
            "input": shape,
            "parameters": PARAMETERS,
            "defaults": DEFAULTS,
            "blocks": BLOCKS,
            "layers": layers,
        }
    )
