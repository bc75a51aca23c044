"""Assigns the arrays of another program to the layers of a network, by names and shapes.

Where names and shapes allow more than one answer, all of them are given, the likeliest first, so
that the test set can decide; each says what it assumes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

import numpy as np

from mnist_studio.errors import SpecError
from mnist_studio.formatting import counted, listed
from mnist_studio.frameworks.base import Array
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.layers import Shape, text
from mnist_studio.spec.model import LayerReport, ModelSpec, describe, weight_shapes

KernelLayout = Literal["in first", "out first", ""]
FlattenOrder = Literal["channel last", "channel first", ""]


@dataclass(frozen=True)
class WeightFile:
    """The arrays of a file.

    Attributes:
        arrays: by name.
        ordered: whether their order is that of the layers.
        kernels: the layout of kernels by name, where the file says it.
        flatten: how feature maps become vectors, where the file says it.
        class_names: of its outputs, where the file has them.
    """

    arrays: Mapping[str, Array]
    ordered: bool
    kernels: Mapping[str, KernelLayout]
    flatten: FlattenOrder = ""
    class_names: tuple[str, ...] = ()


def names_of(file: WeightFile) -> Iterator[str]:
    """The names of arrays of floating-point numbers that are weights."""
    for name, array in file.arrays.items():
        if array.ndim and np.issubdtype(array.dtype, np.floating):
            yield name


Kind = Literal["convolution", "dense layer", "batch normalization"]
_ROLES: Mapping[str, str] = {
    "weight": "kernel", "kernel": "kernel", "w": "kernel", "gamma": "kernel", "scale": "kernel",
    "bias": "bias", "b": "bias", "beta": "bias", "offset": "bias",
    "running_mean": "mean", "moving_mean": "mean", "mean": "mean",
    "running_var": "variance", "moving_variance": "variance", "variance": "variance",
    "var": "variance",
}  # fmt: skip
_OF_KIND = {1: "batch normalization", 2: "dense layer", 4: "convolution"}


@dataclass(frozen=True)
class Candidate:
    """One way to read the arrays.

    Attributes:
        weights: of the network, by the names and in the layout of ``spec``.
        assumptions: what names and shapes do not say, as sentences.
    """

    weights: dict[str, Array]
    assumptions: tuple[str, ...]


@dataclass
class _Group:
    """The arrays of one layer of the file, by role."""

    name: str
    arrays: dict[str, Array] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        kernel = self.arrays.get("kernel")
        if kernel is None or "mean" in self.arrays:
            return "batch normalization"
        return _OF_KIND.get(kernel.ndim, "unknown")


def candidates(file: WeightFile, model: ModelSpec, precision: str) -> tuple[Candidate, ...]:
    """The possible weights of a network.

    Args:
        file: the arrays.
        model: the network.
        precision: type of the weights.

    Raises:
        SpecError: the arrays do not fit; names the layer and both shapes.
    """
    _check_numbers(file)
    if not file.kernels and _is_own(file, model):
        plain = {name: file.arrays[name].astype(precision) for name in weight_shapes(model)}
        return (Candidate(plain, ()),)
    pairs, assumed = _pairs(file, model)
    flattened = _flattened(model)
    found: list[Candidate] = []
    for unlikely, order in product((False, True), _orders(file)):
        weights: dict[str, Array] = {}
        said = list(assumed)
        for report, group in pairs:
            arrays, layout = _oriented(file, report, group, unlikely)
            if shape := flattened.get(report.name):
                arrays = {n: _channel_last(n, a, order, shape) for n, a in arrays.items()}
            weights |= arrays
            said += [layout] if layout else []
        if flattened and not file.flatten:
            said.append(f"Feature maps are flattened with the {order}.")
        ready = {n: np.ascontiguousarray(weights[n], precision) for n in weight_shapes(model)}
        if not any(_equal(ready, other.weights) for other in found):
            found.append(Candidate(ready, tuple(said)))
    return tuple(found)


def _is_own(file: WeightFile, model: ModelSpec) -> bool:
    """Whether the arrays have exactly the names and shapes of the network."""
    shapes = {name: file.arrays[name].shape for name in names_of(file)}
    return shapes == weight_shapes(model)


def _equal(some: Mapping[str, Array], others: Mapping[str, Array]) -> bool:
    return all(np.array_equal(array, others[name]) for name, array in some.items())


def _orders(file: WeightFile) -> Sequence[FlattenOrder]:
    """How feature maps may be flattened, the likeliest first."""
    if file.flatten:
        return (file.flatten,)
    keras = any(name.endswith(("kernel", "kernel:0")) for name in names_of(file))
    return ("channel last", "channel first") if keras else ("channel first", "channel last")


def _check_numbers(file: WeightFile) -> None:
    if not any(names_of(file)):
        raise SpecError("The file has no weights.", "Select a file of weights.")
    for name in names_of(file):
        if not np.isfinite(file.arrays[name]).all():
            raise SpecError(f"{name} is not finite everywhere.", "Select another file.")


def _pairs(
    file: WeightFile, model: ModelSpec
) -> tuple[list[tuple[LayerReport, _Group]], tuple[str, ...]]:
    """Every layer with weights, and the arrays of the file for it."""
    reports = [report for report in describe(model) if report.arrays]
    groups = _groups(file)
    by_name = {group.name: group for group in groups}
    if by_name.keys() == {report.name for report in reports}:
        return [(report, by_name[report.name]) for report in reports], ()
    pairs, assumed = [], []
    for kind in ("convolution", "dense layer", "batch normalization"):
        of_file = [group for group in groups if group.kind == kind]
        of_model = [report for report in reports if _kind_of(report) == kind]
        if len(of_file) != len(of_model):
            raise SpecError(
                f"The file has {counted(len(of_file), kind, _plural(kind))}, but the network has "
                f"{counted(len(of_model), kind, _plural(kind))}.",
                _ANOTHER,
            )
        shapes = [sorted(np.shape(group.arrays["kernel"])) for group in of_file]
        if not file.ordered and any(shapes.count(shape) > 1 for shape in shapes):
            assumed.append(f"The layers of the kind {kind} are in the order of their names.")
        pairs += list(zip(of_model, of_file, strict=True))
    return pairs, tuple(assumed)


def _plural(kind: str) -> str:
    return "batch normalizations" if kind.endswith("normalization") else f"{kind}s"


def _kind_of(report: LayerReport) -> str:
    match report.layer:
        case kinds.Conv():
            return "convolution"
        case kinds.Dense():
            return "dense layer"
        case _:
            return "batch normalization"


def _groups(file: WeightFile) -> list[_Group]:
    """The arrays by layer, in the order of the layers as far as the file says it."""
    names = list(names_of(file))
    if not file.ordered:
        names.sort(key=_natural)
    groups: dict[str, _Group] = {}
    for name in names:
        layer, role = _split(name)
        group = groups.setdefault(layer, _Group(layer))
        group.arrays[role], group.names[role] = file.arrays[name], name
    return list(groups.values())


def _split(name: str) -> tuple[str, str]:
    """The layer and the role in a name, such as ``conv1.weight`` or ``dense/kernel:0``."""
    parts = re.split(r"[./]", name.removesuffix(":0"))
    role = _ROLES.get(parts[-1].lower())
    if role is None:
        raise SpecError(
            f"The array “{name}” is neither kernel, bias, nor a statistic.",
            "Name the arrays as PyTorch or Keras does, such as conv1.weight and conv1.bias.",
        )
    return ".".join(parts[:-1]), role


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts layer 2 before layer 10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)
    ]


def _flattened(model: ModelSpec) -> dict[str, Shape]:
    """The feature map that a layer gets as a vector, for the layers where its order matters."""
    found: dict[str, Shape] = {}
    shape: Shape | None = None
    for report in describe(model):
        if isinstance(report.layer, kinds.Flatten) and len(report.input) == 3:
            shape = report.input
        elif shape and report.arrays:
            if shape[2] > 1 and shape[0] * shape[1] > 1:
                found[report.name] = shape
            if isinstance(report.layer, kinds.Dense):
                shape = None
    return found


def _channel_last(name: str, array: Array, order: FlattenOrder, shape: Shape) -> Array:
    """An array whose first axis is a flattened feature map, in the order of ``spec``."""
    if order == "channel last" or (array.ndim == 1 and name.endswith(".bias")):
        return array
    height, width, channels = shape
    rest = array.shape[1:]
    return array.reshape(channels, height, width, *rest).transpose(
        1, 2, 0, *range(3, 3 + len(rest))
    ).reshape(-1, *rest)  # fmt: skip


def _oriented(
    file: WeightFile, report: LayerReport, group: _Group, unlikely: bool
) -> tuple[dict[str, Array], str]:
    """The weights of a layer, and what is assumed of its kernel's layout.

    Args:
        file: the arrays.
        report: the layer.
        group: its arrays.
        unlikely: whether the less likely layout is taken where two fit.
    """
    wanted = report.arrays | report.statistics
    roles = {_role(name): name for name in wanted}
    if group.arrays.keys() != roles.keys():
        odd = sorted(group.arrays.keys() ^ roles.keys())
        raise SpecError(
            f"The layer “{group.name}” of the file does not fit {report.title}: {listed(odd)} "
            f"{'is' if len(odd) == 1 else 'are'} missing or too many.",
            _ANOTHER,
        )
    found, said = {}, ""
    for role, name in roles.items():
        array, source = group.arrays[role], group.names[role]
        if role == "kernel" and len(wanted[name]) > 1:
            array, said = _kernel(array, source, wanted[name], file.kernels.get(source), unlikely)
        if array.shape != wanted[name]:
            raise SpecError(
                f"{source} has the shape {text(array.shape)}, but {report.title} ({report.name}) "
                f"needs {text(wanted[name])}.",
                _ANOTHER,
            )
        found[name] = array
    return found, said


_ANOTHER = "Choose the recipe that the weights belong to."


def _role(name: str) -> str:
    return _ROLES[name.rpartition(".")[2]]


def _kernel(
    array: Array, source: str, wanted: Shape, known: KernelLayout | None, unlikely: bool
) -> tuple[Array, str]:
    """A kernel in the layout of ``spec``, and what is assumed where two layouts fit."""
    likely: KernelLayout = known or ("in first" if "kernel" in source else "out first")
    other: KernelLayout = "out first" if likely == "in first" else "in first"
    layouts = (likely,) if known else (likely, other)
    fitting = [layout for layout in layouts if _turned(array, layout).shape == wanted]
    if not fitting:
        return array, ""
    layout = fitting[-1] if unlikely else fitting[0]
    side = "inputs" if layout == "in first" else "outputs"
    return _turned(array, layout), f"{source} has its {side} first." if len(fitting) > 1 else ""


def _turned(array: Array, layout: KernelLayout) -> Array:
    """A kernel as ``spec`` has it: (in, out), or (height, width, in, out)."""
    if layout == "in first":
        return array
    return array.T if array.ndim == 2 else array.transpose(2, 3, 1, 0)
