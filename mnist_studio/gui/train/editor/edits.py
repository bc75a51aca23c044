"""Changes of a network: layers added, moved, copied and removed, and good next steps. No Qt."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from msgspec.structs import replace

from mnist_studio.spec import meanings
from mnist_studio.spec.layers import (
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    Relu,
    Shape,
)
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.repairs import Diagnosis
from mnist_studio.spec.run import DIGITS, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import OneCycle

NEW_NAME = "My network"
KINDS: tuple[type[Layer], ...] = get_args(Layer)
MOST_FILTERS = 128
SMALLEST_SIDE = 6
"""A smaller feature map is not pooled again."""


@dataclass(frozen=True)
class LayerStep:
    """Layers that one click adds.

    Attributes:
        title: of the button.
        sentence: what the layers do.
        layers: in order.
        place: index of the first of them in the network.
    """

    title: str
    sentence: str
    layers: tuple[Layer, ...]
    place: int


@dataclass(frozen=True)
class Advice:
    """What to do next, and the steps that do it."""

    sentence: str
    steps: tuple[LayerStep, ...]


def new_run(base: RunSpec | None = None) -> RunSpec:
    """An empty network, with a training that suits most networks.

    Args:
        base: whose dataset, framework and device it has.
    """
    model = ModelSpec(())
    training = TrainingSpec(Adam(learning_rate=0.005), OneCycle(), batch_size=128, epochs=3)
    if base is None:
        return RunSpec(NEW_NAME, model, training)
    return replace(
        base, recipe=NEW_NAME, model=model, training=training, known_bugs=(), continued_from=None
    )


def inserted(model: ModelSpec, place: int, layers: tuple[Layer, ...]) -> ModelSpec:
    """The network with layers before the one at ``place``."""
    return replace(model, layers=(*model.layers[:place], *layers, *model.layers[place:]))


def removed(model: ModelSpec, place: int) -> ModelSpec:
    """The network without a layer."""
    return replace(model, layers=(*model.layers[:place], *model.layers[place + 1 :]))


def moved(model: ModelSpec, place: int, to: int) -> ModelSpec:
    """The network with a layer at another place.

    Args:
        model: the network.
        place: of the layer now.
        to: its place afterwards.
    """
    layers = list(model.layers)
    layers.insert(to, layers.pop(place))
    return replace(model, layers=tuple(layers))


def changed(model: ModelSpec, place: int, layer: Layer) -> ModelSpec:
    """The network with another layer at ``place``."""
    return replace(model, layers=(*model.layers[:place], layer, *model.layers[place + 1 :]))


def conv_block(filters: int) -> tuple[Layer, ...]:
    """A convolution with all that usually follows it; halves the map."""
    conv = Conv(filters, bias=False, initial="he_normal")
    return (conv, BatchNorm(), Relu(), MaxPool())


def dense_block(units: int) -> tuple[Layer, ...]:
    """A hidden layer with its activation."""
    return (Dense(units, initial="he_normal"), Relu())


def blocks(model: ModelSpec, place: int, classes: int = len(DIGITS)) -> tuple[LayerStep, ...]:
    """Groups of layers that are often used together, to be added at ``place``."""
    return (
        LayerStep(
            "Convolution block",
            "Convolution, batch normalization, ReLU and max-pooling. Halves the map.",
            conv_block(_next_filters(model, place)),
            place,
        ),
        LayerStep("Dense block", "A dense layer of 128 units with ReLU.", dense_block(128), place),
        LayerStep(
            "Output layer",
            f"A flatten layer and a dense layer of {classes} units, one per class.",
            (Flatten(), Dense(classes)),
            place,
        ),
    )


def advice(model: ModelSpec, found: Diagnosis, classes: int = len(DIGITS)) -> Advice:
    """What brings a network closer to one that reads images of these classes well."""
    if not model.layers:
        return _first_advice(model)
    if not found.problems:
        return _last_advice(model)
    if any(one.subject != "output" for one in found.problems):
        return Advice("", ())  # A repair comes first.
    report = found.reports[-1]
    assert report is not None  # Only the output is wrong.
    if len(report.output) == 3:
        return _map_advice(model, report.output, classes)
    return _vector_advice(model, classes)


def _first_advice(model: ModelSpec) -> Advice:
    dense = LayerStep(
        "Dense block", "Sees all pixels at once. Fast, about 98 %.",
        (Flatten(), *dense_block(128)), 0,
    )  # fmt: skip
    return Advice(
        "Start with a convolution block: it finds local shapes and reaches the best accuracy.",
        (_conv_step(model, 0), dense),
    )


def _map_advice(model: ModelSpec, shape: Shape, classes: int) -> Advice:
    end = len(model.layers)
    output = LayerStep(
        "Output layer", f"Flatten, then a dense layer of {classes} units: one number per class.",
        (Flatten(), Dense(classes)), end,
    )  # fmt: skip
    if min(shape[:2]) < SMALLEST_SIDE:
        return Advice("The map is small enough now. Add the output layer.", (output,))
    convs = sum(isinstance(layer, Conv) for layer in model.layers)
    sentence = (
        "Add a second convolution block, which combines the shapes of the first."
        if convs < 2
        else "Two convolution blocks are enough for 99 % on MNIST. Add the output layer."
    )
    steps = (_conv_step(model, end), output)
    return Advice(sentence, steps if convs < 2 else steps[::-1])


def _vector_advice(model: ModelSpec, classes: int) -> Advice:
    end = len(model.layers)
    output = LayerStep(
        "Output layer", f"A dense layer of {classes} units: one number per class.",
        (Dense(classes),), end,
    )  # fmt: skip
    hidden = LayerStep("Dense block", "Another hidden layer.", dense_block(128), end)
    return Advice("Add the output layer, or another hidden layer.", (output, hidden))


def _last_advice(model: ModelSpec) -> Advice:
    return Advice("This network can train. Click Train to try it.", tuple(_improvements(model)))


def _improvements(model: ModelSpec) -> Iterator[LayerStep]:
    kinds = [type(layer) for layer in model.layers]
    if Conv not in kinds:
        yield _conv_step(model, 0)
    if Dropout not in kinds and kinds[-1] is Dense:
        yield LayerStep(
            "Dropout",
            "Turns off random units before the output, which helps in long trainings.",
            (Dropout(0.25),),
            len(kinds) - 1,
        )


def _conv_step(model: ModelSpec, place: int) -> LayerStep:
    filters = _next_filters(model, place)
    return LayerStep(
        "Convolution block",
        f"{filters} kernels of 3×3, batch normalization, ReLU and max-pooling.",
        conv_block(filters),
        place,
    )


def _next_filters(model: ModelSpec, place: int) -> int:
    """Twice as many as before, as most networks do when the map is halved."""
    before = [layer.filters for layer in model.layers[:place] if isinstance(layer, Conv)]
    return min(2 * before[-1], max(MOST_FILTERS, before[-1])) if before else 32


def new_layer(kind: type[Layer]) -> Layer:
    """A layer of a kind, with usual values."""
    made: Layer = meanings.usual(kind)
    return made
