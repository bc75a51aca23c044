"""What only PyTorch's template uses."""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.codegen.context import Draw, LayerValues, layers
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv
from mnist_studio.spec.model import describe
from mnist_studio.spec.run import RunSpec, TrainingSpec

_LARGEST_SMOOTHNESS = 6.75
"""Pixels; torchvision's kernel has a radius of four deviations, which must fit into the image."""


@dataclass(frozen=True)
class InitializedLayer:
    """A layer whose initial weights are not drawn by PyTorch's own rule.

    Attributes:
        module: its position in ``nn.Sequential``.
        kernel: how its kernel is drawn.
        bias: how its bias is drawn, if it has one.
    """

    module: int
    kernel: Draw | None
    bias: Draw | None


@dataclass(frozen=True)
class PyTorchValues:
    """What only PyTorch's template uses.

    Attributes:
        data_classes: names from ``torch.utils.data``.
        initialized: layers that the script initializes.
        elastic_alpha: the factor of ``ElasticTransform``; 0 without elastic distortion.
    """

    data_classes: tuple[str, ...]
    initialized: tuple[InitializedLayer, ...]
    elastic_alpha: float


def problems(run: RunSpec) -> tuple[str, ...]:
    """See ``native_script.problems``."""
    change = run.training.augmentation
    if change and change.elastic and change.smoothness > _LARGEST_SMOOTHNESS:
        return (
            "torchvision's ElasticTransform supports a smoothness of at most "
            f"{_LARGEST_SMOOTHNESS:g} pixels. Choose a lower value.",
        )
    return ()


def values(run: RunSpec) -> PyTorchValues:
    """The values of a run that has the effects of its known bugs."""
    change = run.training.augmentation
    return PyTorchValues(
        data_classes=tuple(_data_classes(run.training)),
        initialized=tuple(_initialized(layers(describe(run.model)))),
        elastic_alpha=_elastic_alpha(change) if change else 0.0,
    )


def _data_classes(training: TrainingSpec) -> Iterator[str]:
    yield "DataLoader"
    if training.sampling == "with_replacement":
        yield "RandomSampler"
    if training.validation:
        yield "Subset" if training.augmentation else "random_split"


def _initialized(layers: tuple[LayerValues, ...]) -> Iterator[InitializedLayer]:
    module = -1
    for layer in layers:
        module += _module_count(layer)
        if not layer.default_initialization:
            yield InitializedLayer(module, layer.kernel, layer.bias)


def _module_count(layer: LayerValues) -> int:
    """How many modules a layer takes: global pooling flattens, and even kernels pad, by another."""
    padded = isinstance(layer.settings, Conv) and layer.before != layer.after
    return 2 if padded or layer.kind == "global_avg_pool" else 1


def _elastic_alpha(change: Augmentation) -> float:
    """The factor with which the longest displacement is about ``change.elastic`` pixels.

    Uniform noise has the deviation 1 / sqrt(3). A Gaussian of deviation s divides it by
    2 sqrt(pi) s. The longest displacement in an image is about three of these deviations, and
    torchvision moves a pixel by half of alpha times the displacement.
    """
    deviation = 0.5774 / (3.5449 * change.smoothness)
    return 2 * change.elastic / (3 * deviation)
