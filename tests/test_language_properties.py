"""What holds of every spec: properties of random nets, which mix the constructs of the language."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.render import View, render
from cnncalc.report.report import Report
from cnncalc.text.files import shipped
from tests.random_specs import RandomSpec, specs, write

quick = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

FIGURES = (
    *("kind", "input_shapes", "output_shape", "weights", "biases", "params", "macs"),
    *("activations", "elementwise", "receptive_field", "jump", "training_only"),
)
COUNTS = ("params", "training_params", "macs", "flops", "activations", "param_bytes")


def report(text: str) -> Report:
    result = cnncalc.loads(text).report()
    assert [str(d) for d in result.diagnostics if d.severity == "error"] == []
    return result


def figures(shown: Report) -> list[tuple[Any, ...]]:
    """Every figure of every row."""
    return [tuple(getattr(row, figure) for figure in FIGURES) for row in shown.rows]


def totals(shown: Report) -> list[int]:
    return [getattr(shown.totals, figure) for figure in COUNTS]


def wiring(shown: Report) -> list[tuple[int, ...]]:
    """For each row, the ranks of those that it reads (-1: the input)."""
    ranks = {row.name: at for at, row in enumerate(shown.rows)}
    return [tuple(ranks.get(name, -1) for name in row.inputs) for row in shown.rows]


def fields(shown: Report) -> list[dict[str, Any]]:
    """What each layer is, whatever its norm and activation, which are rows of their own, and
    names of other steps.
    """
    apart = ("norm", "activation", "to")
    return [
        {key: value for key, value in row.parameters.items() if key not in apart}
        for row in shown.rows
    ]


def assert_the_same_net(one: Report, other: Report) -> None:
    assert figures(one) == figures(other)
    assert wiring(one) == wiring(other)
    assert fields(one) == fields(other)
    assert totals(one) == totals(other)
    shapes = [[tensor.output for tensor in shown.network.outputs] for shown in (one, other)]
    assert shapes[0] == shapes[1]


@quick
@given(specs())
def test_random_specs_have_no_mistakes(spec: RandomSpec) -> None:
    """And every row has a name of its own, and totals are the sums of the rows."""
    shown = report(spec.text)
    names = [row.name for row in shown.rows]
    assert len(names) == len(set(names))
    main = [row for row in shown.rows if not row.training_only]
    assert shown.totals.params == sum(row.params or 0 for row in main)
    assert shown.totals.training_params == sum(row.params or 0 for row in shown.rows)
    assert shown.totals.macs == sum(row.macs or 0 for row in main)


@quick
@given(specs())
def test_a_flat_spec_is_the_same_net(spec: RandomSpec) -> None:
    """Text to network to flat text to network: exact in every number, and again the same text.

    Only a peak of memory may be lower, without the calls that hold their inputs.
    """
    shown = report(spec.text)
    flat = render("yaml", shown, View())
    again = report(flat)
    assert_the_same_net(shown, again)
    assert (again.totals.peak_activation_bytes or 0) <= (shown.totals.peak_activation_bytes or 0)
    assert again.totals.saved_activation_bytes == shown.totals.saved_activation_bytes
    assert render("yaml", again, View()) == flat


@pytest.mark.parametrize("inputs", ["input: 8x8x4", "inputs: {image: 8x8x4}"])
def test_a_net_without_a_layer_is_flat_too(inputs: str) -> None:
    reads = "{from: image}" if "inputs" in inputs else "{}"
    shown = report(f"{inputs}\nlayers: [identity: {reads}]")
    flat = render("yaml", shown, View())
    assert "- identity" in flat
    assert_the_same_net(shown, report(flat))


@pytest.mark.parametrize("name", shipped())
def test_a_flat_shipped_net_is_the_same_net(name: str) -> None:
    shown = cnncalc.load(name).report()
    flat = render("yaml", shown, View())
    again = report(flat)
    assert_the_same_net(shown, again)
    assert render("yaml", again, View()) == flat


@quick
@given(specs(depth=1))
def test_an_expanded_block_is_the_net_written_out(spec: RandomSpec) -> None:
    """A block of all the steps, called once, gives the same rows one path component deeper."""
    inside = dict(spec.sections)
    inside["blocks"] = {**inside["blocks"], "whole": inside["layers"]}
    inside["layers"] = ["whole"]
    written, called = report(spec.text), report(write(inside))
    assert_the_same_net(written, called)
    assert [f"whole1/{row.name}" for row in written.rows] == [row.name for row in called.rows]


@quick
@given(specs(depth=1), st.integers(1, 3))
def test_a_repeated_block_is_its_calls_written_out(spec: RandomSpec, count: int) -> None:
    steps = [{"conv": [4, 3]}, {"residual": [{"conv": [4, 1]}]}, "squeeze"]
    sections = {**spec.sections, "blocks": {**spec.sections["blocks"], "part": steps}}
    repeated = {**sections, "layers": [*sections["layers"], {"part": {"repeat": count}}]}
    written = {**sections, "layers": [*sections["layers"], *["part"] * count]}
    one, other = report(write(repeated)), report(write(written))
    assert_the_same_net(one, other)
    assert [row.name for row in one.rows] == [row.name for row in other.rows]


@quick
@given(specs(depth=1), st.randoms(use_true_random=False))
def test_the_order_of_definitions_is_irrelevant(spec: RandomSpec, random: Any) -> None:
    def shuffled(mapping: dict[str, Any]) -> dict[str, Any]:
        return dict(random.sample(list(mapping.items()), len(mapping)))

    sections = shuffled(spec.sections)
    for part in ("blocks", "defaults"):
        sections[part] = shuffled(sections[part])
    assert_the_same_net(report(spec.text), report(write(sections)))


@quick
@given(specs(depth=1), st.integers(1, 64))
def test_the_batch_scales_volumes_and_nothing_else(spec: RandomSpec, batch: int) -> None:
    net = cnncalc.loads(spec.text)
    one, many = net.report(), net.report(batch=batch)
    assert figures(many) == figures(one)
    assert totals(many) == totals(one)
    assert many.totals.activation_bytes == batch * one.totals.activation_bytes
    assert many.totals.backward_bytes == batch * one.totals.backward_bytes
    peaks = [shown.totals.peak_activation_bytes or 0 for shown in (one, many)]
    assert peaks[0] <= peaks[1] <= batch * peaks[0]


@quick
@given(
    st.integers(1, 16),
    st.integers(1, 16),
    st.sampled_from([1, 2, 3, 5]),
    st.integers(1, 3),
    st.sampled_from(["conv", "transposed_conv"]),
)
def test_one_group_is_no_groups(
    channels: int, filters: int, kernel: int, stride: int, kind: str
) -> None:
    common: dict[str, Any] = {"filters": filters, "kernel": kernel, "stride": stride}

    def net(**more: int) -> Report:
        shape = {"channels": channels, "height": 9, "width": 7}
        return report(write({"input": shape, "layers": [{kind: {**common, **more}}]}))

    assert_the_same_net(net(), net(groups=1))


@quick
@given(st.integers(1, 12), st.integers(1, 3), st.sampled_from([1, 3, 5]))
def test_a_depthwise_conv_is_a_conv_of_as_many_groups(
    channels: int, multiplier: int, kernel: int
) -> None:
    shape = {"channels": channels, "height": 9, "width": 7}
    depthwise = {"kernel": kernel, "multiplier": multiplier}
    grouped = {"filters": channels * multiplier, "kernel": kernel, "groups": channels}
    one = report(write({"input": shape, "layers": [{"depthwise_conv": depthwise}]}))
    other = report(write({"input": shape, "layers": [{"conv": grouped}]}))
    assert [row[1:] for row in figures(one)] == [row[1:] for row in figures(other)]
