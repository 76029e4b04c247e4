"""The keys of a spec file, read in the order in which they need each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Problem, Source, Span
from cnncalc.language import rules
from cnncalc.language.blocks import check_recursion, finish_calls, read_signature
from cnncalc.language.claims import mapping_of, read_expect, read_published, read_training, text_of
from cnncalc.language.context import Context, Scope
from cnncalc.language.layer_steps import read_defaults
from cnncalc.language.names import TextNames, legal_name, reference
from cnncalc.language.operands import ListOperand, try_operand
from cnncalc.language.shapes import read_shape
from cnncalc.language.spec import Block, InputTensor, Parameter, Reference, Spec
from cnncalc.language.steps import read_steps
from cnncalc.language.vocabulary import EXTENDING_KEYS, KEYS
from cnncalc.layers.layer import KINDS
from cnncalc.text.edits import near_name, replacements
from cnncalc.text.nodes import Broken, Entry, Mapping, Scalar, Sequence, form_of

if TYPE_CHECKING:
    from collections.abc import Iterable


class FileReader:
    """Reads the keys of one file."""

    def __init__(self, source: Source, tree: Mapping, problems: list[Diagnostic]) -> None:
        self.tree = tree
        self.entries = tree.entries
        self.report = problems.append
        self.spec = Spec(source)
        self.context = Context(problems.append)

    def whole(self) -> Spec | None:
        """A spec with layers of its own."""
        spec, context = self.spec, self.context
        for key, entry in self.entries.items():
            if key not in KEYS:
                self.unknown(key, entry, [*KEYS, "extends"])
        if "layers" not in self.entries:
            if "layers" not in self.tree.broken:
                self.report(rules.form.missing_key(self.start(), "layers", "the spec"))
            return None
        spec.anchor = self.entries["layers"].key.span
        self.free_texts()
        spec.inputs = self.inputs()
        names = TextNames(spec.text, {i.name: i.span for i in spec.inputs})
        spec.parameters = self.parameters(names)
        scope = Scope(frozenset(spec.parameters), names)
        self.defaults(scope)
        texts = self.blocks(scope)
        spec.layers = read_steps(context, self.entries["layers"].value, scope, "layers")
        spec.outputs = self.outputs(names)
        spec.blocks = context.blocks
        finish_calls(context)
        for text in (*texts, names):
            text.check(self.report)
        check_recursion(context)
        self.first_step()
        self.claims(scope)
        spec.reads = context.reads
        return spec

    def unknown(self, key: str, entry: Entry, known: list[str]) -> None:
        """A key that is none: what it means is read under the key that it is near to."""
        from cnncalc.text.suggestions import SPEC_ALIASES, nearest

        span = entry.key.span
        near = nearest(key, [name for name in known if name not in self.entries], SPEC_ALIASES)
        self.report(rules.form.unknown_key(span, key, "a spec", known, replacements(span, near)))
        if near:
            self.entries = {**self.entries, near: entry}

    def start(self) -> Span:
        return Span(self.spec.source, 1, 1, 1, 1)

    # Texts and input.

    def free_texts(self) -> None:
        spec = self.spec
        spec.name = text_of(self.tree, "name", self.report)
        spec.description = text_of(self.tree, "description", self.report)
        spec.family = text_of(self.tree, "family", self.report)
        spec.origin = text_of(self.tree, "source", self.report)
        year = text_of(self.tree, "year", self.report)
        if year and not (year.isascii() and year.isdigit() and len(year) == 4):
            span = self.entries["year"].value.span
            self.report(rules.form.wrong_form(span, "year", wanted="a year", found=f"'{year}'"))
        elif year:
            spec.year = int(year)

    def inputs(self, *, required: bool = True) -> tuple[InputTensor, ...]:
        """`input: SHAPE`, or `inputs: {NAME: SHAPE, …}`."""
        one, many = self.entries.get("input"), self.entries.get("inputs")
        if one and many:
            self.report(rules.form.input_given_twice(many.key.span, one.key.span))
        if one:
            return self.input("input", one)
        if many:
            mapping = mapping_of(many.value, "inputs", self.report)
            entries = mapping.entries if mapping else {}
            return tuple(
                tensor
                for name, entry in entries.items()
                if legal_name(self.context, entry.key, "input")
                for tensor in self.input(name, entry)
            )
        if required and not self.tree.broken & {"input", "inputs"}:
            self.report(
                rules.form.missing_key(self.start(), "input", "the spec", "input: 224x224x3")
            )
        return ()

    def input(self, name: str, entry: Entry) -> tuple[InputTensor, ...]:
        if isinstance(entry.value, Broken):
            return ()
        try:
            shape = read_shape(entry.value)
        except Problem as problem:
            self.report(problem.diagnostic)
            return ()
        return (InputTensor(name, shape, entry.value.span),)

    def first_step(self) -> None:
        """With named inputs, the first step says which one it reads."""
        spec = self.spec
        if "inputs" not in self.entries or "input" in self.entries or not spec.layers:
            return
        first = spec.layers[0]
        if not first.sources and not first.broken and spec.inputs:
            names = [tensor.name for tensor in spec.inputs]
            candidates = rules.fixes.of_first_step(first.label, first.value, names)
            self.report(rules.form.first_step_needs_from(first.span, names, candidates))
            first.broken = True

    # Parameters, defaults, blocks.

    def parameters(self, names: TextNames, base: Spec | None = None) -> dict[str, Parameter]:
        """`parameters:`, each of which may read those above it; with ``base``, only overrides of
        its parameters.
        """
        entry = self.entries.get("parameters")
        mapping = mapping_of(entry.value, "parameters", self.report) if entry else None
        read: dict[str, Parameter] = {}
        known = base.parameters if base else {}
        for name, item in mapping.entries.items() if mapping else ():
            if base is not None and name not in known:
                near = near_name(item.key.span, name, known)
                self.report(
                    rules.form.unknown_key(
                        item.key.span, name, "the base", [*known], near, what="parameter"
                    )
                )
                continue
            if base is None and not legal_name(self.context, item.key, "parameter"):
                continue
            above = known if base else read
            operand = try_operand(self.context, item.value, Scope(above.keys(), names))
            if isinstance(operand, ListOperand) and any(
                isinstance(inner, ListOperand) for inner in operand.items
            ):
                wanted = "a number, true or false, a word, or a list of these"
                self.report(
                    rules.form.wrong_form(
                        item.value.span, name, wanted=wanted, found="a list of lists"
                    )
                )
                operand = None
            read[name] = Parameter(name, item.key.span, operand)
        return read

    def defaults(self, scope: Scope) -> None:
        """`defaults:`: for each layer kind, values for its parameters."""
        entry = self.entries.get("defaults")
        mapping = mapping_of(entry.value, "defaults", self.report) if entry else None
        context = self.context
        self.spec.defaults, self.spec.unsure = context.defaults, context.unsure
        if (entry and mapping is None) or "defaults" in self.tree.broken:
            self.unsure(KINDS, None)
        for word, item in mapping.entries.items() if mapping else ():
            kind = KINDS.get(word)
            if kind is not None and mapping and isinstance(item.value, Scalar):
                inner = None
                self.report(rules.fixes.of_a_bare_default(item, mapping))
            else:
                inner = mapping_of(item.value, f"the defaults of {word}", self.report)
            if kind is None:
                from cnncalc.language.vocabulary import kind_aliases

                span = item.key.span
                near = near_name(span, word, KINDS, kind_aliases())
                self.report(rules.form.unknown_kind(span, word, KINDS, near))
                self.unsure(KINDS, inner)
            elif inner is None:
                self.unsure((word,), None)
            else:
                context.defaults[word], faulty = read_defaults(context, kind, inner, scope)
                context.unsure[word] = context.unsure.get(word, frozenset()) | faulty
        self.unsure(mapping.broken if mapping else (), None)

    def unsure(self, kinds: Iterable[str], mapping: Mapping | None) -> None:
        """Leaves the defaults of these kinds unknown: the fields of the mapping, or all."""
        known = self.context.unsure
        for word in kinds:
            fields = KINDS[word].fields.keys() if word in KINDS else frozenset()
            own = fields if mapping is None else fields & mapping.entries.keys()
            if own:
                known[word] = known.get(word, frozenset()) | own

    def blocks(self, scope: Scope) -> list[TextNames]:
        """`blocks:`: first all signatures, so that blocks may stand in any order. Gives the names
        of each block's text.
        """
        context = self.context
        entry = self.entries.get("blocks")
        mapping = mapping_of(entry.value, "blocks", self.report) if entry else None
        bodies: list[tuple[Block, Entry]] = []
        for item in mapping.entries.values() if mapping else ():
            block = read_signature(context, item.key, self.spec.parameters)
            if block is None:
                continue
            if block.name in context.blocks:
                first = context.blocks[block.name].span
                self.report(rules.references.duplicate_name(block.span, block.name, first))
                continue
            context.blocks[block.name] = block
            bodies.append((block, item))
        return [self.block(block, item, scope) for block, item in bodies]

    def block(self, block: Block, item: Entry, scope: Scope) -> TextNames:
        given = {p.name: p.span for p in block.parameters.values()}
        names = TextNames(block.text, given, block)
        inner = Scope(scope.names | block.parameters.keys(), names, in_channels=True)
        block.steps = read_steps(self.context, item.value, inner, f"the block {block.name}")
        return names

    def outputs(self, names: TextNames) -> tuple[Reference, ...]:
        """`outputs: [p3, p4]`."""
        entry = self.entries.get("outputs")
        if entry is None or isinstance(entry.value, Broken):
            return ()
        if not isinstance(entry.value, Sequence):
            kind = form_of(entry.value)
            near = rules.fixes.as_list(entry.value) if isinstance(entry.value, Scalar) else ()
            wanted = "a list of names"
            self.report(
                rules.form.wrong_form(
                    entry.value.span, "outputs", wanted=wanted, found=kind, fixes=near
                )
            )
            return ()
        names.count += 1
        read = (reference(self.context, item, "outputs", names) for item in entry.value.items)
        return tuple(output for output in read if output)

    # Claims.

    def claims(self, scope: Scope) -> None:
        spec, entries = self.spec, self.entries
        if "expect" in entries:
            spec.expect = read_expect(entries["expect"].value, self.report)
        if "published" in entries:
            spec.published = read_published(entries["published"].value, self.report)
        if "training" in entries:
            spec.training = read_training(entries["training"].value, self.context, scope)

    # Extending.

    def check_extending_keys(self) -> None:
        """A file that extends another has no layers of its own."""
        for key, entry in self.entries.items():
            if key in KEYS and key not in EXTENDING_KEYS:
                self.report(rules.form.not_with_extends(entry.key.span, key, EXTENDING_KEYS))
            elif key not in EXTENDING_KEYS and key != "extends":
                self.unknown(key, entry, [*EXTENDING_KEYS, "extends"])

    def over(self, base: Spec) -> Spec:
        """The base with this file's input, parameters and claims."""
        spec = self.spec
        self.free_texts()
        spec.base, spec.layers_source = base, base.layers_source
        spec.anchor = self.entries["extends"].key.span
        spec.family, spec.origin = spec.family or base.family, spec.origin or base.origin
        spec.year = spec.year or base.year
        spec.inputs = self.inputs_over(base)
        names = TextNames(spec.text, {})
        own = self.parameters(names, base)
        spec.parameters = {name: own.get(name, old) for name, old in base.parameters.items()}
        spec.overridden = {
            name: (*base.overridden.get(name, ()), base.parameters[name])
            for name in base.parameters
            if name in own or name in base.overridden
        }
        for part in ("defaults", "unsure", "blocks", "layers", "text", "outputs", "reads"):
            setattr(spec, part, getattr(base, part))
        self.claims(Scope(frozenset(spec.parameters), names))
        spec.training = spec.training or base.training
        changed = [k for k in ("input", "inputs", "parameters") if k in self.entries]
        if changed or base.steps_switched_off:
            why = f"{spec.source.path} has its own {' and '.join(changed)}"
            spec.steps_switched_off = base.steps_switched_off or why
        return spec

    def inputs_over(self, base: Spec) -> tuple[InputTensor, ...]:
        """The input of this file in place of the base's, name by name."""
        own = {tensor.name: tensor for tensor in self.inputs(required=False)}
        for name, tensor in own.items():
            if name not in {old.name for old in base.inputs}:
                known = [old.name for old in base.inputs]
                near = rules.fixes.to_name(tensor.span, name, ())
                self.report(rules.references.unknown_step(tensor.span, name, known, near))
        return tuple(own.get(old.name, old) for old in base.inputs)
