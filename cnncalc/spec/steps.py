"""The steps of a text: labels, value forms, step keys, arguments; one class of step a method.

A form error fails its own step only: it is told, the step marked broken, and reading goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc import expressions, rules
from cnncalc.diagnostics import Mend, Problem
from cnncalc.edits import indented
from cnncalc.layers.fields import Choice, Field, Flag, TensorName, Whole
from cnncalc.layers.layer import KINDS, Layer
from cnncalc.spec import late
from cnncalc.spec.calls import PendingCall, sort_arguments
from cnncalc.spec.labels import NAME, Label, read_label
from cnncalc.spec.model import (
    Argument,
    AuxStep,
    Block,
    BrokenStep,
    CallStep,
    ExpectedShape,
    LayerStep,
    Read,
    Reference,
    ResidualStep,
    Step,
)
from cnncalc.spec.operands import ListOperand, MapOperand, Operand, convert
from cnncalc.spec.shapes import read_shape
from cnncalc.spec.words import SHORTCUTS, found
from cnncalc.yaml_tree import Broken, Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic
    from cnncalc.spec.names import Scope, TextNames

RESERVED = frozenset(
    ("residual", "aux", "i", "first", "last", "in_channels", "previous", "null")
).union(expressions.KEYWORDS, expressions.FUNCTIONS)
STEP_KEYS = ("name", "from", "repeat", "if", "expect", "share")
REPEAT = Whole("how many times the step runs, in a chain", minimum=0)
CONDITION = Flag("whether the step runs")
SHORTCUT = Choice("how the input reaches the add", words=SHORTCUTS, default="identity")
for _field, _name in ((REPEAT, "repeat"), (CONDITION, "if"), (SHORTCUT, "shortcut")):
    _field.name = _name
CONTAINERS = ("residual", "aux")


class Untold(Exception):
    """A value whose mistake has been told already."""


class StepReader:
    """Reads steps, telling what is wrong; ``blocks`` are the signatures of the whole file."""

    def __init__(self, words: frozenset[str], problems: list[Diagnostic]) -> None:
        self.words = words
        self.problems = problems
        self.tell = problems.append
        self.blocks: dict[str, Block] = {}
        self.defaults: dict[str, dict[str, Argument]] = {}
        self.unsure: dict[str, frozenset[str]] = {}
        self.calls: list[PendingCall] = []
        self.reads: list[Read] = []
        """Every name that an expression reads: what the check of unused parameters needs."""
        self.block: Block | None = None
        self.names: TextNames
        self.labels: dict[str, Label | None] = {}

    # Lists of steps.

    def steps(self, node: Node, scope: Scope, where: str) -> tuple[Step, ...]:
        """A list of steps; empty ones and other forms are told."""
        if isinstance(node, Broken):
            return ()
        if not isinstance(node, Sequence):
            wanted = "a list of steps"
            candidates = late.mends.of_a_mapping(node) if isinstance(node, Mapping) else ()
            self.tell(
                rules.form.wrong_form(
                    node.span, where, wanted=wanted, found=found(node), mends=candidates
                )
            )
            return ()
        if not node.items:
            self.tell(rules.form.missing_key(node.span, "steps", where))
        return tuple(self.step(item, scope) for item in node.items)

    def branch(self, node: Node, scope: Scope) -> tuple[Step, ...]:
        """A branch of a merge: one step, or a list of steps."""
        if isinstance(node, Sequence):
            return self.steps(node, scope, "a branch")
        return (self.step(node, scope),)

    def step(self, node: Node, scope: Scope) -> Step:
        """One step, whatever is wrong with it."""
        if isinstance(node, Scalar):
            return self.labelled(node, None, scope)
        if isinstance(node, Mapping) and node.entries:
            entries = iter(node.entries.values())
            entry = next(entries)
            extra = next(entries, None)
            if node.broken and (label := self.empty_label(node)):
                return self.not_indented(label, entry, node)
            if extra is None:
                return self.labelled(entry.key, entry.value, scope)
            record = late.mends.kind_entry(node)
            self.tell(
                rules.form.several_keys_in_a_step(
                    extra.key.span,
                    entry.key.text,
                    extra.key.text,
                    late.mends.of_a_record(node, KINDS, STEP_KEYS) if record else (),
                    record=record is not None,
                )
            )
            return self.untrusted(entry.key)
        if not isinstance(node, Broken) and not (isinstance(node, Mapping) and node.broken):
            row = late.mends.of_a_row(node, list(KINDS)) if isinstance(node, Sequence) else ()
            wanted = "a kind, or one `label: value`"
            self.tell(
                rules.form.wrong_form(
                    node.span, "a step", wanted=wanted, found=found(node), mends=row
                )
            )
        return self.nothing(node)

    def nothing(self, node: Node) -> Step:
        """A step of which not even the label is known."""
        label = Scalar("", node.source, node.line, node.column, node.end_line, node.end_column)
        step = BrokenStep(label, "", None)
        step.broken = True
        return step

    def empty_label(self, node: Mapping) -> Scalar | None:
        """The label of a step whose parameters stand beside it, not below it. That it is empty
        was told; the cause is another, so it is told no more.
        """
        place = (node.source, node.line, node.column)
        for number in range(len(self.problems) - 1, -1, -1):
            problem = self.problems[number]
            if problem.span[:3] == place and problem.code == rules.text.empty_value.code:
                del self.problems[number]
                text = next(iter(node.broken))
                return Scalar(text, *problem.span)
        return None

    def not_indented(self, label: Scalar, first: Entry, node: Mapping) -> Step:
        """`- conv:` and its parameters, as far to the left as `conv`."""
        span = first.key.span
        words = f"indent the parameters of `{label.text}` by two more spaces"
        mend = Mend(words, indented(span, node.end_line))
        self.tell(rules.form.several_keys_in_a_step(span, label.text, first.key.text, [mend]))
        return self.untrusted(label)

    def untrusted(self, key: Scalar) -> Step:
        """A step whose parameters went astray: only its label is understood."""
        label = read_label(key.text, self.blocks.keys() | KINDS.keys(), KINDS)
        kind = KINDS.get(label.word) if label else None
        step: Step = BrokenStep(key, "", None)
        if kind is not None:
            step = LayerStep(key, kind, None)
            step.trusted = False
        step.broken = True
        self.name_by_label(step, label)
        return self.defined(step)

    def labelled(self, label: Scalar, value: Node | None, scope: Scope) -> Step:
        """A step with its label and value; dispatches on what the label names."""
        text = label.text
        if text not in self.labels:
            known = self.blocks.keys() | KINDS.keys() | set(CONTAINERS)
            self.labels[text] = read_label(text, known, KINDS)
        read = self.labels[text]
        step: Step
        if read is None:
            words, blocks = list(KINDS), list(self.blocks)
            near = late.mends.of_unknown_kind(label, [*blocks, *words, *CONTAINERS])
            self.tell(rules.form.unknown_kind(label.span, text, words, blocks, near))
            step = BrokenStep(label, "", value)
            self.look_for_a_name(step, value)
        elif read.word in KINDS:
            step = self.layer(LayerStep(label, KINDS[read.word], value), read, value, scope)
        elif read.word == "residual":
            step = self.residual(ResidualStep(label, value), read, value, scope)
        elif read.word == "aux":
            step = self.aux(AuxStep(label, value), read, value, scope)
        else:
            step = self.call(CallStep(label, read.word, value), read, value, scope)
        return self.defined(step)

    def look_for_a_name(self, step: Step, value: Node | None) -> None:
        """An unknown kind still has a name that later steps may read."""
        step.broken = True
        if isinstance(value, Mapping) and (entry := value.entries.get("name")):
            self.read_name(step, entry)
        elif NAME.fullmatch(step.label.text) and step.label.text[-1].isdigit():
            step.name = step.label.text

    def defined(self, step: Step) -> Step:
        if step.name is not None:
            node = step.value
            key = node.entries.get("name") if isinstance(node, Mapping) else None
            self.names.define(step.name, key.value.span if key else step.span)
        else:
            self.names.count += 1
            self.names.unnamed.setdefault(step.word, []).append(step.span)
        return step

    # Step keys.

    def name_by_label(self, step: Step, label: Label | None) -> None:
        if label is not None and label.number:
            step.name = step.label.text

    def step_keys(self, step: Step, value: Mapping, scope: Scope, *, merge: bool = False) -> Scope:
        """Reads `name`, `from`, `repeat`, `if`, `expect`, `share`; gives the scope of the rest."""
        entries = value.entries
        if value.broken:
            step.broken = True
        if "from" in entries:
            step.sources = self.read_sources(step, entries["from"].value, merge=merge)
            if len(step.sources) == 1:
                scope = scope.inside()
        outer = scope
        if "repeat" in entries or "repeat" in value.broken:
            scope = scope.repeated()
        if "repeat" in entries:
            step.repeat = self.keyed(step, entries["repeat"], REPEAT, outer)
        if "if" in entries:
            step.condition = self.keyed(step, entries["if"], CONDITION, scope)
        if "name" in entries:
            self.read_name(step, entries["name"])
        if "expect" in entries:
            node = entries["expect"].value
            try:
                step.expect = ExpectedShape(read_shape(node), node.span)
            except Problem as problem:
                self.tell(problem.diagnostic)
        if "share" in entries:
            step.share = self.reference(entries["share"].value, "share")
        return scope

    def keyed(self, step: Step, entry: Entry, field: Field[Any], scope: Scope) -> Operand | None:
        """The operand of a step key, its constant checked."""
        try:
            operand = self.operand(entry.value, scope)
            if operand.is_constant:
                convert(field, operand.evaluate({}), operand, f"{field.name} of {step.label.text}")
        except Problem as problem:
            self.tell(problem.diagnostic)
        except Untold:
            pass
        else:
            return operand
        step.broken = True
        return None

    def read_name(self, step: Step, entry: Entry) -> None:
        node = entry.value
        if not isinstance(node, Scalar):
            self.tell(rules.form.wrong_form(node.span, "name", wanted="a name", found=found(node)))
            return
        if step.name is not None:
            label = step.label
            two = (
                late.mends.of_two_names(label, step.word, step.value)
                if isinstance(step.value, Mapping)
                else ()
            )
            self.tell(rules.form.name_given_twice(node.span, label.text, node.text, two))
        elif self.legal_name(node, "step"):
            step.name = node.text

    def legal_name(self, node: Scalar, what: str) -> bool:
        """Whether a name may be given to a step, parameter or block; tells when not."""
        if not NAME.fullmatch(node.text):
            self.tell(rules.references.bad_name(node.span, node.text, what))
        elif node.text in self.words or node.text in RESERVED or node.text in KINDS:
            self.tell(rules.references.reserved_name(node.span, node.text, what))
        else:
            return True
        return False

    def read_sources(self, step: Step, node: Node, *, merge: bool) -> tuple[Reference, ...]:
        if isinstance(node, Sequence) and merge:
            read = [self.reference(item, "from") for item in node.items]
            if len(read) < 2:
                self.tell(rules.form.too_few_branches(node.span, step.word, len(read)))
                step.broken = True
            if None in read:
                step.broken = True
            return tuple(reference for reference in read if reference)
        reference = self.reference(node, "from")
        if reference is None:
            step.broken = True
        return (reference,) if reference else ()

    def reference(self, node: Node, key: str) -> Reference | None:
        """A step's name; its existence is checked when the text is complete."""
        if isinstance(node, Broken):
            return None
        if not isinstance(node, Scalar):
            wanted = "the name of a step"
            self.tell(rules.form.wrong_form(node.span, key, wanted=wanted, found=found(node)))
            return None
        if node.text == "previous" and key in ("share", "outputs"):
            self.tell(
                rules.references.unknown_step(node.span, node.text, list(self.names.text.names))
            )
            return None
        reference = Reference(node.text, node.span)
        if self.block is not None and node.text in self.block.parameters:
            self.block.tensors.add(node.text)
        self.names.use(reference)
        return reference

    # Values.

    def operand(self, node: Node, scope: Scope, *, keys: tuple[str, ...] = ()) -> Operand:
        """A value as an expression, a list or (with ``keys``) a mapping; raises `Problem`."""
        if isinstance(node, Scalar):
            expression = expressions.parse(node, self.words)
            if not expression.is_constant:
                for name, span in expression.names:
                    self.reads.append(Read(self.block, name, span))
                    fault = scope.fault(name, span, self.block.tensors if self.block else ())
                    if fault is not None:
                        raise Problem(fault)
            return expression
        if isinstance(node, Sequence):
            return ListOperand(node, tuple(self.operand(item, scope) for item in node.items))
        if isinstance(node, Mapping) and keys:
            for key, entry in node.entries.items():
                if key not in keys:
                    raise Problem(rules.form.unknown_key(entry.key.span, key, "padding", keys))
            entries = {k: self.operand(e.value, scope) for k, e in node.entries.items()}
            return MapOperand(node, entries)
        if isinstance(node, Mapping):
            raise Problem(
                rules.form.wrong_form(
                    node.span, "this", wanted="a value or a list", found="a mapping"
                )
            )
        raise Untold

    def try_operand(self, node: Node, scope: Scope) -> Operand | None:
        """The same, its mistake told; None when there is one."""
        try:
            return self.operand(node, scope)
        except Problem as problem:
            self.tell(problem.diagnostic)
        except Untold:
            pass
        return None

    # Layers.

    def layer(self, step: LayerStep, label: Label, value: Node | None, scope: Scope) -> Step:
        """A layer: bare, first parameter, list form, or mapping."""
        self.name_by_label(step, label)
        kind = step.kind
        if isinstance(value, Mapping):
            scope = self.step_keys(step, value, scope, merge=kind.takes_branches)
            self.named_fields(step, value, scope)
        elif isinstance(value, Sequence):
            if kind.takes_branches:
                if self.names_only(value):
                    step.broken = True
                    self.tell(
                        rules.form.names_as_branches(
                            value.span, step.word, [late.mends.names_of(value)]
                        )
                    )
                else:
                    step.branches = self.branches(value, scope)
            else:
                self.list_form(step, value, scope)
        elif isinstance(value, Scalar):
            self.first_parameter(step, value, scope)
        elif value is not None:
            step.broken = True
        self.finish_layer(step)
        return step

    def names_only(self, value: Sequence) -> bool:
        """Whether a list holds names of earlier steps, where branches would stand."""
        return bool(value.items) and all(
            isinstance(item, Scalar) and (item.text in self.names.order or item.text == "previous")
            for item in value.items
        )

    def named_fields(self, step: LayerStep, value: Mapping, scope: Scope) -> None:
        fields = step.kind.fields
        for key, entry in value.entries.items():
            if key in fields:
                self.argument(step, fields[key], entry.value, scope)
            elif key == "branches" and step.kind.takes_branches:
                if isinstance(entry.value, Sequence):
                    step.branches = self.branches(entry.value, scope)
                else:
                    kind = found(entry.value)
                    self.tell(
                        rules.form.wrong_form(entry.value.span, key, wanted="a list", found=kind)
                    )
            elif key not in STEP_KEYS:
                known = [*fields, *STEP_KEYS, *(["branches"] if step.kind.takes_branches else [])]
                near = late.mends.of_unknown_key(value, entry, known)
                self.tell(rules.form.unknown_key(entry.key.span, key, step.word, known, near))
                step.broken, step.trusted = True, False
        step.faulty.update(value.broken)

    def list_form(self, step: LayerStep, value: Sequence, scope: Scope) -> None:
        kind = step.kind
        places = kind.positional if kind.takes_list else ()
        if len(value.items) > len(places):
            first = kind.positional[0] if kind.positional else next(iter(kind.fields), "")
            candidates = late.mends.of_no_list_form(kind, step.label, value)
            self.tell(
                rules.form.no_list_form(
                    value.span, step.word, first=first, count=len(places), mends=candidates
                )
            )
            step.broken, step.trusted = True, False
        for name, item in zip(places, value.items, strict=False):
            self.argument(step, kind.fields[name], item, scope)

    def first_parameter(self, step: LayerStep, value: Scalar, scope: Scope) -> None:
        kind = step.kind
        if kind.takes_branches or not kind.positional:
            keys = [*kind.fields, *STEP_KEYS] if kind.fields else []
            candidates = late.mends.of_no_bare_value(kind, step.label, value)
            self.tell(rules.form.no_bare_value(value.span, step.word, keys, candidates))
            step.broken, step.trusted = True, False
            return
        self.argument(step, kind.fields[kind.positional[0]], value, scope)

    def argument(self, step: LayerStep, field: Field[Any], node: Node, scope: Scope) -> None:
        """One field of a layer: constants are converted now, the rest where the step runs."""
        if isinstance(field, TensorName):
            target = self.reference(node, field.name)
            if target is None:
                step.broken = True
            else:
                step.targets[field.name] = target
            return
        constant = None
        try:
            operand = self.operand(node, scope, keys=field.keys)
            if operand.is_constant:
                subject = f"{field.name} of {step.name or step.word}"
                constant = convert(field, operand.evaluate({}), operand, subject)
        except Problem as problem:
            self.tell(problem.diagnostic)
        except Untold:
            pass
        else:
            step.arguments[field.name] = Argument(field.name, operand, constant)
            return
        step.broken = True
        step.faulty.add(field.name)

    def fields(
        self, kind: type[Layer], value: Mapping, scope: Scope
    ) -> tuple[dict[str, Argument], frozenset[str]]:
        """The values that `defaults` gives to a kind's parameters; those that a mistake left
        unknown (with a key that is not understood: every other).
        """
        given = LayerStep(
            Scalar(kind.kind, value.source, value.line, value.column, 0, 0), kind, None
        )
        known = [n for n, field in kind.fields.items() if not isinstance(field, TensorName)]
        for key, entry in value.entries.items():
            if key in known:
                self.argument(given, kind.fields[key], entry.value, scope)
            else:
                self.tell(
                    rules.form.unknown_key(entry.key.span, key, f"{kind.kind} in defaults", known)
                )
                given.faulty.update(known)
        return given.arguments, frozenset((given.faulty | value.broken) - given.arguments.keys())

    def finish_layer(self, step: LayerStep) -> None:
        """Required fields are there; constants and the rest are sorted apart."""
        if step.kind.takes_branches:
            self.check_branches(step)
        for name, field in step.kind.fields.items():
            if field.required and name not in step.arguments and not self.defaulted(step, name):
                self.missing(step, name)
        given = step.arguments.values()
        step.constants = {a.field: a.constant for a in given if a.operand.is_constant}
        step.constants |= {name: target.name for name, target in step.targets.items()}
        step.dynamic = tuple(a for a in given if not a.operand.is_constant)

    def defaulted(self, step: LayerStep, name: str) -> bool:
        """Whether the file's `defaults` give a required field."""
        words = (*step.kind.inherits_defaults, step.kind.kind)
        return any(name in self.defaults.get(word, ()) for word in words) or any(
            name in self.unsure.get(word, ()) for word in words
        )

    def missing(self, step: LayerStep, name: str) -> None:
        """A required field is not given; told, unless something in this step was told already."""
        if not step.broken:
            example = ", ".join(f"{n}: …" for n, f in step.kind.fields.items() if f.required)
            where = step.name or step.word
            self.tell(rules.form.missing_key(step.span, name, where, f"{step.word}: {{{example}}}"))
        step.broken = True
        step.faulty.add(name)

    # Merges and containers.

    def branches(self, value: Sequence, scope: Scope) -> tuple[tuple[Step, ...], ...]:
        return tuple(self.branch(item, scope.inside()) for item in value.items)

    def check_branches(self, step: LayerStep) -> None:
        many = isinstance(step.value, Mapping) and (
            (entry := step.value.entries.get("from")) is not None
            and isinstance(entry.value, Sequence)
        )
        if step.broken:
            return
        if many and step.repeat is not None:
            assert isinstance(step.value, Mapping)
            candidates = late.mends.without_entry(step.value, "repeat")
            self.tell(rules.form.not_with_repeat(step.span, step.word, candidates))
        elif many and step.branches:
            self.tell(rules.form.branches_and_from(step.span, step.word, both=True))
        elif many:
            return
        elif not step.branches:
            self.tell(rules.form.branches_and_from(step.span, step.word, both=False))
        elif len(step.branches) < 2:
            self.tell(rules.form.too_few_branches(step.span, step.word, len(step.branches)))
        else:
            return
        step.broken = True

    def residual(self, step: ResidualStep, label: Label, value: Node | None, scope: Scope) -> Step:
        self.name_by_label(step, label)
        entries = self.container(step, value, scope, ("shortcut", "body"))
        if entries is None:
            return step
        inner, keys = entries
        if "shortcut" in keys:
            step.shortcut = self.keyed(step, keys["shortcut"], SHORTCUT, inner)
        step.body = self.body(step, value, keys, inner)
        return step

    def aux(self, step: AuxStep, label: Label, value: Node | None, scope: Scope) -> Step:
        self.name_by_label(step, label)
        entries = self.container(step, value, scope, ("body",))
        if entries is not None:
            step.body = self.body(step, value, entries[1], entries[0])
        return step

    def container(
        self, step: Step, value: Node | None, scope: Scope, keys: tuple[str, ...]
    ) -> tuple[Scope, dict[str, Entry]] | None:
        """The scope and the entries of a step that has a body; None when it has no such form."""
        if isinstance(value, Sequence):
            return scope, {}
        if not isinstance(value, Mapping):
            if not isinstance(value, Broken):
                span = step.span if value is None else value.span
                kind = "nothing" if value is None else found(value)
                self.tell(
                    rules.form.wrong_form(span, step.word, wanted="a list of steps", found=kind)
                )
            step.broken = True
            return None
        scope = self.step_keys(step, value, scope)
        for key, entry in value.entries.items():
            if key not in keys and key not in STEP_KEYS:
                known = [*keys, *STEP_KEYS]
                self.tell(rules.form.unknown_key(entry.key.span, key, step.word, known))
                step.broken = True
        return scope, value.entries

    def body(
        self, step: Step, value: Node | None, keys: dict[str, Entry], scope: Scope
    ) -> tuple[Step, ...]:
        if isinstance(value, Sequence):
            return self.steps(value, scope.inside(), f"the body of {step.label.text}")
        if "body" in keys:
            return self.steps(keys["body"].value, scope.inside(), f"the body of {step.label.text}")
        if not step.broken:
            self.tell(rules.form.missing_key(step.span, "body", step.label.text, "body: […]"))
            step.broken = True
        return ()

    # Calls.

    def call(self, step: CallStep, label: Label, value: Node | None, scope: Scope) -> Step:
        """A block call; its arguments are read when the whole file is known."""
        self.name_by_label(step, label)
        if isinstance(value, Mapping):
            scope = self.step_keys(step, value, scope)
        given = sort_arguments(self, step, value, STEP_KEYS)
        self.calls.append(PendingCall(step, given, scope, self.block, self.names, self.names.count))
        return step
