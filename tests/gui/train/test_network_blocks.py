"""A network as blocks."""

import pytest

from mnist_studio.gui.train.network_blocks import MOST_SHEETS, network_blocks
from mnist_studio.spec.recipes import RECIPES


def test_blocks_are_the_layers_that_shape_or_learn() -> None:
    blocks = network_blocks(RECIPES["wide-cnn"].model)
    assert [block.label for block in blocks] == [
        "28×28", "26×26×32", "24×24×64", "12×12×64", "128", "10",
    ]  # fmt: skip
    kinds = ["image", "learned", "learned", "pooled", "units", "units"]
    assert [block.kind for block in blocks] == kinds
    assert [block.short for block in blocks] == ["28×28", "×32", "×64", "×64", "128", "10"]
    assert blocks[3].detail.endswith("then dropout 0.25")
    assert blocks[1].size > blocks[2].size > blocks[3].size


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_can_be_drawn(name: str) -> None:
    for block in network_blocks(RECIPES[name].model):
        assert 0 < block.size <= 1
        assert 1 <= block.sheets <= MOST_SHEETS
        assert all((block.label, block.short, block.detail))
