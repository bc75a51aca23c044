"""The image that is fed, made beside the GUI thread."""

import threading
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.data.ink.rendering import Fitting, Ink, InkPoint, digit_image
from mnist_studio.gui.services import rasterizer
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.services.pen_and_eraser import LIMITS
from mnist_studio.spec.run import DIGITS


class Held:
    """Makes images when it is allowed to; notes the threads and what was made."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.threads: set[int] = set()
        self.points: list[int] = []

    def __call__(self, ink: Ink, **stages: Any) -> Any:
        self.threads.add(threading.get_ident())
        self.points.append(sum(len(stroke) for stroke in ink))
        self.gate.wait(5)
        return digit_image(ink, **stages)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    made = Held()
    monkeypatch.setattr(rasterizer, "digit_image", made)
    return made


def test_images_are_made_on_another_thread_and_received_in_this_one(
    qtbot: QtBot, drawing: Drawing, held: Held
) -> None:
    held.gate.set()
    told: list[int] = []
    drawing.image_changed.connect(lambda image: told.append(threading.get_ident()))
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        drawing.begin(InkPoint(0.1, 0.1))
    assert threading.get_ident() not in held.threads
    assert set(told) == {threading.get_ident()}


def test_a_picture_that_comes_amid_a_stroke_stays(drawing: Drawing) -> None:
    picture = np.full((28, 28), 9, np.uint8)
    drawing.begin(InkPoint(0.1, 0.1))
    drawing.open(picture)
    drawing.extend((InkPoint(0.5, 0.5),))
    drawing.finish()
    assert drawing.sheet.picture is picture
    drawing.history.undo()
    assert drawing.ink == ((InkPoint(0.1, 0.1),),)


def test_marks_belong_to_the_picture_that_shows_them(drawing: Drawing) -> None:
    drawing.open(np.full((28, 56), 9, np.uint8), "#.#")
    assert drawing.pattern == "#.#"
    drawing.begin(InkPoint(0.1, 0.1))
    assert drawing.pattern == ""
    drawing.drop()
    assert drawing.pattern == "#.#"
    drawing.clear()
    assert drawing.pattern == ""


def test_the_newest_drawing_wins(qtbot: QtBot, drawing: Drawing, held: Held) -> None:
    drawing.begin(InkPoint(0.1, 0.1))
    qtbot.waitUntil(lambda: held.points == [1], timeout=30_000)
    for step in range(1, 5):
        drawing.extend((InkPoint(0.1, 0.1 + step / 10),))
        qtbot.wait(20)
    drawing.finish()
    qtbot.wait(20)
    held.gate.set()
    whole = digit_image(drawing.sheet.ink)
    qtbot.waitUntil(
        lambda: drawing.image is not None and np.array_equal(drawing.image, whole), timeout=30_000
    )
    assert held.points == [1, 5]


def test_the_image_of_a_cleared_pad_comes_too_late(
    qtbot: QtBot, drawing: Drawing, held: Held
) -> None:
    drawing.begin(InkPoint(0.1, 0.1))
    drawing.finish()
    qtbot.waitUntil(lambda: held.points == [1], timeout=30_000)
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        drawing.clear()
    held.gate.set()
    qtbot.wait(50)
    assert drawing.image is None


def test_after_a_drawing_that_is_none_the_next_one_works(
    qtbot: QtBot, drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda hook: caught.append(hook.exc_value))
    drawing.begin(InkPoint(float("nan"), 0.1))
    qtbot.waitUntil(lambda: len(caught) == 1, timeout=30_000)
    drawing.drop()
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        drawing.begin(InkPoint(0.5, 0.5))
    assert drawing.image is not None


def stroke(drawing: Drawing, *points: InkPoint) -> None:
    drawing.begin(points[0])
    drawing.extend(points[1:])
    drawing.finish()


LINE = InkPoint(0.1, 0.5), InkPoint(0.9, 0.5)


def test_every_stage_follows_the_image(qtbot: QtBot, drawing: Drawing) -> None:
    with qtbot.waitSignal(drawing.staged, timeout=30_000) as told:
        stroke(drawing, *LINE)
    names = [stage.name for stage in told.args[0]]
    assert names == ["drawn", "boxed", "scaled", "centered", "fed"]
    assert (told.args[0][-1].image == drawing.image).all()
    with qtbot.waitSignal(drawing.staged, timeout=30_000) as told:
        drawing.clear()
    assert told.args == [()]


def test_a_stage_that_is_left_out_changes_what_is_fed_at_once(
    qtbot: QtBot, drawing: Drawing
) -> None:
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        stroke(drawing, InkPoint(0.1, 0.1), InkPoint(0.2, 0.2))
    small = Fitting(box=False, mass=False, pen=False)
    with qtbot.waitSignals([drawing.fitting_changed, drawing.image_changed], timeout=30_000):
        drawing.fit(small)
    assert drawing.image is not None
    assert (drawing.image == digit_image(drawing.ink, fitting=small)).all()
    assert not drawing.image[8:].any()


def test_the_eraser_is_one_command_from_down_to_up(qtbot: QtBot, drawing: Drawing) -> None:
    stroke(drawing, *LINE)
    whole = drawing.ink
    drawing.tools.choose("eraser")
    drawing.begin(InkPoint(0.3, 0.3))
    drawing.extend((InkPoint(0.3, 0.5), InkPoint(0.3, 0.7)))
    drawing.extend((InkPoint(0.6, 0.7), InkPoint(0.6, 0.3)))
    assert len(drawing.ink) == 3
    assert drawing.sheet.ink is whole
    drawing.finish()
    assert drawing.history.undo_name == "eraser"
    drawing.history.undo()
    assert drawing.ink is whole
    drawing.history.redo()
    assert len(drawing.ink) == 3


def test_an_eraser_that_takes_nothing_is_no_command(drawing: Drawing) -> None:
    stroke(drawing, *LINE)
    drawing.begin(InkPoint(0.5, 0.1), "eraser")
    drawing.extend((InkPoint(0.9, 0.1),))
    drawing.finish()
    assert drawing.history.undo_name == "stroke"


def test_times_begin_with_the_drawing(drawing: Drawing) -> None:
    stroke(drawing, InkPoint(0.1, 0.1, 50.0), InkPoint(0.2, 0.1, 50.5))
    stroke(drawing, InkPoint(0.1, 0.2, 52.0, 0.9), InkPoint(0.2, 0.2, 51.0))
    assert [[p.time for p in one] for one in drawing.ink] == [[0.0, 0.5], [2.0, 1.0]]
    assert drawing.ink[1][0].pressure == 0.9


def test_a_stroke_that_is_dropped_was_never_there(drawing: Drawing) -> None:
    stroke(drawing, *LINE)
    drawing.begin(InkPoint(0.5, 0.5))
    drawing.drop()
    drawing.begin(InkPoint(0.5, 0.5), "eraser")
    drawing.drop()
    assert len(drawing.ink) == 1
    assert not drawing.stroke


def test_a_width_within_its_limits_changes_the_pad_alone(qtbot: QtBot, drawing: Drawing) -> None:
    tools = drawing.tools
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        stroke(drawing, *LINE)
    before = drawing.image
    assert before is not None
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        tools.set_width(9)
    assert tools.pen == LIMITS["pen"][1]
    np.testing.assert_array_equal(drawing.image, before)
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        drawing.fit(Fitting(pen=False))
    wider = drawing.image
    assert wider is not None
    assert np.count_nonzero(wider) > np.count_nonzero(before)
    tools.widen(-99)
    assert tools.pen == LIMITS["pen"][0]
    tools.choose("eraser")
    eraser = tools.eraser
    tools.widen(1)
    assert eraser < tools.eraser == tools.width


def test_a_drawn_number_has_its_decimal_point(qtbot: QtBot, drawing: Drawing) -> None:
    for stroke in (((0.2, 0.2), (0.2, 0.8)), ((0.4, 0.78),), ((0.6, 0.2), (0.6, 0.8))):
        drawing.begin(InkPoint(*stroke[0]))
        drawing.extend(tuple(InkPoint(*place) for place in stroke[1:]))
        drawing.finish()
    qtbot.waitUntil(lambda: drawing.pattern == "#.#", timeout=30_000)
    assert len(drawing.images) == 2
    drawing.expect(("A", "B"))
    qtbot.waitUntil(lambda: len(drawing.images) == 3, timeout=30_000)
    assert drawing.pattern == ""
    drawing.expect(DIGITS)
    qtbot.waitUntil(lambda: drawing.pattern == "#.#", timeout=30_000)
    drawing.clear()
    qtbot.waitUntil(lambda: not len(drawing.images), timeout=30_000)
    assert drawing.pattern == ""
