"""What only NumPy's template uses."""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.codegen.context import Draw, LayerValues, layers
from mnist_studio.spec.model import ModelSpec, describe
from mnist_studio.spec.optimizers import Adam, AdamW, Optimizer, slot_names
from mnist_studio.spec.run import RunSpec, storage


@dataclass(frozen=True)
class InitialArray:
    """One array of the network.

    Attributes:
        name: such as ``conv1.kernel``.
        shape: as NumPy takes it, a number for a vector.
        draw: how its initial values are drawn.
    """

    name: str
    shape: int | tuple[int, ...]
    draw: Draw


@dataclass(frozen=True)
class NumpyValues:
    """What only NumPy's template uses.

    Attributes:
        dtype: of all arrays, ``float32`` or ``float64``.
        arrays: of the network, with their initial values.
        rules: the initialization rules in use.
        cached: names of the variables of the forward pass that the backward pass needs.
        trained_layers: the layers that the backward pass goes through: the first one that has
            weights, and all after it.
        optimizer_state: names of what the optimizer remembers.
        has_convolution: whether the network has a convolution.
        has_pooling: whether the network has pooling with windows.
        has_gelu: whether the network has a GELU.
        behaves_differently_in_training: whether the network has dropout or batch normalization.
        training_draws: whether a training step draws random numbers.
    """

    dtype: str
    arrays: tuple[InitialArray, ...]
    rules: frozenset[str]
    cached: tuple[str, ...]
    trained_layers: tuple[LayerValues, ...]
    optimizer_state: tuple[str, ...]
    has_convolution: bool
    has_pooling: bool
    has_gelu: bool
    behaves_differently_in_training: bool
    training_draws: bool


def problems(run: RunSpec) -> tuple[str, ...]:
    """See ``native_script.problems``."""
    if run.training.precision == "bfloat16":
        return ("NumPy does not support bfloat16. Choose float32 or float64.",)
    return ()


def values(run: RunSpec) -> NumpyValues:
    """The values of a run that has the effects of its known bugs."""
    arrays = tuple(_arrays(run.model))
    trained_layers = _trained_layers(run.model)
    kinds = {layer.kind for layer in layers(describe(run.model))}
    draws = bool(kinds & {"dropout", "batch_norm"})
    return NumpyValues(
        dtype=storage(run.training.precision),
        arrays=arrays,
        rules=frozenset(array.draw.rule for array in arrays),
        cached=tuple(dict.fromkeys(name for one in trained_layers for name in _cached(one))),
        trained_layers=trained_layers,
        optimizer_state=tuple(_optimizer_state(run.training.optimizer)),
        has_convolution="conv" in kinds,
        has_pooling=bool(kinds & {"max_pool", "avg_pool"}),
        has_gelu="gelu" in kinds,
        behaves_differently_in_training=draws,
        training_draws=draws or run.training.augmentation is not None,
    )


def _arrays(model: ModelSpec) -> Iterator[InitialArray]:
    reports = describe(model)
    for report, layer in zip(reports, layers(reports), strict=True):
        for name, shape in (report.arrays | report.statistics).items():
            draw = _draw(layer, name.rpartition(".")[2])
            yield InitialArray(name, shape[0] if len(shape) == 1 else shape, draw)


def _draw(layer: LayerValues, part: str) -> Draw:
    draws = {"kernel": layer.kernel, "bias": layer.bias}
    return draws.get(part) or Draw("ones" if part in ("scale", "variance") else "zeros")


def _trained_layers(model: ModelSpec) -> tuple[LayerValues, ...]:
    reports = describe(model)
    first = next(position for position, report in enumerate(reports) if report.arrays)
    return layers(reports)[first:]


def _cached(layer: LayerValues) -> tuple[str, ...]:
    """Variables of a layer's forward pass; its input is x0 in the first layer, its output x1."""
    before, number = layer.position, layer.position + 1
    match layer.kind:
        case "dense" | "conv" | "avg_pool" | "global_avg_pool":
            return (f"x{before}",)
        case "max_pool":
            return (f"x{before}", f"best{number}")
        case "batch_norm":
            return (f"n{number}", f"r{number}")
        case "dropout":
            return (f"keep{number}",)
        case "relu" | "sigmoid" | "tanh":
            return (f"x{number}",)
        case "leaky_relu":
            return (f"x{before}",)
        case "elu":
            return (f"x{before}", f"x{number}")
        case "gelu":
            return (f"x{before}", f"cdf{number}")
        case _:
            return ()


def _optimizer_state(optimizer: Optimizer) -> Iterator[str]:
    if isinstance(optimizer, Adam | AdamW):
        yield "step"
    yield from slot_names(optimizer)
