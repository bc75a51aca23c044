"""The window's event loop while Why explains a drawing step by step.

python -m benchmarks.why

The longest gap between two ticks, and the longest time that the GUI thread itself worked in one: on
a machine that is shared, only the latter is the window's own.
"""

import os
from functools import partial
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from benchmarks.drawing import Window
from benchmarks.figures import line, percentile

if TYPE_CHECKING:
    from mnist_studio.gui.draw.explanation.trace import TracePart

STROKES = 8
"""Drawings that are explained, one after another."""


class Ticks:
    """A timer of the GUI thread that ticks every millisecond."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.gaps: list[float] = []
        self.work: list[float] = []
        self._last = perf_counter(), thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Ticks from now on."""
        self._last = perf_counter(), thread_time()
        self._timer.start(1)

    def stop(self, what: str) -> None:
        """Ticks no more; prints what was seen and forgets it."""
        self._timer.stop()
        for name, values in (("gap", self.gaps), ("work in a gap", self.work)):
            figures = f"{max(values):.1f} ms (p99 {percentile(values, 99):.1f})"
            line(f"{what}: {name}", figures, "50 ms (p99 16)")
        self.gaps, self.work = [], []

    def _tick(self) -> None:
        now = perf_counter(), thread_time()
        self.gaps.append(1e3 * (now[0] - self._last[0]))
        self.work.append(1e3 * (now[1] - self._last[1]))
        self._last = now


def main() -> None:
    """Draws and has each drawing explained; then looks at every layer of the last."""
    window, ticks = Window(), Ticks()
    try:
        walk = _opened(window)
        ticks.start()
        for number in range(STROKES):
            _draw(window, number)
            window.until(partial(_is_another, walk, walk._shown), 120)
            window.wait(300)
        ticks.stop("a drawing is explained step by step")
        ticks.start()
        for row in range(walk.places.rowCount()):
            walk.table.selectRow(row)
            window.wait(200)
        ticks.stop("layer by layer is looked at")
    finally:
        window.window.close()
        window.window.shut_down()
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


def _is_another(walk: "TracePart", before: object) -> bool:
    """Another drawing than before is explained."""
    return walk._shown is not before


def _opened(window: Window) -> "TracePart":
    """The part, once the first drawing was explained."""
    from mnist_studio.gui.draw.explanation.panel import ExplanationPanel
    from mnist_studio.gui.draw.explanation.trace import TracePart

    tabs = window.page.tabs
    _draw(window, -1)
    tabs.show_panel("explanation")
    why = tabs.panel("explanation")
    assert isinstance(why, ExplanationPanel)
    why.switch.button("trace").click()
    walk = why.part
    assert isinstance(walk, TracePart)
    window.until(lambda: walk._shown is not None, 120)
    return walk


def _draw(window: Window, number: int) -> None:
    from PySide6.QtTest import QTest

    window.window.studio.drawing.clear()
    lean = 0.02 * number
    window.mouse(QTest.mousePress, 0.5 - lean, 0.2)
    for step in range(1, 11):
        window.mouse(QTest.mouseMove, 0.5 - lean + 0.02 * step, 0.2 + 0.06 * step)
        window.wait(8)
    window.mouse(QTest.mouseRelease, 0.7 - lean, 0.8)


if __name__ == "__main__":
    # As the window's own process has it: see ``mnist_studio.__main__``.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
