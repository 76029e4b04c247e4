"""Layer steps: the bare kind, the first parameter, the list form and the mapping; their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Problem
from cnncalc.language import late, rules
from cnncalc.language.keys import STEP_KEYS, KeyReader
from cnncalc.language.labels import Label
from cnncalc.language.operands import convert
from cnncalc.language.spec import Argument, LayerStep, Step
from cnncalc.language.values import Untold
from cnncalc.language.words import found
from cnncalc.layers.fields import Field, TensorName
from cnncalc.layers.layer import Layer
from cnncalc.text.parser import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.language.names import Scope


class LayerReader(KeyReader):
    """Reads the fields of layers."""

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
                            value.span, step.word, [late.fixes.names_of(value)]
                        )
                    )
                else:
                    self.read_branches(step, value, scope)
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
                    self.read_branches(step, entry.value, scope)
                else:
                    kind = found(entry.value)
                    self.tell(
                        rules.form.wrong_form(entry.value.span, key, wanted="a list", found=kind)
                    )
            elif key not in STEP_KEYS:
                known = [*fields, *STEP_KEYS, *(["branches"] if step.kind.takes_branches else [])]
                near = late.fixes.of_unknown_key(value, entry, known)
                self.tell(rules.form.unknown_key(entry.key.span, key, step.word, known, near))
                step.broken, step.trusted = True, False
        step.faulty.update(value.broken)

    def list_form(self, step: LayerStep, value: Sequence, scope: Scope) -> None:
        kind = step.kind
        places = kind.positional if kind.takes_list else ()
        if len(value.items) > len(places):
            first = kind.positional[0] if kind.positional else next(iter(kind.fields), "")
            candidates = late.fixes.of_no_list_form(kind, step.label, value)
            self.tell(
                rules.form.no_list_form(
                    value.span, step.word, first=first, count=len(places), fixes=candidates
                )
            )
            step.broken, step.trusted = True, False
        for name, item in zip(places, value.items, strict=False):
            self.argument(step, kind.fields[name], item, scope)

    def first_parameter(self, step: LayerStep, value: Scalar, scope: Scope) -> None:
        kind = step.kind
        if kind.takes_branches or not kind.positional:
            keys = [*kind.fields, *STEP_KEYS] if kind.fields else []
            candidates = late.fixes.of_no_bare_value(kind, step.label, value)
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
        subject = f"{field.name} of {step.name or step.word}"
        try:
            operand = self.operand(node, scope, keys=field.keys)
            if operand.is_constant:
                constant = convert(field, operand.evaluate({}), operand, subject)
        except Problem as problem:
            told = problem.diagnostic
            self.tell(late.fixes.of_a_choice(told, field, node, scope.names, subject))
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
                near = late.fixes.of_unknown_key(value, entry, known)
                where = f"{kind.kind} in defaults"
                self.tell(rules.form.unknown_key(entry.key.span, key, where, known, near))
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

    def check_branches(self, step: LayerStep) -> None:
        many = isinstance(step.value, Mapping) and (
            (entry := step.value.entries.get("from")) is not None
            and isinstance(entry.value, Sequence)
        )
        if step.broken:
            return
        if many and step.repeat is not None:
            assert isinstance(step.value, Mapping)
            candidates = late.fixes.without_entry(step.value, "repeat")
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

    def read_branches(self, step: LayerStep, value: Sequence, scope: Scope) -> None:
        """The branches of a merge: each one step, or a list of steps."""
        step.branches = tuple(self.branch(item, scope.inside()) for item in value.items)
        step.alone = tuple(not isinstance(item, Sequence) for item in value.items)

    def branch(self, node: Node, scope: Scope) -> tuple[Step, ...]:
        """The steps of a branch."""
        raise NotImplementedError
