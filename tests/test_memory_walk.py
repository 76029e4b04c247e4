"""The walk over storages by hand: who holds what, and until when; and what is always true.

Nets are so small that every figure is a sum of volumes written out; a volume of 8x8x4 is 256
values, 1024 bytes, called V here.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.report.inference import Inference
from cnncalc.report.memory import (
    Budget,
    Checkpoints,
    best_checkpoints,
    checkpoints_of,
    largest_batch,
)
from cnncalc.report.optimizers import OPTIMIZERS, Recipe
from cnncalc.report.report import DTYPE_BYTES, Report
from cnncalc.report.storages import BatchScale
from cnncalc.report.training import Training

V = 8 * 8 * 4 * 4
"""Bytes of 8x8x4 in float32."""
CONV = 4 * 4 * 4
"""Bytes of the weights of a 1x1 convolution of 4 channels without bias."""


def report_of(*layers: str, blocks: str = "", batch: int = 1, dtype: str = "float32") -> Report:
    """A net on 8x8x4, each step on a line; convolutions without bias."""
    lines = ["input: 8x8x4", "defaults: {conv: {bias: false}}", blocks, "layers:"]
    net = cnncalc.loads("\n".join([*lines, *(f"  - {layer}" for layer in layers)]))
    assert not [d for d in net.problems if d.severity == "error"]
    return net.report(batch=batch, dtype=dtype)


INFERENCES = [
    # the input, which the caller holds, and the output
    (["conv: [4, 1]"], 2 * V, "conv1"),
    # input, what conv2 reads and what it makes
    (["conv: [4, 1]", "conv: [4, 1]", "conv: [4, 1]"], 3 * V, "conv2"),
    # a sum is not made in a volume that it reads again
    (["conv1: [4, 1]", "add: {from: [conv1, conv1, conv1]}"], 3 * V, "add1"),
    # three factors: the product of the first two is there while the second product is made
    (["conv1: [4, 1]", "multiply: {from: [conv1, conv1, conv1]}"], 4 * V, "multiply1"),
    # an activation in place costs nothing; the peak is the second convolution's
    (["conv: [4, 1]", "relu", "conv: [4, 1]"], 3 * V, "conv2"),
    # one that is not needs a volume
    (["conv: [4, 1]", "sigmoid"], 3 * V, "sigmoid1"),
    # dropout does not run, flatten is a view
    (["conv: [4, 1]", "dropout: 0.5", "flatten"], 2 * V, "conv1"),
    # max pooling: its output of V/4 and as many indices of 8 bytes, which is V/2
    (["conv: [4, 1]", "maxpool: 2"], 2 * V + V // 4 + V // 2, "maxpool1"),
    # batch norm: mean and deviation of 4 channels
    (["conv: [4, 1]", "batchnorm"], 3 * V + 2 * 4 * 4, "batchnorm1"),
    # a residual holds its input until the add, which works in place of the body's output
    (["conv: [4, 1]", "residual: [conv: [4, 1], conv: [4, 1]]"], 4 * V, "conv3"),
    (["conv: [4, 1]", "residual: [conv: [4, 1]]", "relu"], 3 * V, "conv2"),
    # ReLU may not overwrite what the residual still reads, nor the add what ReLU keeps
    (["conv: [4, 1]", "residual: [relu]"], 4 * V, "residual1.add"),
    # a concatenation needs both, and itself; its branches hold what they received
    (["concat: [conv: [4, 1], conv: [4, 1]]"], 5 * V, "concat1"),
    # a slice keeps the whole volume alive
    (["conv: [4, 1]", "slice: {part: 1, of: 4}", "conv: [4, 1]"], 3 * V, "conv2"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "peak", "at"), INFERENCES)
def test_inference_by_hand(layers: list[str], peak: int, at: str) -> None:
    budget = Budget(report_of(*layers))
    assert (budget.inference.peak, budget.inference_at) == (peak, at)


KEPT = [
    # a convolution its input: the first one the image, which needs no gradient
    (["conv: [4, 1]", "conv: [4, 1]"], 2 * V),
    # ReLU its output; the convolution behind it the same storage, which counts once
    (["conv: [4, 1]", "relu", "conv: [4, 1]"], 2 * V),
    # in place of it, sigmoid: two volumes, its output is what the next one keeps
    (["conv: [4, 1]", "sigmoid", "conv: [4, 1]"], 2 * V),
    # hard swish in place a copy of its input
    (["conv: [4, 1]", "hardswish", "conv: [4, 1]"], 3 * V),
    # a pool directly on the image keeps nothing, nor does ReLU there
    (["maxpool: 2", "relu"], 0),
    # behind a convolution a pool keeps its input and its indices
    (["conv: [4, 1]", "maxpool: 2"], 2 * V + V // 2),
    # dropout a mask; with probability 0 nothing
    (["conv: [4, 1]", "dropout: 0.5"], 2 * V),
    (["conv: [4, 1]", "dropout: 0"], V),
    # of three factors the input needs no gradient: kept are it, the first product and conv2's own
    (["conv1: [4, 1]", "multiply: {from: [conv1, input, conv1]}", "conv: [4, 1]"], 4 * V),
    # an add keeps nothing
    (["conv: [4, 1]", "residual: [conv: [4, 1]]"], 2 * V),
    # an auxiliary head counts
    (["conv: [4, 1]", "aux: [conv: [4, 1], conv: [4, 1]]"], 3 * V),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "kept"), KEPT)
def test_what_is_kept_by_hand(layers: list[str], kept: int) -> None:
    assert report_of(*layers).totals.saved_activation_bytes == kept


def test_a_training_step_by_hand() -> None:
    """Two convolutions, backward from the last: the first moments and the peak.

    Forward: input V; conv1 makes V; conv2 makes V (the net's output): 3 V. The loss frees the
    output. Backward of conv2: input, conv1's output and its gradient: 3 V, and the gradient of
    its weights. Then conv1's, which gives no gradient to the image: 2 V and both weights'.
    """
    walk = Budget(report_of("conv: [4, 1]", "conv: [4, 1]")).training
    assert walk is not None
    assert [(str(node and node.name), phase, live) for node, phase, live in walk.ran] == [
        ("conv1", "forward", 2 * V),
        ("conv2", "forward", 3 * V),
        ("conv2", "backward", 3 * V + CONV),
        ("conv1", "backward", 2 * V + 2 * CONV),
        ("None", "step", V + 2 * CONV),
    ]


def test_gradients_of_a_fork_are_added_in_place() -> None:
    """conv1 is read by a convolution and by the add: the add passes its gradient on as it is,
    where it waits, and conv2's is added to it.
    """
    walk = Budget(report_of("conv: [4, 1]", "residual: [conv: [4, 1]]", "conv: [4, 1]")).training
    assert walk is not None
    by_row = {node.name: live for node, phase, live in walk.ran if node and phase == "backward"}
    # conv3: input, conv1's output, the add's output, which it keeps, and the gradient of that
    assert by_row["conv3"] == 4 * V + CONV
    # conv2: input, conv1's output; the add's gradient, which is that of its output too; conv1's
    assert by_row["conv2"] == 4 * V + 2 * CONV
    assert by_row["conv1"] == 2 * V + 3 * CONV


def test_shared_weights_have_one_gradient() -> None:
    shared = report_of("conv1: [4, 1]", "conv: {filters: 4, kernel: 1, share: conv1}")
    budget = Budget(shared)
    parts = {part.name: part.size for part in budget.training_parts()}
    assert budget.trained is not None
    assert budget.trained.gradients == CONV
    assert parts.get("gradients of parameters", 0) <= CONV


# Optimizers and precision.

MEASURED = {
    ("sgd", 0.0, 0.0): (0, 0),
    ("sgd", 0.9, 0.0): (1, 0),
    ("sgd", 0.9, 1e-4): (1, 1),
    ("adam", 0.0, 0.0): (2, 2),
    ("adam", 0.0, 1e-4): (2, 3),
    ("adamw", 0.0, 1e-4): (2, 2),
    ("rmsprop", 0.0, 0.0): (1, 1),
    ("rmsprop", 0.9, 0.0): (2, 1),
    ("rmsprop", 0.9, 1e-4): (2, 2),
    ("adagrad", 0.0, 0.0): (1, 1),
    ("adagrad", 0.0, 1e-4): (1, 2),
}
"""Values of state per parameter, and temporaries of `step` in volumes of the largest parameter,
of torch 2.13.0's optimizers with foreach=False, in their second step on the meta device."""


@pytest.mark.parametrize("recipe", MEASURED)
def test_optimizers_as_measured(recipe: tuple[str, float, float]) -> None:
    chosen = Recipe(*recipe)
    assert (chosen.states, chosen.temporaries) == MEASURED[recipe]


def test_every_optimizer_of_a_spec_is_known() -> None:
    from cnncalc.language.claims import OPTIMIZERS as WORDS

    assert set(WORDS) == set(OPTIMIZERS)


def test_parts_add_up_to_the_peak() -> None:
    for recipe in (Recipe(), Recipe("adamw", 0, 0.1), Recipe("rmsprop", 0.9, 0.1, amp=True)):
        report = cnncalc.load("alexnet").report(4, "float16" if recipe.amp else "float32")
        budget = Budget(report, recipe)
        assert sum(part.size for part in budget.training_parts()) == budget.training_bytes


def test_mixed_precision_has_master_copies() -> None:
    report = cnncalc.load("resnet18").report(8, "float16")
    params = report.totals.training_params
    always = Budget(report, Recipe("adam", 0, amp=True)).trained
    assert always is not None
    assert (always.weights, always.copies) == (4 * params, 2 * params)
    assert (always.gradients, always.state) == (4 * params, 8 * params)


def test_int8_has_inference_figures_only() -> None:
    totals = cnncalc.load("alexnet").report(dtype="int8").totals
    assert totals.saved_activation_bytes is None
    assert totals.training_peak_bytes is None
    assert totals.peak_activation_bytes


def test_indices_and_statistics_have_their_own_size() -> None:
    """2 V/4 values of pooling, 8-byte indices; batch norm's 8 statistics of 4 bytes."""
    for dtype, value in DTYPE_BYTES.items():
        if dtype != "int8":
            report = report_of("conv: [4, 1]", "batchnorm", "maxpool: 2", dtype=dtype)
            volume = 256 * value
            expected = 3 * volume + 8 * 4 + 64 * 8
            assert report.totals.saved_activation_bytes == expected, dtype


def test_a_net_with_a_mistake_has_no_memory_figures() -> None:
    net = cnncalc.loads("input: 8x8x4\nlayers:\n  - conv: [4, 9]\n  - conv: [4, 1]\n")
    totals = net.report().totals
    assert totals.peak_activation_bytes is None
    assert totals.training_peak_bytes is None
    with pytest.raises(ValueError, match="unknown"):
        Budget(net.report())


# Checkpoints.

TWO_BLOCKS = "blocks:\n  block:\n    - conv: [4, 1]\n    - conv: [4, 1]\n    - conv: [4, 1]\n"


def test_checkpoints_keep_what_enters() -> None:
    """Of six convolutions in two blocks, the inputs of the blocks; the rest twice forward."""
    report = report_of("block", "block", blocks=TWO_BLOCKS)
    checkpoints = checkpoints_of(report, 1)
    assert checkpoints == Checkpoints(("block1", "block2"), ((0, 3), (3, 6)), report.totals.macs)
    walk = Budget(report, Recipe(), checkpoints).training
    assert walk is not None
    assert walk.saved == 2 * V
    phases = [phase for _, phase, _ in walk.ran]
    assert phases == ["forward"] * 6 + (["recompute"] * 3 + ["backward"] * 3) * 2 + ["step"]
    assert walk.ran[-1][2] == V + 6 * CONV


@pytest.mark.parametrize("name", ["resnet152", "densenet121", "googlenet", "mobilenet_v2"])
def test_checkpoints_save_memory(name: str) -> None:
    report = cnncalc.load(name).report(batch=8)
    checkpoints = best_checkpoints(report, Recipe())
    plain, saving = Budget(report), Budget(report, Recipe(), checkpoints)
    assert checkpoints.rows
    assert (saving.training_bytes or 0) < (plain.training_bytes or 0)
    assert (
        0
        < checkpoints.macs
        <= report.totals.macs + sum(row.macs or 0 for row in report.rows if row.training_only)
    )
    assert sum(p.size for p in saving.training_parts()) == saving.training_bytes


def test_a_net_without_blocks_has_no_checkpoints() -> None:
    assert not best_checkpoints(cnncalc.load("vgg16").report(), Recipe()).rows


# What is always true.

SHIPPED = ["alexnet", "googlenet", "resnet50", "densenet121", "mobilenet_v2", "unet",
           "shufflenet_v2_x1_0", "lenet5", "rgbd_fusion", "se_resnet50", "yolov5s"]  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_walks_end_with_what_never_dies(name: str) -> None:
    """After an inference: the inputs and the outputs. After a step: inputs and gradients."""
    network = cnncalc.load(name).network
    inference = Inference(network, BatchScale(2, 4)).run()
    lasting = {*network.inputs, *network.outputs}
    assert inference.live == sum(p.size for p in {inference.of[tensor] for tensor in lasting})
    training = Training(network, BatchScale(2, 4)).run()
    params = sum(n.layer.weights() + n.layer.biases() for n in network.nodes if not n.shares)
    inputs = sum(8 * tensor.output.values for tensor in network.inputs)
    assert training.live == inputs + 4 * params
    assert not training.gradients
    assert not training.kept


@pytest.mark.parametrize("name", SHIPPED)
def test_bounds(name: str) -> None:
    """Between the largest storage and the sum of all; training needs more than it keeps."""
    network = cnncalc.load(name).network
    for walk in (
        Inference(network, BatchScale(2, 4)).run(),
        Training(network, BatchScale(2, 4)).run(),
    ):
        sizes = [piece.size for piece in walk.pieces]
        transient = max(
            walk.footprints[n.layer].transient
            + walk.scale.extra(n.layer.gradient_transient((True,) * len(n.inputs), 0))
            for n in network.nodes
        )
        assert max(sizes) <= walk.peak <= sum(sizes) + transient
        assert all(live >= 0 for _, _, live in walk.ran)
        assert walk.peak == max(live for _, _, live in walk.ran)
        if isinstance(walk, Training):
            assert walk.saved <= walk.peak


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["lenet5", "alexnet", "resnet18"]), st.integers(1, 40), st.integers(1, 40))
def test_more_images_need_more(name: str, batch: int, more: int) -> None:
    net = cnncalc.load(name)
    small, large = Budget(net.report(batch)), Budget(net.report(batch + more))
    assert small.training is not None
    assert large.training is not None
    assert small.training.saved < large.training.saved
    assert small.inference.peak < large.inference.peak
    assert (small.training_bytes or 0) <= (large.training_bytes or 0)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 30_000_000))
def test_the_largest_batch_is_the_largest(room: int) -> None:
    report = cnncalc.load("lenet5").report()

    def needed(batch: int) -> int:
        return Budget(report, batch=batch).training_bytes or 0

    batch = largest_batch(needed, room)
    assert batch == 0 or needed(batch) <= room
    assert needed(batch + 1) > room


def test_the_walk_is_linear() -> None:
    """Ten times the layers make ten times the moments and storages, no more."""
    sizes = []
    for repeat in (100, 1000):
        budget = Budget(report_of(f"conv: {{filters: 4, kernel: 1, repeat: {repeat}}}"))
        assert budget.training is not None
        sizes.append((len(budget.training.ran), len(budget.training.pieces)))
    assert sizes[1][0] == pytest.approx(10 * sizes[0][0], rel=0.02)
    assert sizes[1][1] == pytest.approx(10 * sizes[0][1], rel=0.02)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_totals_are_the_budgets(name: str) -> None:
    report = cnncalc.load(name).report(batch=2)
    budget, totals = Budget(report), report.totals
    assert budget.training is not None
    assert totals.peak_activation_bytes == budget.inference.peak
    assert totals.saved_activation_bytes == budget.training.saved
    assert totals.training_peak_bytes == budget.training_bytes
