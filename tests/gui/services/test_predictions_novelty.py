"""Drawings are compared with digits beside the GUI thread."""

from collections.abc import Iterator
from threading import Event

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio.errors import StoreError
from mnist_studio.gui.services.drawing import NO_IMAGES
from mnist_studio.gui.services.predictions import NoveltyService
from mnist_studio.prediction.novelty_detector import NoveltyDetector


class SlowDetector(NoveltyDetector):
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
def detector() -> SlowDetector:
    return SlowDetector()


@pytest.fixture
def novelty(qapp: QApplication, detector: SlowDetector) -> Iterator[NoveltyService]:
    made = NoveltyService(detector)
    yield made
    detector.may.set()
    made.close()
    made.deleteLater()


def drawn(*levels: int) -> np.ndarray:
    return np.stack([np.full((28, 28), level, np.uint8) for level in levels])


def test_every_digit_is_compared(
    qtbot: QtBot, novelty: NoveltyService, detector: SlowDetector
) -> None:
    detector.may.set()
    with qtbot.waitSignal(novelty.changed, timeout=30_000):
        novelty.submit(drawn(3, 4))
    assert novelty.p_values == (3.0, 4.0)


def test_why_nothing_can_be_compared_is_reported_once(
    qtbot: QtBot, novelty: NoveltyService, detector: SlowDetector
) -> None:
    detector.may.set()
    detector.problem = StoreError("It is damaged.", "Install it again.")
    told: list[object] = []
    novelty.failed.connect(told.append)
    for _ in range(2):
        with qtbot.waitSignal(novelty.changed, timeout=30_000):
            novelty.submit(drawn(3))
    assert told == [detector.problem]


def test_of_drawings_that_wait_the_newest_is_looked_at(
    qtbot: QtBot, novelty: NoveltyService, detector: SlowDetector
) -> None:
    novelty.submit(drawn(1))
    qtbot.waitUntil(lambda: detector.asked == [1], timeout=30_000)
    for level in (2, 3, 4):
        novelty.submit(drawn(level))
    detector.may.set()
    qtbot.waitUntil(lambda: novelty.p_values == (4.0,), timeout=30_000)
    assert detector.asked == [1, 4]


def test_what_was_cleared_meanwhile_is_not_strange(
    qtbot: QtBot, novelty: NoveltyService, detector: SlowDetector
) -> None:
    novelty.submit(drawn(1))
    qtbot.waitUntil(lambda: detector.asked == [1], timeout=30_000)
    with qtbot.waitSignal(novelty.changed, timeout=30_000):
        novelty.submit(NO_IMAGES)
    with qtbot.assertNotEmitted(novelty.changed, wait=200):
        detector.may.set()
    assert novelty.p_values == ()


def test_after_closing_nothing_is_looked_at(
    novelty: NoveltyService, detector: SlowDetector
) -> None:
    novelty.close()
    novelty.submit(drawn(1))
    assert not detector.asked
