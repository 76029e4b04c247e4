"""The net written out flat, as a spec: one step per layer, every name and number in place.

Blocks, repeats, parameters and defaults are gone; what a step has of its own is written. Read
again, it is the same net in every number, and written out again the same text. (Only a peak of
memory may be lower: calls are gone, and with them what a call holds until it returns.)
"""

from __future__ import annotations

import re
from json import dumps
from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import printable
from cnncalc.language.vocabulary import RESERVED, language_words, read_label
from cnncalc.layers.fields import TensorName
from cnncalc.layers.layer import KINDS
from cnncalc.render.summary import shortfall

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.layers.layer import Layer
    from cnncalc.network.network import Group, Network, Node, Tensor
    from cnncalc.render import View
    from cnncalc.report.report import Report

FUSED = ("norm", "activation")
"""Fields whose layers are steps of their own in a flat net."""
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()+-]*")
"""A text that YAML takes as it is."""


def render(report: Report, view: View) -> str:
    network = report.network
    flat = FlatNames(network.inputs)
    missing = [] if report.complete else [f"# incomplete: {shortfall(report)}"]
    lines = [*missing, f"name: {text(network.name)}", *inputs(network.inputs), "layers:"]
    lines += list(steps(network, flat)) or [nothing(network.inputs)]
    last = last_of(network.nodes)
    if network.outputs and (len(network.outputs) > 1 or network.outputs[0] is not last):
        lines.append(f"outputs: [{', '.join(flat[tensor] for tensor in network.outputs)}]")
    return "\n".join(lines) + "\n"


def nothing(inputs: Sequence[Tensor]) -> str:
    """The step of a net that has no layer: a spec has one at least."""
    name = inputs[0].name if inputs else "input"
    return "  - identity" if name == "input" else f"  - identity: {{from: {name}}}"


def last_of(nodes: Sequence[Node]) -> Node | None:
    """What a net returns when it names no outputs."""
    return next((node for node in reversed(nodes) if not node.training_only), None)


def text(words: str) -> str:
    """A text as YAML reads it back, quoted where it must be."""
    if PLAIN.fullmatch(words) and words.strip() == words and words not in ("true", "false", "null"):
        return words
    return dumps(printable(words), ensure_ascii=False)


def inputs(tensors: Sequence[Tensor]) -> Iterator[str]:
    if len(tensors) == 1 and tensors[0].name == "input":
        yield f"input: {tensors[0].output.written()}"
    else:
        yield "inputs:"
        yield from (f"  {tensor.name}: {tensor.output.written()}" for tensor in tensors)


class FlatNames:
    """A name without `/` and `.` for every tensor, unique in the net. What has such a name
    already keeps it.
    """

    def __init__(self, inputs: Sequence[Tensor]) -> None:
        self._names = {id(tensor): tensor.name for tensor in inputs}
        self._taken = {*self._names.values(), *KINDS, *RESERVED, *language_words()}

    def __getitem__(self, tensor: Tensor) -> str:
        """The name; one is made up for what a broken step would have given."""
        return self._names.get(id(tensor)) or self.add(tensor, tensor.name or "unknown")

    def add(self, tensor: Tensor, path: str) -> str:
        """The flat name of a path, remembered for the tensor."""
        name = self._names[id(tensor)] = self.unique(legal(path))
        return name

    def unique(self, stem: str) -> str:
        """The name, or the first of name_2, name_3… that is free."""
        name, number = stem, 2
        while name in self._taken:
            name, number = f"{stem}_{number}", number + 1
        self._taken.add(name)
        return name


def legal(path: str) -> str:
    """`stage2/conv1.relu` as one name."""
    return re.sub(r"[^A-Za-z0-9_]", "_", path)


def steps(network: Network, flat: FlatNames) -> Iterator[str]:
    """A line per layer; an auxiliary head is an `aux` with its steps inside."""
    inputs = network.inputs
    start = inputs[0] if len(inputs) == 1 and inputs[0].name == "input" else None
    return Section(network, flat).lines(start)


class Section:
    """The net, or one auxiliary head, whose flat name begins the names of what stands in it."""

    def __init__(self, network: Network, flat: FlatNames, head: Group | None = None,
                 name: str = "", indent: str = "  ") -> None:  # fmt: skip
        self.network = network
        self.flat = flat
        self.head = head
        self.name = name
        self.indent = indent

    def lines(self, previous: Tensor | None) -> Iterator[str]:
        """The layers, with auxiliary heads among them. A head that does not end in its last layer
        names its output.
        """
        head, indent, nodes, start = self.head, self.indent, self.network.nodes, previous
        index, stop = (head.first, head.stop) if head else (0, len(nodes))
        for inner in inner_heads(self.network, head):
            yield from self.layers(nodes[index : inner.first], previous)
            previous = nodes[inner.first - 1] if inner.first > index else previous
            yield from self.inner(inner, previous)
            index = inner.stop
        yield from self.layers(nodes[index:stop], previous)
        previous = nodes[stop - 1] if stop > index else previous
        if head is not None and head.output is not None:
            if head.output is not previous:
                yield f"{indent}- identity: {{from: {self.flat[head.output]}}}"
            elif previous is start:
                yield f"{indent}- identity"

    def layers(self, nodes: Sequence[Node], previous: Tensor | None) -> Iterator[str]:
        for node in nodes:
            name = self.flat.add(node, self.own(node.name))
            yield f"{self.indent}- {step(node, name, previous, self.flat)}"
            previous = node

    def inner(self, head: Group, previous: Tensor | None) -> Iterator[str]:
        """An auxiliary head, with the steps inside."""
        name, indent = self.flat.unique(self.own(head.path)), f"{self.indent}    "
        if read_label(name, ("aux",), ()):
            yield f"{self.indent}- {name}:"
        else:
            yield from (f"{self.indent}- aux:", f"{indent}name: {name}", f"{indent}body:")
        yield from Section(self.network, self.flat, head, name, indent).lines(previous)

    def own(self, path: str) -> str:
        """A path as one name, which begins with the head's."""
        if self.head is None:
            return legal(path)
        name, prefix = legal(path[len(self.head.path) + 1 :]), f"{self.name}_"
        return name if name.startswith(prefix) else prefix + name


def inner_heads(network: Network, head: Group | None) -> Iterator[Group]:
    """The auxiliary heads that stand in no other (``head`` is None), or directly in this one."""
    for group in network.groups:
        if group.block == "aux" and auxiliary_head(group.parent) is head:
            yield group


def auxiliary_head(group: Group | None) -> Group | None:
    """The innermost auxiliary head that a component is or stands in."""
    while group is not None and group.block != "aux":
        group = group.parent
    return group


def step(node: Node, name: str, previous: Tensor | None, flat: FlatNames) -> str:
    """One step, in the shortest form that says it all: `conv1: [96, 11, 4]`."""
    layer = node.layer
    label = read_label(name, KINDS, KINDS)
    labelled = label is not None and label.word == layer.kind
    head = name if labelled else layer.kind
    keys = {} if labelled else {"name": name}
    if layer.takes_branches:
        keys["from"] = f"[{', '.join(flat[tensor] for tensor in node.inputs)}]"
    elif node.inputs[0] is not previous:
        keys["from"] = flat[node.inputs[0]]
    if node.shares is not None:
        keys["share"] = flat[node.shares]
    fields = own_fields(node, flat)
    if keys or not brief(layer, fields):
        pairs = ", ".join(f"{key}: {value}" for key, value in {**keys, **fields}.items())
        return f"{head}: {{{pairs}}}"
    values = list(fields.values())
    if not values:
        return head
    return f"{head}: {values[0] if len(values) == 1 else '[' + ', '.join(values) + ']'}"


def brief(layer: Layer, fields: dict[str, str]) -> bool:
    """Whether the values alone say it: the first parameters of the list form, or one scalar."""
    if tuple(fields) != layer.positional[: len(fields)]:
        return False
    if len(fields) == 1:
        return not next(iter(fields.values())).startswith(("[", "{"))
    return layer.takes_list or not fields


def own_fields(node: Node, flat: FlatNames) -> dict[str, str]:
    """The fields that differ from what the kind has by itself, as a spec writes them."""
    layer = node.layer
    found = {}
    for name, setting in layer.settings().items():
        field = layer.fields[name]
        if isinstance(field, TensorName):
            found[name] = flat[node.inputs[1]]
        elif name not in FUSED:
            found[name] = value(field.plain(setting))
    return found


def value(plain: Any) -> str:
    """A value in the language: pairs of equal numbers as one, sides of 0 left out."""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, float):
        return re.sub(r"e([+-]?)0*", r"e\1", repr(plain))
    if isinstance(plain, list):
        return value(plain[0]) if len(set(plain)) == 1 else f"[{', '.join(map(value, plain))}]"
    if isinstance(plain, dict):
        return "{" + ", ".join(f"{k}: {value(v)}" for k, v in plain.items() if v) + "}"
    return str(plain)
