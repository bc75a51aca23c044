"""From the click on Train to the first point in the plot, in a warm and in a new process.

Arguments name some of the frameworks: ``python -m benchmarks.click keras``.
"""

import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING
from unittest.mock import patch

from benchmarks.figures import line, paired_ratio

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from mnist_studio.gui.app.window import MainWindow

TARGETS = {"numpy": "0.5 s", "pytorch": "1 s", "keras": "1.5 s"}
PAIRS = 3
PATIENCE = 300.0


def main() -> None:
    """Clicks in the real window, in turn with and without a warm process."""
    from mnist_studio.gui.app.application import application
    from mnist_studio.gui.app.window import MainWindow
    from mnist_studio.gui.theme.theme import Theme

    qt = application()
    window = MainWindow(Theme(qt))
    window.show()
    clicks = Clicks(qt, window)
    for framework in sys.argv[1:] or TARGETS:
        warm, new = (partial(clicks.seconds, framework, warm=warm) for warm in (True, False))
        found = paired_ratio(warm, new, PAIRS)
        line(
            f"click to the first point, {framework}, warm / new process",
            f"{found.median:.2f} ({found.first:.2f} s / {found.second:.2f} s)",
            TARGETS[framework],
        )
    window.shut_down()
    window.hide()


class Clicks:
    """Clicks on Train and waits for the first point."""

    def __init__(self, qt: "QApplication", window: "MainWindow") -> None:
        from mnist_studio.gui.train.page import TrainPage

        self._qt, self._window = qt, window
        self._until(lambda: bool(window.studio.warm_processes.ready))
        window.go("train")
        page = window.page("train")
        assert isinstance(page, TrainPage)
        self._page = page

    def seconds(self, framework: str, warm: bool) -> float:
        """From the click to the first point of a run of mlp-128, which is then discarded."""
        from mnist_studio.data.datasets import sources
        from mnist_studio.frameworks.registry import framework_entry
        from mnist_studio.gui.train.form import recipe_form

        studio, name = self._window.studio, framework_entry(framework).name
        form = recipe_form("mlp-128", (name,), sources.default_dataset())
        self._page.settings.show_form(form)
        studio.warm_processes.expect(self._page.settings.specs())
        self._until(lambda: name in studio.warm_processes.ready)
        with patch.object(studio.warm_processes, "take", self._take if warm else _none):
            begun = perf_counter()
            self._page.train_button.click()
            self._until(lambda: any(len(one.x) for one in self._page.plots.loss.lines))
            taken = perf_counter() - begun
        studio.queue.cancel()
        self._until(lambda: not studio.queue.busy)
        return taken

    @property
    def _take(self) -> Callable[..., object]:
        return self._window.studio.warm_processes.take

    def _until(self, holds: Callable[[], bool]) -> None:
        deadline = perf_counter() + PATIENCE
        while not holds():
            if perf_counter() > deadline:
                raise TimeoutError("the window did not get there")
            self._qt.processEvents()
            # Not in a busy loop: the run needs the processors.
            self._qt.thread().msleep(2)


def _none(*_: object) -> None:
    """No warm process."""


if __name__ == "__main__":
    main()
