"""The pad as it is used: by mouse, finger and pen; what it shows is what is fed."""

from collections.abc import Callable
from itertools import pairwise
from math import cos, sin
from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QInputDevice,
    QMouseEvent,
    QPaintEvent,
    QPointingDevice,
    QPointingDeviceUniqueId,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio.data.ink.rendering import Fitting, Ink, InkPoint, digit_image
from mnist_studio.gui.draw import canvas as pad_module
from mnist_studio.gui.draw.canvas import DrawingCanvas
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme

SIDE = 280
NONE = Qt.KeyboardModifier.NoModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def pad(qtbot: QtBot, theme: Theme, drawing: Drawing) -> DrawingCanvas:
    made = DrawingCanvas(theme, drawing)
    qtbot.addWidget(made)
    made.resize(SIDE, SIDE)
    made.show()
    return made


def mouse(pad: DrawingCanvas, button: Qt.MouseButton, *places: tuple[int, int]) -> None:
    points = [QPoint(x, y) for x, y in places]
    QTest.mousePress(pad, button, NONE, points[0])
    for start, end in pairwise(points):
        for part in range(1, 11):
            # QTest.mouseMove tells of no button but the left one.
            move(pad, button, QPointF(start + (end - start) * part / 10))
    QTest.mouseRelease(pad, button, NONE, points[-1])


def move(pad: DrawingCanvas, button: Qt.MouseButton, place: QPointF) -> None:
    kind = QEvent.Type.MouseMove
    nothing = Qt.MouseButton.NoButton
    event = QMouseEvent(kind, place, pad.mapToGlobal(place), nothing, button, NONE)
    QApplication.sendEvent(pad, event)


def draw(drawing: Drawing, ink: Ink) -> None:
    for stroke in ink:
        drawing.begin(stroke[0])
        drawing.extend(stroke[1:])
        drawing.finish()


def shown(pad: DrawingCanvas) -> np.ndarray:
    """(280, 280): how much ink there is, 0-1."""
    while pad._timer.isActive():
        QApplication.processEvents()
    picture = pad.grab().toImage()
    levels = [[picture.pixelColor(x, y).lightnessF() for x in range(SIDE)] for y in range(SIDE)]
    ground, ink = (
        QColor(c).lightnessF() for c in (pad._theme.palette.ground, pad._theme.palette.text)
    )
    return (ground - np.array(levels)) / (ground - ink)


def shrunk(levels: np.ndarray) -> np.ndarray:
    """(28, 28) of what is shown."""
    return np.asarray(levels.reshape(28, 10, 28, 10).mean(axis=(1, 3)))


def curl(count: int) -> tuple[InkPoint, ...]:
    turns = np.linspace(0, 5, count)
    return tuple(
        InkPoint(0.5 + 0.09 * t * cos(2 * t), 0.5 + 0.08 * t * sin(2 * t)) for t in turns.tolist()
    )


RAW = Fitting(box=False, mass=False, pen=False)


@pytest.mark.parametrize("count", [1, 2, 3, 9, 60, 400])
def test_what_is_shown_is_what_is_fed(
    qtbot: QtBot, pad: DrawingCanvas, drawing: Drawing, count: int
) -> None:
    draw(drawing, (curl(count),))
    fed = digit_image(drawing.ink, fitting=RAW) / 255
    seen = shrunk(shown(pad))
    assert seen.sum() > 0.8 * fed.sum() > 0
    # The fed image's edges are softer by 0.2 pixels, and the hint's place is the same ground.
    assert np.abs(seen[2:-2, 2:-2] - fed[2:-2, 2:-2]).max() < 0.25


def test_a_stroke_looks_the_same_while_it_grows_and_when_it_is_repainted(
    qtbot: QtBot, pad: DrawingCanvas, drawing: Drawing
) -> None:
    points = curl(200)
    drawing.begin(points[0])
    for point in points[1:]:
        drawing.extend((point,))
    growing = shown(pad)
    drawing.finish()
    finished = shown(pad)
    drawing.history.undo()
    assert shown(pad).max() < 0.8  # The hint alone.
    drawing.history.redo()
    again = shown(pad)
    assert np.abs(finished - again).max() < 0.02
    assert np.abs(growing - again).mean() < 0.001


def test_a_pen_draws_as_wide_as_it_is_pressed_without_holes(
    pad: DrawingCanvas, drawing: Drawing
) -> None:
    strokes = [
        tuple(InkPoint(x, y, 0.0, pressure) for x in np.linspace(0.2, 0.8, 40).tolist())
        for y, pressure in ((0.25, 0.1), (0.5, 0.5), (0.75, 0.9))
    ]
    swelling = tuple(p._replace(y=0.9, pressure=p.x) for p in strokes[0])
    draw(drawing, (*strokes, swelling))
    levels = shown(pad)
    thin, even, thick = (levels[at - 25 : at + 26, SIDE // 2].sum() for at in (70, 140, 210))
    assert even == pytest.approx(drawing.tools.pen * SIDE, rel=0.05)
    assert thin < 0.75 * even
    assert thick > 1.25 * even
    along = levels[round(0.9 * SIDE), round(0.22 * SIDE) : round(0.78 * SIDE)]
    assert along.min() > 0.95
    assert levels[230:, 80].sum() < levels[230:, 200].sum() - 3


class Painted(QObject):
    """Notes how wide what is painted anew is."""

    def __init__(self) -> None:
        super().__init__()
        self.widths: list[int] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.widths.append(event.region().boundingRect().width())
        return False


def test_only_what_is_new_is_painted(qtbot: QtBot, pad: DrawingCanvas, drawing: Drawing) -> None:
    points = curl(80)
    drawing.begin(points[0])
    for point in points[1:60]:
        drawing.extend((point,))
    qtbot.wait(50)
    painted = Painted()
    pad.installEventFilter(painted)
    for point in points[60:]:
        drawing.extend((point,))
        qtbot.wait(5)
    assert painted.widths
    assert max(painted.widths) < SIDE / 2
    pad.removeEventFilter(painted)
    drawing.finish()
    fed = digit_image(drawing.ink, fitting=RAW) / 255
    assert np.abs(shrunk(shown(pad)) - fed)[2:-2, 2:-2].max() < 0.25


def test_ten_thousand_points_never_hold_the_window(
    qtbot: QtBot, pad: DrawingCanvas, drawing: Drawing
) -> None:
    longest = 0.0

    def timed(action: Callable[..., object], *given: object) -> None:
        nonlocal longest
        start = perf_counter()
        action(*given)
        longest = max(longest, perf_counter() - start)

    points = np.random.default_rng(3).random((10_000, 2)).tolist()
    timed(drawing.begin, InkPoint(0.5, 0.5))
    for at in range(0, 10_000, 10):
        timed(drawing.extend, tuple(InkPoint(x, y) for x, y in points[at : at + 10]))
        if at % 1000 == 0:
            timed(pad.repaint)
    timed(drawing.finish)
    timed(drawing.history.undo)
    timed(drawing.history.redo)
    timed(pad.repaint)
    # Generous, since other programs share the machine: one paint of all of it takes a second.
    assert longest < 0.1
    assert shown(pad)[40:240, 40:240].mean() > 0.9


def test_ink_is_as_fine_as_the_screen(pad: DrawingCanvas, drawing: Drawing, qtbot: QtBot) -> None:
    pad.devicePixelRatioF = lambda: 2.0  # type: ignore[method-assign]
    draw(drawing, (curl(30),))
    image = pad._layer.image
    assert image is not None
    assert image.width() == 2 * SIDE
    assert image.devicePixelRatio() == 2


def test_the_right_button_erases(pad: DrawingCanvas, drawing: Drawing) -> None:
    mouse(pad, LEFT, (40, 140), (240, 140))
    mouse(pad, RIGHT, (140, 60), (140, 220))
    assert len(drawing.ink) == 2
    assert drawing.history.undo_name == "eraser"
    assert shown(pad)[130:150, 133:147].max() < 0.6
    assert shown(pad)[140, 60] > 0.9


def test_a_second_button_changes_nothing(pad: DrawingCanvas, drawing: Drawing) -> None:
    QTest.mousePress(pad, LEFT, NONE, QPoint(40, 40))
    QTest.mousePress(pad, RIGHT, NONE, QPoint(50, 50))
    move(pad, LEFT | RIGHT, QPointF(90, 90))
    QTest.mouseRelease(pad, RIGHT, NONE, QPoint(90, 90))
    move(pad, LEFT, QPointF(120, 90))
    QTest.mouseRelease(pad, LEFT, NONE, QPoint(120, 90))
    (stroke,) = drawing.ink
    assert len(stroke) == 3


def test_strokes_end_at_the_edge(pad: DrawingCanvas, drawing: Drawing) -> None:
    mouse(pad, LEFT, (140, 140), (900, -500))
    (stroke,) = drawing.ink
    assert all(0 <= p.x <= 1 and 0 <= p.y <= 1 for p in stroke)
    assert stroke[-1][:2] == (1.0, 0.0)


def test_fast_clicks_are_dots(pad: DrawingCanvas, drawing: Drawing) -> None:
    QTest.mouseClick(pad, LEFT, NONE, QPoint(100, 100))
    QTest.mouseDClick(pad, LEFT, NONE, QPoint(150, 100))
    QTest.mouseRelease(pad, LEFT, NONE, QPoint(150, 100))
    assert len(drawing.ink) == 2
    assert shown(pad)[100, 100] > 0.9


def pen(kind: QPointingDevice.PointerType) -> QPointingDevice:
    return QPointingDevice(
        "pen", 7, QInputDevice.DeviceType.Stylus, kind,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 2, "",
        QPointingDeviceUniqueId(),
    )  # fmt: skip


def tablet(
    pad: DrawingCanvas, device: QPointingDevice, kind: QEvent.Type, place: QPointF, pressure: float,
    button: Qt.MouseButton = LEFT,
) -> bool:  # fmt: skip
    event = QTabletEvent(
        kind, device, place, pad.mapToGlobal(place), pressure, 0, 0, 0, 0, 0, NONE, button, button
    )
    event.ignore()
    QApplication.sendEvent(pad, event)
    return event.isAccepted()


def write(pad: DrawingCanvas, device: QPointingDevice, button: Qt.MouseButton = LEFT) -> None:
    kinds = QEvent.Type
    assert tablet(pad, device, kinds.TabletPress, QPointF(40, 140), 0.2, button)
    for x in range(60, 241, 20):
        assert tablet(pad, device, kinds.TabletMove, QPointF(x, 140), x / 280, button)
    assert tablet(pad, device, kinds.TabletRelease, QPointF(240, 140), 0.0, button)


def test_a_pen_writes_with_its_pressure_and_once(pad: DrawingCanvas, drawing: Drawing) -> None:
    device = pen(QPointingDevice.PointerType.Pen)
    write(pad, device)
    (stroke,) = drawing.ink
    assert stroke[0].pressure == 0.2
    assert stroke[5].pressure == pytest.approx(140 / 280)
    # A pen that hovers draws nothing, nor does the mouse that the system makes of it.
    tablet(pad, device, QEvent.Type.TabletMove, QPointF(9, 9), 0.0, Qt.MouseButton.NoButton)
    place = QPointF(99, 99)
    made = QMouseEvent(
        QEvent.Type.MouseButtonPress, place, place, place, LEFT, LEFT, NONE,
        Qt.MouseEventSource.MouseEventSynthesizedByQt,
    )  # fmt: skip
    QApplication.sendEvent(pad, made)
    assert not drawing.stroke
    assert len(drawing.ink) == 1


@pytest.mark.parametrize(
    ("kind", "button"),
    [
        (QPointingDevice.PointerType.Eraser, LEFT),
        (QPointingDevice.PointerType.Pen, LEFT | RIGHT),
    ],
)
def test_the_other_end_of_a_pen_and_its_button_erase(
    pad: DrawingCanvas, drawing: Drawing, kind: QPointingDevice.PointerType, button: Qt.MouseButton
) -> None:
    draw(drawing, ((InkPoint(0.5, 0.1), InkPoint(0.5, 0.9)),))
    write(pad, pen(kind), button)
    assert len(drawing.ink) == 2
    assert drawing.history.undo_name == "eraser"


def test_the_first_finger_writes(pad: DrawingCanvas, drawing: Drawing, qtbot: QtBot) -> None:
    device = QTest.createTouchDevice()
    QTest.touchEvent(pad, device).press(0, QPoint(40, 40), pad).commit()
    QTest.touchEvent(pad, device).stationary(0).press(1, QPoint(200, 200), pad).commit()
    for x in range(60, 160, 20):
        touch = QTest.touchEvent(pad, device)
        touch.move(0, QPoint(x, 40), pad).move(1, QPoint(200, x), pad).commit()
    QTest.touchEvent(pad, device).release(1, QPoint(200, 140), pad).stationary(0).commit()
    QTest.touchEvent(pad, device).release(0, QPoint(140, 40), pad).commit()
    (stroke,) = drawing.ink
    assert {round(p.y * SIDE) for p in stroke} == {40}
    assert stroke[-1].x == pytest.approx(140 / SIDE)


def test_a_touch_that_the_system_takes_away_leaves_nothing(
    pad: DrawingCanvas, drawing: Drawing
) -> None:
    device = QTest.createTouchDevice()
    QTest.touchEvent(pad, device).press(0, QPoint(40, 40), pad).commit()
    QTest.touchEvent(pad, device).move(0, QPoint(140, 40), pad).commit()
    QApplication.processEvents()
    assert len(drawing.stroke) == 2
    QApplication.sendEvent(pad, QTouchEvent(QEvent.Type.TouchCancel, device))
    assert drawing.blank
    assert not drawing.history.undo_name
    # The next touch writes.
    QTest.touchEvent(pad, device).press(0, QPoint(60, 60), pad).commit()
    QTest.touchEvent(pad, device).release(0, QPoint(60, 60), pad).commit()
    assert len(drawing.ink) == 1


def test_while_one_device_writes_others_are_left_alone(
    pad: DrawingCanvas, drawing: Drawing
) -> None:
    device = pen(QPointingDevice.PointerType.Pen)
    assert tablet(pad, device, QEvent.Type.TabletPress, QPointF(40, 140), 0.5)
    mouse(pad, LEFT, (40, 40), (240, 40))
    touching = QTest.createTouchDevice()
    QTest.touchEvent(pad, touching).press(0, QPoint(40, 240), pad).commit()
    QTest.touchEvent(pad, touching).release(0, QPoint(240, 240), pad).commit()
    assert tablet(pad, device, QEvent.Type.TabletMove, QPointF(240, 140), 0.5)
    assert tablet(pad, device, QEvent.Type.TabletRelease, QPointF(240, 140), 0.0)
    (stroke,) = drawing.ink
    assert {round(point.y * SIDE) for point in stroke} == {140}


def test_the_pointer_shows_the_tool(pad: DrawingCanvas, drawing: Drawing) -> None:
    small = pad.cursor().pixmap().width()
    drawing.tools.widen(3)
    assert pad.cursor().pixmap().width() == pytest.approx((small - 4) * 1.2**3 + 4, abs=2)
    drawing.tools.choose("eraser")
    assert abs(pad.cursor().pixmap().width() - drawing.tools.eraser * SIDE) < 7


def test_an_eraser_over_a_long_drawing_shows_what_it_does(
    qtbot: QtBot, pad: DrawingCanvas, drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No time at all: a piece is painted between two events, as on a slow machine.
    monkeypatch.setattr(pad_module, "SLICE_SECONDS", 0.0005)
    draw(drawing, (curl(3000),))
    drawing.begin(InkPoint(0.1, 0.5), "eraser")
    for x in np.linspace(0.1, 0.9, 30).tolist():
        drawing.extend((InkPoint(x, 0.5),))
        QApplication.processEvents()
    drawing.finish()
    assert shown(pad)[135:146, 60:220].max() < 0.1


def test_moves_that_come_together_are_drawn_together_and_none_is_lost(
    qtbot: QtBot, pad: DrawingCanvas, drawing: Drawing
) -> None:
    QApplication.processEvents()
    QTest.mousePress(pad, LEFT, NONE, QPoint(20, 20))
    changes: list[int] = []
    drawing.changed.connect(lambda: changes.append(len(drawing.stroke)))
    for x in range(30, 230, 10):
        move(pad, LEFT, QPointF(x, 20 + x % 40))
    assert changes == []
    qtbot.waitUntil(lambda: bool(changes))
    assert changes == [21]
    move(pad, LEFT, QPointF(250, 250))
    QTest.mouseRelease(pad, LEFT, NONE, QPoint(250, 250))
    assert len(drawing.ink[0]) == 22


def test_the_system_may_leave_out_no_move_while_there_is_a_pad(
    qtbot: QtBot, pad: DrawingCanvas
) -> None:
    compressed = Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents
    assert not QApplication.testAttribute(compressed)
    pad.hide()
    assert QApplication.testAttribute(compressed)
