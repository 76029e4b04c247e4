"""The steps of a text: labels, lists of steps, containers, calls; one class of step a method.

A form error fails its own step only: it is told, the step marked broken, and reading goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Fix
from cnncalc.language import late, rules
from cnncalc.language.calls import PendingCall, sort_arguments
from cnncalc.language.keys import SHORTCUT, STEP_KEYS
from cnncalc.language.labels import NAME, Label, read_label
from cnncalc.language.layers import LayerReader
from cnncalc.language.spec import AuxStep, BrokenStep, CallStep, LayerStep, ResidualStep, Step
from cnncalc.language.words import found
from cnncalc.layers.layer import KINDS
from cnncalc.text import rules as text_rules
from cnncalc.text.edits import indented
from cnncalc.text.parser import Broken, Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.language.names import Scope


class StepReader(LayerReader):
    """Reads steps of every class."""

    def steps(self, node: Node, scope: Scope, where: str) -> tuple[Step, ...]:
        """A list of steps; empty ones and other forms are told."""
        if isinstance(node, Broken):
            return ()
        if not isinstance(node, Sequence):
            wanted = "a list of steps"
            candidates = late.fixes.of_a_mapping(node) if isinstance(node, Mapping) else ()
            self.tell(
                rules.form.wrong_form(
                    node.span, where, wanted=wanted, found=found(node), fixes=candidates
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
            record = late.fixes.kind_entry(node)
            self.tell(
                rules.form.several_keys_in_a_step(
                    extra.key.span,
                    entry.key.text,
                    extra.key.text,
                    late.fixes.of_a_record(node, KINDS, STEP_KEYS) if record else (),
                    record=record is not None,
                )
            )
            return self.untrusted(entry.key)
        if not isinstance(node, Broken) and not (isinstance(node, Mapping) and node.broken):
            row = late.fixes.of_a_row(node, list(KINDS)) if isinstance(node, Sequence) else ()
            wanted = "a kind, or one `label: value`"
            self.tell(
                rules.form.wrong_form(
                    node.span, "a step", wanted=wanted, found=found(node), fixes=row
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
            if problem.span[:3] == place and problem.code == text_rules.text.empty_value.code:
                del self.problems[number]
                text = next(iter(node.broken))
                return Scalar(text, *problem.span)
        return None

    def not_indented(self, label: Scalar, first: Entry, node: Mapping) -> Step:
        """`- conv:` and its parameters, as far to the left as `conv`."""
        span = first.key.span
        words = f"indent the parameters of `{label.text}` by two more spaces"
        fix = Fix(words, indented(span, node.end_line))
        self.tell(rules.form.several_keys_in_a_step(span, label.text, first.key.text, [fix]))
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
            self.labels[text] = read_label(text, self.kinds, KINDS)
        read = self.labels[text]
        step: Step
        if self.misnamed and (text in self.misnamed or (read and read.word in self.misnamed)):
            step = BrokenStep(label, "", value)
            self.look_for_a_name(step, value)
        elif read is None:
            near = late.fixes.of_unknown_kind(label, value, self.kinds)
            advice = late.fixes.kind_meant(label, value)
            self.tell(rules.form.unknown_kind(label.span, text, self.kinds, near, advice))
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

    def call(self, step: CallStep, label: Label, value: Node | None, scope: Scope) -> Step:
        """A block call; its arguments are read when the whole file is known."""
        self.name_by_label(step, label)
        if isinstance(value, Mapping):
            scope = self.step_keys(step, value, scope)
        given = sort_arguments(self, step, value, STEP_KEYS)
        self.calls.append(PendingCall(step, given, scope, self.block, self.names, self.names.count))
        return step
