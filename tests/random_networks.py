"""Random networks of up to 12 layers, valid and invalid, each given by a number."""

import os
from random import Random
from typing import Literal

from mnist_studio.errors import SpecError
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Elu,
    Flatten,
    Gelu,
    GlobalAvgPool,
    Layer,
    LeakyRelu,
    MaxPool,
    Relu,
    Shape,
    Sigmoid,
    Tanh,
)
from mnist_studio.spec.model import IMAGE_SHAPE, ModelSpec, describe, parameter_count
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import DIGITS

COUNT = int(os.environ.get("MNIST_STUDIO_RANDOM_NETWORKS", "40"))
"""How many networks a test tries; 300 for the whole property."""

EVERY = "MNIST_STUDIO_RANDOM_NETWORKS" in os.environ
FEW = COUNT if EVERY else 4
"""How many networks a test tries that takes long for each."""

MOST_LAYERS = 12


def tried_networks() -> dict[str, ModelSpec]:
    """The networks of all recipes, or of the small ones, and a few random networks."""
    known = {name: recipe.model for name, recipe in RECIPES.items()}
    small = {name: one for name, one in known.items() if EVERY or parameter_count(one) < 80_000}
    return small | {f"network {number}": valid_network(number) for number in range(FEW)}


def valid_network(number: int) -> ModelSpec:
    """A valid network of 3 to 12 layers with tiny layers of every kind."""
    rng = Random(number)
    length = rng.randint(3, MOST_LAYERS)
    layers: list[Layer] = []
    shape: Shape = IMAGE_SHAPE
    while len(layers) < length - 1 - (len(shape) == 3):
        layer = _layer(rng, shape)
        shape = kinds.output_shape(layer, shape)
        layers.append(layer)
    if len(shape) == 3:
        layers.append(rng.choice((Flatten(), GlobalAvgPool())))
    layers.append(Dense(len(DIGITS), rng.random() < 0.8, _initial(rng)))
    model = ModelSpec(tuple(layers))
    describe(model, len(DIGITS))
    return model


def invalid_network(number: int) -> ModelSpec:
    """A network with a mistake that must be refused."""
    rng = Random(number)
    while True:
        layers = list(valid_network(rng.randrange(10**9)).layers)
        _break(rng, layers)
        model = ModelSpec(tuple(layers))
        try:
            describe(model, len(DIGITS))
        except SpecError:
            return model


def _layer(rng: Random, shape: Shape) -> Layer:
    """A layer that accepts the shape. Large maps are mostly made smaller."""
    everywhere: tuple[Layer, ...] = (
        Relu(), Sigmoid(), Tanh(), LeakyRelu(round(rng.uniform(0, 0.5), 2)), Gelu(),
        Elu(round(rng.uniform(0.1, 2), 2)), Dropout(round(rng.uniform(0, 0.9), 2)),
        BatchNorm(round(rng.uniform(0, 0.99), 2), 10 ** rng.uniform(-5, -1)),
    )  # fmt: skip
    if len(shape) == 1:
        return rng.choice((*everywhere, _dense(rng), _dense(rng), Flatten()))
    side = min(shape[:2])
    if side > 14 and rng.random() < 0.5:
        return rng.choice((MaxPool(rng.randint(2, 4)), AvgPool(rng.randint(2, 4))))
    maps: tuple[Layer, ...] = (
        _conv(rng, side), _conv(rng, side), _conv(rng, side),
        MaxPool(rng.randint(1, min(side, 3))), AvgPool(rng.randint(1, min(side, 3))),
        Flatten(), GlobalAvgPool(),
    )  # fmt: skip
    return rng.choice((*everywhere, *maps))


def _dense(rng: Random) -> Dense:
    return Dense(rng.randint(1, 12), rng.random() < 0.8, _initial(rng), _initial(rng))


def _conv(rng: Random, side: int) -> Conv:
    size = rng.randint(1, min(side, 5))
    padding: Literal["same", "valid"] = "same" if rng.random() < 0.5 else "valid"
    return Conv(rng.randint(1, 4), size, padding, rng.random() < 0.8, _initial(rng))


def _initial(rng: Random) -> kinds.Initializer:
    names: tuple[kinds.Initializer, ...] = (
        "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_normal",
        "fan_in_uniform", kinds.Uniform(0.3),
    )  # fmt: skip
    return rng.choice(names)


def _break(rng: Random, layers: list[Layer]) -> None:
    """Makes a mistake that people make. A few of them leave a network valid."""
    place = rng.randrange(len(layers) + 1)
    wrong: tuple[Layer, ...] = (
        Dense(0), Dense(rng.randint(1, 20)), Conv(0), Conv(3, 0), Conv(2, 29, "valid"), Conv(3),
        MaxPool(0), MaxPool(29), AvgPool(-1), AvgPool(15), GlobalAvgPool(), Dropout(1.0),
        Dropout(-0.1), Dropout(float("nan")), BatchNorm(1.0), BatchNorm(0.9, 0.0), LeakyRelu(1.0),
        LeakyRelu(float("nan")), LeakyRelu(-0.2), Elu(0.0), Elu(float("inf")), Elu(-1.0),
        Dense(5, initial=kinds.Uniform(float("nan"))), Dense(5, initial=kinds.Uniform(-1.0)),
    )  # fmt: skip
    match rng.randrange(4):
        case 0:
            layers.pop(min(place, len(layers) - 1))
        case 1:
            layers[-1] = Dense(rng.choice((1, 9, 11, 100)))
        case _:
            layers.insert(place, rng.choice(wrong))
