"""Imports in steps what the plots and the largest pages need, while the window idles.

The imports stay in the GUI thread. pyqtgraph touches every class of Qt, and PySide creates each
when it is first touched. Two threads that create a class at once crash.
"""

from collections.abc import Iterator
from importlib import import_module

from PySide6 import QtCore, QtGui, QtWidgets

from mnist_studio.gui.common.plots import stepwise_import

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
"""What the Compare page and the explanations need, so that they open without a delay."""


def steps() -> Iterator[None]:
    """Imports one module, or one statement of pyqtgraph, per step."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield
    yield from stepwise_import.steps()
    for name in NEXT:
        import_module(f"mnist_studio.{name}")
        yield
