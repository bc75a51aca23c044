"""Makes a page when it is first shown, and imports what the largest pages need before that.

The imports run in steps while the window idles. They stay in the GUI thread: pyqtgraph touches
every class of Qt, and PySide creates each when it is first touched. Two threads that create a
class at once crash.
"""

from collections.abc import Iterator
from importlib import import_module

from PySide6 import QtCore, QtGui, QtWidgets

from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.plots import stepwise_import
from mnist_studio.gui.services.studio import Studio


def make(key: str, studio: Studio) -> Page:
    """The page of that key."""
    if key == "train":
        from mnist_studio.gui.train.page import TrainPage

        return TrainPage(studio)
    if key == "draw":
        from mnist_studio.gui.draw.page import DrawPage

        return DrawPage(studio)
    if key == "experiments":
        from mnist_studio.gui.experiments.page import ExperimentsPage

        return ExperimentsPage(studio)
    if key == "compare":
        from mnist_studio.gui.compare.page import ComparePage

        return ComparePage(studio)
    if key == "parity":
        from mnist_studio.gui.parity.page import ParityPage

        return ParityPage(studio)
    if key == "settings":
        from mnist_studio.gui.settings.page import SettingsPage

        return SettingsPage(studio)
    if key == "help":
        from mnist_studio.gui.help.page import HelpPage

        return HelpPage(studio)
    from mnist_studio.gui.runs.page import RunsPage

    return RunsPage(studio)


PRELOADED = (
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


def preload_steps() -> Iterator[None]:
    """Imports one module, or one statement of pyqtgraph, per step."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield
    yield from stepwise_import.steps()
    for name in PRELOADED:
        import_module(f"mnist_studio.{name}")
        yield
