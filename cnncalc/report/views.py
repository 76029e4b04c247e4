"""Rows that overwrite a view, in a step of training: forward, what is a view of what; backward,
what autograd's `CopySlices` makes of the gradients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.report.storages import IN_PLACE, VIEW

if TYPE_CHECKING:
    from cnncalc.network.network import Node, Tensor
    from cnncalc.report.storages import Allocation, Footprint
    from cnncalc.report.training import Training

GRADIENT = "gradients of volumes"


class Views:
    """What the outputs of rows are views of, and which rows overwrite a view."""

    def __init__(self) -> None:
        self.base_of: dict[Tensor, Tensor] = {}
        """What a view is a view of."""
        self.overwriting: dict[Node, tuple[Tensor, Tensor]] = {}
        """Rows that overwrite a view: what is viewed, and the row that wrote it last before."""
        self._last_writer: dict[Tensor, Tensor] = {}
        self.at_base: set[Tensor] = set()
        """Rows whose gradient is one of what is viewed already."""

    def follow(self, node: Node, footprint: Footprint, *, in_place: bool) -> None:
        """Notes what a row's output is a view of, and whether the row overwrites a view."""
        source = node.inputs[0]
        if footprint.layer.is_view:
            self.base_of[node] = self.base_of.get(source, source) if in_place else node
            if footprint.storage is VIEW and not in_place:
                del self.base_of[node]  # copied
        elif in_place and source in self.base_of:
            base = self.base_of[node] = self.base_of[source]
            if footprint.storage is IN_PLACE:
                self.overwriting[node] = base, self._last_writer.get(base, base)
                self._last_writer[base] = node


def pass_through_base(
    walk: Training, node: Node, footprint: Footprint, gradient: Allocation
) -> tuple[list[tuple[Tensor, Allocation]], Allocation]:
    """The gradients of a row's inputs, and its own. What overwrote a view changed what is viewed:
    the gradient becomes one of that, is copied, and the row's own backward works on a copy of the
    view.
    """
    base, before = walk.views.overwriting[node]
    size = base.output.values * walk.scale.volume
    if node not in walk.views.at_base:
        whole = walk.allocate(size, node, GRADIENT)
        walk.note(node, "backward")
        walk.release([gradient])
        gradient = whole
    copy = walk.allocate(size, base, GRADIENT)
    walk.views.at_base.add(before)
    passed = [(before, copy)]
    view = walk.allocate(footprint.output, node, GRADIENT)
    if footprint.paths[0] is None:
        walk.note(node, "backward", footprint.output)
    else:
        walk.note(node, "backward")
        others = [tensor for tensor in node.inputs[1:] if tensor in walk.needing]
        view.holders += len(others)
        passed += [(tensor, view) for tensor in others]
    walk.release([view])
    return passed, gradient
