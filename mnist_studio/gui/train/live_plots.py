"""Loss and accuracy of the runs of the queue while they train."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QSlider, QSplitter, QWidget

from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.common.basics import column, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.layouts import WrapBar
from mnist_studio.gui.common.legend import FrameworkLabel
from mnist_studio.gui.common.plots.chart import LinePlot
from mnist_studio.gui.common.plots.run_lines import AXES, MEASURES, family, live_lines
from mnist_studio.gui.common.segmented import Segmented, Toggles
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.theme.theme import Theme

ALTERNATE_MS = 45
"""Pause between drawing one plot and the other."""


_LOG = (("log", "Log loss", "Plots the loss on a logarithmic axis (default: off)"),)
_SMOOTHING_TIP = "Smoothing of the batch curves by a moving average, 0 to 0.98 (default: 0.90)"


class LivePlots(QWidget):
    """Two plots with a common bar of controls."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._runs: Sequence[LiveRun] = ()
        self._stale: set[str] = set()
        self._latest = "accuracy"
        self.measures = Toggles("Lines", MEASURES, ("batch", "validation", "test"))
        self.axis = Segmented("Horizontal axis", AXES)
        self.log = Toggles("Loss axis", _LOG, ())
        self._smoothing = QSlider(Qt.Orientation.Horizontal)
        self._number = label("0.90", "secondary")
        self._prepare_smoothing()
        self._hover = Hover(family, self)
        self.loss = self._plot("Loss", theme)
        self.accuracy = self._plot("Accuracy", theme)
        self._legend = {name: FrameworkLabel(theme, name) for name in FRAMEWORKS}
        self.setLayout(column(self._bar(), self._cards(), gap=8))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ALTERNATE_MS)
        self._timer.timeout.connect(self._redraw_next)
        self.measures.changed.connect(self.redraw)
        self.axis.chosen.connect(self.redraw)
        self.log.changed.connect(self.redraw)

    def _plot(self, name: str, theme: Theme) -> LinePlot:
        empty = EmptyState(
            theme,
            "train",
            f"{name} appears here during training",
            "Select a recipe on the left and click Train.",
        )
        return LinePlot(name, theme, empty, self._hover)

    def _prepare_smoothing(self) -> None:
        self._smoothing.setRange(0, 98)
        self._smoothing.setValue(90)
        self._smoothing.setAccessibleName("Smoothing of batch curves")
        self._smoothing.setToolTip(_SMOOTHING_TIP)
        self._smoothing.setMinimumSize(70, 28)
        self._smoothing.valueChanged.connect(self._smooth)

    def _bar(self) -> QWidget:
        smoothing = row(label("Smoothing", "secondary"), self._smoothing, self._number, gap=6)
        return WrapBar(self.measures, holder(row(smoothing, self.log, self.axis, gap=10)))

    def _cards(self) -> QSplitter:
        cards = QSplitter(Qt.Orientation.Vertical)
        cards.setHandleWidth(12)
        cards.setChildrenCollapsible(False)
        for name, plot in (("Loss", self.loss), ("Accuracy", self.accuracy)):
            card = Card(name)
            card.body.addWidget(plot)
            if plot is self.loss:
                for entry in self._legend.values():
                    card.header.addWidget(entry)
            cards.addWidget(card)
        return cards

    def prepare(self) -> None:
        """Builds the canvases while the window is idle."""
        self.loss.prepare()
        QTimer.singleShot(0, self.accuracy, self.accuracy.prepare)

    def show_runs(self, runs: Sequence[LiveRun]) -> None:
        """Shows these runs."""
        self._runs = runs
        self.redraw()

    def renew(self) -> None:
        """Draws new numbers at most once per interval, since they come faster than one can look."""
        self._stale = {"loss", "accuracy"}
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def redraw(self) -> None:
        """Draws all curves."""
        for measure in ("loss", "accuracy"):
            self._redraw(measure)
        shown = {run.spec.framework for run in self._runs}
        for name, entry in self._legend.items():
            entry.setVisible(not shown or name in shown)

    @Slot()
    def _redraw_next(self) -> None:
        """Draws one of the two plots, so that no pass through the event loop paints both."""
        measure = max(self._stale, key=lambda name: name != self._latest)
        self._latest = measure
        self._stale.discard(measure)
        self._redraw(measure)
        if self._stale:
            self._timer.start()

    def _redraw(self, measure: str) -> None:
        smoothing = self._smoothing.value() / 100
        plot = self.loss if measure == "loss" else self.accuracy
        log = measure == "loss" and bool(self.log.chosen)
        shown, axis = self.measures.chosen, self.axis.choice
        plot.draw(live_lines(self._runs, measure, shown, axis, smoothing, log))

    @Slot(int)
    def _smooth(self, value: int) -> None:
        self._number.setText(f"{value / 100:.2f}")
        self.redraw()
