"""What a spec is. Made by the reader, walked by `cnncalc.network`; nothing here does any work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from cnncalc.diagnostics import Span

if TYPE_CHECKING:
    from cnncalc.diagnostics import Source
    from cnncalc.language.operands import Operand
    from cnncalc.language.quantities import Quantity
    from cnncalc.layers.layer import Layer
    from cnncalc.layers.shape import Shape
    from cnncalc.text.parser import Node, Scalar


class Argument(NamedTuple):
    """A field and the value written for it. ``constant`` is the value converted to the field's
    type, where it can be known from the text alone; else None.
    """

    field: str
    operand: Operand
    constant: Any = None


class Reference(NamedTuple):
    """The name of a tensor (a step, an input, `previous`, a block's parameter) as written."""

    name: str
    span: Span


class ExpectedShape(NamedTuple):
    """A step's `expect`."""

    shape: Shape
    span: Span


class Step:
    """One step as written. ``word`` is the kind or block of its label, ``name`` the written name
    (by label or by key), ``value`` its YAML value, for fixes. ``broken``: a form error is reported.
    """

    __slots__ = ("broken", "condition", "expect", "label", "name", "repeat", "share", "sources",
                 "span", "value", "word")  # fmt: skip

    passes_input: ClassVar[bool] = False
    """Whether the next step reads what this one read, not its output."""

    def __init__(self, label: Scalar, word: str, value: Node | None) -> None:
        self.span = label.span
        self.label = label
        self.word = word
        self.value = value
        self.name: str | None = None
        self.sources: tuple[Reference, ...] = ()
        self.repeat: Operand | None = None
        self.condition: Operand | None = None
        self.expect: ExpectedShape | None = None
        self.share: Reference | None = None
        self.broken = False

    @property
    def bodies(self) -> tuple[tuple[Step, ...], ...]:
        """The lists of steps written inside this one."""
        return ()


class LayerStep(Step):
    """A layer: its kind and the fields given; for a merge also its branches."""

    __slots__ = ("alone", "arguments", "branches", "constants", "dynamic", "faulty", "kind",
                 "targets", "trusted")  # fmt: skip

    def __init__(self, label: Scalar, kind: type[Layer], value: Node | None) -> None:
        super().__init__(label, kind.kind, value)
        self.kind = kind
        self.arguments: dict[str, Argument] = {}
        self.constants: dict[str, Any] = {}
        """Fields whose value is known from the text, converted."""
        self.dynamic: tuple[Argument, ...] = ()
        """Fields that must be evaluated where the step runs."""
        self.targets: dict[str, Reference] = {}
        """Further tensors that its shape depends on (`to` of an upsample)."""
        self.branches: tuple[tuple[Step, ...], ...] = ()
        self.alone: tuple[bool, ...] = ()
        """Per branch, whether it is one step, not a list: skipped, it is left out of the merge."""
        self.faulty: set[str] = set()
        """Fields whose value is an error already reported: they are unknown."""
        self.trusted = True
        """False: a key was not understood, so a field left out is unknown, not its default."""

    @property
    def bodies(self) -> tuple[tuple[Step, ...], ...]:
        return self.branches


class CallStep(Step):
    """A call of a block. A tensor parameter's argument is a `Reference`."""

    __slots__ = ("arguments", "faulty", "trusted")

    def __init__(self, label: Scalar, block: str, value: Node | None) -> None:
        super().__init__(label, block, value)
        self.arguments: dict[str, Operand | Reference] = {}
        self.faulty: set[str] = set()
        """Parameters whose argument is an error already reported: they are unknown."""
        self.trusted = True
        """False: a key was not understood, so a parameter left out is unknown, not its default."""


class ResidualStep(Step):
    """x + body(x)."""

    __slots__ = ("body", "shortcut")

    def __init__(self, label: Scalar, value: Node | None) -> None:
        super().__init__(label, "residual", value)
        self.shortcut: Operand | None = None
        self.body: tuple[Step, ...] = ()

    @property
    def bodies(self) -> tuple[tuple[Step, ...], ...]:
        return (self.body,)


class AuxStep(Step):
    """An auxiliary head, in training only."""

    __slots__ = ("body",)
    passes_input = True

    def __init__(self, label: Scalar, value: Node | None) -> None:
        super().__init__(label, "aux", value)
        self.body: tuple[Step, ...] = ()

    @property
    def bodies(self) -> tuple[tuple[Step, ...], ...]:
        return (self.body,)


class BrokenStep(Step):
    """A step whose kind could not be recognised: its output is unknown."""

    __slots__ = ()


class Parameter(NamedTuple):
    """A parameter of the file, or of a block. ``operand`` is its (default) value; None when it
    is required, or when an error is reported there.
    """

    name: str
    span: Span
    operand: Operand | None
    required: bool = False


class Block:
    """A reusable group of steps. ``tensors``: its parameters that take a step's name."""

    __slots__ = ("name", "parameters", "span", "steps", "tensors", "text")

    def __init__(self, name: str, span: Span, parameters: dict[str, Parameter]) -> None:
        self.name = name
        self.span = span
        self.parameters = parameters
        self.tensors: set[str] = set()
        self.steps: tuple[Step, ...] = ()
        self.text = Text()

    @property
    def signature(self) -> str:
        """The definition as written: `stage(width, depth, stride=1)`."""
        words = [
            p.name if p.required else f"{p.name}={p.operand.text if p.operand else '?'}"
            for p in self.parameters.values()
        ]
        return f"{self.name}({', '.join(words)})" if words else self.name


class Text:
    """`layers:` or a block's definition: the names written in it."""

    __slots__ = ("names",)

    def __init__(self) -> None:
        self.names: dict[str, Span] = {}


class InputTensor(NamedTuple):
    """One input of the network. ``span`` is the shape's place."""

    name: str
    shape: Shape
    span: Span


class Figure(NamedTuple):
    """A stated figure: a quantity by its name, or (``shape``) the shape at a path."""

    layer: str | None
    quantity: str
    stated: Quantity | Shape
    span: Span
    layer_span: Span | None = None

    @classmethod
    def of(
        cls, layer: Scalar | None, quantity: str, stated: Quantity | Shape, span: Span
    ) -> Figure:
        """A figure of the layer whose path this scalar is; None: of the net."""
        path, place = (layer.text, layer.span) if layer else (None, None)
        return cls(path, quantity, stated, span, place)


class Published(NamedTuple):
    """One entry of `published`."""

    source: str
    note: str
    span: Span
    figures: tuple[Figure, ...]


class Read(NamedTuple):
    """An expression reads a name, inside a block (None: in the file's own text)."""

    block: Block | None
    name: str
    span: Span


class Spec:
    """A spec file, with those it extends merged in."""

    __slots__ = ("anchor", "base", "blocks", "defaults", "description", "expect", "family",
                 "inputs", "layers", "layers_source", "name", "origin", "outputs", "overridden",
                 "parameters", "published", "reads", "source", "steps_switched_off",
                 "switched_off", "text", "training", "unsure", "year")  # fmt: skip

    def __init__(self, source: Source) -> None:
        self.source = source
        """The file itself."""
        self.layers_source = source
        """The file that `layers` stands in (the last base of `extends`)."""
        self.base: Spec | None = None
        self.anchor = Span(source, 1, 1, 1, 1)
        """The key `layers`, or `extends`: the place of what is true of the whole net."""
        self.name = ""
        self.description = ""
        self.family = ""
        self.year: int | None = None
        self.origin = ""
        """The key `source`: the paper or page the net is taken from."""
        self.inputs: tuple[InputTensor, ...] = ()
        self.parameters: dict[str, Parameter] = {}
        self.overridden: dict[str, tuple[Parameter, ...]] = {}
        """The parameters' earlier values, from the base up, which fix their type."""
        self.defaults: dict[str, dict[str, Argument]] = {}
        self.unsure: dict[str, frozenset[str]] = {}
        """Per kind, the fields whose default is unknown because of an error in `defaults`."""
        self.blocks: dict[str, Block] = {}
        self.layers: tuple[Step, ...] = ()
        self.text = Text()
        self.reads: list[Read] = []
        """Every name that an expression reads."""
        self.outputs: tuple[Reference, ...] = ()
        self.expect: tuple[Figure, ...] = ()
        self.published: tuple[Published, ...] = ()
        self.training: dict[str, Any] = {}
        self.switched_off = ""
        """Why the expectations of the file do not hold (another input, other parameters)."""
        self.steps_switched_off = ""
        """The same of those that steps have, which stand in the base."""
