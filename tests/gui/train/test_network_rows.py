import pytest

from mnist_studio.gui.train.network_rows import network_rows
from mnist_studio.spec.layers import (
    Dense,
    Elu,
    Flatten,
    Gelu,
    Layer,
    LeakyRelu,
    Relu,
    Sigmoid,
    Tanh,
)
from mnist_studio.spec.model import ModelSpec


@pytest.mark.parametrize(
    ("activation", "title"),
    [
        (Relu(), "ReLU"), (Sigmoid(), "sigmoid"), (Tanh(), "tanh"), (Gelu(), "GELU"),
        (LeakyRelu(), "leaky ReLU 0.01"), (Elu(), "ELU"), (Elu(0.5), "ELU 0.5"),
    ],
)  # fmt: skip
def test_an_activation_joins_the_row_of_its_layer(activation: Layer, title: str) -> None:
    rows = network_rows(ModelSpec((Flatten(), Dense(8), activation, Dense(10))))
    assert [row.title for row in rows] == [f"dense, {title}", "dense", "Total"]
