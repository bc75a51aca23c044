"""What the plots and the largest page need, imported while nobody waits, in steps.

It stays in the GUI thread: pyqtgraph touches every class of Qt, PySide makes each when it is first
touched, and two threads that make one at once crash.
"""

from collections.abc import Iterator
from importlib import import_module

from PySide6 import QtCore, QtGui, QtWidgets

from mnist_studio.gui.common.plots import slices

NEXT = (
    "gui.common.plots.canvas", "store.experiments", "analysis.intervals", "analysis.paired",
    "analysis.verdict", "analysis.seeds", "comparison.selection", "comparison.views.catalog",
    "gui.compare.view_panel", "gui.compare.sample_card",
    "gui.compare.drawing_view", "gui.compare.computed_view", "gui.compare.views_area",
    "gui.compare.page",
    "training.chunks", "frameworks.numpy_scratch.tracing", "explanation.trace",
    "explanation.parts", "explanation.explainer", "gui.draw.explanation.trace",
    "gui.draw.explanation.panel",
)  # fmt: skip
"""What the largest page and the tab Why need, in parts: they open at once, whenever gone to."""


def steps() -> Iterator[None]:
    """Imports a part a step."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield
    yield from slices.steps()
    for name in NEXT:
        import_module(f"mnist_studio.{name}")
        yield
