"""A trained network as an ONNX model, built from its description. Only child processes load it.

The operators are those of opset 15, the oldest in which batch normalization has its present form
(opset 14 separated evaluation from training), so that runtimes since 2021 read the file. GELU,
which opset 20 added, is written with ``Erf``.

The input is gray levels, 0 to 255, of shape (batch, 28, 28): the scaling is part of the model.
Feature maps are (batch, channel, height, width) as ONNX has them, and are transposed back before
they are flattened. The outputs are logits and probabilities, both (batch, classes).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from mnist_studio import __version__
from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.prediction.weight_matching import FlattenOrder, KernelLayout
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.model import LayerReport, ModelSpec, describe

OPSET = 15
IR_VERSION = 8
"""The format of files of that opset."""
INPUT, LOGITS, PROBABILITIES = "images", "logits", "probabilities"
BATCH = "batch"
SIDE = 28


class _Graph:
    """The nodes and arrays of a network, layer by layer."""

    def __init__(self, weights: Weights) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.arrays: list[onnx.TensorProto] = []
        self._weights = weights
        self.last = INPUT

    def add(self, operator: str, name: str, *arrays: str, **attributes: Any) -> None:
        """A node that takes the last output, and then these arrays."""
        self.join(operator, name, (self.last, *arrays), **attributes)

    def join(self, operator: str, name: str, inputs: tuple[str, ...], **attributes: Any) -> None:
        """A node with these inputs, whose output is the last one from now on."""
        output = f"{name}.output"
        node = helper.make_node(operator, list(inputs), [output], name, None, None, **attributes)
        self.nodes.append(node)
        self.last = output

    def array(self, name: str, value: Array) -> str:
        """Stores an array, and returns its name."""
        self.arrays.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def number(self, name: str, value: float) -> str:
        """Stores one number."""
        return self.array(name, np.array(value, np.float32))

    def weight(self, name: str) -> str:
        """Stores a weight of the network as float32; a kernel of a convolution as OIHW."""
        value = self._weights[name].astype(np.float32)
        if value.ndim == 4:
            value = value.transpose(3, 2, 0, 1)
        return self.array(name, value)


def write(
    path: Path, model: ModelSpec, classes: int, weights: Weights, facts: Mapping[str, str]
) -> None:
    """Writes a network as an ONNX file, checked for its form.

    Args:
        path: of the file.
        model: the network.
        classes: number of them.
        weights: of the network.
        facts: what is stored with it, such as dataset and class names.
    """
    graph = _Graph(weights)
    _add_scaling(graph, model)
    for report in describe(model, classes):
        _add_layer(graph, report)
    # The last dense layer's output is renamed, so that it needs no node of its own.
    graph.nodes[-1].output[0] = LOGITS
    graph.nodes.append(helper.make_node("Softmax", [LOGITS], [PROBABILITIES], "softmax", axis=1))
    onnx.save(_model(graph, classes, facts), path)
    checker.check_model(str(path), full_check=True)


def _model(graph: _Graph, classes: int, facts: Mapping[str, str]) -> onnx.ModelProto:
    denotations = ["DATA_BATCH", "DATA_FEATURE", "DATA_FEATURE"]
    images = helper.make_tensor_value_info(
        INPUT, TensorProto.FLOAT, [BATCH, SIDE, SIDE], "gray levels, 0 to 255", denotations
    )
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [BATCH, classes])
        for name in (LOGITS, PROBABILITIES)
    ]
    made = helper.make_graph(
        graph.nodes, "network", [images], outputs, graph.arrays, facts.get("title", "")
    )
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="MNIST Studio",
        producer_version=__version__, ir_version=IR_VERSION,
    )  # fmt: skip
    helper.set_model_props(model, dict(facts))
    return model


def _add_scaling(graph: _Graph, model: ModelSpec) -> None:
    """(batch, 28, 28) gray levels -> (batch, 1, 28, 28) inputs."""
    mean, deviation = 255 * model.scaling.mean, 255 * model.scaling.deviation
    if mean:
        graph.add("Sub", "scaling.center", graph.number("scaling.mean", mean))
    if deviation != 1:
        graph.add("Div", "scaling.scale", graph.number("scaling.deviation", deviation))
    axes = graph.array("scaling.axes", np.array([1], np.int64))
    graph.add("Unsqueeze", "scaling.channel", axes)


def _add_layer(graph: _Graph, report: LayerReport) -> None:
    name, layer = report.name, report.layer
    match layer:
        case kinds.Dense():
            arrays = [graph.weight(each) for each in report.arrays]
            graph.add("Gemm", name, *arrays)
        case kinds.Conv(size=size, padding=padding):
            before, after = ((size - 1) // 2, size // 2) if padding == "same" else (0, 0)
            arrays = [graph.weight(each) for each in report.arrays]
            pads = [before, before, after, after]
            graph.add("Conv", name, *arrays, kernel_shape=[size, size], pads=pads)
        case kinds.MaxPool(size=size) | kinds.AvgPool(size=size):
            operator = "MaxPool" if isinstance(layer, kinds.MaxPool) else "AveragePool"
            graph.add(operator, name, kernel_shape=[size, size], strides=[size, size])
        case kinds.GlobalAvgPool():
            graph.add("GlobalAveragePool", f"{name}.mean")
            graph.add("Flatten", name, axis=1)
        case kinds.BatchNorm(epsilon=epsilon):
            arrays = [graph.weight(f"{name}.{part}") for part in _NORMALIZATION]
            graph.add("BatchNormalization", name, *arrays, epsilon=epsilon)
        case kinds.Flatten():
            _add_flatten(graph, report)
        case kinds.Gelu():
            _add_gelu(graph, name)
        case _:
            _add_activation(graph, name, layer)


_NORMALIZATION = ("scale", "offset", "mean", "variance")


def _add_flatten(graph: _Graph, report: LayerReport) -> None:
    """A vector stays as it is; a feature map becomes one in the order height, width, channel."""
    if len(report.input) == 1:
        return
    if report.input[2] > 1:
        graph.add("Transpose", f"{report.name}.order", perm=[0, 2, 3, 1])
    graph.add("Flatten", report.name, axis=1)


def _add_gelu(graph: _Graph, name: str) -> None:
    """x · (1 + erf(x / √2)) / 2."""
    entered = graph.last
    graph.add("Mul", f"{name}.scaled", graph.number(f"{name}.root", 1 / sqrt(2)))
    graph.add("Erf", f"{name}.erf")
    graph.add("Add", f"{name}.shifted", graph.number(f"{name}.one", 1))
    graph.join("Mul", f"{name}.gated", (entered, graph.last))
    graph.add("Mul", name, graph.number(f"{name}.half", 0.5))


def _add_activation(graph: _Graph, name: str, layer: kinds.Layer) -> None:
    """A function of every number; dropout does nothing when it is evaluated."""
    match layer:
        case kinds.Relu():
            graph.add("Relu", name)
        case kinds.Sigmoid():
            graph.add("Sigmoid", name)
        case kinds.Tanh():
            graph.add("Tanh", name)
        case kinds.LeakyRelu(slope=slope):
            graph.add("LeakyRelu", name, alpha=slope)
        case kinds.Elu(alpha=alpha):
            graph.add("Elu", name, alpha=alpha)
        case _:
            assert isinstance(layer, kinds.Dropout)


SLICE = 500
MOST_BY_REFERENCE = 100
"""Images for the reference evaluator, which is slow."""


def engine() -> str:
    """What computes: ONNX Runtime if it is installed, else the reference evaluator of ONNX."""
    from importlib.util import find_spec

    return "ONNX Runtime" if find_spec("onnxruntime") else "ONNX's reference evaluator"


def logits(path: Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The logits that a file gives for images (n, 28, 28)."""
    run: Any = _runtime(path) if engine() == "ONNX Runtime" else ReferenceEvaluator(str(path)).run
    slices = (images[start : start + SLICE] for start in range(0, len(images), SLICE))
    found = [run([LOGITS], {INPUT: some.astype(np.float32)})[0] for some in slices]
    return np.concatenate(found).astype(np.float32)


def _runtime(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run


def _loaded(path: Path) -> onnx.ModelProto:
    """An ONNX file, without the files that it may refer to.

    Raises:
        ValueError: it is damaged.
    """
    try:
        return onnx.load(str(path), load_external_data=False)
    except OSError:
        raise
    except Exception as error:  # protobuf has errors of its own, which depend on its version.
        raise ValueError(str(error)) from error


def initializers(path: Path) -> Iterator[tuple[str, Array]]:
    """The arrays in an ONNX file, by name; those in other files are not read."""
    return iter(_arrays(_loaded(path)).items())


def _arrays(model: onnx.ModelProto) -> dict[str, Array]:
    found = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
        if tensor.data_location != TensorProto.EXTERNAL
    }
    for node in model.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.name == "value":
                found[node.output[0]] = numpy_helper.to_array(attribute.t)
    return found


@dataclass(frozen=True)
class OnnxWeights:
    """The weights of the layers in an ONNX file.

    Attributes:
        arrays: by layer and role, such as ``conv1.kernel``, in the order of the layers.
        kernels: the layout of every kernel.
        flatten: how feature maps become vectors.
    """

    arrays: dict[str, Array]
    kernels: dict[str, KernelLayout]
    flatten: FlattenOrder


_LAYER_ROLES = {
    "Conv": ("kernel", "bias"),
    "Gemm": ("kernel", "bias"),
    "MatMul": ("kernel",),
    "BatchNormalization": ("scale", "offset", "mean", "variance"),
}


def weights_of(path: Path) -> OnnxWeights:
    """The weights of convolutions, dense layers, and batch normalizations in a file."""
    model = _loaded(path)
    known = _arrays(model)
    arrays: dict[str, Array] = {}
    kernels: dict[str, KernelLayout] = {}
    adders = _adders(model)
    for place, node in enumerate(model.graph.node):
        layer = node.name if node.name and "/" not in node.name else f"{node.op_type}{place}"
        for role, source in zip(_LAYER_ROLES.get(node.op_type, ()), node.input[1:], strict=False):
            if source in known:
                arrays[f"{layer}.{role}"] = known[source]
        if f"{layer}.kernel" in arrays:
            kernels[f"{layer}.kernel"] = _layout(node)
        if node.op_type == "MatMul" and (bias := _bias_after(adders, node, known)) is not None:
            arrays[f"{layer}.bias"] = bias
    return OnnxWeights(arrays, kernels, _flatten_order(model))


def _layout(node: onnx.NodeProto) -> KernelLayout:
    transposed = any(each.name == "transB" and each.i for each in node.attribute)
    return "out first" if node.op_type == "Conv" or transposed else "in first"


def _adders(model: onnx.ModelProto) -> dict[str, onnx.NodeProto]:
    """The first node that adds something to an output, by the name of the output."""
    additions = [node for node in model.graph.node if node.op_type == "Add"]
    return {name: node for node in reversed(additions) for name in node.input}


def _bias_after(
    adders: Mapping[str, onnx.NodeProto], node: onnx.NodeProto, known: Mapping[str, Array]
) -> Array | None:
    """The vector that is added to the output of a node."""
    if node.output[0] not in adders:
        return None
    vectors = (known[name] for name in adders[node.output[0]].input if name in known)
    return next((vector for vector in vectors if vector.ndim == 1), None)


def _flatten_order(model: onnx.ModelProto) -> FlattenOrder:
    makers = {output: node for node in model.graph.node for output in node.output}
    for node in model.graph.node:
        if node.op_type in ("Flatten", "Reshape") and node.input[0] in makers:
            maker = makers[node.input[0]]
            perms = [list(each.ints) for each in maker.attribute if each.name == "perm"]
            if maker.op_type == "Transpose" and [0, 2, 3, 1] in perms:
                return "channel last"
    return "channel first"


def properties(path: Path) -> dict[str, str]:
    """The metadata of an ONNX file."""
    model = _loaded(path)
    return {each.key: each.value for each in model.metadata_props}
