"""Images pass at once, or with pauses while nobody sees predictions."""

import numpy as np
from pytestqt.qtbot import QtBot

from mnist_studio.gui.services.paced_images import Images, PacedImages


def image(level: int) -> Images:
    return np.full((1, 28, 28), level, np.uint8)


def test_the_first_and_the_last_image_pass_and_those_between_may_be_left_out(qtbot: QtBot) -> None:
    paced, passed = PacedImages(), list[int]()
    paced.passed.connect(lambda images: passed.append(int(images.max(initial=0))))
    for level in (1, 2, 3):
        paced.submit(image(level))
    assert passed == [1, 2, 3]
    paced.slow_down(True)
    for level in (4, 5, 6):
        paced.submit(image(level))
    assert passed == [1, 2, 3, 4]
    qtbot.waitUntil(lambda: passed == [1, 2, 3, 4, 6])
    paced.submit(image(7))
    paced.submit(np.zeros((0, 28, 28), np.uint8))
    assert passed[-1] == 0
    paced.submit(image(8))
    paced.slow_down(False)
    assert passed[-1] == 8


def test_nothing_passes_after_the_end(qtbot: QtBot) -> None:
    paced, passed = PacedImages(), list[Images]()
    paced.slow_down(True)
    paced.submit(image(1))
    paced.submit(image(2))
    paced.passed.connect(passed.append)
    paced.close()
    paced.slow_down(False)
    paced.submit(image(3))
    assert not passed
