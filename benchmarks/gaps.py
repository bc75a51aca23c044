"""The longest gap of the window's event loop while each framework starts and trains."""

import sys
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.figures import line, percentile

if TYPE_CHECKING:
    from mnist_studio.spec.run import RunSpec

TICK_MS = 1
EPOCHS = {"numpy": 6, "pytorch": 6, "keras": 8}


def main() -> None:
    """Trains through the real window's queue while a timer of the GUI thread ticks."""
    from PySide6.QtCore import Qt, QTimer

    from mnist_studio.gui.app.application import application
    from mnist_studio.gui.app.window import MainWindow
    from mnist_studio.gui.theme.theme import Theme

    qt = application()
    window = MainWindow(Theme(qt))
    qt.aboutToQuit.connect(window.shut_down)
    gaps: list[float] = []
    last = perf_counter()

    def tick() -> None:
        nonlocal last
        now = perf_counter()
        gaps.append(1e3 * (now - last))
        last = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    rest = iter(EPOCHS)
    framework = ""

    def following() -> None:
        nonlocal framework, last
        if framework:
            line(
                f"event-loop gap while {framework} starts and trains",
                f"{max(gaps):.1f} ms (p99 {percentile(gaps, 99):.1f})",
                "50 ms (p99 16)",
            )
        framework = next(rest, "")
        if not framework:
            timer.stop()
            window.close()
            return
        gaps.clear()
        last = perf_counter()
        window.studio.queue.add([_spec(framework)], None)

    def start() -> None:
        window.studio.queue.idle.connect(lambda: QTimer.singleShot(200, following))
        timer.start(TICK_MS)
        following()

    window.usable.connect(lambda: QTimer.singleShot(2500, start))
    window.show()
    sys.exit(qt.exec())


def _spec(framework: str) -> "RunSpec":
    from msgspec.structs import replace

    from mnist_studio.data.datasets import sources
    from mnist_studio.spec import recipes

    spec = recipes.run_spec(recipes.recipe("mlp-128"))
    training = replace(spec.training, epochs=EPOCHS[framework])
    return replace(spec, framework=framework, training=training, dataset=sources.default_dataset())


if __name__ == "__main__":
    main()
