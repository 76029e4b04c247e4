"""Candidates for mends of form errors: what an author with other tools in his fingers meant.

Asked only when a form error is told; every candidate is tried before it is offered.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Edit, Mend, Span
from cnncalc.edits import (
    before,
    in_brackets,
    indented,
    remove_entry,
    replace_entry,
    replacing,
    source_text,
    without_value,
)
from cnncalc.layers.layer import KINDS
from cnncalc.suggestions import FIELD_ALIASES, KIND_ALIASES, fold, nearest
from cnncalc.yaml_nodes import Entry, Mapping, Node, Scalar
from cnncalc.yaml_nodes import Sequence as ListNode

if TYPE_CHECKING:
    from collections.abc import Mapping as Map

    from cnncalc.layers.layer import Layer

    Kinds = Map[str, type[Layer]]

YES = ("1", "true", "True", "TRUE", "yes", "on")
NO = ("0", "false", "False", "FALSE", "no", "off")
NORMS = ("batchnorm", "batchnormalize", "batchnormalization", "bn", "usebn", "usebatchnorm")
INFERRED = (
    "inchannels", "infeatures", "inputshape", "inputdim", "inputsize", "inputchannels", "inplanes",
    "ninput", "inc", "cin", "numinputs", "inunits",
)  # fmt: skip
"""What other tools must be told, and this one computes."""
KIND_KEYS = ("type", "kind", "layer", "layertype", "class", "classname", "module", "op", "optype")
WINDOW = ("kernel", "stride", "padding")
DIMENSION = re.compile(r"_?[123]d(?=_|\d|$)", re.IGNORECASE)
NUMBERED = re.compile(r"(.*?)(_?\d+[a-z]?(?:_\d+[a-z]?)*)")
LARGE_KERNEL = 11
"""A kernel larger than this, in a list of sizes, is more likely a number of filters."""


def of_unknown_key(node: Mapping, entry: Entry, known: Sequence[str]) -> Iterator[Mend]:
    """Another key, another way to say it, or nothing at all."""
    key, value = entry.key.text, entry.value
    text = value.text if isinstance(value, Scalar) else ""
    folded = fold(key)
    if folded in NORMS and "norm" in known and text in YES + NO:
        yield replace_entry(entry, f"norm: {'batchnorm' if text in YES else 'none'}")
    elif folded == "ceilmode" and "rounding" in known and text in YES + NO:
        yield replace_entry(entry, f"rounding: {'ceil' if text in YES else 'floor'}")
    elif folded in INFERRED:
        edit = remove_entry(node, key)
        if edit is not None:
            yield Mend(f"leave out `{key}`", (edit,))
    elif near := nearest(key, known, FIELD_ALIASES):
        if text in ("True", "False"):
            yield replace_entry(entry, f"{near}: {text.lower()}")
        yield Mend(near, (Edit(entry.key.span, near),))


def of_unknown_kind(label: Scalar, value: Node | None, known: Sequence[str]) -> Iterator[Mend]:
    """The label with the kind's name here, its number kept: `pool1`: `maxpool1`; and where its
    parameters too have other names here, those with it.
    """
    text = label.text.replace(" ", "_")
    plain = DIMENSION.sub("", text)
    numbered = NUMBERED.fullmatch(plain)
    word, number = numbered.groups() if numbered else (plain, "")
    near = word if word in known else nearest(word, known, KIND_ALIASES)
    if near is None:
        near, number = nearest(label.text, known, KIND_ALIASES), ""
    if near is None:
        return
    number = number if near[-1].isdigit() else number.removeprefix("_")
    if number and near[-1].isdigit() and number[0] != "_":
        number = f"_{number}"
    yield replacing(label.span, near + number)
    kind = KINDS.get(near)
    if kind is not None and isinstance(value, Mapping):
        names = {key: nearest(key, list(kind.fields), FIELD_ALIASES) for key in value.entries}
        others = {key: name for key, name in names.items() if name and name != key}
        if others:
            given = (
                f"{others.get(key, key)}: {source_text(entry.value.span)}"
                for key, entry in value.entries.items()
            )
            renamed = [Edit(value.entries[key].key.span, name) for key, name in others.items()]
            text = f"{near}{number}: {{{', '.join(given)}}}"
            yield Mend(text, (Edit(label.span, near + number), *renamed))


def of_no_list_form(kind: type[Layer], label: Scalar, node: ListNode) -> Iterator[Mend]:
    """The items by name, or those of them that are not computed here."""
    items = [source_text(item.span) for item in node.items]
    if kind.takes_list:
        by_name = [*kind.positional, "padding"]
        drops_first = len(items) > 1 and items[1].isdigit() and int(items[1]) > LARGE_KERNEL
        rows = (items[1:], items) if drops_first else (items, items[1:])
        for row in rows:
            if len(row) <= len(kind.positional):
                yield replacing(node.span, f"[{', '.join(row)}]")
            elif len(row) == len(by_name):
                yield replacing(node.span, braces(by_name, row))
    elif "kernel" in kind.fields and 1 < len(items) <= len(WINDOW):
        yield replacing(node.span, braces(WINDOW, items))
    elif kind.positional and len(items) in (1, 2):
        yield replacing(node.span, items[-1])
    if not kind.positional:
        yield without_value(label, node)


def braces(names: Iterable[str], values: Iterable[str]) -> str:
    pairs = (f"{name}: {value}" for name, value in zip(names, values, strict=False))
    return f"{{{', '.join(pairs)}}}"


def of_no_bare_value(kind: type[Layer], label: Scalar, value: Scalar) -> Iterator[Mend]:
    """The kind alone, or for a merge the tensor that it reads besides the previous one."""
    if kind.takes_branches:
        yield replacing(value.span, f"{{from: [{value.text}, previous]}}")
    else:
        yield without_value(label, value)


def names_of(node: ListNode) -> Mend:
    """A list of names as what a merge reads."""
    return replacing(node.span, f"{{from: {source_text(node.span)}}}")


def of_a_mapping(node: Mapping) -> tuple[Mend, ...]:
    """A list of steps written without dashes: one before each, and what is below moved."""
    if in_brackets(node) or node.broken:
        return ()
    edits: list[Edit] = []
    for entry in node.entries.values():
        first = entry.key.span
        below = first._replace(line=first.line + 1)
        edits += [before(first, "- "), *indented(below, entry.value.end_line)]
    return (Mend("begin each step with `- `", tuple(edits)),)


def kind_entry(node: Mapping) -> Entry | None:
    """What says the kind, in a layer written as a record: `{type: Convolution, name: conv1}`."""
    found = (entry for key, entry in node.entries.items() if fold(key) in KIND_KEYS)
    return next(found, None)


def of_a_record(node: Mapping, kinds: Kinds, step_keys: Sequence[str]) -> tuple[Mend, ...]:
    """A layer written as a record, with its kind as the label and the other tools' keys renamed."""
    entry = kind_entry(node)
    if entry is None or not isinstance(entry.value, Scalar):
        return ()
    kind = nearest(entry.value.text, [*kinds, ""], KIND_ALIASES) or entry.value.text
    if kind not in kinds:
        return ()
    known = [*kinds[kind].fields, *step_keys]
    pairs = []
    for key, other in node.entries.items():
        if other is not entry:
            near = key if key in known else nearest(key, known, FIELD_ALIASES) or key
            pairs.append(f"{near}: {source_text(other.value.span)}")
    written = f"{kind}: {{{', '.join(pairs)}}}"
    return (Mend(written, (Edit(node.span, written),)),)


def of_a_row(node: ListNode, known: Sequence[str]) -> tuple[Mend, ...]:
    """A step as a row of YOLO's: `[-1, 1, Conv, [64, 3, 2]]`."""
    if len(node.items) != 4 or not isinstance(node.items[2], Scalar):
        return ()
    origin, number, module, arguments = node.items
    assert isinstance(module, Scalar)
    kind = nearest(module.text.rpartition(".")[2], known, KIND_ALIASES)
    plain = isinstance(origin, Scalar) and isinstance(number, Scalar)
    if kind is None or not plain or source_text(origin.span) != "-1":
        return ()
    if source_text(number.span) != "1" or not isinstance(arguments, ListNode):
        return ()
    return (replacing(node.span, f"{kind}: {source_text(arguments.span)}"),)


def of_two_names(label: Scalar, word: str, node: Mapping) -> Iterator[Mend]:
    """A step that is named by its label and by `name`: one of the two goes."""
    yield Mend(f"label `{word}`", (Edit(label.span, word),))
    edit = remove_entry(node, "name")
    if edit is not None:
        yield Mend("leave out `name`", (edit,))


def of_a_duplicate(span: Span, name: str, taken: Container[str]) -> Iterator[Mend]:
    """The next free number, and for a label no number at all."""
    found = re.fullmatch(r"(.*?)(\d+)", name)
    if found is None:
        return
    word, number = found[1], int(found[2])
    while f"{word}{number}" in taken:
        number += 1
    yield replacing(span, f"{word}{number}")
    if source_text(span) == name:
        yield replacing(span, word.rstrip("_"))


def of_automatic_name(name: str, unnamed: Map[str, Sequence[Span]]) -> tuple[Mend, ...]:
    """For `conv2`, where the second conv has no name: to write that into its label."""
    found = NUMBERED.fullmatch(name)
    if found is None or not found[2].isdigit():
        return ()
    labels = unnamed.get(found[1], ())
    number = int(found[2]) if len(found[2]) < 7 else 0
    if not 1 <= number <= len(labels):
        return ()
    span = labels[number - 1]
    return (Mend(f"label the step in line {span.line} `{name}`", (Edit(span, name),)),)


def without_entry(node: Mapping, key: str) -> tuple[Mend, ...]:
    """The mend that takes an entry away."""
    edit = remove_entry(node, key)
    return (Mend(f"leave out `{key}`", (edit,)),) if edit is not None else ()


def of_first_step(label: Scalar, value: Node | None, names: Sequence[str]) -> Iterator[Mend]:
    """`from: NAME` in a step that has a mapping."""
    if isinstance(value, Mapping) and value.entries:
        first = next(iter(value.entries.values())).key.span
        for name in names:
            gap = ", " if in_brackets(value) else f"\n{' ' * (first.column - 1)}"
            yield Mend(f"from: {name}", (before(first, f"from: {name}{gap}"),))
    elif value is None:
        for name in names:
            yield replacing(label.span, f"{label.text}: {{from: {name}}}")


def as_list(value: Scalar) -> tuple[Mend, ...]:
    return (replacing(value.span, f"[{source_text(value.span)}]"),)


def to_name(span: Span, name: str, near: str | None) -> tuple[Mend, ...]:
    """The nearest name; for an index, as YOLO counts layers, `-1` is the previous one."""
    if name == "-1":
        near = "previous"
    return (replacing(span, near),) if near else ()
