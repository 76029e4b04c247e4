"""Candidates for fixes of form errors: what an author who knows other tools meant.

Asked only when there is an error; every candidate is tried before it is offered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Edit, Fix, Span
from cnncalc.language.rules import form, references
from cnncalc.language.vocabulary import STEP_KEYS, kind_aliases, numbered
from cnncalc.layers import rules as layers_rules
from cnncalc.layers.fields import Choice
from cnncalc.layers.layer import KINDS
from cnncalc.text.edits import (
    add_entry,
    before,
    from_to,
    in_brackets,
    indented,
    near_name,
    remove_entry,
    replace_entry,
    replacing,
    source_text,
    without_value,
)
from cnncalc.text.missing_kinds import missing_kind
from cnncalc.text.nodes import Entry, Mapping, Node, Scalar
from cnncalc.text.nodes import Sequence as ListNode
from cnncalc.text.suggestions import (
    FIELD_ALIASES,
    LONGEST,
    QUANTITY_ALIASES,
    fold,
    nearest,
    other_number,
)

if TYPE_CHECKING:
    from collections.abc import Mapping as Map

    from cnncalc.diagnostics import Diagnostic
    from cnncalc.layers.fields import Field
    from cnncalc.layers.layer import Layer

    Kinds = Map[str, type[Layer]]

YES = ("1", "true", "True", "TRUE", "yes", "on")
NO = ("0", "false", "False", "FALSE", "no", "off")
NORMS = ("batchnorm", "batchnormalize", "batchnormalization", "bn", "usebn", "usebatchnorm")
INFERRED = (
    "inchannels", "infeatures", "inputshape", "inputdim", "inputsize", "inputchannels", "inplanes",
    "ninput", "inc", "cin", "numinputs", "inunits", "numfeatures", "normalizedshape",
)  # fmt: skip
"""What other tools must be given, and this one computes."""
WITHOUT_EFFECT = (
    "kernelinitializer", "biasinitializer", "kernelregularizer", "biasregularizer",
    "activityregularizer", "weightfiller", "biasfiller", "trainable", "dataformat", "device",
)  # fmt: skip
"""What other tools take, and no figure of a net depends on."""
KEPT = ("keepprob", "keepprobability", "survivalprob", "survivalprobability")
"""The share that stays, where ours is the share that is dropped."""
DARKNET_PAD = ("pad", "1")
KIND_KEYS = ("type", "kind", "layer", "layertype", "class", "classname", "module", "op", "optype")
ITEM_OF_TWO = {"fc": 1, "groupnorm": 0, "lrn": 0}
"""Of two items, which one counts: Linear(inputs, units), GroupNorm(groups, channels)."""
WINDOW = ("kernel", "stride", "padding")
DIMENSION = re.compile(r"_?[123]d(?=_|\d|$)", re.IGNORECASE)
NUMBERED = re.compile(r"(.*?)(_?\d+[a-z]?(?:_\d+[a-z]?)*)")
LARGE_KERNEL = 11
"""A kernel larger than this, in a list of sizes, is more likely a number of filters."""


def of_unknown_key(node: Mapping, entry: Entry, known: Sequence[str]) -> Iterator[Fix]:
    """Another key, another way to say it, or nothing at all."""
    key, value = entry.key.text, entry.value
    text = value.text if isinstance(value, Scalar) else ""
    folded = fold(key)
    if folded in NORMS and "norm" in known and text in YES + NO:
        yield replace_entry(entry, f"norm: {'batchnorm' if text in YES else 'none'}")
    elif folded == "ceilmode" and "rounding" in known and text in YES + NO:
        yield replace_entry(entry, f"rounding: {'ceil' if text in YES else 'floor'}")
    elif (meant := opposite(folded, text, known)) is not None:
        yield replace_entry(entry, meant)
    elif darknet_pad(node, entry) and "padding" in known:
        yield replace_entry(entry, "padding: same")
    elif folded in INFERRED:
        edit = remove_entry(node, key)
        if edit is not None:
            yield Fix(f"remove `{key}`", (edit,))
    elif near := nearest(key, known, FIELD_ALIASES):
        if text in ("True", "False"):
            yield replace_entry(entry, f"{near}: {text.lower()}")
        yield replacing(entry.key.span, near)


def of_unknown_figure(key: Scalar, known: Sequence[str]) -> Iterator[Fix]:
    """The name here of a quantity that others call something else."""
    return near_name(key.span, key.text, known, QUANTITY_ALIASES)


def darknet_pad(node: Mapping, entry: Entry) -> bool:
    """Whether an entry is darknet's `pad=1`, a switch; its kernel is called `size`."""
    written = (entry.key.text, source_text(entry.value.span))
    return written == DARKNET_PAD and "size" in node.entries


def opposite(key: str, text: str, known: Sequence[str]) -> str | None:
    """The entry for a key of another tool that says the contrary of ours; None for other keys."""
    if key in KEPT and "probability" in known:
        found = re.fullmatch(r"(0?\.[0-9]{1,12}|1(?:\.0*)?)", text)
        dropped = Decimal(1) - Decimal(text) if found else None
        return f"probability: {dropped.normalize():f}" if dropped is not None else None
    ours = {"nobias": "bias", "channelshared": "per_channel"}.get(key)
    if ours in known and text in YES + NO:
        return f"{ours}: {'false' if text in YES else 'true'}"
    if key == "numparameters" and "per_channel" in known and text.isdigit():
        return f"per_channel: {'false' if text == '1' else 'true'}"
    return None


def of_unknown_kind(label: Scalar, value: Node | None, known: Collection[str]) -> Iterator[Fix]:
    """The label with the kind's name here, its number kept: `pool1`: `maxpool1`; and where its
    parameters too have other names here, those with it.
    """
    if missing_kind(label.text, known):
        own = nearest(label.text, [word for word in known if word not in KINDS])
        yield from [replacing(label.span, own)] if own else ()
        return
    if len(label.text) > LONGEST:
        return
    text = label.text.replace(" ", "_")
    plain = DIMENSION.sub("", text)
    numbered = NUMBERED.fullmatch(plain)
    word, number = numbered.groups() if numbered else (plain, "")
    near = word if word in known else nearest(word, known, kind_aliases())
    if near is None:
        near, number = nearest(label.text, known, kind_aliases()), ""
    if near is None:
        return
    number = number if near[-1].isdigit() else number.removeprefix("_")
    if number and near[-1].isdigit() and number[0] != "_":
        number = f"_{number}"
    yield replacing(label.span, near + number)
    kind = KINDS.get(near)
    if kind is not None and isinstance(value, Mapping):
        yield from translated(kind, label, near + number, value)


def translated(kind: type[Layer], label: Scalar, word: str, node: Mapping) -> Iterator[Fix]:
    """A whole step with the names and literals of this language; what is computed here left out."""
    pairs: dict[str, str] = {}
    changed = False
    for key, entry in node.entries.items():
        name, text = key_meant(kind, key), source_text(entry.value.span)
        value = text.lower() if text in ("True", "False") else text
        if darknet_pad(node, entry):
            value = "same"
        changed |= name != key or value != text
        if name is None or name in pairs:
            return
        if name:
            pairs[name] = value
    if not changed:
        return  # the label alone has another name
    written = f"{word}: {{{', '.join(f'{key}: {text}' for key, text in pairs.items())}}}"
    written = written if pairs else word
    if in_brackets(node) or not pairs:
        yield replacing(from_to(label.span, node.span), written)
    else:
        column = " " * (next(iter(node.entries.values())).key.column - 1)
        lines = "".join(f"\n{column}{key}: {text}" for key, text in pairs.items())
        yield replacing(from_to(label.span, node.span), f"{word}:{lines}", written)


def key_meant(kind: type[Layer], key: str) -> str | None:
    """The name here of another tool's key; empty for one that a net's figures do not need, None
    for one that means nothing here.
    """
    known = [*kind.fields, *STEP_KEYS]
    if key in known:
        return key
    return "" if fold(key) in (*INFERRED, *WITHOUT_EFFECT) else nearest(key, known, FIELD_ALIASES)


def kind_meant(label: Scalar, value: Node | None) -> Iterator[str]:
    """For a kind by another tool's name, with too little to make a step of, or too much: how it
    is written here. Nothing where a fix can say it.
    """
    near = nearest(DIMENSION.sub("", label.text), list(KINDS), kind_aliases())
    if near is None:
        return
    if isinstance(value, Mapping):
        odd = [key for key in value.entries if key_meant(KINDS[near], key) is None]
        if odd:
            yield f"the layer kind is `{near}`, and has no key `{odd[0]}`"
        return
    needed = [name for name, field in KINDS[near].fields.items() if field.required]
    given = 0 if value is None else len(value.items) if isinstance(value, ListNode) else 1
    if len(needed) <= given:
        return
    texts = [source_text(value.span)] if isinstance(value, Scalar) else []
    pairs = ", ".join(f"{name}: {text}" for name, text in zip_longest(needed, texts, fillvalue="…"))
    yield f"the layer kind is `{near}`: write `{near}: {{{pairs}}}`"


def of_no_list_form(kind: type[Layer], label: Scalar, node: ListNode) -> Iterator[Fix]:
    """The items by name, or those of them that are not computed here."""
    items = [source_text(item.span) for item in node.items]
    if kind.takes_list:
        by_name = [*kind.positional, "padding"]
        drops_first = len(items) > 1 and items[1].isdigit() and int(items[1]) > LARGE_KERNEL
        row = items[1:] if drops_first else items  # PyTorch's first is the number of inputs
        if len(row) <= len(kind.positional):
            yield replacing(node.span, f"[{', '.join(row)}]")
        elif len(row) == len(by_name):
            yield replacing(node.span, braces(by_name, row))
    elif "kernel" in kind.fields and 1 < len(items) <= len(WINDOW):
        yield replacing(node.span, braces(WINDOW, items))
    elif kind.positional and len(items) == 1:
        yield replacing(node.span, items[0])
    elif len(items) == 2 and kind.kind in ITEM_OF_TWO:
        yield replacing(node.span, items[ITEM_OF_TWO[kind.kind]])
    if not kind.positional and len(items) == 1:
        yield bare(kind, label, node, items[0])


def braces(names: Iterable[str], values: Iterable[str]) -> str:
    pairs = (f"{name}: {value}" for name, value in zip(names, values, strict=False))
    return f"{{{', '.join(pairs)}}}"


def of_no_bare_value(kind: type[Layer], label: Scalar, value: Scalar) -> Iterator[Fix]:
    """The kind alone, or for a merge the tensor that it reads besides the previous one."""
    if kind.takes_branches:
        yield replacing(value.span, f"{{from: [{value.text}, previous]}}")
    else:
        yield bare(kind, label, value, value.text)


def bare(kind: type[Layer], label: Scalar, node: Node, text: str) -> Fix:
    """The kind alone, which computes the number that other tools must be given; PyTorch's PReLU
    has that many slopes.
    """
    if "per_channel" in kind.fields and text.isdigit() and text != "1":
        return replacing(node.span, "{per_channel: true}")
    return without_value(label, node)


def names_of(node: ListNode) -> Fix:
    """A list of names as what a merge reads."""
    return replacing(node.span, f"{{from: {source_text(node.span)}}}")


def of_a_mapping(node: Mapping) -> tuple[Fix, ...]:
    """A list of steps written without dashes: one before each, and what is below moved."""
    if in_brackets(node) or node.broken:
        return ()
    edits: list[Edit] = []
    for entry in node.entries.values():
        first = entry.key.span
        below = first._replace(line=first.line + 1)
        edits += [before(first, "- "), *indented(below, entry.value.end_line)]
    return (Fix("begin each step with `- `", tuple(edits)),)


def of_parameters_beside(label: Scalar, node: Mapping) -> Fix:
    """`- conv:` and its parameters, as far to the left as `conv`: they are indented."""
    first = next(iter(node.entries.values())).key
    words = f"indent the parameters of `{label.text}` by two more spaces"
    return Fix(words, indented(first.span, node.end_line))


def kind_entry(node: Mapping) -> Entry | None:
    """What says the kind, in a layer written as a record: `{type: Convolution, name: conv1}`."""
    found = (entry for key, entry in node.entries.items() if fold(key) in KIND_KEYS)
    return next(found, None)


def of_a_record(node: Mapping, kinds: Kinds) -> tuple[Fix, ...]:
    """A layer written as a record, with its kind as the label and the other tools' keys renamed."""
    entry = kind_entry(node)
    if entry is None or not isinstance(entry.value, Scalar):
        return ()
    kind = nearest(entry.value.text, [*kinds, ""], kind_aliases()) or entry.value.text
    if kind not in kinds:
        return ()
    known = [*kinds[kind].fields, *STEP_KEYS]
    pairs = []
    for key, other in node.entries.items():
        if other is not entry:
            near = key if key in known else nearest(key, known, FIELD_ALIASES) or key
            pairs.append(f"{near}: {source_text(other.value.span)}")
    written = f"{kind}: {{{', '.join(pairs)}}}"
    return (replacing(node.span, written),)


def of_a_row(node: ListNode, known: Sequence[str]) -> tuple[Fix, ...]:
    """A step as a row of YOLO's: `[-1, 1, Conv, [64, 3, 2]]`."""
    if len(node.items) != 4 or not isinstance(node.items[2], Scalar):
        return ()
    origin, number, module, arguments = node.items
    assert isinstance(module, Scalar)
    kind = nearest(module.text.rpartition(".")[2], known, kind_aliases())
    plain = isinstance(origin, Scalar) and isinstance(number, Scalar)
    if kind is None or not plain or source_text(origin.span) != "-1":
        return ()
    if source_text(number.span) != "1" or not isinstance(arguments, ListNode):
        return ()
    return (replacing(node.span, f"{kind}: {source_text(arguments.span)}"),)


def of_two_names(label: Scalar, word: str, node: Mapping) -> Iterator[Fix]:
    """A step that is named by its label and by `name`: one of the two goes."""
    yield replacing(label.span, word, f"label `{word}`")
    edit = remove_entry(node, "name")
    if edit is not None:
        yield Fix("remove `name`", (edit,))


def of_a_duplicate(span: Span, name: str, taken: Container[str]) -> Iterator[Fix]:
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


def of_unnamed_step(
    name: str, span: Span, unnamed: Map[str, Sequence[Span]], taken: Container[str]
) -> Iterator[Fix]:
    """For `unit`, where a step without a name is one: to label it `unit1`, and to read that."""
    number = 1
    while numbered(name, number) in taken:
        number += 1
    new = numbered(name, number)
    above = [label for label in unnamed.get(name, ()) if label[1:] < span[1:]]
    for label in above[-1:]:
        edits = (Edit(label, new), Edit(span, new))
        yield Fix(f"change the label in line {label.line} to `{new}`, and read `{new}`", edits)


def of_automatic_name(name: str, unnamed: Map[str, Sequence[Span]]) -> tuple[Fix, ...]:
    """For `conv2`, where the second conv has no name: to write that into its label."""
    found = NUMBERED.fullmatch(name)
    if found is None or not found[2].isdigit():
        return ()
    labels = unnamed.get(found[1], ())
    number = int(found[2]) if len(found[2]) < 7 else 0
    if not 1 <= number <= len(labels):
        return ()
    span = labels[number - 1]
    return (replacing(span, name, f"change the label in line {span.line} to `{name}`"),)


def without_entry(node: Mapping, key: str) -> tuple[Fix, ...]:
    """The fix that takes an entry away."""
    edit = remove_entry(node, key)
    return (Fix(f"remove `{key}`", (edit,)),) if edit is not None else ()


def of_first_step(label: Scalar, value: Node | None, names: Sequence[str]) -> Iterator[Fix]:
    """`from: NAME` in a step that has a mapping."""
    if isinstance(value, Mapping) and value.entries:
        first = next(iter(value.entries.values())).key.span
        for name in names:
            gap = ", " if in_brackets(value) else f"\n{' ' * (first.column - 1)}"
            yield Fix(f"from: {name}", (before(first, f"from: {name}{gap}"),))
    elif value is None:
        for name in names:
            yield replacing(label.span, f"{label.text}: {{from: {name}}}")


def of_a_bare_default(entry: Entry, defaults: Mapping) -> Diagnostic:
    """`batchnorm: true` in `defaults`, which can mean a norm in every convolution."""
    word, where, fixes = entry.key.text, f"the defaults of {entry.key.text}", []
    conv = defaults.entries.get("conv")
    for field in ("norm", "activation"):
        choice = KINDS["conv"].fields[field]
        if not isinstance(choice, Choice) or word not in choice.words:
            continue
        if conv is None:
            fixes.append(replace_entry(entry, f"conv: {{{field}: {word}}}"))
        elif isinstance(conv.value, Mapping) and (edit := remove_entry(defaults, word)):
            text = f"{field}: {word}"
            fixes.append(Fix(f"`{text}` in `conv`", (add_entry(conv.value, text), edit)))
    return form.wrong_form(
        entry.value.span, where, wanted="a mapping", found="a single value", fixes=fixes
    )


def of_a_choice(
    found: Diagnostic, field: Field[Any], node: Node, names: Iterable[str], subject: str
) -> Diagnostic:
    """What was found, or where the field chooses among words, the error that lists them."""
    if not isinstance(field, Choice):
        return found
    if isinstance(node, Mapping):
        return of_a_word_with_values(field, node, subject)
    if found.code != references.unknown_name.code or found.span != node.span:
        return found
    word = source_text(node.span)
    return layers_rules.values.unknown_word(
        node.span, subject, shown=word, choices=field.words, names=[*names]
    )


def of_a_word_with_values(field: Choice, node: Mapping, subject: str) -> Diagnostic:
    """`activation: {leaky_relu: 0.1}`."""
    advice = f"one of {', '.join(field.words)}"
    for word, entry in node.entries.items():
        if word in field.words and word in KINDS:
            step = f"{word}: {source_text(entry.value.span)}"
            advice = f"write a separate step to set the parameter: `- {step}`"
    return form.wrong_form(node.span, subject, wanted="a word", found="a mapping", help=advice)


def as_list(value: Scalar) -> tuple[Fix, ...]:
    return (replacing(value.span, f"[{source_text(value.span)}]"),)


def to_name(span: Span, name: str, known: Iterable[str]) -> Iterator[Fix]:
    """The nearest name; for an index, as YOLO counts layers, `-1` is the previous one."""
    near = "previous" if name == "-1" else nearest(name, known)
    if near and not other_number(name, near):  # another number is another step
        yield replacing(span, near)
