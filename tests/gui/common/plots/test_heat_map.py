"""Matrices of few and of many classes."""

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.analysis.view import Matrix
from mnist_studio.gui.common.plots.heat_map import (
    FOOT,
    HeatMap,
    _shown_titles,
    foot_height,
    has_vertical_titles,
    matrix_height,
)
from mnist_studio.gui.theme.theme import Theme

LETTERS = tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def confusion(names: tuple[str, ...]) -> Matrix:
    values = tuple(tuple(90.0 if a == b else 0.0 for b in names) for a in names)
    return Matrix("", "True label", "Prediction", names, names, values)


@pytest.mark.parametrize(
    ("names", "vertical"),
    [(LETTERS[:10], False), (LETTERS, False), (tuple(f"Ankle boot {n}" for n in LETTERS), True)],
)
def test_up_to_62_classes_fit_a_small_window(
    qtbot: QtBot, theme: Theme, names: tuple[str, ...], vertical: bool
) -> None:
    matrix = confusion(names)
    assert has_vertical_titles(theme, matrix) == vertical
    assert (foot_height(theme, matrix) > theme.pixels(FOOT)) == vertical
    shown = HeatMap(theme)
    qtbot.addWidget(shown)
    shown.draw(matrix)
    least = shown.minimumSizeHint()
    assert least.width() < 500
    assert least.height() < 450
    assert matrix_height(theme, matrix, least=True) < 900
    shown.resize(700, 520)
    shown.show()
    last = shown.cell(len(names) - 1, len(names) - 1)
    assert last.right() <= 701
    assert last.bottom() <= 520
    ground = shown.grab().toImage().pixelColor(last.center().toPoint())
    assert ground.name() != theme.palette.ground.lower()


def test_titles_are_thinned_where_they_have_no_room() -> None:
    assert list(_shown_titles(5, 20, 14)) == [0, 1, 2, 3, 4]
    assert list(_shown_titles(5, 9, 14)) == [0, 2, 4]
