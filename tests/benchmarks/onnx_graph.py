"""A report of cnncalc → an ONNX model of the same graph, for ONNX's shape inference.

The weights are inputs that have a shape but no data: the smallest file, and the fastest to load.

    python tests/benchmarks/onnx_graph.py NET FILE
"""

from __future__ import annotations

import sys
from typing import Any

import cnncalc


def value(name: str, shape: tuple[int, ...]) -> Any:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


class Graph:
    """The nodes and inputs of a model in the making."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.inputs: list[Any] = []

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))

    def weights(self, name: str, *shapes: tuple[int, ...]) -> list[str]:
        """Inputs for the weights of a layer; their names."""
        names = [f"{name}.{index}" for index in range(len(shapes))]
        self.inputs += map(value, names, shapes)
        return names

    def layer(self, row: Any) -> None:
        """One row of the report. `KeyError` for a kind that ResNets do not have."""
        OPERATORS[row.kind](self, row, list(row.inputs))


def window(row: Any) -> dict[str, Any]:
    """Strides and padding, as ONNX names them."""
    axes = row.layer.window().axes(row.input_shapes[0])
    pads = [axis.before for axis in axes] + [axis.after for axis in axes]
    return {"strides": row.parameters["stride"], "pads": pads}


def convolution(graph: Graph, row: Any, inputs: list[str]) -> None:
    layer = row.layer
    shapes = [layer.weight_shape(), *([layer.bias_shape()] if layer.bias_shape() else [])]
    graph.add(
        "Conv",
        [*inputs, *graph.weights(row.name, *shapes)],
        row.name,
        group=row.parameters["groups"],
        **window(row),
    )


def batch_norm(graph: Graph, row: Any, inputs: list[str]) -> None:
    names = graph.weights(row.name, *[(row.output_shape.channels,)] * 4)
    graph.add("BatchNormalization", [*inputs, *names], row.name)


def max_pool(graph: Graph, row: Any, inputs: list[str]) -> None:
    graph.add("MaxPool", inputs, row.name, kernel_shape=row.parameters["kernel"], **window(row))


def fully_connected(graph: Graph, row: Any, inputs: list[str]) -> None:
    names = graph.weights(row.name, row.layer.weight_shape(), row.layer.bias_shape())
    graph.add("Flatten", inputs, f"{row.name}.flat")
    graph.add("Gemm", [f"{row.name}.flat", *names], row.name, transB=1)


def plain(operator: str) -> Any:
    return lambda graph, row, inputs: graph.add(operator, inputs, row.name)


OPERATORS = {
    "conv": convolution,
    "batchnorm": batch_norm,
    "maxpool": max_pool,
    "fc": fully_connected,
    "relu": plain("Relu"),
    "add": plain("Add"),
    "global_avgpool": plain("GlobalAveragePool"),
}


def write(net: str, path: str) -> None:
    """Writes the model; `AssertionError` if ONNX infers another shape than cnncalc anywhere."""
    import onnx
    from onnx import helper, shape_inference

    report = cnncalc.load(net).analyze()
    graph = Graph()
    entry = report.network.inputs[0]
    graph.inputs.append(value(entry.name, (1, *entry.output)))
    for row in report.rows:
        graph.layer(row)
    output = helper.make_empty_tensor_value_info(report.rows[-1].name)
    made = helper.make_graph(graph.nodes, report.name, graph.inputs, [output])
    model = helper.make_model(made)
    inferred = {
        info.name: [size.dim_value for size in info.type.tensor_type.shape.dim]
        for info in shape_inference.infer_shapes(model, strict_mode=True).graph.value_info
    }
    for row in report.rows[:-1]:
        assert inferred[row.name] == [1, *row.output_shape], row
    onnx.save(model, path)


if __name__ == "__main__":
    write(*sys.argv[1:])
