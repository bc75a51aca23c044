"""One view: what it says in words, its charts, its table, and what a reader must know."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from mnist_studio.analysis.view import View
from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.layouts import split
from mnist_studio.gui.compare.view_charts import ViewCharts
from mnist_studio.gui.compare.view_table import ViewTable
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

KINDS = (("png", "PNG"), ("svg", "SVG"), ("csv", "CSV"))
BESIDE = 0.42
"""A table that needs no more of the width stands beside the charts."""
SPARE = 16
"""For the scroll bar and the frame of a table."""
CHARTS, LARGEST = 0.74, 10_000
"""Part of the height that charts have at most over a table; more than any screen."""


class ViewPanel(Card):
    """Shows any view.

    Signals:
        export_asked: kind of file, one of ``KINDS``.
        cell_chosen: place of a chart, row and column of its matrix.
    """

    export_asked = Signal(str)
    cell_chosen = Signal(int, int, int)

    def __init__(
        self, theme: Theme, marks: Marks, hover: Hover, parent: QWidget | None = None
    ) -> None:
        super().__init__(" ", parent)
        self._theme = theme
        self._view: View | None = None
        self._shape: object = None
        self.sentence = label(role="headline", wrap=True)
        self.notes = label(role="secondary", wrap=True)
        for words in (self.sentence, self.notes):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.charts = ViewCharts(theme, marks, hover)
        self.charts.cell_chosen.connect(self.cell_chosen)
        self.table = ViewTable(theme, marks, hover)
        self.busy = label("Computing …", "secondary")
        self.busy.hide()
        self.header.addWidget(self.busy)
        self.export_buttons = {kind: self._exporter(kind, text) for kind, text in KINDS}
        self.empty = EmptyState(theme, "compare", "Nothing to show", "")
        self._lay_out()
        self.say("Nothing is compared yet", "Tick runs in the table below.")

    def _exporter(self, kind: str, text: str) -> QPushButton:
        made = button(text, lambda: self.export_asked.emit(kind), quiet=True)
        made.setAccessibleName(f"Export as {text}")
        self.header.addWidget(made)
        return made

    def _lay_out(self) -> None:
        # From the top down: moving a widget with all that it holds takes a while.
        self.tools = row()
        self._stack = QStackedWidget()
        self.body.addLayout(self.tools)
        self.body.addWidget(self._stack, 1)
        self._stack.addWidget(self.empty)
        shown = QWidget()
        self._stack.addWidget(shown)
        inside = QVBoxLayout(shown)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.sentence)
        self._parts = split(Qt.Orientation.Vertical, (self.charts, self.table), (1, 1), inside)
        inside.addWidget(self.notes)

    @property
    def view(self) -> View | None:
        """What is shown; None while there are only words."""
        return self._view

    def minimumSizeHint(self) -> QSize:
        """Room for a small chart and some rows."""
        return QSize(self._theme.pixels(420), self._theme.pixels(260))

    def show_view(self, view: View) -> None:
        """Shows a view."""
        self._view = view
        self.name(view.title)
        self.sentence.setText(view.sentence)
        self.sentence.setVisible(bool(view.sentence))
        self.notes.setText("\n".join(view.notes))
        self.notes.setVisible(bool(view.notes))
        self.charts.show_view(view)
        self.table.show_table(view.title, view.table)
        self._stack.setCurrentIndex(1)
        self._share_room(view)
        self._enable("")

    def say(self, headline: str, sentence: str) -> None:
        """Says in words why there is no view."""
        self._view = None
        self.empty.say(headline, sentence)
        self._stack.setCurrentIndex(0)
        self._enable("There is nothing to export.")

    def show_busy(self, busy: bool) -> None:
        """Says that a newer view is on its way; what is shown stays until it is there."""
        self.busy.setVisible(busy)

    def name(self, title: str) -> None:
        """Another title."""
        self.title.setText(title)
        self.setAccessibleName(title)

    def _share_room(self, view: View) -> None:
        """Puts a narrow table beside the charts; bars get no more height than they fill."""
        wide, high = self._parts.width(), self._parts.height()
        table = self.table.wanted_width + self._theme.pixels(SPARE)
        beside = table <= BESIDE * wide
        turn = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        shape = (view.name, tuple(type(chart) for chart in view.charts), turn)
        if shape == self._shape:
            return
        self._shape = shape
        self._parts.setOrientation(turn)
        if beside:
            self._parts.setSizes([wide - table, table])
        else:
            charts = min(self.charts.wanted_height(view) or LARGEST, round(CHARTS * high))
            self._parts.setSizes([charts, high - charts])

    def _enable(self, reason: str) -> None:
        for kind, text in KINDS:
            no_picture = kind != "csv" and self._view is not None and not self._view.charts
            why = "This view is a table: export it as CSV." if no_picture else reason
            enable(self.export_buttons[kind], why, f"Writes this view to a file ({text})")
