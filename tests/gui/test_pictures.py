"""Every page looks as it did: its picture, made small, is close to the stored one.

    MNIST_STUDIO_WRITE_PICTURES=1 python -m pytest tests/gui/test_pictures.py

writes the stored pictures. Look at them before you commit them. They are small enough that fonts
of another system or the time in a title do not matter, but a missing card or a wrong color does.
"""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.frame import PAGE_TITLES
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.theme.theme import Theme
from tests.gui.idle import is_filling
from tests.gui.stored import fill

FOLDER = Path(__file__).with_name("pictures")
WRITE = "MNIST_STUDIO_WRITE_PICTURES"
SHRUNK = 8
SIZE = (1366 // SHRUNK, 768 // SHRUNK)
MEAN = 5.0
"""The mean difference of the colors that is allowed, of 255."""
FAR, FAR_SHARE = 64, 0.02
"""The share of pixels that may differ by so much."""
SETTLED_SECONDS = 30.0
AT_REST = 4
"""So many pictures in a row are equal when a page has come to rest."""


@pytest.fixture
def window(qtbot: QtBot, home: Path, window: MainWindow) -> MainWindow:
    """The window at the size of a small laptop, with an experiment of ten runs."""
    window.theme.reduced_motion = True
    window.resize(1366, 768)
    return window


@pytest.fixture(autouse=True)
def _filled(home: Path) -> None:
    fill()


def test_pages_look_as_they_did(qtbot: QtBot, theme: Theme, window: MainWindow) -> None:
    problems = []
    # A change of the theme restyles all pages, so that it happens once.
    for scheme in ("light", "dark"):
        theme.choose(scheme)
        for key in PAGE_TITLES:
            window.go(key)
            stored = FOLDER / f"{key}-{scheme}.png"
            if os.environ.get(WRITE):
                FOLDER.mkdir(exist_ok=True)
                assert _settled(qtbot, window).save(str(stored))
            mean, far = _closest(qtbot, window, QImage(str(stored)))
            if mean > MEAN or far > FAR_SHARE:
                problems.append(f"{stored.name}: differs by {mean:.1f} of 255, {far:.1%} by much")
    assert not problems


def test_a_missing_card_and_another_theme_are_noticed() -> None:
    stored = QImage(str(FOLDER / "train-light.png"))
    other = QImage(str(FOLDER / "train-dark.png"))
    assert _differences(stored, other)[0] > MEAN
    missing = stored.copy()
    for x in range(60, 100):
        for y in range(30, 70):
            missing.setPixel(x, y, 0xFF888888)
    assert _differences(stored, missing)[1] > FAR_SHARE
    assert _differences(stored, stored) == (0, 0)


def _closest(qtbot: QtBot, window: MainWindow, stored: QImage) -> tuple[float, float]:
    """The differences from the stored picture, once they are small or time is up.

    On a busy machine a page may rest for a moment before its last answer arrives. Only a page at
    rest counts, since a page that is still filled may look like a stored mistake.
    """
    end = time.monotonic() + SETTLED_SECONDS
    while True:
        mean, far = _differences(_settled(qtbot, window), stored)
        if (mean <= MEAN and far <= FAR_SHARE) or time.monotonic() > end:
            return mean, far


def _settled(qtbot: QtBot, window: MainWindow) -> QImage:
    """The small picture once the runs are read, the page is filled, and nothing changes."""
    qtbot.waitUntil(lambda: window.studio.library.loaded and not is_filling(window))
    pictures = [_small(window)]
    while len(pictures) < AT_REST:
        qtbot.wait(100)
        now = _small(window)
        pictures = [*pictures, now] if now == pictures[-1] and not is_filling(window) else [now]
    return pictures[-1]


def _small(window: MainWindow) -> QImage:
    return (
        window.grab()
        .toImage()
        .scaled(
            *SIZE,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        .convertToFormat(QImage.Format.Format_RGB32)
    )


def _differences(one: QImage, other: QImage) -> tuple[float, float]:
    """Mean difference of the colors, and the share of pixels that differ by much."""
    difference = np.abs(_colors(one) - _colors(other))
    return float(difference.mean()), float((difference.max(axis=2) > FAR).mean())


def _colors(picture: QImage) -> NDArray[np.int16]:
    assert not picture.isNull(), "There is no stored picture."
    rgb = picture.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).astype(np.int16)
