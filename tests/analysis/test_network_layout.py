"""The picture of a network as values."""

from dataclasses import replace

import pytest

from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.analysis.network_picture import LIVE, SMALL, TEXT_SIZE
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Dropout, Flatten, GlobalAvgPool, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES

DEEP = ModelSpec((*(Conv(4), BatchNorm(), Relu()) * 19, Flatten(), Dropout(0.1), Dense(10)))
"""A network of 60 layers."""


def test_a_block_is_a_layer_with_those_that_change_no_shape() -> None:
    picture = network_layout(RECIPES["wide-cnn"].model)
    assert [block.texts[0].text for block in picture.blocks] == [
        "image", "conv1", "conv2", "max_pool1", "flatten1", "dense1", "dense2",
    ]  # fmt: skip
    assert [block.role for block in picture.blocks] == [
        "image", "learned", "learned", "plain", "plain", "learned", "learned",
    ]  # fmt: skip
    texts = [text.text for text in picture.block_of(0).texts]
    assert texts[1:5] == ["conv 3×3, 32 valid", "+ ReLU", "26×26×32", "320 parameters"]
    assert texts[5:] == ["195 k multiply-adds", "174 kB"]
    places = [place for block in picture.blocks for place in block.layers]
    assert places == list(range(len(RECIPES["wide-cnn"].model.layers)))
    assert picture.summary.startswith("11 layers, 1,199,882 parameters, ")


def test_lengths_follow_the_logarithm() -> None:
    layers = (Flatten(), Dense(10), Dense(100), Dense(1000), Dense(10))
    small, middle, large = (
        block.front.height for block in network_layout(ModelSpec(layers)).blocks[2:5]
    )
    assert middle - small == pytest.approx(large - middle)
    maps = network_layout(ModelSpec((Conv(2), Conv(16), GlobalAvgPool(), Dense(10)))).blocks
    depths = [max(x for x, _ in block.faces[1].points) - block.front.right for block in maps[:3]]
    assert depths[2] - depths[1] == pytest.approx(3 * (depths[1] - depths[0]))


@pytest.mark.parametrize("name", RECIPES)
def test_no_block_covers_another(name: str) -> None:
    model = RECIPES[name].model
    for picture in (
        network_layout(model), network_layout(model, 600), network_layout(model, 300, SMALL),
    ):  # fmt: skip
        areas = [block.area for block in picture.blocks]
        for number, one in enumerate(areas):
            assert one.left >= 0
            assert one.right <= picture.width
            assert one.bottom <= picture.height
            for other in areas[number + 1 :]:
                apart = one.right < other.left or other.right < one.left
                assert apart or one.bottom < other.top


def test_shapes_have_room_in_a_wide_font() -> None:
    """Digits of DejaVu Sans have 0.636 of its size, and × has 0.838."""
    picture = network_layout(RECIPES["robust"].model, style=replace(LIVE, scale=0.2))
    for block in picture.blocks:
        for text in block.texts:
            if text.style == "figure":
                digits = len(text.text) - text.text.count("×")
                wide = TEXT_SIZE * (0.636 * digits + 0.838 * text.text.count("×"))
                assert wide < block.area.width + 2


def test_60_layers_are_drawn_in_lines_of_the_width() -> None:
    picture = network_layout(DEEP, 1000)
    assert len(DEEP.layers) == 60
    assert picture.width <= 1000
    assert len(picture.blocks) == 22
    assert len({block.area.top for block in picture.blocks}) == 4
    whole = network_layout(DEEP)
    assert len({block.area.top for block in whole.blocks}) == 1


def test_a_point_leads_to_the_layer_that_it_shows() -> None:
    picture = network_layout(RECIPES["mlp-128"].model)
    dense = picture.block_of(1)
    assert picture.layer_at(*dense.front.center) == 1
    relu = next(text for text in dense.texts if text.text == "+ ReLU")
    assert picture.layer_at(relu.x, relu.baseline - 3) == 2
    assert picture.layer_at(*picture.blocks[0].front.center) is None
    assert picture.layer_at(-5, -5) is None


def test_a_convolution_shows_the_window_of_one_value() -> None:
    picture = network_layout(ModelSpec((Conv(4, size=7), Flatten(), Dense(10))))
    window, image = picture.links[0].window, picture.blocks[0].front
    assert window is not None
    assert window.width == pytest.approx(image.width / 4)
    assert image.contains(window.left, window.top)
    assert image.contains(window.right, window.bottom)


@pytest.mark.parametrize("scale", [0.3, 1.25])
def test_a_living_picture_has_room_for_the_ten_probabilities(scale: float) -> None:
    picture = network_layout(RECIPES["tiny-10"].model, 500, replace(LIVE, scale=scale))
    assert picture.bars is not None
    assert picture.bars.left > picture.blocks[-1].front.right
    assert picture.bars.right <= picture.width
    assert picture.bars.top >= 0
    assert picture.bars.bottom <= picture.height
    # Every bar has room for a text, however small the blocks are.
    assert picture.bars.height >= 10 * TEXT_SIZE
