"""Makes the pictures of the pages, light and dark, from the running application.

    python docs/images/make.py [RECIPE [EPOCHS]]

It trains a recipe in all three frameworks in the window, on MNIST if it is on this computer, else
on the built-in digits, and once more with a known bug. Then it draws digits, checks parity, opens
the code, and saves what the window shows. This takes minutes.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from math import cos, pi, sin
from pathlib import Path
from time import monotonic
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.app.application import application
from mnist_studio.gui.app.search import SearchDialog
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.network.dialog import NetworkDialog
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.draw.explanation.panel import ExplanationPanel
from mnist_studio.gui.draw.explanation.trace import TracePart
from mnist_studio.gui.draw.network_panel import NetworkPanel
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.experiments.page import ExperimentsPage
from mnist_studio.gui.parity.page import ParityPage
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.spec.recipes import RECIPES

Kind = TypeVar("Kind", bound=Page)
FOLDER = Path(__file__).parent
PATIENCE_SECONDS = 1800.0
CIRCLE = [(0.5 + 0.2 * sin(a * pi / 8), 0.5 - 0.3 * cos(a * pi / 8)) for a in range(17)]
DRAWN = {
    "0": [CIRCLE],
    "1": [[(0.5, 0.2), (0.5, 0.4), (0.5, 0.6), (0.5, 0.8)]],
    "4": [[(0.4, 0.2), (0.35, 0.5), (0.5, 0.52), (0.65, 0.5)], [(0.62, 0.3), (0.6, 0.8)]],
    "7": [[(0.3, 0.25), (0.5, 0.25), (0.68, 0.25), (0.58, 0.5), (0.48, 0.8)]],
}
"""Strokes of digits, in fractions of the canvas."""


def main() -> None:
    """Goes through the pages one after the other."""
    recipe = sys.argv[1] if len(sys.argv) > 1 else "mlp-128"
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_STUDIO_HOME"] = home
        qt = application()
        window = MainWindow(Theme(qt, "light"))
        window.show()
        window.build_services()
        try:
            Photographer(window).all(recipe, epochs)
        finally:
            window.shut_down()


class Photographer:
    """Uses the window as a person would and takes its picture."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._studio = window, window.studio

    def _page(self, key: str, kind: type[Kind]) -> Kind:
        page = self._window.page(key)
        assert isinstance(page, kind)
        return page

    def all(self, recipe: str, epochs: int) -> None:
        """Every page, as it looks in use."""
        self._train(recipe, epochs)
        self._take("train")
        self._code()
        self._editor()
        self._until(lambda: not self._studio.queue.busy)
        self._train_with_fault()
        self._draw()
        self._take("draw")
        self._why()
        self._network()
        self._own()
        self._experiments()
        self._take("experiments")
        self._compare()
        self._take("compare")
        self._window.go("runs")
        self._pause(1)
        self._take("runs")
        self._parity()
        self._help()

    def _help(self) -> None:
        """The settings, the glossary, and the command palette."""
        self._window.go("settings")
        self._pause(1)
        self._take("settings")
        self._window.show_item("help", "glossary")
        self._pause(1)
        self._take("help")
        self._window.search()
        palette = self._window.findChildren(SearchDialog)[-1]
        palette.field.setText("cn")
        self._pause(0.5)
        self._take("search", palette)
        palette.reject()

    def _train(self, recipe: str, epochs: int) -> None:
        """All three frameworks; waits until the last one has trained for a while."""
        page = self._page("train", TrainPage)
        settings = page.settings
        self._until(lambda: self._studio.datasets.has_mnist is not None)
        self._pause(1)
        settings.recipe.choose(recipe)
        settings.recipe.chosen.emit(recipe)
        settings.numbers.epochs.set_number(epochs)
        # One thread each: if other programs are running, PyTorch's threads wait for each other.
        settings.numbers.threads.set_number(1)
        settings.numbers.epochs.edited.emit()
        page.train_button.click()
        last = self._studio.queue.runs[-1]
        self._until(lambda: last.terminal is not None or last.fraction > 0.5)

    def _editor(self) -> None:
        """A network with convolutions, its training, and a layer that does not fit."""
        page = self._page("train", TrainPage)
        page.edit_network()
        editor = page.editor
        assert editor is not None
        editor.start_from("compact-cnn")
        self._pause(1)
        self._take("editor")
        editor.draft.select(6)
        editor.draft.remove()
        self._pause(1)
        self._take("editor-repair")
        editor.draft.undo()
        editor.show_part("training")
        self._until(lambda: not editor.training.images.views[0].empty)
        self._take("editor-training")
        editor.left.emit()

    def _train_with_fault(self) -> None:
        """The same in PyTorch, with the softmax applied twice."""
        page = self._page("train", TrainPage)
        page.settings.frameworks.button("pytorch").click()
        page.settings.known_bugs.boxes["double-softmax"].click()
        page.train_button.click()
        self._until(lambda: not self._studio.queue.busy)
        self._pause(1)

    def _code(self) -> None:
        """The dialog with PyTorch's script."""
        dialog = self._page("train", TrainPage).show_code()
        assert dialog is not None
        dialog.frameworks.button("pytorch").setFocus()
        dialog.frameworks.button("pytorch").click()
        self._until(dialog.run_button.isEnabled)
        self._take("code", dialog)
        dialog.reject()

    def _parity(self) -> None:
        """Parity checks, shared weights, and fixed settings."""
        self._window.go("parity")
        page = self._page("parity", ParityPage)
        page.checks.recipe.choose("mlp-128")
        page.checks.run_button.click()
        self._until(lambda: not page.checks.runner.busy)
        self._take("parity")
        page.show_view("weights")
        page.shared_weights.start_button.click()
        self._until(lambda: not page.shared_weights.runner.busy)
        self._take("weights")
        page.show_view("settings")
        self._take("pinned")

    def _draw(self) -> None:
        """A three, drawn with the mouse; waits until every model's own framework predicts."""
        self._window.go("draw")
        self._pause(0.5)
        self._stroke(three())
        self._until(self._all_answer_themselves)
        self._pause(1)

    def _stroke(self, places: Sequence[tuple[float, float]]) -> None:
        """A stroke with the mouse through points of the canvas, from 0 to 1."""
        pad = self._page("draw", DrawPage).canvas
        side = min(pad.width(), pad.height())
        left, top = (pad.width() - side) / 2, (pad.height() - side) / 2
        points = [QPoint(round(left + x * side), round(top + y * side)) for x, y in places]
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(pad, point)
            self._pause(0.02)
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=points[-1])

    def _own(self) -> None:
        """A few labeled drawings, and the scores of every model."""
        page = self._page("draw", DrawPage)
        for label, strokes in DRAWN.items():
            self._studio.drawing.clear()
            for places in strokes:
                self._stroke(places)
            self._pause(0.5)
            QTest.keyClick(page.canvas, Qt.Key(ord(label)))
            self._pause(0.5)
        page.tabs.show_panel("own_images")
        trained = len(self._studio.library.trained)
        self._until(lambda: len(self._studio.own_image_scores.by_run) == trained)
        self._until(lambda: not self._studio.own_image_scores.busy)
        self._take("own")
        page.tabs.show_panel("predictions")

    def _why(self) -> None:
        """The pixels that make it a three, and NumPy's training step on it."""
        tabs = self._page("draw", DrawPage).tabs
        tabs.show_panel("explanation")
        panel = tabs.panel("explanation")
        assert isinstance(panel, ExplanationPanel)
        by_numpy = (row.id for row in self._studio.library.trained if row.framework == "numpy")
        self._studio.predictions.choose(next(by_numpy))
        self._until(lambda: bool(panel.part.sentence.text()))
        self._take("why")
        panel.switch.button("trace").click()
        walk = panel.part
        assert isinstance(walk, TracePart)
        walk.way.button("step").click()
        self._until(lambda: "target label" in walk.sentence.text())
        self._pause(1)
        self._take("steps")
        tabs.show_panel("predictions")

    def _network(self) -> None:
        """What flows through a network, and the picture of another one with a layer explained."""
        page = self._page("draw", DrawPage)
        self._studio.predictions.draw_with("bundled-fast-99")
        page.show_tab("network")
        panel = page.tabs.panel("network")
        assert isinstance(panel, NetworkPanel)
        self._until(lambda: panel.picture.frame is not None)
        self._pause(1)
        self._take("network")
        dialog = NetworkDialog(
            self._studio, self._window, RECIPES["compact-cnn"].model, "Compact CNN"
        )
        dialog.show_layer(0)
        dialog.open()
        self._until(lambda: dialog.panel.title.text().startswith("conv1"))
        self._pause(1)
        self._take("layer", dialog)
        dialog.reject()
        page.show_tab("predictions")

    def _all_answer_themselves(self) -> bool:
        latest = self._studio.predictions.latest.values()
        trained = len(self._studio.library.trained)
        return len(latest) == trained and all(p.engine == p.framework for p in latest)

    def _experiments(self) -> None:
        """A ready-made experiment before its first run."""
        self._window.go("experiments")
        page = self._page("experiments", ExperimentsPage)
        page.list.choose("ready/batch-sizes")
        self._until(lambda: page.state.total > 0)
        self._pause(1)

    def _compare(self) -> None:
        self._window.go("compare")
        page = self._page("compare", ComparePage)
        self._until(lambda: bool(page.selected))
        # If these runs had no MNIST, the bundled models were tested on other images.
        digits = page.selected[0].run.spec.dataset
        same = (row.id for row in page.selected if row.run.spec.dataset == digits)
        page.runs.model.check(frozenset(same))
        page.list.choose("samples")
        self._until(lambda: bool(page.views.samples.grid.accessibleDescription()))
        self._pause(1)
        self._take("samples")
        page.list.choose("calibration")
        self._until(lambda: page.views.computed.panel.view is not None)
        self._pause(1)
        self._take("calibration")
        page.list.choose("live")
        self._pause(1)

    def _take(self, name: str, shown: QWidget | None = None) -> None:
        """The window or a dialog, light and dark."""
        for scheme in ("light", "dark"):
            self._studio.theme.choose(scheme)
            self._pause(1.0)  # The canvas is painted in a thread.
            (shown or self._window).grab().save(str(FOLDER / f"{name}-{scheme}.png"))
        self._studio.theme.choose("light")

    def _until(self, done: Callable[[], bool]) -> None:
        end = monotonic() + PATIENCE_SECONDS
        while not done():
            if monotonic() > end:
                raise SystemExit("The window did not come that far.")
            self._pause(0.02)

    def _pause(self, seconds: float) -> None:
        QTest.qWait(round(1000 * seconds))


def three() -> list[tuple[float, float]]:
    """Points of a three in a square with sides of length 1: two arcs."""
    upper = [(0.48 + 0.17 * sin(a), 0.32 - 0.15 * cos(a)) for a in _angles(-0.35 * pi, 1.05 * pi)]
    lower = [(0.46 + 0.21 * sin(a), 0.66 - 0.19 * cos(a)) for a in _angles(-0.02 * pi, 1.35 * pi)]
    return upper + lower


def _angles(start: float, end: float, count: int = 24) -> list[float]:
    return [start + (end - start) * n / (count - 1) for n in range(count)]


if __name__ == "__main__":
    main()
