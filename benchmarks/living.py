"""The living network while one draws: frames a second, and gaps of the event loop.

A frame counts when it has been painted. On a busy machine, the work of the GUI thread says more.
The pen moves every 8 ms, as that of a tablet does.
"""

import os
import sys
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from benchmarks.drawing import Window
from benchmarks.figures import line, percentile

if TYPE_CHECKING:
    from PySide6.QtCore import QTimer

    from mnist_studio.gui.draw.network_panel import NetworkPanel

SECONDS = 6.0
MOVE_MS = 8
TICK_MS = 1
MODELS = ("bundled-fast-99", "bundled-robust", "bundled-record")
"""Those that every installation has."""


def main() -> None:
    """Draws with every model on the real page."""
    window = Window()
    try:
        panel = _panel(window)
        for model in MODELS:
            _measure(window, panel, model)
    finally:
        window.window.close()
        window.window.shut_down()


def _panel(window: Window) -> "NetworkPanel":
    from mnist_studio.gui.draw.network_panel import NetworkPanel

    window.until(lambda: bool(window.window.studio.library.trained))
    window.page.show_tab("network")
    panel = window.page.tabs.panel("network")
    assert isinstance(panel, NetworkPanel)
    return panel


def _measure(window: Window, panel: "NetworkPanel", model: str) -> None:
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtTest import QTest

    window.window.studio.predictions.draw_with(model)
    frames: list[float] = []
    gaps: list[float] = []
    last, step = 0.0, 0

    def tick() -> None:
        nonlocal last
        now = perf_counter()
        gaps.append(1e3 * (now - last))
        last = now

    def move() -> None:
        nonlocal step
        step += 1
        window.mouse(QTest.mouseMove, 0.3 + 0.4 * (step % 40) / 40, 0.2 + 0.6 * (step % 97) / 97)

    def warm() -> bool:
        state = window.predictions.states.get("pytorch")
        return panel.picture.frame is not None and state is not None and state.state == "warm"

    window.mouse(QTest.mousePress, 0.3, 0.2)
    window.mouse(QTest.mouseMove, 0.3, 0.3)
    window.until(warm, 120)
    window.wait(1000)
    panel.picture.frame_painted.connect(lambda: frames.append(perf_counter()))
    timers = [_timer(TICK_MS, tick), _timer(MOVE_MS, move)]
    last, worked = perf_counter(), thread_time()
    # A loop that sleeps between events, as the window's own does.
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * SECONDS), loop.quit)
    loop.exec()
    worked = 1e3 * (thread_time() - worked)
    for timer in timers:
        timer.stop()
    panel.picture.frame_painted.disconnect()
    window.mouse(QTest.mouseRelease, 0.5, 0.8)
    window.window.studio.drawing.clear()
    spans = [1e3 * (b - a) for a, b in pairwise(frames)]
    line(
        f"living network {model.removeprefix('bundled-')} while drawing",
        f"{len(frames) / SECONDS:.1f} frames/s",
        "30 frames/s",
    )
    line(
        "  work of the GUI thread a frame, with ink and predictions",
        f"{worked / len(frames):.1f} ms",
    )
    line("  between two frames, p95", f"{percentile(spans, 95):.0f} ms", "50 ms")
    line(
        "  event-loop gap",
        f"{max(gaps):.1f} ms (p99 {percentile(gaps, 99):.1f})",
        "50 ms (p99 16)",
    )


def _timer(milliseconds: int, act: Callable[[], None]) -> "QTimer":
    """A timer that has started."""
    from PySide6.QtCore import Qt, QTimer

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(act)
    timer.start(milliseconds)
    return timer


if __name__ == "__main__":
    # As the window's own process has it: see ``mnist_studio.__main__``.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.setswitchinterval(0.001)
    main()
