"""What a spec claims of its net: `expect`, `published`, `training`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Problem, Source, Span
from cnncalc.language import rules
from cnncalc.language.operands import convert, try_operand
from cnncalc.language.quantities import parse_budget, parse_quantity
from cnncalc.language.quantities.quantity import STATED as QUANTITIES
from cnncalc.language.quantities.quantity import STATED_OF_A_LAYER as LAYER_QUANTITIES
from cnncalc.language.quantities.quantity import is_bytes
from cnncalc.language.shapes import read_shape
from cnncalc.language.spec import Figure, Published
from cnncalc.layers import rules as layers_rules
from cnncalc.layers.fields import Choice, Field, Real, Whole
from cnncalc.text.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, form_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.language.context import Context, Report, Scope

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


def mapping_of(node: Node, key: str, report: Report) -> Mapping | None:
    """The node as a mapping; another form is reported, and a key left empty in one of a list."""
    if isinstance(node, Mapping):
        if node.unfinished is not None:
            report(node.unfinished.error)
        return node
    if not isinstance(node, Broken):
        report(rules.form.wrong_form(node.span, key, wanted="a mapping", found=form_of(node)))
    return None


def read_expect(node: Node, report: Report) -> tuple[Figure, ...]:
    """`expect:` of the file: totals, outputs, layers."""
    mapping = mapping_of(node, "expect", report)
    return tuple(figures(mapping, (), report)) if mapping else ()


def figures(mapping: Mapping, others: tuple[str, ...], report: Report) -> Iterator[Figure]:
    """The figures of an `expect` or of an entry of `published`; ``others``: its other keys."""
    for key, entry in mapping.entries.items():
        if key == "layers":
            yield from layer_figures(entry.value, report)
        elif key == "output":
            yield from output_figures(entry.value, report)
        elif key in QUANTITIES:
            yield from quantity(None, key, entry, report)
        elif key not in others:
            known = [*QUANTITIES, "output", "layers", *others]
            near = rules.fixes.of_unknown_figure(entry.key, known)
            report(rules.form.unknown_key(entry.key.span, key, "this mapping", known, near))


def quantity(layer: Scalar | None, key: str, entry: Entry, report: Report) -> Iterator[Figure]:
    """One stated quantity, of the net or of a layer."""
    node = entry.value
    if not isinstance(node, Scalar):
        if not isinstance(node, Broken):
            report(rules.form.wrong_form(node.span, key, wanted="a quantity", found=form_of(node)))
        return
    try:
        stated = parse_quantity(node.text, node.span, is_bytes=is_bytes(key))
    except Problem as problem:
        report(problem.diagnostic)
        return
    yield Figure.of(layer, key, stated, node.span)


def shape_figure(layer: Scalar | None, node: Node, key: str, report: Report) -> Iterator[Figure]:
    """A stated shape, of a layer (`shape`) or of an output of the net (`output`)."""
    try:
        stated = read_shape(node)
    except Problem as problem:
        report(problem.diagnostic)
        return
    yield Figure.of(layer, key, stated, node.span)


def output_figures(node: Node, report: Report) -> Iterator[Figure]:
    """`output: 1000`, or with several outputs `{p3: 80x80x128, …}`."""
    if isinstance(node, Mapping) and "channels" not in node.entries:
        for entry in node.entries.values():
            yield from shape_figure(entry.key, entry.value, "output", report)
    elif not isinstance(node, Broken):
        yield from shape_figure(None, node, "output", report)


def layer_figures(node: Node, report: Report) -> Iterator[Figure]:
    """`layers: {conv1: 112x112x64, fc6: {weights: 37M}}`."""
    mapping = mapping_of(node, "layers", report)
    for entry in mapping.entries.values() if mapping else ():
        if not isinstance(entry.value, Mapping):
            if not isinstance(entry.value, Broken):
                yield from shape_figure(entry.key, entry.value, "shape", report)
            continue
        inner = entry.value.entries
        if "channels" in inner:
            yield from shape_figure(entry.key, entry.value, "shape", report)
            continue
        for key, figure in inner.items():
            if key == "shape":
                yield from shape_figure(entry.key, figure.value, "shape", report)
            elif key in LAYER_QUANTITIES:
                yield from quantity(entry.key, key, figure, report)
            else:
                known = ["shape", *LAYER_QUANTITIES]
                near = rules.fixes.of_unknown_figure(figure.key, known)
                where = "a layer's figures"
                report(rules.form.unknown_key(figure.key.span, key, where, known, near))


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


def read_published(node: Node, report: Report) -> tuple[Published, ...]:
    """`published:`, a list of entries, each with its source."""
    if not isinstance(node, Sequence):
        if not isinstance(node, Broken):
            report(
                rules.form.wrong_form(node.span, "published", wanted="a list", found=form_of(node))
            )
        return ()
    entries = []
    for item in node.items:
        mapping = mapping_of(item, "an entry of published", report)
        if mapping is None:
            continue
        source, note = text_of(mapping, "source", report), text_of(mapping, "note", report)
        if not source and "source" not in mapping.broken:
            example = 'source: "the paper, table 1"'
            report(rules.form.missing_key(mapping.span, "source", "an entry of published", example))
        stated = tuple(figures(mapping, ("source", "note"), report))
        entries.append(Published(source, note, mapping.span, stated))
    return tuple(entries)


def text_of(mapping: Mapping, key: str, report: Report) -> str:
    """A free text of a mapping; empty when it is not given."""
    entry = mapping.entries.get(key)
    if entry is None:
        return ""
    if not isinstance(entry.value, Scalar):
        if not isinstance(entry.value, Broken):
            kind = form_of(entry.value)
            report(rules.form.wrong_form(entry.value.span, key, wanted="a text", found=kind))
        return ""
    return entry.value.text


def read_training(node: Node, context: Context, scope: Scope) -> dict[str, Any]:
    """`training:`: the published recipe; expressions of literals, and a free note."""
    mapping = mapping_of(node, "training", context.report)
    recipe: dict[str, Any] = {}
    for key, entry in mapping.entries.items() if mapping else ():
        if key == "note":
            recipe[key] = text_of(mapping, key, context.report) if mapping else ""
        elif key not in TRAINING:
            known = [*TRAINING, "note"]
            context.report(rules.form.unknown_key(entry.key.span, key, "training", known))
        else:
            recipe[key] = training_value(key, entry, context, scope)
    return {key: value for key, value in recipe.items() if value is not None}


def training_value(key: str, entry: Entry, context: Context, scope: Scope) -> Any:
    field, node = TRAINING[key], entry.value
    if isinstance(field, Choice) and isinstance(node, Scalar):
        if node.text in field.words:
            return node.text
        context.report(
            layers_rules.values.unknown_word(node.span, key, shown=node.text, choices=field.words)
        )
        return None
    operand = try_operand(context, node, scope)
    if operand is None:
        return None
    try:
        return convert(field, operand.evaluate({}), operand, key)
    except Problem as problem:
        context.report(problem.diagnostic)
        return None
