"""The Compare page with 200 runs in the store: how soon it opens, and whether the window waits."""

import sys
from collections.abc import Callable
from time import perf_counter

from benchmarks.figures import line, percentile
from benchmarks.filled_store import fill

RUNS, OVERLAID, POINTS = 200, 20, 300
REDRAWS, EVERY_MS = 60, 100
VIEWS = ("curves-accuracy", "final-accuracy", "confusion", "significance")


class Gaps:
    """How long the event loop was held, by a timer that wants to tick every millisecond."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._taken: list[float] = []
        self._last = perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(1)

    def begin(self) -> None:
        """Forgets what was measured."""
        self._taken, self._last = [], perf_counter()

    def tell(self, what: str) -> None:
        """Prints the longest gap since ``begin``."""
        figure = f"{max(self._taken):.1f} ms (p99 {percentile(self._taken, 99):.1f})"
        line(f"event-loop gap: {what}", figure, "50 ms (p99 16)")

    def _tick(self) -> None:
        now = perf_counter()
        self._taken.append(1e3 * (now - self._last))
        self._last = now


def main() -> None:
    """Uses the real window as a person would."""
    from PySide6.QtTest import QTest

    from mnist_studio.gui.application import application
    from mnist_studio.gui.theme.theme import Theme
    from mnist_studio.gui.window import MainWindow

    fill(RUNS)
    qt = application()
    window = MainWindow(Theme(qt, "light"))
    window.show()
    window.furnish()
    QTest.qWait(3000)
    try:
        _use(window, Gaps())
    finally:
        window.shut_down()


def _use(window, gaps: Gaps) -> None:
    from PySide6.QtTest import QTest

    gaps.begin()
    start = perf_counter()
    window.go("compare")
    window.grab()
    line("Compare page opens, 200 runs", f"{1e3 * (perf_counter() - start):.0f} ms", "300 ms")
    QTest.qWait(1500)
    gaps.tell("it opens")
    page = window.page("compare")
    _during(gaps, "30 runs of a study are ticked", lambda: page.runs.show_study(_study(window)))
    known = [name for name in VIEWS if page.list.has(name)]
    for name in known:
        page.list.choose(name)
        QTest.qWait(2500)
    gaps.begin()
    for name in (*known, "live", "samples", "digit"):
        page.list.choose(name)
        QTest.qWait(400)
    gaps.tell("views one after another")
    page.list.choose("live")
    page.runs.study.choose("all")
    page.runs.study.chosen.emit("all")
    _during(gaps, "all 200 runs are ticked", page.runs.tick_all)
    page.runs.model.tick(frozenset())
    _during(gaps, "the store is read again", window.studio.library.refresh)
    _overlay(page, gaps)


def _during(gaps: Gaps, what: str, action: Callable[[], object]) -> None:
    from PySide6.QtTest import QTest

    QTest.qWait(300)
    gaps.begin()
    action()
    QTest.qWait(1500)
    gaps.tell(what)


def _study(window) -> str:
    return window.studio.library.studies[0].id


def _overlay(page, gaps: Gaps) -> None:
    """Draws 20 growing runs ten times a second and times each redraw with its painting."""
    from PySide6.QtTest import QTest

    panel = page.views.live.panel
    taken = []
    panel.show_view(_growing(page, POINTS - REDRAWS))
    QTest.qWait(500)
    gaps.begin()
    for turn in range(REDRAWS):
        view = _growing(page, POINTS - REDRAWS + turn)
        start = perf_counter()
        canvas = panel.charts.charts[0].inside
        canvas.draw(view.charts[0])
        canvas.viewport().repaint()
        taken.append(1e3 * (perf_counter() - start))
        QTest.qWait(EVERY_MS)
    figure = f"{percentile(taken, 50):.1f} ms (p95 {percentile(taken, 95):.1f})"
    line(f"{OVERLAID} runs overlaid are redrawn", figure, "16.7 ms")
    gaps.tell("20 runs are redrawn at 10 Hz")


def _growing(page, points: int):
    from mnist_studio.analysis.view import Axis, Line, Lines, Table, View

    rows = page.runs.model.rows[:OVERLAID]
    x = tuple(float(at) for at in range(1, points + 1))
    lines = tuple(
        Line(row.id, row.title, x, tuple(0.99 - 0.5 / (at + place / 4) for at in x))
        for place, row in enumerate(rows)
    )
    chart = Lines(Axis("Step", "count"), Axis("Accuracy", "fraction"), lines)
    return View("live", "Accuracy", "", (chart,), Table((), ()))


if __name__ == "__main__":
    sys.exit(main())
