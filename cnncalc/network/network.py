"""The network: what `build` makes of a spec and `analysis` reads. Values only, no work.

Every name, shape and place is final here: blocks are expanded, names resolved, shapes inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic, Source, Span
    from cnncalc.language.spec import Step
    from cnncalc.layers.layer import Layer
    from cnncalc.layers.shape import Shape


class Tensor:
    """A volume that flows: the network's input, or (as `Node`) what a layer produces.

    ``span`` is the label of the step that gives it.
    """

    __slots__ = ("cause", "name", "output", "span")

    def __init__(self, name: str, output: Shape, span: Span) -> None:
        self.name = name
        self.output = output
        self.span = span
        self.cause: Diagnostic | None = None
        """The mistake that left the shape (partly) unknown."""

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
    1) of how many (``of``); ``output`` the tensor that leaves it.
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
        return 1 if self.parent is None else self.parent.depth + 1


class Hold(NamedTuple):
    """A call (block, residual, branch, merge) that received ``tensor`` and keeps it alive while
    the rows ``first`` up to, not including, ``stop`` run, as eager frameworks do.
    """

    tensor: Tensor
    first: int
    stop: int


class StepRange(NamedTuple):
    """The rows that came from one named step, and the tensor that leaves it: what `expect`,
    `published` and `explain` find by path.
    """

    path: str
    first: int
    stop: int
    output: Tensor
    span: Span


class Network:
    """A net with every layer in place, in order of execution."""

    __slots__ = ("broken", "groups", "holds", "inputs", "name", "nodes", "outputs", "side_outputs",
                 "skipped", "source", "steps", "truncated", "unjudged")  # fmt: skip

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        self.source = source
        self.inputs: list[Tensor] = []
        self.nodes: list[Node] = []
        self.outputs: list[Tensor] = []
        self.groups: list[Group] = []
        self.holds: list[Hold] = []
        self.steps: dict[str, StepRange] = {}
        self.side_outputs: list[Tensor] = []
        """What leaves the auxiliary heads."""
        self.skipped = 0
        """Steps that could not be computed because of a mistake before them."""
        self.unjudged: dict[Span, str] = {}
        """The places of steps' `expect` that are switched off, and the steps' names."""
        self.broken = False
        """An error leaves a step, or the whole spec, other than it is written."""
        self.truncated = False
        """A limit of the language ended the walk."""

    @property
    def complete(self) -> bool:
        """Whether every layer could be computed."""
        if self.skipped or self.truncated or self.broken:
            return False
        return all(node.complete for node in self.nodes)
