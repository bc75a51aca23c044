"""The image that is fed, made beside the GUI thread."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.data.ink import Ink, Point, digit_image
from mnist_studio.gui.bridge import raster
from mnist_studio.gui.models.drawing import Drawing


class Held:
    """Makes images when it is allowed to; notes the threads and what was made."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.threads: set[int] = set()
        self.points: list[int] = []

    def __call__(self, ink: Ink) -> Any:
        self.threads.add(threading.get_ident())
        self.points.append(sum(len(stroke) for stroke in ink))
        self.gate.wait(5)
        return digit_image(ink)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    made = Held()
    monkeypatch.setattr(raster, "digit_image", made)
    return made


@pytest.fixture
def drawing(qtbot: QtBot) -> Iterator[Drawing]:
    made = Drawing()
    yield made
    made.close()
    made.deleteLater()


def test_images_are_made_on_another_thread_and_told_in_this_one(
    qtbot: QtBot, drawing: Drawing, held: Held
) -> None:
    held.gate.set()
    told: list[int] = []
    drawing.image_changed.connect(lambda image: told.append(threading.get_ident()))
    with qtbot.waitSignal(drawing.image_changed, timeout=5000):
        drawing.begin(Point(0.1, 0.1))
    assert threading.get_ident() not in held.threads
    assert set(told) == {threading.get_ident()}


def test_the_newest_drawing_wins(qtbot: QtBot, drawing: Drawing, held: Held) -> None:
    drawing.begin(Point(0.1, 0.1))
    qtbot.waitUntil(lambda: held.points == [1], timeout=5000)
    for step in range(1, 5):
        drawing.extend((Point(0.1, 0.1 + step / 10),))
        qtbot.wait(20)
    drawing.finish()
    qtbot.wait(20)
    held.gate.set()
    whole = digit_image(drawing.sheet.ink)
    qtbot.waitUntil(
        lambda: drawing.image is not None and np.array_equal(drawing.image, whole), timeout=5000
    )
    assert held.points == [1, 5]


def test_the_image_of_a_cleared_pad_comes_too_late(
    qtbot: QtBot, drawing: Drawing, held: Held
) -> None:
    drawing.begin(Point(0.1, 0.1))
    drawing.finish()
    qtbot.waitUntil(lambda: held.points == [1], timeout=5000)
    with qtbot.waitSignal(drawing.image_changed, timeout=5000):
        drawing.clear()
    held.gate.set()
    qtbot.wait(50)
    assert drawing.image is None


def test_after_a_drawing_that_is_none_the_next_one_works(
    qtbot: QtBot, drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda hook: caught.append(hook.exc_value))
    drawing.begin(Point(float("nan"), 0.1))
    qtbot.waitUntil(lambda: len(caught) == 1, timeout=5000)
    with qtbot.waitSignal(drawing.image_changed, timeout=5000):
        drawing.begin(Point(0.5, 0.5))
    assert drawing.image is not None
