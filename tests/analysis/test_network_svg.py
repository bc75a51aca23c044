"""The picture of a network as SVG."""

from xml.etree import ElementTree as ET

import pytest

from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.analysis.network_svg import network_svg
from mnist_studio.palette import DARK
from mnist_studio.spec.recipes import RECIPES

_NAME = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["tiny-10", "record"])
def test_it_has_every_block_and_text(name: str) -> None:
    picture = network_layout(RECIPES[name].model, 900)
    root = ET.fromstring(network_svg(picture, "A <b>title</b> & more"))
    assert len(root.findall(f".//{_NAME}polygon")) == 3 * len(picture.blocks)
    texts = [element.text for element in root.iter(f"{_NAME}text")]
    assert texts[:2] == ["A <b>title</b> & more", picture.summary]
    assert texts[2:] == [text.text for block in picture.blocks for text in block.texts]
    titles = [element.text for element in root.iter(f"{_NAME}title")]
    assert titles[1:] == [block.description for block in picture.blocks]


def test_it_uses_the_colors_of_its_palette_only() -> None:
    dark = network_svg(network_layout(RECIPES["compact-cnn"].model), "", DARK)
    assert DARK.panel in dark
    assert "#FFFFFF" not in dark
    # A control character would make the file unreadable.
    assert "\x1b" not in network_svg(network_layout(RECIPES["tiny-10"].model), "a\x1b[0m")
