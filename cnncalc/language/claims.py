"""What a spec claims of its net: `expect`, `published`, `training`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Problem, Source, Span
from cnncalc.language import rules
from cnncalc.language.operands import convert
from cnncalc.language.quantities import parse_budget, parse_quantity
from cnncalc.language.quantities.totals import STATED as QUANTITIES
from cnncalc.language.quantities.totals import STATED_OF_A_LAYER as LAYER_QUANTITIES
from cnncalc.language.quantities.totals import is_bytes
from cnncalc.language.shapes import read_shape
from cnncalc.language.spec import Figure, Published
from cnncalc.language.words import found
from cnncalc.layers import rules as layers_rules
from cnncalc.layers.fields import Choice, Field, Real, Whole
from cnncalc.text.parser import Broken, Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.names import Scope
    from cnncalc.language.steps import StepReader

    Tell = Callable[[Diagnostic], None]

OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adagrad")
PRECISIONS = ("float32", "float16", "bfloat16", "float64", "mixed")
TRAINING: dict[str, Field[Any]] = {
    "batch": Whole("images per step"),
    "optimizer": Choice("how the weights are updated", words=OPTIMIZERS),
    "momentum": Real("momentum of SGD or RMSprop", minimum=0, maximum=1),
    "weight_decay": Real("L2 penalty", minimum=0),
    "learning_rate": Real("step size at the start", minimum=0),
    "epochs": Whole("passes over the training set"),
    "precision": Choice("number format of the training", words=PRECISIONS),
}


def mapping_of(node: Node, key: str, tell: Tell) -> Mapping | None:
    """The node as a mapping; another form is told."""
    if isinstance(node, Mapping):
        return node
    if not isinstance(node, Broken):
        tell(rules.form.wrong_form(node.span, key, wanted="a mapping", found=found(node)))
    return None


def read_expect(node: Node, tell: Tell) -> tuple[Figure, ...]:
    """`expect:` of the file: totals, outputs, layers."""
    mapping = mapping_of(node, "expect", tell)
    return tuple(figures(mapping, (), tell)) if mapping else ()


def figures(mapping: Mapping, others: tuple[str, ...], tell: Tell) -> Iterator[Figure]:
    """The figures of an `expect` or of an entry of `published`; ``others``: its other keys."""
    for key, entry in mapping.entries.items():
        if key == "layers":
            yield from layer_figures(entry.value, tell)
        elif key == "output":
            yield from output_figures(entry.value, tell)
        elif key in QUANTITIES:
            yield from quantity(None, key, entry, tell)
        elif key not in others:
            known = [*QUANTITIES, "output", "layers", *others]
            tell(rules.form.unknown_key(entry.key.span, key, "this", known))


def quantity(layer: Scalar | None, key: str, entry: Entry, tell: Tell) -> Iterator[Figure]:
    """One stated quantity, of the net or of a layer."""
    node = entry.value
    if not isinstance(node, Scalar):
        if not isinstance(node, Broken):
            tell(rules.form.wrong_form(node.span, key, wanted="a quantity", found=found(node)))
        return
    try:
        stated = parse_quantity(node.text, node.span, is_bytes=is_bytes(key))
    except Problem as problem:
        tell(problem.diagnostic)
        return
    yield Figure(
        layer.text if layer else None, key, stated, node.span, layer.span if layer else None
    )


def shape_figure(layer: Scalar | None, node: Node, key: str, tell: Tell) -> Iterator[Figure]:
    """A stated shape, of a layer (`shape`) or of an output of the net (`output`)."""
    try:
        stated = read_shape(node)
    except Problem as problem:
        tell(problem.diagnostic)
        return
    yield Figure(
        layer.text if layer else None, key, stated, node.span, layer.span if layer else None
    )


def output_figures(node: Node, tell: Tell) -> Iterator[Figure]:
    """`output: 1000`, or with several outputs `{p3: 80x80x128, …}`."""
    if isinstance(node, Mapping) and "channels" not in node.entries:
        for entry in node.entries.values():
            yield from shape_figure(entry.key, entry.value, "output", tell)
    elif not isinstance(node, Broken):
        yield from shape_figure(None, node, "output", tell)


def layer_figures(node: Node, tell: Tell) -> Iterator[Figure]:
    """`layers: {conv1: 112x112x64, fc6: {weights: 37M}}`."""
    mapping = mapping_of(node, "layers", tell)
    for entry in mapping.entries.values() if mapping else ():
        if not isinstance(entry.value, Mapping):
            if not isinstance(entry.value, Broken):
                yield from shape_figure(entry.key, entry.value, "shape", tell)
            continue
        inner = entry.value.entries
        if "channels" in inner:
            yield from shape_figure(entry.key, entry.value, "shape", tell)
            continue
        for key, figure in inner.items():
            if key == "shape":
                yield from shape_figure(entry.key, figure.value, "shape", tell)
            elif key in LAYER_QUANTITIES:
                yield from quantity(entry.key, key, figure, tell)
            else:
                known = ["shape", *LAYER_QUANTITIES]
                tell(rules.form.unknown_key(figure.key.span, key, "a layer's figures", known))


def read_budget(text: str) -> Figure:
    """The figure of `--expect 'params<=5M'`, or of a layer: `conv1.params<=40K`. Raises
    `Problem`.
    """
    name, stated = parse_budget(text)
    layer, _, quantity = name.rpartition(".")
    known = LAYER_QUANTITIES if layer else QUANTITIES
    source = Source("--expect", text)
    span = Span(source, 1, 1, 1, len(text) + 1)
    if quantity not in known:
        raise Problem(rules.form.unknown_key(span, quantity, "--expect", known))
    return Figure(layer.removeprefix("layers.") or None, quantity, stated, span, span)


def read_published(node: Node, tell: Tell) -> tuple[Published, ...]:
    """`published:`, a list of entries, each with its source."""
    if not isinstance(node, Sequence):
        if not isinstance(node, Broken):
            tell(rules.form.wrong_form(node.span, "published", wanted="a list", found=found(node)))
        return ()
    entries = []
    for item in node.items:
        mapping = mapping_of(item, "an entry of published", tell)
        if mapping is None:
            continue
        source, note = text_of(mapping, "source", tell), text_of(mapping, "note", tell)
        if not source and "source" not in mapping.broken:
            example = 'source: "the paper, table 1"'
            tell(rules.form.missing_key(mapping.span, "source", "an entry of published", example))
        stated = tuple(figures(mapping, ("source", "note"), tell))
        entries.append(Published(source, note, mapping.span, stated))
    return tuple(entries)


def text_of(mapping: Mapping, key: str, tell: Tell) -> str:
    """A free text of a mapping; empty when it is not given."""
    entry = mapping.entries.get(key)
    if entry is None:
        return ""
    if not isinstance(entry.value, Scalar):
        if not isinstance(entry.value, Broken):
            kind = found(entry.value)
            tell(rules.form.wrong_form(entry.value.span, key, wanted="a text", found=kind))
        return ""
    return entry.value.text


def read_training(node: Node, reader: StepReader, scope: Scope) -> dict[str, Any]:
    """`training:`: the published recipe; expressions of literals, and a free note."""
    mapping = mapping_of(node, "training", reader.tell)
    recipe: dict[str, Any] = {}
    for key, entry in mapping.entries.items() if mapping else ():
        if key == "note":
            recipe[key] = text_of(mapping, key, reader.tell) if mapping else ""
        elif key not in TRAINING:
            known = [*TRAINING, "note"]
            reader.tell(rules.form.unknown_key(entry.key.span, key, "training", known))
        else:
            recipe[key] = training_value(key, entry, reader, scope)
    return {key: value for key, value in recipe.items() if value is not None}


def training_value(key: str, entry: Entry, reader: StepReader, scope: Scope) -> Any:
    field, node = TRAINING[key], entry.value
    if isinstance(field, Choice) and isinstance(node, Scalar):
        if node.text in field.words:
            return node.text
        reader.tell(
            layers_rules.values.unknown_word(node.span, key, shown=node.text, choices=field.words)
        )
        return None
    operand = reader.try_operand(node, scope)
    if operand is None:
        return None
    try:
        return convert(field, operand.evaluate({}), operand, key)
    except Problem as problem:
        reader.tell(problem.diagnostic)
        return None
