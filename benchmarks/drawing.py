"""Drawing in the real window: from the pen to the answers, and to the ink on the screen.

python -m benchmarks.drawing first   the first answer after a launch, with the models it came with
python -m benchmarks.drawing warm    ten trained models, whose predictors are warm
python -m benchmarks.drawing erase   an eraser through 10,000 points, alone
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from benchmarks.figures import line, percentile

if TYPE_CHECKING:
    from mnist_studio.gui.draw.page import DrawPage
    from mnist_studio.prediction.state import Prediction

MOVES, PAUSE_MS = 150, 40
"""Points of the strokes that are timed, and how far apart they are drawn."""

LAUNCHES = 5

STROKE_MS = 150
"""A short first stroke: little time to load anything while it is drawn."""

ERASER, STEPS, PASSES = 0.086, 20, 5
"""Radius on the pad; moves of one pass; passes, of which every move's quickest counts."""


class Window:
    """The window, and what its models say."""

    def __init__(self) -> None:
        from mnist_studio.gui.app.application import application
        from mnist_studio.gui.app.window import MainWindow
        from mnist_studio.gui.theme.theme import Theme

        self.qt = application()
        self.window = MainWindow(Theme(self.qt, "light"))
        self.window.show()
        self.window.build_services()
        self.window.go("draw")
        self.page = self._draw_page()
        self.pad = self.page.canvas
        self.predictions = self.window.studio.predictions
        self.predictions.predicted.connect(self._note)
        self.answers: list[tuple[float, int, str, str]] = []

    def _draw_page(self) -> "DrawPage":
        from mnist_studio.gui.draw.page import DrawPage

        page = self.window.page("draw")
        assert isinstance(page, DrawPage)
        return page

    def _note(self, answer: "Prediction") -> None:
        self.answers.append((perf_counter(), answer.request, answer.run, answer.engine))

    def until(self, done: Callable[[], bool], seconds: float = 60.0) -> None:
        """Lets the window live until something holds."""
        end = perf_counter() + seconds
        while not done():
            if perf_counter() > end:
                raise RuntimeError("the window did not come that far")
            self.qt.processEvents()

    def wait(self, milliseconds: float) -> None:
        """Lets it live for a while."""
        end = perf_counter() + milliseconds / 1000
        while perf_counter() < end:
            self.qt.processEvents()

    def mouse(self, act: Callable[..., None], x: float, y: float) -> float:
        """Presses, moves or releases the mouse; when."""
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        place = QPoint(round(x * self.pad.width()), round(y * self.pad.height()))
        moment = perf_counter()
        if act is QTest.mouseMove:
            act(self.pad, place)
        else:
            act(self.pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        return moment


def first() -> None:
    """Draws as soon as the window can be used; prints milliseconds from the stroke's end.

    To the first answer of any model, and to the first to the finished stroke.
    """
    from PySide6.QtTest import QTest

    window = Window()
    try:
        # Nobody reaches the pad sooner: the window has just stood, the mouse must get there.
        window.wait(300)
        window.mouse(QTest.mousePress, 0.5, 0.2)
        for step in range(1, 11):
            window.wait(STROKE_MS / 10)
            window.mouse(QTest.mouseMove, 0.5, 0.2 + 0.06 * step)
        released = window.mouse(QTest.mouseRelease, 0.5, 0.8)
        window.until(lambda: any(moment > released for moment, *_ in window.answers))
        window.wait(1000)
        # Answers to the growing stroke come before its end; this is the first to the whole of it.
        newest = max(number for _, number, _, _ in window.answers)
        whole = min(moment for moment, number, _, _ in window.answers if number == newest)
        print(1e3 * (window.answers[0][0] - released), 1e3 * (whole - released))
    finally:
        window.window.close()
        window.window.shut_down()


def warm(models: int) -> None:
    """Draws with ten models; prints how long they and the ink take."""
    from PySide6.QtTest import QTest

    window = Window()
    try:
        _warm_up(window, models)
        answered, painted = [], []
        window.mouse(QTest.mousePress, 0.3, 0.1)
        for step in range(1, MOVES):
            window.wait(PAUSE_MS)
            asked = max(number for _, number, _, _ in window.answers)
            window.answers.clear()
            start = window.mouse(QTest.mouseMove, 0.3 + 0.4 * (step % 20) / 20, 0.1 + step / 200)
            window.qt.processEvents()
            painted.append(1e3 * (perf_counter() - start))
            window.until(partial(_all_told, window, asked, models))
            answered.append(1e3 * (max(moment for moment, *_ in window.answers) - start))
        window.mouse(QTest.mouseRelease, 0.5, 0.8)
    finally:
        window.window.close()
        window.window.shut_down()
    line(
        "a point on the pad to ten models' answers in the window, p95",
        f"{percentile(answered, 95):.1f} ms (median {median(answered):.1f})",
        "33 ms",
    )
    line(
        "a point on the pad to its ink, p95",
        f"{percentile(painted, 95):.1f} ms (median {median(painted):.1f})",
        "16 ms",
    )


def _all_told(window: Window, asked: int, models: int) -> bool:
    """So many models have answered a later question."""
    return len({run for _, number, run, _ in window.answers if number > asked}) == models


def _warm_up(window: Window, models: int) -> None:
    """Draws and clears until every model answers by its own framework."""
    drawing = window.window.studio.drawing
    from mnist_studio.data.ink.rendering import InkPoint

    drawing.begin(InkPoint(0.5, 0.2))
    drawing.extend((InkPoint(0.5, 0.8),))
    drawing.finish()
    states = window.predictions.states

    def ready() -> bool:
        return [s.state for s in states.values()].count("warm") == 3

    window.until(ready, 120)
    window.answers.clear()
    drawing.clear()
    window.wait(500)
    drawing.begin(InkPoint(0.5, 0.2))
    drawing.finish()
    window.until(lambda: len({run for _, _, run, _ in window.answers}) == models)
    drawing.clear()
    window.wait(2000)


def erase() -> None:
    """Cuts random jumps over the whole pad, which no hand makes; prints the thread's own time.

    So other programs, which a benchmark may have to share its machine with, count for little.
    """
    import numpy as np

    from mnist_studio.data.ink.eraser import Eraser
    from mnist_studio.data.ink.rendering import InkPoint

    ink = (tuple(InkPoint(x, y) for x, y in np.random.default_rng(0).random((10_000, 2)).tolist()),)
    way = [InkPoint(0.3 + 0.02 * step, 0.3 + 0.01 * step) for step in range(STEPS)]

    def taken() -> list[float]:
        times = []
        start, last = thread_time(), way[0]
        eraser = Eraser(ink, ERASER)
        for point in way:
            eraser.move(last, point)
            times.append(1e3 * (thread_time() - start))
            start, last = thread_time(), point
        return times

    first, *steps = (min(times) for times in zip(*(taken() for _ in range(PASSES)), strict=True))
    line(
        "an eraser through 10,000 random points: longest step",
        f"{max(steps):.1f} ms (at first {first:.1f})",
        "16 ms",
    )


if __name__ == "__main__":
    # As the window's own process has it: see ``mnist_studio.__main__``.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    match sys.argv[1]:
        case "warm":
            warm(int(sys.argv[2]))
        case "erase":
            erase()
        case _:
            first()
