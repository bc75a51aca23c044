"""The digit that draws itself on the blank canvas."""

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from mnist_studio.data.ink.rendering import InkPoint, digit_image
from mnist_studio.gui.draw.canvas import DrawingCanvas
from mnist_studio.gui.draw.ghost import DIGITS, STEP_MS, GhostDigit
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme


@pytest.fixture
def canvas(qtbot: QtBot, theme: Theme, drawing: Drawing) -> DrawingCanvas:
    made = DrawingCanvas(theme, drawing)
    qtbot.addWidget(made)
    made.resize(200, 200)
    return made


def painted(ghost: GhostDigit) -> int:
    """The number of pixels that the ghost covers."""
    picture = QImage(100, 100, QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    ghost.paint(painter, 100, 7)
    painter.end()
    return sum(bool(picture.pixel(x, y)) for x in range(0, 100, 2) for y in range(0, 100, 2))


def test_it_draws_until_the_user_draws(
    qtbot: QtBot, canvas: DrawingCanvas, drawing: Drawing
) -> None:
    ghost = canvas.ghost
    canvas.show()
    assert ghost.moving
    before = painted(ghost)
    for _ in range(40):
        ghost._advance()
    assert painted(ghost) > before
    drawing.begin(InkPoint(0.5, 0.5))
    assert (ghost.ended, ghost.moving) == (True, False)
    drawing.drop()
    canvas.hide()
    canvas.show()
    assert not ghost.moving


def test_it_rests_while_the_canvas_is_hidden(qtbot: QtBot, canvas: DrawingCanvas) -> None:
    canvas.show()
    canvas.hide()
    assert not canvas.ghost.moving
    canvas.show()
    assert canvas.ghost.moving


def test_with_reduced_motion_a_whole_digit_stays(
    qtbot: QtBot, theme: Theme, canvas: DrawingCanvas
) -> None:
    theme.reduced_motion = True
    canvas.show()
    shown = painted(canvas.ghost)
    qtbot.wait(3 * STEP_MS)
    assert not canvas.ghost.moving
    assert painted(canvas.ghost) == shown > 100


def test_a_choice_of_less_motion_counts_at_once(theme: Theme, canvas: DrawingCanvas) -> None:
    canvas.show()
    theme.reduced_motion = True
    canvas.ghost._advance()
    assert not canvas.ghost.moving


def test_one_digit_follows_another(canvas: DrawingCanvas) -> None:
    ghost = canvas.ghost
    for _ in range(400):
        ghost._advance()
    assert ghost._digit > 0
    images = [digit_image(digit) for digit in DIGITS]
    assert len({image.tobytes() for image in images}) == len(DIGITS)
    assert all(20 < np.count_nonzero(image) < 400 for image in images)
