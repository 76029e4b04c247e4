"""The network: what `build` makes of a spec and `report` reads. Values only, no work.

Every name, shape and place is final: blocks are expanded, names resolved, shapes inferred. No later
stage assigns to any of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.diagnostics import Diagnostic, Source, Span
    from cnncalc.language.spec import Step
    from cnncalc.layers.layer import Layer
    from cnncalc.layers.shape import Shape


class Tensor:
    """A volume that flows: the network's input, or (as `Node`) what a layer produces.

    ``span`` is the label of the step whose output it is.
    """

    __slots__ = ("cause", "name", "output", "span")

    def __init__(
        self, name: str, output: Shape, span: Span, cause: Diagnostic | None = None
    ) -> None:
        self.name = name
        self.output = output
        self.span = span
        self.cause = cause
        """The error that left the shape (partly) unknown."""

    def __repr__(self) -> str:
        return f"<{self.name} {self.output}>"


class Node(Tensor):
    """One row: a layer in place. ``index`` is its rank in the order of execution.

    ``group`` is the innermost path component it stands in, ``shares`` the node whose weights it
    uses, ``complete`` whether everything about it is known.
    """

    __slots__ = ("complete", "group", "index", "inputs", "layer", "shares", "step", "training_only")

    def __init__(
        self,
        index: int,
        name: str,
        layer: Layer,
        inputs: tuple[Tensor, ...],
        output: Shape,
        step: Step,
        group: Group | None,
        *,
        training_only: bool,
        complete: bool,
    ) -> None:
        super().__init__(name, output, step.span)
        self.index = index
        self.layer = layer
        self.inputs = inputs
        self.step = step
        self.group = group
        self.training_only = training_only
        self.complete = complete
        self.shares: Node | None = None


class Group:
    """A path component: a block call, a named or repeated container, or an auxiliary head.

    Its rows are ``nodes[first:stop]`` of the network. ``block`` is the block's name, or the
    container's word (`residual`, `concat`, `aux`); ``repeat`` is which repetition this is (from
    1) of how many (``of``); ``output`` its output.
    """

    __slots__ = ("arguments", "block", "first", "input", "of", "output", "parent", "path", "repeat",
                 "span", "stop")  # fmt: skip

    def __init__(
        self, path: str, block: str, parent: Group | None, span: Span, *, repeat: int, of: int
    ) -> None:
        self.path = path
        self.block = block
        self.parent = parent
        self.span = span
        self.repeat = repeat
        self.of = of
        self.arguments: str = ""
        self.input: Tensor | None = None
        self.output: Tensor | None = None
        self.first = self.stop = 0

    @property
    def depth(self) -> int:
        """1 for a component directly under the network."""
        return sum(1 for _ in enclosing(self))


def enclosing(group: Group | None) -> Iterator[Group]:
    """A path component and those that it stands in, the innermost first."""
    while group is not None:
        yield group
        group = group.parent


class Hold(NamedTuple):
    """A call (block, residual, branch, merge) that received ``tensor`` and keeps it alive while
    the rows ``first`` up to, not including, ``stop`` run, as eager frameworks do.
    """

    tensor: Tensor
    first: int
    stop: int


class StepRange(NamedTuple):
    """The rows that came from one named step, and its output: what `expect`, `published` and
    `explain` find by path.
    """

    path: str
    first: int
    stop: int
    output: Tensor
    span: Span


class Network:
    """A net with every layer in place, in order of execution."""

    __slots__ = ("auxiliary_outputs", "broken", "groups", "holds", "inputs", "name", "nodes",
                 "outputs", "skipped", "source", "steps", "truncated", "unjudged")  # fmt: skip

    def __init__(self, name: str, source: Source, *, broken: bool = False) -> None:
        self.name = name
        self.source = source
        self.inputs: list[Tensor] = []
        self.nodes: list[Node] = []
        self.outputs: list[Tensor] = []
        self.groups: list[Group] = []
        self.holds: list[Hold] = []
        self.steps: dict[str, StepRange] = {}
        self.auxiliary_outputs: list[Tensor] = []
        """The outputs of the auxiliary heads."""
        self.skipped = 0
        """Steps that could not be computed because of an error before them."""
        self.unjudged: dict[Span, str] = {}
        """The places of steps' `expect` that are switched off, and the steps' names."""
        self.broken = broken
        """An error leaves a step, or the whole spec, other than it is written."""
        self.truncated = False
        """A limit of the language ended the walk."""

    @property
    def complete(self) -> bool:
        """Whether every layer could be computed."""
        if self.skipped or self.truncated or self.broken:
            return False
        return all(node.complete for node in self.nodes)
