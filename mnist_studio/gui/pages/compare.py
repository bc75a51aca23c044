"""The Compare page: curves, the drawing, a table with ticks, and sample digits."""

from PySide6.QtCore import QSortFilterProxyModel, Qt, Slot
from PySide6.QtWidgets import QStackedWidget

from mnist_studio.gui.models.curves import AXES, stored_lines
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.models.table import Column, RowsModel
from mnist_studio.gui.pages.page import Page
from mnist_studio.gui.panels import run_columns as columns
from mnist_studio.gui.panels.drawing_card import DrawingCard
from mnist_studio.gui.panels.fault_cost_card import FaultCostCard
from mnist_studio.gui.panels.sample_card import SampleCard
from mnist_studio.gui.plots.line_plot import LinePlot
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.widgets.basics import button, enable
from mnist_studio.gui.widgets.card import Card
from mnist_studio.gui.widgets.empty_state import EmptyState
from mnist_studio.gui.widgets.segmented import Segmented
from mnist_studio.gui.widgets.split import split
from mnist_studio.gui.widgets.table import Table, sorted_by

MEASURES = (("accuracy", "Accuracy"), ("loss", "Loss"))
FIRST_TICKS = 6
"""So many of the newest trained runs are ticked at first."""


class ComparePage(Page):
    """Compares the ticked runs."""

    title = "Compare"
    sentence = "Tick runs to lay them side by side"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._known: frozenset[str] = frozenset()
        theme = studio.theme
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda row: row.id, self, True)
        self._sorted: QSortFilterProxyModel = sorted_by(self.model)
        self.table = Table("Runs to compare", theme, self._sorted)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.measure = Segmented("Measure", MEASURES)
        self.axis = Segmented("Horizontal axis", AXES)
        self.plot = self._make_plot()
        self.drawing = DrawingCard(studio)
        self.samples = SampleCard(studio)
        self.fault_costs = FaultCostCard()
        self.none_button = button("Tick none", lambda: self.model.tick(frozenset()))
        self.all_button = button("Tick all", self._tick_all)
        self.action_line.addWidget(self.none_button)
        self.action_line.addWidget(self.all_button)
        self._lay_out()
        self._connect()
        self._show_rows()

    def _columns(self) -> tuple[Column[RunRow], ...]:
        return (
            columns.title(self.studio.theme),
            columns.DIGITS, columns.ACCURACY, columns.TRAINING, columns.EPOCHS,
            columns.TO_TARGET, columns.PARAMETERS, columns.LATENCY,
        )  # fmt: skip

    def _make_plot(self) -> LinePlot:
        empty = EmptyState(
            self.studio.theme, "compare", "No run is ticked", "Tick runs in the table below."
        )
        return LinePlot("Test accuracy", self.studio.theme, empty, percent=True)

    def _lay_out(self) -> None:
        self.curves = curves = Card("Test accuracy")
        curves.header.addWidget(self.measure)
        curves.header.addWidget(self.axis)
        curves.body.addWidget(self.plot)
        top = split(Qt.Orientation.Horizontal, (curves, self.drawing), (700, 466))
        table = Card()
        table.body.addWidget(self.table)
        whole = split(Qt.Orientation.Vertical, (top, table, self.samples), (308, 152, 202))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty())
        self._stack.addWidget(whole)
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(self.fault_costs)

    def _empty(self) -> Card:
        card = Card()
        self.empty = EmptyState(
            self.studio.theme,
            "compare",
            "There is nothing to compare yet",
            "Train a recipe in all frameworks; their curves will lie side by side here.",
            ("Train all", lambda: self.studio.going.emit("train")),
        )
        card.body.addWidget(self.empty)
        return card

    def _connect(self) -> None:
        self.studio.library.changed.connect(self._show_rows)
        self.model.ticked.connect(self._show_ticked)
        self.measure.chosen.connect(self._change_measure)
        self.axis.chosen.connect(self._change_axis)

    def prepare(self) -> None:
        """Builds the plot."""
        self.plot.prepare()

    @property
    def ticked(self) -> list[RunRow]:
        """The ticked runs, newest first."""
        keys = self.model.ticked_keys
        return [row for row in self.model.rows if row.id in keys]

    @Slot()
    def _show_rows(self) -> None:
        rows = [row for row in self.studio.library.rows if row.epochs]
        self.model.show(rows)
        self._tick_new([row.id for row in rows if row.run.status != "running"])
        empty = self.studio.library.loaded and not rows
        self._stack.setCurrentIndex(int(not empty))
        reason = "There are no runs yet." if empty else ""
        enable(self.all_button, reason, "Lays all runs side by side")
        enable(self.none_button, reason, "Takes all ticks away")
        self._show_ticked()

    def _tick_new(self, runs: list[str]) -> None:
        """Ticks the newest at first, and every run that ends from then on."""
        fresh = [run for run in runs if run not in self._known]
        if not self._known:
            fresh = fresh[:FIRST_TICKS]
        self._known = self._known | frozenset(runs)
        self.model.tick(self.model.ticked_keys | frozenset(fresh))

    def _tick_all(self) -> None:
        self.model.tick(frozenset(row.id for row in self.model.rows))

    @Slot()
    def _show_ticked(self) -> None:
        ticked = self.ticked
        self.plot.draw(stored_lines(ticked, self.measure.choice, self.axis.choice))
        self.drawing.show_rows(ticked)
        self.samples.show_rows(ticked)
        self.fault_costs.show_rows(ticked)

    @Slot(str)
    def _change_measure(self, measure: str) -> None:
        self.plot.show_percent(measure == "accuracy")
        self.plot.setAccessibleName(f"Test {measure}")
        self.curves.title.setText(f"Test {measure}")
        self._show_ticked()

    @Slot(str)
    def _change_axis(self, axis: str) -> None:
        self.plot.count(axis)
        self._show_ticked()
