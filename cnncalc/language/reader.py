"""The spec file as a whole: its keys, in the order in which they need each other, and `extends`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Problem, Source, Span
from cnncalc.language import late, rules
from cnncalc.language.blocks import check_recursion, read_signature
from cnncalc.language.calls import finish_calls
from cnncalc.language.claims import mapping_of, read_expect, read_published, read_training, text_of
from cnncalc.language.names import Scope, TextNames
from cnncalc.language.operands import ListOperand
from cnncalc.language.shapes import read_shape
from cnncalc.language.spec import Block, InputTensor, Parameter, Reference, Spec
from cnncalc.language.steps import StepReader
from cnncalc.language.words import found, language_words
from cnncalc.layers.layer import KINDS
from cnncalc.text import parser as yaml_tree
from cnncalc.text.edits import near_name
from cnncalc.text.parser import Broken, Entry, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Open = Callable[[str, Source], Source]
    """Opens the base that a file names; raises `OSError` with a message."""

FREE_KEYS = ("name", "description", "family", "year", "source")
EXTENDING_KEYS = (*FREE_KEYS, "input", "inputs", "parameters", "expect", "published", "training")
KEYS = (*EXTENDING_KEYS, "defaults", "blocks", "layers", "outputs")
MAX_CHAIN = 8
NOTHING = Scope(frozenset())


def read_spec(
    source: Source, problems: list[Diagnostic], open_base: Open, chain: tuple[str, ...] = ()
) -> Spec | None:
    """The spec that a text holds; what is wrong is appended to ``problems``. None when there is
    nothing to go on with (a syntax error, no layers, no base).
    """
    first = len(problems)
    spec = read_text(source, source.text, problems, open_base, chain)
    if len(problems) > first:

        def again(text: str) -> tuple[Spec | None, list[Diagnostic]]:
            others = type(problems)()  # as many as are allowed, no more
            return read_text(source, text, others, open_base, chain), others

        found_here = problems[first:]
        spec = late.second_look.second_look(source, found_here, spec, again)
        problems[first:] = found_here
    return spec


def read_text(
    source: Source, text: str, problems: list[Diagnostic], open_base: Open, chain: tuple[str, ...]
) -> Spec | None:
    """The same for a text that is read in the source's place, and is as long."""
    tree = yaml_tree.parse(source, problems, text)
    if tree is None or isinstance(tree, Broken):
        return None
    if not isinstance(tree, Mapping):
        wanted = "a mapping with `layers:`"
        problems.append(
            rules.form.wrong_form(tree.span, "a spec", wanted=wanted, found=found(tree))
        )
        return None
    reader = FileReader(source, tree, problems)
    if "extends" in tree.entries:
        return reader.extending(open_base, (*chain, source.path))
    return reader.whole()


class FileReader:
    """Reads one file."""

    def __init__(self, source: Source, tree: Mapping, problems: list[Diagnostic]) -> None:
        self.tree = tree
        self.entries = tree.entries
        self.problems = problems
        self.tell = problems.append
        self.spec = Spec(source)
        self.steps = StepReader(language_words(), problems)
        self.texts: list[TextNames] = []

    def whole(self) -> Spec | None:
        """A spec with layers of its own."""
        spec, steps = self.spec, self.steps
        for key, entry in self.entries.items():
            if key not in KEYS:
                self.unknown(key, entry, [*KEYS, "extends"])
        if "layers" not in self.entries:
            if "layers" not in self.tree.broken:
                self.tell(rules.form.missing_key(self.start(), "layers", "the spec"))
            return None
        spec.anchor = self.entries["layers"].key.span
        self.free_texts()
        spec.inputs = self.inputs()
        spec.parameters = self.parameters()
        scope = Scope(frozenset(spec.parameters))
        self.defaults(scope)
        self.blocks(scope)
        names = TextNames(spec.text, {i.name: i.span for i in spec.inputs}, self.tell)
        steps.block, steps.names = None, names
        spec.layers = steps.steps(self.entries["layers"].value, scope, "layers")
        spec.outputs = self.outputs(names)
        spec.blocks = steps.blocks
        finish_calls(steps)
        for text in (*self.texts, names):
            text.check()
        check_recursion(steps)
        self.first_step()
        self.claims(scope)
        spec.reads = steps.reads
        return spec

    def unknown(self, key: str, entry: Entry, known: list[str]) -> None:
        """A key that is none: what it means is read under the key that it is near to."""
        free = [name for name in known if name not in self.entries]
        near = late.suggestions.nearest(key, free, late.suggestions.SPEC_ALIASES)
        candidates = rules.references.rename(entry.key.span, near) if near else ()
        self.tell(rules.form.unknown_key(entry.key.span, key, "a spec", known, candidates))
        if near:
            self.entries = {**self.entries, near: entry}

    def start(self) -> Span:
        return Span(self.spec.source, 1, 1, 1, 1)

    # Texts and input.

    def free_texts(self) -> None:
        spec = self.spec
        spec.name = text_of(self.tree, "name", self.tell)
        spec.description = text_of(self.tree, "description", self.tell)
        spec.family = text_of(self.tree, "family", self.tell)
        spec.origin = text_of(self.tree, "source", self.tell)
        year = text_of(self.tree, "year", self.tell)
        if year and not (year.isascii() and year.isdigit() and len(year) == 4):
            span = self.entries["year"].value.span
            self.tell(rules.form.wrong_form(span, "year", wanted="a year", found=f"'{year}'"))
        elif year:
            spec.year = int(year)

    def inputs(self, *, required: bool = True) -> tuple[InputTensor, ...]:
        """`input: SHAPE`, or `inputs: {NAME: SHAPE, …}`."""
        one, many = self.entries.get("input"), self.entries.get("inputs")
        if one and many:
            self.tell(rules.form.input_given_twice(many.key.span, one.key.span))
        if one:
            return self.input("input", one)
        if many:
            mapping = mapping_of(many.value, "inputs", self.tell)
            entries = mapping.entries if mapping else {}
            return tuple(
                tensor
                for name, entry in entries.items()
                if self.steps.legal_name(entry.key, "input")
                for tensor in self.input(name, entry)
            )
        if required and not self.tree.broken & {"input", "inputs"}:
            self.tell(rules.form.missing_key(self.start(), "input", "the spec", "input: 224x224x3"))
        return ()

    def input(self, name: str, entry: Entry) -> tuple[InputTensor, ...]:
        if isinstance(entry.value, Broken):
            return ()
        try:
            shape = read_shape(entry.value)
        except Problem as problem:
            self.tell(problem.diagnostic)
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
            candidates = late.fixes.of_first_step(first.label, first.value, names)
            self.tell(rules.form.first_step_needs_from(first.span, names, candidates))
            first.broken = True

    # Parameters, defaults, blocks.

    def parameters(self, base: Spec | None = None) -> dict[str, Parameter]:
        """`parameters:`; with ``base``, only overrides of its parameters."""
        entry = self.entries.get("parameters")
        mapping = mapping_of(entry.value, "parameters", self.tell) if entry else None
        read: dict[str, Parameter] = {}
        known = base.parameters if base else {}
        for name, item in mapping.entries.items() if mapping else ():
            if base is not None and name not in known:
                near = rules.references.rename(item.key.span, late.suggestions.nearest(name, known))
                self.tell(
                    rules.form.unknown_key(
                        item.key.span, name, "the base", [*known], near, what="parameter"
                    )
                )
                continue
            if base is None and not self.steps.legal_name(item.key, "parameter"):
                continue
            above = known if base else read
            operand = self.steps.try_operand(item.value, Scope(above.keys()))
            if isinstance(operand, ListOperand) and any(
                isinstance(inner, ListOperand) for inner in operand.items
            ):
                wanted = "a number, true or false, a word, or a list of these"
                self.tell(
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
        mapping = mapping_of(entry.value, "defaults", self.tell) if entry else None
        self.spec.unsure = self.steps.unsure
        if (entry and mapping is None) or "defaults" in self.tree.broken:
            self.unsure(KINDS, None)
        for word, item in mapping.entries.items() if mapping else ():
            kind = KINDS.get(word)
            if kind is not None and mapping and isinstance(item.value, Scalar):
                inner = None
                self.tell(late.fixes.of_a_bare_default(item, mapping))
            else:
                inner = mapping_of(item.value, f"the defaults of {word}", self.tell)
            if kind is None:
                span, aliases = item.key.span, late.suggestions.KIND_ALIASES
                near = near_name(span, word, KINDS, aliases)
                self.tell(rules.form.unknown_kind(span, word, KINDS, near))
                self.unsure(KINDS, inner)
            elif inner is None:
                self.unsure((word,), None)
            else:
                given, faulty = self.steps.fields(kind, inner, scope)
                self.spec.defaults[word] = self.steps.defaults[word] = given
                self.steps.unsure[word] = self.steps.unsure.get(word, frozenset()) | faulty
        self.unsure(mapping.broken if mapping else (), None)

    def unsure(self, kinds: Iterable[str], mapping: Mapping | None) -> None:
        """A mistake leaves the defaults of these kinds unknown: the fields of the mapping, or
        all.
        """
        known = self.steps.unsure
        for word in kinds:
            fields = KINDS[word].fields.keys() if word in KINDS else frozenset()
            own = fields if mapping is None else fields & mapping.entries.keys()
            if own:
                known[word] = known.get(word, frozenset()) | own

    def blocks(self, scope: Scope) -> None:
        """`blocks:`: first all signatures, so that blocks may stand in any order."""
        entry = self.entries.get("blocks")
        mapping = mapping_of(entry.value, "blocks", self.tell) if entry else None
        bodies: list[tuple[Block, Entry]] = []
        for item in mapping.entries.values() if mapping else ():
            block = read_signature(self.steps, item.key, self.spec.parameters)
            if block is None:
                continue
            if block.name in self.steps.blocks:
                first = self.steps.blocks[block.name].span
                self.tell(rules.references.duplicate_name(block.span, block.name, first))
                continue
            self.steps.blocks[block.name] = block
            bodies.append((block, item))
        for block, item in bodies:
            self.block(block, item, scope)

    def block(self, block: Block, item: Entry, scope: Scope) -> None:
        given = {p.name: p.span for p in block.parameters.values()}
        names = TextNames(block.text, given, self.tell, block)
        self.steps.block, self.steps.names = block, names
        inner = Scope(scope.names | block.parameters.keys(), in_channels=True)
        block.steps = self.steps.steps(item.value, inner, f"the block {block.name}")
        self.texts.append(names)

    def outputs(self, names: TextNames) -> tuple[Reference, ...]:
        """`outputs: [p3, p4]`."""
        entry = self.entries.get("outputs")
        if entry is None or isinstance(entry.value, Broken):
            return ()
        if not isinstance(entry.value, Sequence):
            kind = found(entry.value)
            near = late.fixes.as_list(entry.value) if isinstance(entry.value, Scalar) else ()
            wanted = "a list of names"
            self.tell(
                rules.form.wrong_form(
                    entry.value.span, "outputs", wanted=wanted, found=kind, fixes=near
                )
            )
            return ()
        names.count += 1
        read = (self.steps.reference(item, "outputs") for item in entry.value.items)
        return tuple(reference for reference in read if reference)

    # Claims.

    def claims(self, scope: Scope) -> None:
        spec, entries = self.spec, self.entries
        if "expect" in entries:
            spec.expect = read_expect(entries["expect"].value, self.tell)
        if "published" in entries:
            spec.published = read_published(entries["published"].value, self.tell)
        if "training" in entries:
            spec.training = read_training(entries["training"].value, self.steps, scope)

    # Extending.

    def extending(self, open_base: Open, chain: tuple[str, ...]) -> Spec | None:
        """A spec over another's layers."""
        for key, entry in self.entries.items():
            if key in KEYS and key not in EXTENDING_KEYS:
                self.tell(rules.form.not_with_extends(entry.key.span, key, EXTENDING_KEYS))
            elif key not in EXTENDING_KEYS and key != "extends":
                self.unknown(key, entry, [*EXTENDING_KEYS, "extends"])
        base = self.base(self.entries["extends"].value, open_base, chain)
        if base is None:
            return None
        return self.over(base)

    def base(self, node: yaml_tree.Node, open_base: Open, chain: tuple[str, ...]) -> Spec | None:
        if isinstance(node, Broken):
            return None
        if not isinstance(node, Scalar):
            wanted = "a name or a path"
            self.tell(rules.form.wrong_form(node.span, "extends", wanted=wanted, found=found(node)))
            return None
        try:
            source = open_base(node.text, self.spec.source)
        except Problem as problem:
            problem.diagnostic.span.source.extended_at = node.span
            self.tell(problem.diagnostic)
            return None
        except OSError as error:
            known = error.args[1] if len(error.args) > 1 else ()
            refused = isinstance(error, PermissionError)
            self.tell(
                rules.references.unknown_base(
                    node.span, node.text, str(error.args[0]), known, refused=refused
                )
            )
            return None
        source.extended_at = node.span
        longer = (*chain, source.path)
        if source.path in chain:
            self.tell(rules.references.circular_extends(node.span, longer))
            return None
        if len(longer) > MAX_CHAIN:
            self.tell(rules.limits.extends_too_deep(node.span, longer, MAX_CHAIN))
            return None
        return read_spec(source, self.problems, open_base, chain)

    def over(self, base: Spec) -> Spec:
        """The base with this file's input, parameters and claims."""
        spec = self.spec
        self.free_texts()
        spec.base, spec.layers_source = base, base.layers_source
        spec.anchor = self.entries["extends"].key.span
        spec.family, spec.origin = spec.family or base.family, spec.origin or base.origin
        spec.year = spec.year or base.year
        spec.inputs = self.inputs_over(base)
        own = self.parameters(base)
        spec.parameters = {name: own.get(name, old) for name, old in base.parameters.items()}
        spec.overridden = {
            name: (*base.overridden.get(name, ()), base.parameters[name])
            for name in base.parameters
            if name in own or name in base.overridden
        }
        for part in ("defaults", "unsure", "blocks", "layers", "text", "outputs", "reads"):
            setattr(spec, part, getattr(base, part))
        self.claims(Scope(frozenset(spec.parameters)))
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
                near = late.fixes.to_name(tensor.span, name, ())
                self.tell(rules.references.unknown_step(tensor.span, name, known, near))
        return tuple(own.get(old.name, old) for old in base.inputs)
