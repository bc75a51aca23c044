"""The first steps of a new user."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.gui.services.first_steps import ENOUGH_DIGITS, FirstSteps
from mnist_studio.gui.services.studio import Studio

WAIT = 5000


@pytest.fixture
def steps(studio: Studio) -> FirstSteps:
    return studio.first_steps


def draw(qtbot: QtBot, studio: Studio) -> None:
    studio.drawing.clear()
    with qtbot.waitSignal(studio.drawing.images_changed, timeout=WAIT):
        studio.drawing.begin(InkPoint(0.5, 0.2))
        studio.drawing.extend((InkPoint(0.5, 0.8),))
        studio.drawing.finish()
    qtbot.waitUntil(lambda: len(studio.drawing.images) == 1, timeout=WAIT)


def test_the_third_digit_of_ones_own_suggests_training(
    qtbot: QtBot, studio: Studio, steps: FirstSteps
) -> None:
    for count in range(1, ENOUGH_DIGITS + 1):
        assert not steps.suggests_training
        draw(qtbot, studio)
        with qtbot.waitSignal(studio.drawing.images_changed, timeout=WAIT):
            studio.drawing.clear()
        assert steps.digits == count
    assert steps.suggests_training
    assert steps.done == {"draw"}
    qtbot.waitUntil(lambda: settings.load()[0].steps_done == ("draw",), timeout=WAIT)


def test_an_opened_image_is_no_digit_of_ones_own(
    qtbot: QtBot, studio: Studio, steps: FirstSteps
) -> None:
    with qtbot.waitSignal(studio.drawing.images_changed, timeout=WAIT):
        studio.drawing.open(np.full((28, 28), 200, np.uint8))
    assert not steps.digits
    assert not steps.done


def test_what_is_done_and_dismissed_is_remembered(
    qtbot: QtBot, studio: Studio, steps: FirstSteps
) -> None:
    studio.page_shown.emit("runs")
    assert not steps.done
    studio.page_shown.emit("compare")
    steps.hide()
    assert steps.hidden
    assert steps.done == {"compare"}
    qtbot.waitUntil(lambda: settings.load()[0].steps_hidden, timeout=WAIT)
    saved = settings.load()[0]
    later = FirstSteps(studio.drawing, studio.library, saved, lambda done, hidden: None)
    assert later.hidden
    assert later.done == {"compare"}
    later.deleteLater()
