"""The Compare page with 200 runs in the store: how soon it opens, and whether the window waits."""

from collections.abc import Callable
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from benchmarks.figures import line, percentile
from benchmarks.filled_store import fill

if TYPE_CHECKING:
    from mnist_studio.analysis.view import Lines
    from mnist_studio.gui.app.window import MainWindow
    from mnist_studio.gui.compare.page import ComparePage

RUNS, OVERLAID, POINTS = 200, 20, 300
REDRAWS, EVERY_MS = 60, 100
VIEWS = ("curves-accuracy", "final-accuracy", "confusion", "significance")


class Gaps:
    """How long the event loop was held, by a timer that wants to tick every millisecond."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.begin()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(1)

    def begin(self) -> None:
        """Forgets what was measured."""
        self._taken: list[float] = []
        self._worked: list[float] = []
        self._last, self._last_work = perf_counter(), thread_time()

    def tell(self, what: str) -> None:
        """Prints the longest gap since ``begin``, and the most work in one.

        Where other programs want the processors, a gap is longer than the work in it.
        """
        work = f"work {max(self._worked):.1f}"
        figure = f"{max(self._taken):.1f} ms ({work}, p99 {percentile(self._taken, 99):.1f})"
        line(f"event-loop gap: {what}", figure, "50 ms (p99 16)")

    def _tick(self) -> None:
        now, work = perf_counter(), thread_time()
        self._taken.append(1e3 * (now - self._last))
        self._worked.append(1e3 * (work - self._last_work))
        self._last, self._last_work = now, work


def main() -> None:
    """Uses the real window as a person would."""
    from mnist_studio.gui.app.application import application
    from mnist_studio.gui.app.window import MainWindow
    from mnist_studio.gui.theme.theme import Theme

    fill(RUNS)
    qt = application()
    window = MainWindow(Theme(qt, "light"))
    window.show()
    window.build_services()
    _wait(3000)
    try:
        _use(window, Gaps())
    finally:
        window.shut_down()


def _use(window: "MainWindow", gaps: Gaps) -> None:
    gaps.begin()
    took, page = _opened(window)
    line("Compare page opens, 200 runs", f"{took:.0f} ms", "300 ms")
    _wait(1500)
    gaps.tell("it opens")
    _during(
        gaps,
        "30 runs of an experiment are ticked",
        lambda: page.runs.show_experiment(_experiment(window)),
    )
    known = [name for name in VIEWS if page.list.has(name)]
    for name in known:
        page.list.choose(name)
        _wait(2500)
    gaps.begin()
    for name in (*known, "live", "samples", "single-image"):
        page.list.choose(name)
        _wait(400)
    gaps.tell("views one after another")
    page.list.choose("live")
    page.runs.experiment.choose("all")
    page.runs.experiment.chosen.emit("all")
    _during(gaps, "all 200 runs are ticked", page.runs.select_all)
    page.runs.model.check(frozenset())
    _during(gaps, "the store is read again", window.studio.library.refresh)
    _overlay(page, gaps)


def _wait(milliseconds: int) -> None:
    """Lets the event loop turn as it does in use; ``QTest.qWait`` sleeps between its turns."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _opened(window: "MainWindow") -> tuple[float, "ComparePage"]:
    """Goes to the page; the milliseconds until it and the curves of its runs are painted."""
    start = perf_counter()
    window.go("compare")
    from mnist_studio.gui.compare.page import ComparePage

    page = window.page("compare")
    assert isinstance(page, ComparePage)
    charts = page.views.live.panel.charts
    while not charts.charts or charts.charts[0].inside is None:
        _wait(1)
    # The turn that paints them.
    _wait(0)
    return 1e3 * (perf_counter() - start), page


def _during(gaps: Gaps, what: str, action: Callable[[], object]) -> None:
    _wait(300)
    gaps.begin()
    action()
    _wait(1500)
    gaps.tell(what)


def _experiment(window: "MainWindow") -> str:
    return window.studio.library.experiments[0].id


def _overlay(page: "ComparePage", gaps: Gaps) -> None:
    """Draws 20 growing runs ten times a second and times each redraw with its painting."""
    from mnist_studio.analysis.view import Table, View
    from mnist_studio.gui.common.plots.canvas import Canvas

    panel = page.views.live.panel
    taken = []
    chart = _growing(page, POINTS - REDRAWS)
    panel.show_view(View("live", "Accuracy", "", (chart,), Table((), ())))
    _wait(500)
    gaps.begin()
    for turn in range(REDRAWS):
        chart = _growing(page, POINTS - REDRAWS + turn)
        start = perf_counter()
        canvas = panel.charts.charts[0].inside
        assert isinstance(canvas, Canvas)
        canvas.draw(chart)
        canvas.viewport().repaint()
        taken.append(1e3 * (perf_counter() - start))
        _wait(EVERY_MS)
    figure = f"{percentile(taken, 50):.1f} ms (p95 {percentile(taken, 95):.1f})"
    line(f"{OVERLAID} runs overlaid are redrawn", figure, "16.7 ms")
    gaps.tell("20 runs are redrawn at 10 Hz")


def _growing(page: "ComparePage", points: int) -> "Lines":
    from mnist_studio.analysis.view import AxisSpec, Line, Lines

    rows = page.runs.model.rows[:OVERLAID]
    x = tuple(float(at) for at in range(1, points + 1))
    lines = tuple(
        Line(row.id, row.title, x, tuple(0.99 - 0.5 / (at + place / 4) for at in x))
        for place, row in enumerate(rows)
    )
    return Lines(AxisSpec("Step", "count"), AxisSpec("Accuracy", "fraction"), lines)


if __name__ == "__main__":
    main()
