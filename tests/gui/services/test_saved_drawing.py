"""The drawing on the canvas survives a restart of the window."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from mnist_studio import paths
from mnist_studio.data.datasets.examples import Example
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.gui.services.background import Background
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.services.saved_drawing import DrawingSaver
from mnist_studio.store import saved_drawing

POINTS = tuple(InkPoint(0.3, 0.2 + step / 20, step / 50) for step in range(10))


class Session:
    """A canvas of one start of the program."""

    def __init__(self) -> None:
        self.background, self.drawing = Background(), Drawing()
        self.saver = DrawingSaver(self.background, self.drawing)
        self.failures: list[object] = []
        self.saver.failed.connect(self.failures.append)

    def close(self) -> None:
        """Ends it as the window does."""
        self.saver.close()
        self.drawing.close()
        self.background.close()


def _drawn(session: Session) -> None:
    session.drawing.tools.set_width(0.09, "pen")
    session.drawing.begin(POINTS[0])
    session.drawing.extend(POINTS[1:])
    session.drawing.finish()


def test_a_drawing_is_there_again_after_a_restart(home: Path, qtbot: QtBot) -> None:
    first = Session()
    _drawn(first)
    ink = first.drawing.ink
    first.close()
    second = Session()
    second.saver.open()
    qtbot.waitUntil(lambda: second.drawing.ink == ink, timeout=30_000)
    assert second.drawing.tools.pen == 0.09
    assert second.drawing.history.undo_name == ""
    second.close()


def test_it_is_saved_without_an_end_of_the_program(home: Path, qtbot: QtBot) -> None:
    session = Session()
    _drawn(session)
    qtbot.waitUntil(paths.drawing_file().exists, timeout=30_000)
    assert saved_drawing.load().ink == session.drawing.ink != ()
    session.close()


def test_a_test_image_comes_back_with_its_label(home: Path, qtbot: QtBot) -> None:
    picture = np.arange(784, dtype=np.uint8).reshape(28, 28)
    first = Session()
    first.drawing.show_example(Example("Test image 7 of MNIST", picture, 9))
    first.close()
    second = Session()
    second.saver.open()
    qtbot.waitUntil(lambda: not second.drawing.blank, timeout=30_000)
    found = second.drawing.sheet
    assert found.picture is not None
    np.testing.assert_array_equal(found.picture, picture)
    assert found.title == "Test image 7 of MNIST: a 9"
    second.close()


def test_what_is_drawn_meanwhile_stays(home: Path, qtbot: QtBot) -> None:
    first = Session()
    first.drawing.show_example(Example("Test image 7 of MNIST", np.ones((28, 28), np.uint8), 9))
    first.close()
    second = Session()
    second.saver.open()
    _drawn(second)
    qtbot.wait(100)
    assert second.drawing.sheet.picture is None
    second.close()


def test_a_damaged_file_is_reported_and_the_canvas_is_empty(home: Path, qtbot: QtBot) -> None:
    paths.drawing_file().write_text("{")
    session = Session()
    session.saver.open()
    qtbot.waitUntil(lambda: bool(session.failures), timeout=30_000)
    assert "drawing.json" in str(session.failures[0])
    assert session.drawing.blank
    session.close()
