"""The report: every figure of a network, ready to be shown. What renderers read.

Counts are per image, exact integers; ``*_bytes`` are for the whole batch at the chosen dtype.
"""

from __future__ import annotations

from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.diagnostics import Unknown
from cnncalc.layers.layer import LayerProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from cnncalc.diagnostics import Diagnostic, Span
    from cnncalc.layers.layer import Layer
    from cnncalc.layers.shape import Shape
    from cnncalc.network.network import Group, Network, Node

DTYPE_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "float64": 8, "int8": 1}


NOTHING: Mapping[str, Any] = MappingProxyType({})


class Row(NamedTuple):
    """One layer of the report. A figure is None where an error in the spec left it unknown.

    ``activations`` is 0 for a row that only rewrites or re-views a volume (the lecture's count).
    ``exact_field`` and ``jump`` are in input pixels along each axis; None after a layer that
    sees the whole image. A row that shares another's weights (``shares``) has 0 of its own.
    """

    node: Node
    weights: int | None = None
    biases: int | None = None
    params: int | None = None
    macs: int | None = None
    activations: int | None = None
    elementwise: int | None = None
    exact_field: tuple[int | Fraction, ...] | None = None
    jump: tuple[int | Fraction, ...] | None = None

    @property
    def name(self) -> str:
        """The row's path: `stage2/bottleneck3/conv2`."""
        return self.node.name

    @property
    def layer(self) -> Layer:
        return self.node.layer

    @property
    def kind(self) -> str:
        return self.node.layer.kind

    @property
    def description(self) -> str:
        """The layer in the lecture's words; its kind where an error left a part unknown."""
        return self._words(self.node.layer.describe)

    @property
    def notes_label(self) -> str:
        """The first word of the lecture's notes: `CONV3-64`."""
        return self._words(self.node.layer.notes_label).upper()

    def _words(self, words: Callable[[], str]) -> str:
        try:
            return words()
        except (Unknown, LayerProblem):
            return self.kind.replace("_", " ")

    @property
    def receptive_field(self) -> tuple[int, ...] | None:
        """In input pixels, rounded up; None after a layer that sees the whole image."""
        if self.exact_field is None:
            return None
        return tuple([max(1, ceil(size)) for size in self.exact_field])

    @property
    def path(self) -> str:
        """File of the step."""
        return self.node.span.source.path

    @property
    def line(self) -> int:
        return self.node.span.line

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the rows (or network inputs) it reads."""
        return tuple(tensor.name for tensor in self.node.inputs)

    @property
    def parameters(self) -> dict[str, Any]:
        """Every field of the layer with its value, as JSON writes it."""
        return self.node.layer.plain_fields()

    @property
    def input_shapes(self) -> tuple[Shape, ...]:
        return tuple(tensor.output for tensor in self.node.inputs)

    @property
    def output_shape(self) -> Shape:
        """May be a `PartialShape` when the node is not ``complete``."""
        return self.node.output

    @property
    def training_only(self) -> bool:
        return self.node.training_only

    @property
    def group(self) -> Group | None:
        return self.node.group

    @property
    def shares(self) -> str | None:
        return self.node.shares.name if self.node.shares else None

    def __repr__(self) -> str:
        return f"<{self.name}: {self.output_shape}, {self.params} params>"


class Sums(NamedTuple):
    """Figures added up over rows: of a step, a block, or the whole network."""

    weights: int
    biases: int
    params: int
    macs: int
    activations: int
    elementwise: int


class Totals(NamedTuple):
    """The network's figures by the names that `expect`, `published` and the JSON use.

    ``params`` leave auxiliary heads out, ``training_params`` include them. Activations include the
    input volume(s). The memory figures are walked when first asked for (``measure``; see
    `cnncalc.report.peaks`); None for a net with unknown layers, and those of training for int8.
    """

    weights: int
    biases: int
    params: int
    training_params: int
    macs: int
    flops: int
    elementwise: int
    activations: int
    param_bytes: int
    activation_bytes: int
    backward_bytes: int
    measure: Callable[[], Peaks]
    """Walks once, however often it is called."""

    def __str__(self) -> str:
        """A figure on each line."""
        from cnncalc.language.quantities import exact
        from cnncalc.language.quantities.quantity import TOTALS

        known = {name: getattr(self, name) for name in TOTALS if hasattr(self, name)}
        texts = {name: "?" if v is None else exact(v) for name, v in known.items()}
        left, right = max(map(len, texts)), max(map(len, texts.values()))
        return "\n".join(f"{name:<{left}}  {text:>{right}}" for name, text in texts.items())

    @property
    def peak_activation_bytes(self) -> int | None:
        """The largest sum of live storages in a forward pass, input included, weights apart."""
        return self.measure().inference

    @property
    def saved_activation_bytes(self) -> int | None:
        """What autograd keeps for the backward pass, each storage once."""
        return self.measure().saved

    @property
    def training_peak_bytes(self) -> int | None:
        """The peak of forward, backward and step by SGD with momentum, weights included."""
        return self.measure().training


class Peaks(NamedTuple):
    """The memory figures of a report, in bytes."""

    inference: int | None = None
    saved: int | None = None
    training: int | None = None


class PublishedFigure(NamedTuple):
    """A published figure beside the computed one. ``layer`` is None for a total; ``stated`` is
    the text as the spec has it.
    """

    source: str
    layer: str | None
    quantity: str
    stated: str
    computed: int | Shape
    agrees: bool
    note: str
    span: Span


class Report(NamedTuple):
    """Everything that is known of a network at a batch size and a dtype.

    ``training`` is the spec's published recipe (batch, optimizer, momentum…); ``notices`` what a
    reader must know of the figures: expectations switched off, and why. ``diagnostics`` are all
    findings, sorted by place.
    """

    network: Network
    batch: int
    dtype: str
    rows: tuple[Row, ...]
    totals: Totals
    training: Mapping[str, Any] = NOTHING
    notices: tuple[str, ...] = ()
    published: tuple[PublishedFigure, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        return self.network.name

    @property
    def source(self) -> str:
        """Path of the spec."""
        return self.network.source.path

    @property
    def layers(self) -> tuple[Row, ...]:
        """The rows, in order of execution."""
        return self.rows

    @property
    def complete(self) -> bool:
        """Whether every layer could be computed; else the totals are of those that could."""
        return self.network.complete

    @property
    def dtype_bytes(self) -> int:
        return DTYPE_BYTES[self.dtype]

    def _repr_html_(self) -> str:
        """A notebook shows the table. It asks the object, which imports its renderer: this and
        the methods below are the only import of a later stage.
        """
        from cnncalc.render.notebook import html

        return html(self)

    def __str__(self) -> str:
        """The table, as a pipe gets it."""
        from cnncalc.render import View, render

        return render("table", self, View()).rstrip("\n")

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.rows)} layers, {self.totals.params} params>"

    def to_dict(self, depth: int | None = None, *, fuse: bool = False) -> dict[str, Any]:
        """What `show --format json` prints, as plain values; ``depth`` and ``fuse`` as its
        `--depth` and `--fuse`.
        """
        from cnncalc.render.json import plain

        return plain(self, depth, fuse=fuse)

    def to_json(self, depth: int | None = None, *, fuse: bool = False) -> str:
        """What `show --format json` prints."""
        from cnncalc.render import View, render

        return render("json", self, View(depth=depth, fuse=fuse))

    def to_rows(self, depth: int | None = None, *, fuse: bool = False) -> list[dict[str, Any]]:
        """A flat dict for each line of the CSV, by its columns: `pandas.DataFrame` takes them."""
        from cnncalc.render.csv import records
        from cnncalc.render.outline import outline

        return list(records(self, outline(self, depth, fuse=fuse)))

    def known(self, first: int, stop: int) -> bool:
        """Whether every figure of the rows ``first`` up to, not including, ``stop`` is known."""
        return all(row.node.complete for row in self.rows[first:stop])

    def sums(self, first: int, stop: int) -> Sums:
        """The figures of the rows ``first`` up to, not including, ``stop``, added up."""
        rows = self.rows[first:stop]
        return Sums(*(sum(getattr(row, figure) or 0 for row in rows) for figure in Sums._fields))
