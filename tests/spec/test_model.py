import math
from itertools import pairwise

import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import model
from mnist_studio.spec.layers import (
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Layer,
    MaxPool,
    Relu,
    Sigmoid,
)  # fmt: skip
from mnist_studio.spec.model import ModelSpec, Scaling
from mnist_studio.spec.recipes import RECIPES


def test_the_report_of_every_layer_of_the_compact_network() -> None:
    reports = model.describe(RECIPES["compact-cnn"].model)

    assert [report.name for report in reports] == [
        "conv1", "relu1", "max_pool1", "conv2", "relu2", "max_pool2",
        "flatten1", "dense1", "relu3", "dense2",
    ]  # fmt: skip
    assert [report.output for report in reports] == [
        (28, 28, 32), (28, 28, 32), (14, 14, 32), (14, 14, 64), (14, 14, 64), (7, 7, 64),
        (3136,), (128,), (128,), (10,),
    ]  # fmt: skip
    assert [report.parameters for report in reports] == [
        320,
        0,
        0,
        18_496,
        0,
        0,
        0,
        401_536,
        0,
        1290,
    ]
    assert reports[0].arithmetic == "3·3·1·32 + 32"
    assert reports[1].arithmetic == ""
    assert all(after.input == before.output for before, after in pairwise(reports))


def test_weight_shapes_are_in_the_order_of_the_layers() -> None:
    assert list(model.weight_shapes(RECIPES["compact-cnn"].model).items()) == [
        ("conv1.kernel", (3, 3, 1, 32)),
        ("conv1.bias", (32,)),
        ("conv2.kernel", (3, 3, 32, 64)),
        ("conv2.bias", (64,)),
        ("dense1.kernel", (3136, 128)),
        ("dense1.bias", (128,)),
        ("dense2.kernel", (128, 10)),
        ("dense2.bias", (10,)),
    ]


@pytest.mark.parametrize(
    ("layers", "problem"),
    [
        ((Dense(10),), r"Layer 1 \(dense 10\) is not valid: it needs a vector but gets 28×28×1"),
        (
            (Flatten(), Conv(8), Dense(10)),
            r"Layer 2 \(conv 3×3, 8 same\) is not valid: it needs a feature map",
        ),
        (
            (MaxPool(), MaxPool(), MaxPool(), MaxPool(4), Flatten(), Dense(10)),
            r"Layer 4 \(max-pooling 4×4\) is not valid: its 4×4 window does not fit into 3×3×1",
        ),
        ((Flatten(), Dropout(1.5), Dense(10)), r"Layer 2 \(dropout 1\.5\) is not valid"),
        ((Flatten(), Dense(11)), "end in 10 logits, got 11"),
        ((Flatten(),), "end in 10 logits, got 784"),
        ((), "end in 10 logits, got 28×28×1"),
    ],
)
def test_a_network_that_cannot_work_names_the_layer(
    layers: tuple[Layer, ...], problem: str
) -> None:
    with pytest.raises(SpecError, match=problem) as raised:
        model.describe(ModelSpec(layers), 10)
    assert raised.value.remedy


@pytest.mark.parametrize(
    "scaling",
    [
        Scaling(deviation=0.0),
        Scaling(deviation=-1.0),
        Scaling(deviation=math.nan),
        Scaling(deviation=math.inf),
        Scaling(mean=math.nan),
        Scaling(mean=math.inf),
    ],
)
def test_an_input_scaling_that_cannot_work_is_refused(scaling: Scaling) -> None:
    with pytest.raises(SpecError, match="input scaling"):
        model.describe(ModelSpec((Flatten(), Dense(10)), scaling))


@pytest.mark.parametrize(
    ("layer", "title"),
    [
        (Conv(8, size=5, padding="valid"), "conv 5×5, 8 valid"),
        (Dense(10), "dense 10"),
        (Dense(10, bias=False), "dense 10, no bias"),
        (MaxPool(), "max-pooling 2×2"),
        (Dropout(0.25), "dropout 0.25"),
        (Relu(), "ReLU"),
        (Sigmoid(), "sigmoid"),
        (Flatten(), "flatten"),
    ],
)
def test_titles(layer: Layer, title: str) -> None:
    assert model.title(layer) == title


@pytest.mark.parametrize("classes", [2, 3, 26, 62])
def test_every_recipe_trains_for_any_number_of_classes(classes: int) -> None:
    for recipe in RECIPES.values():
        changed = model.with_classes(recipe.model, classes)
        assert model.class_count(changed) == classes
        assert model.with_classes(changed, 10) == recipe.model


def test_a_network_without_a_dense_layer_changes_its_last_filters() -> None:
    pooled = ModelSpec((Conv(8), Relu(), Conv(10), GlobalAvgPool()))
    assert model.with_classes(pooled, 26).layers[2] == Conv(26)
    flat = ModelSpec((Conv(10, 28, "valid"), Flatten()))
    assert model.with_classes(flat, 3).layers[0] == Conv(3, 28, "valid")


@pytest.mark.parametrize("classes", [1, 63])
def test_a_number_of_classes_outside_2_to_62_is_refused(classes: int) -> None:
    with pytest.raises(SpecError, match=f"end in 2 to 62 logits, got {classes}"):
        model.describe(ModelSpec((Flatten(), Dense(classes))))
    with pytest.raises(SpecError, match=r"end in 26 logits, got 20,384"):
        model.with_classes(ModelSpec((Conv(10), Flatten())), 26)
