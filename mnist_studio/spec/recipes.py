"""The recipes: named runs with their provenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from mnist_studio.errors import UnknownName
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import STANDARDISED, UNIT, ModelSpec
from mnist_studio.spec.optimisers import Adadelta, Adam
from mnist_studio.spec.run import FrameworkName, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Exponential


@dataclass(frozen=True)
class Recipe:
    """A named run description.

    Attributes:
        name: how users and files call it.
        summary: one sentence on the network.
        provenance: where it comes from and what was inferred.
        reported: the figure its source gives.
        framework: the framework it is trained in where none is chosen.
        model: the network.
        training: how it is trained.
    """

    name: str
    summary: str
    provenance: str
    reported: str
    framework: FrameworkName
    model: ModelSpec
    training: TrainingSpec


_COMPACT_CNN = Recipe(
    name="compact-cnn",
    summary="Two convolutions with pooling and one hidden layer.",
    provenance="“MNIST Digit Recognition”, its PyTorch and Keras network. Its Keras script scales "
    "to 0-1; here every framework standardises.",
    reported="99.10 % in PyTorch, 98.86 % in Keras",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(32), Relu(), MaxPool(),
            Conv(64), Relu(), MaxPool(),
            Flatten(), Dense(128), Relu(), Dense(10),
        ),
        scaling=STANDARDISED,
    ),
    training=TrainingSpec(optimiser=Adam(), batch_size=64, epochs=5, seed=42),
)  # fmt: skip

_MLP_128 = Recipe(
    name="mlp-128",
    summary="One hidden layer of 128 units.",
    provenance="“MNIST Image Classification”, its Keras network. Width, optimiser and batch size "
    "are inferred: its description does not give them.",
    reported="96.6 %",
    framework="keras",
    model=ModelSpec(layers=(Flatten(), Dense(128), Relu(), Dense(10)), scaling=STANDARDISED),
    training=TrainingSpec(optimiser=Adam(), batch_size=64, epochs=5, seed=42),
)

_TINY_10 = Recipe(
    name="tiny-10",
    summary="One hidden layer of ten units.",
    provenance="“MNIST Neural Network Project”, its TensorFlow network. Optimiser and batch size "
    "are inferred.",
    reported="97 %, implausible for ten hidden units",
    framework="keras",
    model=ModelSpec(layers=(Flatten(), Dense(10), Relu(), Dense(10)), scaling=UNIT),
    training=TrainingSpec(optimiser=Adam(), batch_size=64, epochs=10, seed=42),
)

_WIDE_CNN = Recipe(
    name="wide-cnn",
    summary="Two wide convolutions, one pooling, dropout and one hidden layer.",
    provenance="“Comparative implementations”, its PyTorch and TensorFlow network, without the "
    "double softmax of the one and the batch-wise decay of the other.",
    reported="99.14 % in PyTorch, 99.05 and 99.21 % in TensorFlow",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(32, padding="valid"), Relu(), Conv(64, padding="valid"), Relu(), MaxPool(),
            Dropout(0.25), Flatten(), Dense(128), Relu(), Dropout(0.5), Dense(10),
        ),
        scaling=STANDARDISED,
    ),
    training=TrainingSpec(
        optimiser=Adadelta(), schedule=Exponential(0.7), batch_size=64, epochs=10, seed=42
    ),
)  # fmt: skip

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {recipe.name: recipe for recipe in (_COMPACT_CNN, _MLP_128, _TINY_10, _WIDE_CNN)}
)


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UnknownName: there is none; suggests the nearest.
    """
    try:
        return RECIPES[name]
    except KeyError:
        raise unknown("recipe", name, tuple(RECIPES)) from None


def run_spec(chosen: Recipe) -> RunSpec:
    """The run that a recipe describes as it stands."""
    return RunSpec(
        recipe=chosen.name,
        model=chosen.model,
        training=chosen.training,
        framework=chosen.framework,
    )


def unknown(what: str, name: str, known: tuple[str, ...]) -> UnknownName:
    """The error for a name that does not exist, with the nearest ones that do."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]}? " if near else ""
    return UnknownName(f"There is no {what} called “{name}”.", f"{meant}Known: {', '.join(known)}.")
