"""What cannot work is found at its layer, and every repair leaves fewer problems."""

import random
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from mnist_studio.errors import SpecError
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Layer,
    MaxPool,
    Relu,
)
from mnist_studio.spec.model import ModelSpec, Scaling, describe, parameter_count
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.repairs import Repair, diagnose, repairs, simple_layers, training_repair
from mnist_studio.spec.run import ClipNorm, EarlyStopping
from mnist_studio.spec.run_checks import check
from mnist_studio.spec.schedules import Exponential, Plateau

DRAWS = random.Random(15)
NUMBERS: tuple[Any, ...] = (-1, 0, 1, 2, 3, 5, 10, 30, 0.5, 1.5, 200_000, float("nan"))


def first(model: ModelSpec) -> tuple[Repair, ...]:
    return repairs(model, diagnose(model).problems[0])


@pytest.mark.parametrize(
    ("layers", "place", "part", "sentences", "mended"),
    [
        (
            (Conv(8), Dense(10)), 1, "needs a vector",
            ("Insert a flatten layer before it", "Insert global average pooling before it"),
            (Conv(8), Flatten(), Dense(10)),
        ),
        (
            (Flatten(), Dense(64)), 1, "It ends in 64.",
            ("Set the units of the last dense layer to 10", "Add a dense layer of 10 units"),
            (Flatten(), Dense(10)),
        ),
        (
            (MaxPool(8), Conv(8, size=5, padding="valid"), Flatten(), Dense(10)), 1,
            "5×5 kernel does not fit into 3×3×1",
            ("Reduce its kernel to 3×3", "Pad its input with zeros (same)"),
            (MaxPool(8), Conv(8, size=3, padding="valid"), Flatten(), Dense(10)),
        ),
        (
            (MaxPool(14), MaxPool(2), MaxPool(2), Flatten(), Dense(10)), 2, "does not fit into 1×1",
            ("Remove this layer",),
            (MaxPool(14), MaxPool(2), Flatten(), Dense(10)),
        ),
        (
            (Flatten(), Conv(8), Dense(10)), 1, "needs a feature map",
            ("Move it before the flatten layer", "Remove this layer"),
            (Conv(8), Flatten(), Dense(10)),
        ),
        (
            (Flatten(), Dropout(1.5), Dense(10)), 1, "rate must be",
            ("Set its rate to 0.5", "Remove this layer"),
            (Flatten(), Dropout(0.5), Dense(10)),
        ),
        (
            (), -1, "no layers yet",
            ("Add a flatten layer and a dense layer of 10 units",),
            (Flatten(), Dense(10)),
        ),
    ],
)  # fmt: skip
def test_the_nearest_repair_comes_first(
    layers: tuple[Layer, ...], place: int, part: str, sentences: tuple[str, ...], mended: Any
) -> None:
    problem = diagnose(ModelSpec(layers)).problems[0]
    assert problem.place == place
    assert part in problem.sentence
    found = first(ModelSpec(layers))
    assert tuple(one.sentence for one in found)[: len(sentences)] == sentences
    assert found[0].model.layers == mended
    describe(found[0].model, 10)


def test_scaling_and_size_are_repaired() -> None:
    wrong = ModelSpec(simple_layers(), Scaling(deviation=0))
    assert [one.subject for one in diagnose(wrong).problems] == ["scaling"]
    describe(first(wrong)[0].model)
    large = ModelSpec((Flatten(), Dense(1_000_000), Relu(), Dense(10)))
    (problem,) = diagnose(large).problems
    assert (problem.subject, problem.place) == ("size", 1)
    assert "200,000,000" in problem.sentence
    smaller = first(large)[0]
    assert "250,000 units" in smaller.sentence
    assert parameter_count(smaller.model) <= 200_000_000


def test_repairs_know_the_number_of_classes() -> None:
    digits = ModelSpec((Flatten(), Dense(10)))
    (problem,) = diagnose(digits, 26).problems
    assert problem.sentence == "The network must end in 26 numbers, one per class. It ends in 10."
    found = repairs(digits, problem, classes=26)
    assert found[0].sentence == "Set the units of the last dense layer to 26"
    assert all(diagnose(one.model, 26).problems == () for one in found)


def test_recipes_have_no_problems() -> None:
    for recipe in RECIPES.values():
        found = diagnose(recipe.model)
        assert found.problems == ()
        assert found.reports == describe(recipe.model)
        assert found.parameters == parameter_count(recipe.model)


def test_settings_of_the_training_are_repaired() -> None:
    run = run_spec(RECIPES["mlp-128"])
    assert training_repair(run) is None
    for wrong, sentence in (
        ({"schedule": Plateau()}, "Hold out 5,000 validation images"),
        ({"early_stopping": EarlyStopping(), "validation": 0}, "Hold out 5,000 validation images"),
        ({"schedule": Exponential(factor=3.0)}, "Reset: schedule"),
        ({"optimizer": Adam(beta1=2.0)}, "Reset: optimizer"),
        ({"batch_size": 0}, "Reset: batch size"),
        ({"clip": ClipNorm(-1.0)}, "Reset: gradient clipping"),
        ({"augmentation": Augmentation(rotation=-1)}, "Reset: augmentation"),
    ):
        training: Any = msgspec.structs.replace(run.training, **wrong)
        found = training_repair(msgspec.structs.replace(run, training=training))
        assert found is not None
        assert found[0] == sentence
        check(msgspec.structs.replace(run, training=found[1]))


def random_layer() -> Layer:
    """Any kind of layer, so that new kinds are drawn too, often with a wrong number."""
    usual: tuple[Layer, ...] = (
        Conv(8), MaxPool(), AvgPool(), GlobalAvgPool(), BatchNorm(), Flatten(), Relu(), Dense(16),
    )  # fmt: skip
    if DRAWS.random() < 0.6:
        return DRAWS.choice(usual)
    kind: Any = DRAWS.choice(kinds.Layer.__args__)
    values = {}
    for field in inspect.type_info(kind).fields:  # type: ignore[attr-defined]
        if isinstance(field.type, inspect.IntType | inspect.FloatType):
            values[field.name] = DRAWS.choice(NUMBERS)
            if isinstance(field.type, inspect.IntType):
                values[field.name] = DRAWS.choice([n for n in NUMBERS if isinstance(n, int)])
        elif field.name == "padding":
            values[field.name] = DRAWS.choice(("same", "valid"))
    made: Layer = kind(**values)
    return made


def test_every_repair_of_random_networks_leaves_fewer_problems() -> None:
    """300 random networks of up to 12 layers that cannot work, mended step by step."""
    seen = 0
    while seen < 300:
        model = ModelSpec(tuple(random_layer() for _ in range(DRAWS.randint(0, 12))))
        found = diagnose(model)
        try:
            describe(model, 10)
            too_large = parameter_count(model) > 200_000_000
        except SpecError:
            too_large = True
        assert bool(found.problems) == too_large
        if not found.problems:
            continue
        seen += 1
        for problem in found.problems:
            offered = repairs(model, problem)
            assert offered
            assert all(len(diagnose(one.model).problems) < len(found.problems) for one in offered)
        mended = model
        while left := diagnose(mended).problems:
            mended = repairs(mended, left[0], most=1)[0].model
        describe(mended, 10)
        # What can be stored can be repaired: a repair is a network like any other.
        assert msgspec.json.decode(msgspec.json.encode(mended), type=ModelSpec) == mended
