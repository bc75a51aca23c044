"""Loss and accuracy of the runs of the queue while they train, and how far frameworks differ."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSlider, QSplitter, QWidget

from mnist_studio.analysis.view import AxisSpec, Lines
from mnist_studio.gui.common.basics import button, column, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.common.legend import KeyLegend
from mnist_studio.gui.common.plots.chart import LinePlot
from mnist_studio.gui.common.plots.run_lines import (
    AXES,
    MEASURES,
    LineMarks,
    family,
    live_differences,
    live_entries,
    live_lines,
    live_sentence,
    reference,
)
from mnist_studio.gui.common.segmented import Segmented, Toggles
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.theme.theme import Theme

ALTERNATE_MS = 45
"""Pause between drawing one plot and the next."""

ROOM_FOR_THREE = 560
"""Height from which the difference is shown without a click, in lengths of the design."""

PLOTS = ("loss", "accuracy", "difference")
_START = "Select a recipe on the left and click Train."
_STARTING = "The first values appear as soon as the framework has started."
_EMPTY = Lines(AxisSpec(""), AxisSpec(""), ())
_LOG = (("log", "Log loss", "Plots the loss on a logarithmic axis (default: off)"),)
_SMOOTHING_TIP = "Smoothing of the batch curves by a moving average, 0 to 0.98 (default: 0.90)"
_SHOW, _HIDE = "Show difference", "Hide difference"
_DIFFERENCE_TIP = (
    "A plot of how far the losses of the frameworks are from those of the first one, on a "
    "logarithmic axis"
)


class LivePlots(QWidget):
    """Plots with a common bar of controls, their legend, and a sentence on their agreement.

    Attributes:
        cards: the plots, below each other or side by side.
        wants_difference: whether the difference is plotted; None where there is room for it.

    Signals:
        arranged: the difference was shown or hidden.
    """

    arranged = Signal()

    def __init__(self, theme: Theme, wants_difference: bool | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._runs: Sequence[LiveRun] = ()
        self._stale: set[str] = set()
        self._empty: dict[str, tuple[str, EmptyState]] = {}
        self._latest = "accuracy"
        self.wants_difference = wants_difference
        self.measures = Toggles("Lines", MEASURES, ("batch", "validation", "test"))
        self.axis = Segmented("Horizontal axis", AXES)
        self.log = Toggles("Loss axis", _LOG, ())
        self._smoothing = QSlider(Qt.Orientation.Horizontal)
        self._number = label("0.90", "secondary")
        self._prepare_smoothing()
        self._hover = Hover(family, self)
        self.loss = self._plot("Loss")
        self.accuracy = self._plot("Accuracy")
        self.difference = self._plot("Difference")
        self.legend = KeyLegend(theme, LineMarks(theme), self._hover, in_line=True)
        self.sentence = label("", "secondary", wrap=True)
        self.difference_button = button(_SHOW, self._toggle_difference, _DIFFERENCE_TIP, quiet=True)
        self._agreement = holder(row(self.sentence, self.difference_button, gap=8))
        self._agreement.layout().setStretch(0, 1)  # type: ignore[union-attr]
        self._agreement.hide()
        self.cards = self._cards()
        whole = column(self._bar(), self.cards, self._agreement, gap=8)
        whole.setStretchFactor(self.cards, 1)
        self.setLayout(whole)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ALTERNATE_MS)
        self._timer.timeout.connect(self._redraw_next)
        self.measures.changed.connect(self.redraw)
        self.axis.chosen.connect(self.redraw)
        self.log.changed.connect(self.redraw)

    def _plot(self, name: str) -> LinePlot:
        headline = f"{name} appears here during training"
        empty = EmptyState(self._theme, "train", headline, _START)
        self._empty[name] = headline, empty
        return LinePlot(name, self._theme, empty, self._hover)

    def _prepare_smoothing(self) -> None:
        self._smoothing.setRange(0, 98)
        self._smoothing.setValue(90)
        self._smoothing.setAccessibleName("Smoothing of batch curves")
        self._smoothing.setToolTip(_SMOOTHING_TIP)
        self._smoothing.setMinimumSize(70, 28)
        self._smoothing.valueChanged.connect(self._smooth)

    def _bar(self) -> QWidget:
        smoothing = row(label("Smoothing", "secondary"), self._smoothing, self._number, gap=6)
        bar = QWidget()
        line = Flow(bar, gap=8)
        for part in (self.measures, self.log, self.axis, holder(smoothing), self.legend):
            line.addWidget(part)
        return bar

    def _cards(self) -> QSplitter:
        cards = QSplitter(Qt.Orientation.Vertical)
        cards.setHandleWidth(12)
        cards.setChildrenCollapsible(False)
        self._card_of: dict[str, Card] = {}
        for name in PLOTS:
            card = self._card_of[name] = Card(name.capitalize())
            _frame(card, narrow=False)
            card.header.addWidget(self.plot(name).tools)
            card.body.addWidget(self.plot(name))
            cards.addWidget(card)
        self._card_of["difference"].hide()
        return cards

    def plot(self, name: str) -> LinePlot:
        """One of ``PLOTS``."""
        return {"loss": self.loss, "accuracy": self.accuracy, "difference": self.difference}[name]

    def prepare(self) -> None:
        """Builds the canvases while the window is idle."""
        self.loss.prepare()
        QTimer.singleShot(0, self.accuracy, self.accuracy.prepare)
        QTimer.singleShot(0, self.difference, self.difference.prepare)

    def put_side_by_side(self, beside: bool) -> None:
        """Puts the plots next to each other, where below each other they would be flat strips."""
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        if beside == (self.cards.orientation() == across):
            return
        self.cards.setOrientation(across if beside else down)
        self.cards.setSizes([1000] * self.cards.count())
        self._show_agreement()
        self._frame_cards()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows the difference where there is room for a third plot."""
        super().resizeEvent(event)
        self._show_agreement()

    def show_runs(self, runs: Sequence[LiveRun]) -> None:
        """Shows these runs."""
        self._runs = runs
        self.redraw()

    def renew(self) -> None:
        """Draws new numbers at most once per interval, since they come faster than one can look."""
        self._stale = {name for name in PLOTS if not self._card_of[name].isHidden()}
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def redraw(self) -> None:
        """Draws all curves."""
        starting = any(run.terminal is None for run in self._runs)
        for headline, empty in self._empty.values():
            empty.set_text(headline, _STARTING if starting else _START)
        for name in PLOTS:
            self._redraw(name)
        entries = live_entries(self._runs)
        self.legend.show_entries(entries)
        for name in PLOTS:
            self.plot(name).name_runs(entries)
        self.show_agreement()

    def show_agreement(self) -> None:
        """Shows in words how closely the frameworks agree; it changes after every epoch."""
        self.sentence.setText(live_sentence(self._runs))
        first = reference(self._runs)
        self._card_of["difference"].title.setText(f"Difference from {first}" if first else "")
        self._show_agreement()

    def _show_agreement(self) -> None:
        present = bool(self.sentence.text())
        below = self.cards.orientation() == Qt.Orientation.Vertical
        tall = below and self.height() >= self._theme.pixels(ROOM_FOR_THREE)
        wanted = tall if self.wants_difference is None else self.wants_difference
        shown = present and wanted
        self._agreement.setVisible(present)
        self.difference_button.setText(_HIDE if shown else _SHOW)
        card = self._card_of["difference"]
        if shown == card.isHidden():
            card.setVisible(shown)
            self._frame_cards()
            self._redraw("difference")

    def _frame_cards(self) -> None:
        """Three plots side by side have no pixel to spare for their titles."""
        beside = self.cards.orientation() == Qt.Orientation.Horizontal
        narrow = beside and not self._card_of["difference"].isHidden()
        for name, card in self._card_of.items():
            _frame(card, narrow)
            self.plot(name).tools.show_narrow(narrow)

    def _toggle_difference(self) -> None:
        self.wants_difference = self._card_of["difference"].isHidden()
        self._show_agreement()
        self.arranged.emit()

    @Slot()
    def _redraw_next(self) -> None:
        """Draws one of the plots, so that no pass through the event loop paints two."""
        order = PLOTS[PLOTS.index(self._latest) + 1 :] + PLOTS
        name = next(name for name in order if name in self._stale)
        self._latest = name
        self._stale.discard(name)
        self._redraw(name)
        if self._stale:
            self._timer.start()

    def _redraw(self, name: str) -> None:
        smoothing, shown = self._smoothing.value() / 100, self.measures.chosen
        if name == "difference":
            if not self._card_of[name].isHidden():
                self.difference.draw(live_differences(self._runs, shown, smoothing) or _EMPTY)
            return
        log = name == "loss" and bool(self.log.chosen)
        self.plot(name).draw(live_lines(self._runs, name, shown, self.axis.choice, smoothing, log))

    @Slot(int)
    def _smooth(self, value: int) -> None:
        self._number.setText(f"{value / 100:.2f}")
        self.redraw()


def _frame(card: Card, narrow: bool) -> None:
    """Leaves the plot of a card as much room as possible, and the title in a narrow one."""
    layout, side = card.layout(), 8 if narrow else 16
    assert layout is not None
    layout.setContentsMargins(side, 6, side, 8)
    layout.setSpacing(2)
    card.header.setSpacing(2 if narrow else 8)
