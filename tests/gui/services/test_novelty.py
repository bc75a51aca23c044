"""Drawings are compared with digits beside the GUI thread."""

from collections.abc import Iterator
from threading import Event

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio.errors import StoreError
from mnist_studio.gui.services.drawing import NO_IMAGES
from mnist_studio.gui.services.novelty import NoveltyService
from mnist_studio.prediction.novelty_detector import NoveltyDetector


class SlowExaminer(NoveltyDetector):
    """Answers when it may, with the mean of each image."""

    def __init__(self) -> None:
        super().__init__()
        self.may = Event()
        self.asked: list[int] = []

    def p_values(self, images: np.ndarray) -> np.ndarray:
        self.asked.append(int(images[0, 0, 0]))
        assert self.may.wait(10)
        return np.asarray(images.mean(axis=(1, 2)))


@pytest.fixture
def examiner() -> SlowExaminer:
    return SlowExaminer()


@pytest.fixture
def examination(qapp: QApplication, examiner: SlowExaminer) -> Iterator[NoveltyService]:
    made = NoveltyService(examiner)
    yield made
    examiner.may.set()
    made.close()
    made.deleteLater()


def drawn(*levels: int) -> np.ndarray:
    return np.stack([np.full((28, 28), level, np.uint8) for level in levels])


def test_every_digit_is_compared(
    qtbot: QtBot, examination: NoveltyService, examiner: SlowExaminer
) -> None:
    examiner.may.set()
    with qtbot.waitSignal(examination.told, timeout=5000):
        examination.ask(drawn(3, 4))
    assert examination.shares == (3.0, 4.0)


def test_why_nothing_can_be_compared_is_told_once(
    qtbot: QtBot, examination: NoveltyService, examiner: SlowExaminer
) -> None:
    examiner.may.set()
    examiner.problem = StoreError("It is damaged.", "Install it again.")
    told: list[object] = []
    examination.failed.connect(told.append)
    for _ in range(2):
        with qtbot.waitSignal(examination.told, timeout=5000):
            examination.ask(drawn(3))
    assert told == [examiner.problem]


def test_of_drawings_that_wait_the_newest_is_looked_at(
    qtbot: QtBot, examination: NoveltyService, examiner: SlowExaminer
) -> None:
    examination.ask(drawn(1))
    qtbot.waitUntil(lambda: examiner.asked == [1], timeout=5000)
    for level in (2, 3, 4):
        examination.ask(drawn(level))
    examiner.may.set()
    qtbot.waitUntil(lambda: examination.shares == (4.0,), timeout=5000)
    assert examiner.asked == [1, 4]


def test_what_was_cleared_meanwhile_is_not_strange(
    qtbot: QtBot, examination: NoveltyService, examiner: SlowExaminer
) -> None:
    examination.ask(drawn(1))
    qtbot.waitUntil(lambda: examiner.asked == [1], timeout=5000)
    with qtbot.waitSignal(examination.told, timeout=5000):
        examination.ask(NO_IMAGES)
    with qtbot.assertNotEmitted(examination.told, wait=200):
        examiner.may.set()
    assert examination.shares == ()


def test_after_closing_nothing_is_looked_at(
    examination: NoveltyService, examiner: SlowExaminer
) -> None:
    examination.close()
    examination.ask(drawn(1))
    assert not examiner.asked
