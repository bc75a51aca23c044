"""A network as a value: its layers, input scaling, shapes, and parameters."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, prod

import msgspec
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.layers import Layer, Shape

IMAGE_SHAPE: Shape = (28, 28, 1)
FEWEST_CLASSES, MOST_CLASSES = 2, 62
"""Of a dataset. 62 are the digits and letters of EMNIST, and what a matrix can still show."""


class Scaling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How gray levels become inputs: (level / 255 - mean) / deviation."""

    mean: float = 0.0
    deviation: float = 1.0


STANDARDIZED = Scaling(mean=0.1307, deviation=0.3081)
UNIT = Scaling()
RAW = Scaling(deviation=1 / 255)
"""Gray levels without scaling, 0 to 255."""


class ModelSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network: layers from the image to one logit per class, and the scaling of its input."""

    layers: tuple[Layer, ...]
    scaling: Scaling = STANDARDIZED


@dataclass(frozen=True)
class LayerReport:
    """The shapes and the parameters of one layer.

    Attributes:
        name: unique in the network, such as ``conv1``.
        layer: the layer itself.
        title: readable, such as ``conv 3×3, 32 same``.
        input: shape of the input, without the batch axis.
        output: shape of the output, without the batch axis.
        arrays: shape of every trainable array by its full name, such as ``conv1.kernel``.
        statistics: shape of every running statistic by its full name, such as
            ``batch_norm1.mean``.
        parameters: number of trainable parameters.
        arithmetic: how that number is computed, such as ``3·3·1·32 + 32``; empty without any.
    """

    name: str
    layer: Layer
    title: str
    input: Shape
    output: Shape
    arrays: dict[str, Shape]
    statistics: dict[str, Shape]
    parameters: int
    arithmetic: str


def describe(model: ModelSpec, classes: int | None = None) -> tuple[LayerReport, ...]:
    """Every layer with its shapes and parameters.

    Args:
        model: the network.
        classes: number of logits that it must end in; None allows any number of classes.

    Raises:
        SpecError: the network is not valid; names the layer and the reason.
    """
    check_scaling(model.scaling)
    reports = _reports(tuple(model.layers))
    shape = reports[-1].output if reports else IMAGE_SHAPE
    if not _ends_in_classes(shape, classes):
        logits = classes or f"{FEWEST_CLASSES} to {MOST_CLASSES}"
        raise SpecError(
            f"The network must end in {logits} logits, got {kinds.text(shape)}.",
            f"End it with a dense layer of {logits} units.",
            ("layers", max(0, len(reports) - 1)),
        )
    return reports


@lru_cache(maxsize=256)
def _reports(layers: tuple[Layer, ...]) -> tuple[LayerReport, ...]:
    """All layers, computed once: a window describes the same network dozens of times.

    Raises:
        SpecError: see ``describe``.
    """
    reports: list[LayerReport] = []
    shape = IMAGE_SHAPE
    for place, (name, layer) in enumerate(_named(layers), start=1):
        report = layer_report(place, name, layer, shape)
        reports.append(report)
        shape = report.output
    return tuple(reports)


def class_count(model: ModelSpec) -> int:
    """The number of classes that a network tells apart: its logits.

    Raises:
        SpecError: the network is not valid.
    """
    return describe(model)[-1].output[0]


def with_classes(model: ModelSpec, classes: int) -> ModelSpec:
    """The network with one logit per class, for another number of classes.

    The last layer with units or filters gets as many as there are classes. That is the output
    layer; in a network that ends in global average pooling, it is the last convolution.

    Args:
        model: a network for any number of classes.
        classes: that it must tell apart.

    Raises:
        SpecError: no number of units or filters gives that many logits.
    """
    changed = model
    if _logits(model) == classes:
        return model
    for place in reversed(range(len(model.layers))):
        layer = model.layers[place]
        if isinstance(layer, kinds.Dense | kinds.Conv):
            width = "units" if isinstance(layer, kinds.Dense) else "filters"
            layers = list(model.layers)
            layers[place] = replace(layer, **{width: classes})
            changed = replace(model, layers=tuple(layers))
            break
    describe(changed, classes)
    return changed


def _logits(model: ModelSpec) -> int | None:
    """The number of logits of a network; None if it is not valid."""
    try:
        return class_count(model)
    except SpecError:
        return None


def _ends_in_classes(shape: Shape, classes: int | None) -> bool:
    if classes is not None:
        return shape == (classes,)
    return len(shape) == 1 and FEWEST_CLASSES <= shape[0] <= MOST_CLASSES


def named(model: ModelSpec) -> Iterator[tuple[str, Layer]]:
    """The layers with their names: the kind and its count in the network, such as ``conv2``."""
    return _named(model.layers)


def _named(layers: Iterable[Layer]) -> Iterator[tuple[str, Layer]]:
    counts: dict[str, int] = {}
    for layer in layers:
        kind = kind_of(layer)
        counts[kind] = counts.get(kind, 0) + 1
        yield f"{kind}{counts[kind]}", layer


def kind_of(layer: Layer) -> str:
    """The tag of a layer, such as ``max_pool``."""
    return str(layer.__struct_config__.tag)


def weight_shapes(model: ModelSpec) -> dict[str, Shape]:
    """The shape of every array of a network by its full name, in the order of the layers.

    The trainable arrays of a layer come before its running statistics.
    """
    return {
        name: shape
        for report in describe(model)
        for name, shape in (report.arrays | report.statistics).items()
    }


def trainable_shapes(model: ModelSpec) -> dict[str, Shape]:
    """The shape of every trainable array by its full name, in the order of the layers."""
    return {name: shape for report in describe(model) for name, shape in report.arrays.items()}


def parameter_count(model: ModelSpec, classes: int | None = None) -> int:
    """The number of trainable parameters; ``classes`` as for ``describe``."""
    return sum(report.parameters for report in describe(model, classes))


def title(layer: Layer) -> str:
    """A layer as text: ``conv 3×3, 32 same``."""
    match layer:
        case kinds.Conv(filters=filters, size=size, padding=padding, bias=bias):
            words = f"conv {size}×{size}, {filters} {padding}"
            return words if bias else f"{words}, no bias"
        case kinds.Dense(units=units, bias=bias):
            return f"dense {units}" if bias else f"dense {units}, no bias"
        case kinds.MaxPool(size=size):
            return f"max-pooling {size}×{size}"
        case kinds.AvgPool(size=size):
            return f"average pooling {size}×{size}"
        case kinds.GlobalAvgPool():
            return "global average pooling"
        case kinds.BatchNorm():
            return "batch normalization"
        case kinds.Dropout(rate=rate):
            return f"dropout {rate:g}"
        case kinds.Relu() | kinds.Gelu() | kinds.LeakyRelu() | kinds.Elu():
            return _activation_title(layer)
        case _:
            return kind_of(layer)


def _activation_title(layer: Layer) -> str:
    match layer:
        case kinds.LeakyRelu(slope=slope):
            return f"leaky ReLU {slope:g}"
        case kinds.Elu(alpha=alpha):
            return "ELU" if alpha == 1 else f"ELU {alpha:g}"
        case kinds.Gelu():
            return "GELU"
        case _:
            return "ReLU"


def check_scaling(scaling: Scaling) -> None:
    """Checks the scaling of the input.

    Raises:
        SpecError: it is not finite, or divides by 0.
    """
    if not (isfinite(scaling.mean) and isfinite(scaling.deviation) and scaling.deviation > 0):
        raise SpecError(
            f"The mean and standard deviation of the input scaling must be finite, and the "
            f"standard deviation above 0, got {scaling.mean:g} and {scaling.deviation:g}.",
            "Correct the scaling.",
            ("scaling",),
        )


def layer_report(place: int, name: str, layer: Layer, shape: Shape) -> LayerReport:
    """The shapes and the parameters of one layer for an input of ``shape``.

    Args:
        place: in the network, from 1.
        name: unique in the network.
        layer: the layer itself.
        shape: of its input.

    Raises:
        SpecError: the layer does not accept this shape; names the layer and the reason.
    """
    try:
        return _known_report(name, layer, shape)
    except SpecError as error:
        raise SpecError(
            f"Layer {place} ({title(layer)}) is not valid: {error.problem}.",
            "Change this layer or the one before it.",
            ("layers", place - 1),
        ) from error


@lru_cache(maxsize=2048)
def _known_report(name: str, layer: Layer, shape: Shape) -> LayerReport:
    """The report of a valid layer: an edit of a network leaves most of its layers as they are."""
    output = kinds.output_shape(layer, shape)
    shapes = kinds.parameter_shapes(layer, shape)
    return LayerReport(
        name=name,
        layer=layer,
        title=title(layer),
        input=shape,
        output=output,
        arrays={f"{name}.{part}": sides for part, sides in shapes.items()},
        statistics={
            f"{name}.{part}": sides for part, sides in kinds.statistic_shapes(layer, shape).items()
        },
        parameters=sum(prod(sides) for sides in shapes.values()),
        arithmetic=" + ".join("·".join(map(str, sides)) for sides in shapes.values()),
    )
