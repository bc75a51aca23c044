"""Imports pyqtgraph while nobody waits, in slices that nobody feels.

It stays in the GUI thread: pyqtgraph touches every class of Qt, PySide makes each when it is first
touched, and two threads that make one at once crash.
"""

from collections.abc import Iterator
from importlib import import_module
from time import perf_counter

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer, Signal, Slot

SLICE_SECONDS = 0.008
"""Half a frame: so much of one may be taken."""

NEXT = (
    "store.studies", "analysis.intervals", "analysis.paired", "analysis.verdict", "analysis.seeds",
    "studies.views.gather", "studies.views.catalogue", "gui.plots.view_canvas",
    "gui.panels.view_panel", "gui.panels.sample_card", "gui.panels.drawing_card",
    "gui.panels.computed_view", "gui.panels.views_area", "gui.pages.compare",
)  # fmt: skip
"""What the largest page needs, in parts: it opens at once, whenever it is gone to."""


class Ahead(QObject):
    """Imports slice by slice, between the events.

    Signals:
        done: all is imported that a canvas needs.
    """

    done = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps = _steps()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)

    def start(self) -> None:
        """Begins with the next turn of the event loop."""
        self._timer.start(0)

    @Slot()
    def _go_on(self) -> None:
        end = perf_counter() + SLICE_SECONDS
        for _ in self._steps:
            if perf_counter() >= end:
                return
        self._timer.stop()
        self.done.emit()


def _steps() -> Iterator[None]:
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield
    # Itself it can only be imported as a whole.
    import_module("mnist_studio.gui.plots.canvas")
    yield
    for name in NEXT:
        import_module(f"mnist_studio.{name}")
        yield
    # Whoever waits for it shall have a slice of its own.
    yield
