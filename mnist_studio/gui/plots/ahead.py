"""What the plots and the largest page need, imported while nobody waits, in steps.

It stays in the GUI thread: pyqtgraph touches every class of Qt, PySide makes each when it is first
touched, and two threads that make one at once crash.
"""

from collections.abc import Iterator
from importlib import import_module

from PySide6 import QtCore, QtGui, QtWidgets

from mnist_studio.gui.plots import slices

NEXT = (
    "gui.plots.canvas", "store.studies", "analysis.intervals", "analysis.paired",
    "analysis.verdict", "analysis.seeds", "studies.views.chosen", "studies.views.catalogue",
    "gui.plots.view_canvas", "gui.panels.view_panel", "gui.panels.sample_card",
    "gui.panels.drawing_card", "gui.panels.computed_view", "gui.panels.views_area",
    "gui.pages.compare",
    "training.chunks", "frameworks.numpy_scratch.walking", "studies.why.walkthrough",
    "studies.why.parts", "studies.why.explainer", "gui.panels.why_walk", "gui.panels.why_panel",
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
