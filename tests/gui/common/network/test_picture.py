"""The picture of a network as a widget."""

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mnist_studio.errors import SpecError
from mnist_studio.gui.common.network.picture import NetworkPicture
from mnist_studio.gui.common.network.small_picture import SmallNetworkPicture
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.layers import Dense
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES
from tests.analysis.test_network_layout import DEEP

MLP = RECIPES["mlp-128"].model


@pytest.fixture
def picture(theme: Theme, qtbot: QtBot) -> NetworkPicture:
    made = NetworkPicture(theme)
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show_model(MLP)
    return made


def test_a_click_and_the_keyboard_choose_a_layer(picture: NetworkPicture, qtbot: QtBot) -> None:
    clicked: list[int] = []
    picture.layer_clicked.connect(clicked.append)
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=picture.rectangle_of(3).center())
    assert (clicked, picture.selected) == ([3], 3)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(picture, key)
    assert (clicked, picture.selected) == ([3, 2], 3)
    assert picture.accessibleDescription().startswith("Layer 4 of 4. dense2: dense 10, output 10")
    picture.select(None)
    assert "101,770 parameters" in picture.accessibleDescription()
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert clicked == [3, 2]


def test_lines_end_at_the_width_at_every_size(picture: NetworkPicture) -> None:
    picture.show_model(DEEP)
    assert picture.heightForWidth(400) > picture.heightForWidth(1200)
    assert picture.picture is not None
    assert picture.picture.width * picture.scale <= 700
    picture.set_zoom(2)
    assert picture.picture.width * picture.scale <= 700
    room = QSize(700, 400)
    picture.set_zoom(picture.fitting_zoom(room))
    assert picture.zoom < 1
    assert picture.heightForWidth(700) <= 400


def test_a_network_that_is_not_valid_leaves_the_former_picture(picture: NetworkPicture) -> None:
    with pytest.raises(SpecError):
        picture.show_model(ModelSpec((Dense(10),)))
    assert picture.model == MLP


@pytest.mark.parametrize("model", [MLP, RECIPES["record"].model, DEEP])
def test_a_small_picture_shows_all_of_a_network(
    model: ModelSpec, theme: Theme, qtbot: QtBot
) -> None:
    small = SmallNetworkPicture(theme)
    qtbot.addWidget(small)
    small.resize(280, small.sizeHint().height())
    small.show_model(model)
    layout = small.picture
    assert layout is not None
    assert layout.width * small.scale <= 280
    assert layout.height * small.scale <= small.height()
    # It uses its room: in width or in height.
    used = max(layout.width * small.scale / 280, layout.height * small.scale / small.height())
    assert used > 0.7


def test_it_is_painted_in_the_colors_of_the_theme(picture: NetworkPicture, theme: Theme) -> None:
    def colors(image: QImage) -> set[int]:
        return {image.pixel(x, 60) for x in range(image.width())}

    light = colors(picture.grab().toImage())
    theme.choose("dark")
    dark = colors(picture.grab().toImage())
    assert len(light) > 3
    assert light & dark == set()
