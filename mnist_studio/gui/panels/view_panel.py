"""One view: what it says in words, its charts, its table, and what a reader must know."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QSplitter, QStackedWidget

from mnist_studio.analysis.view import View
from mnist_studio.gui.models.hover import Hover
from mnist_studio.gui.panels.view_charts import ViewCharts
from mnist_studio.gui.panels.view_table import ViewTable
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import GAP, button, column, enable, holder, label
from mnist_studio.gui.widgets.card import Card
from mnist_studio.gui.widgets.empty_state import EmptyState

KINDS = (("png", "PNG"), ("svg", "SVG"), ("csv", "CSV"))
NARROW = 4
"""A table of so many columns or fewer stands beside the charts."""


class ViewPanel(Card):
    """Shows any view.

    Signals:
        export_asked: kind of file, one of ``KINDS``.
        cell_chosen: place of a chart, row and column of its matrix.
    """

    export_asked = Signal(str)
    cell_chosen = Signal(int, int, int)

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__(" ")
        self._theme = theme
        self._view: View | None = None
        self.sentence = label(role="headline", wrap=True)
        self.notes = label(role="secondary", wrap=True)
        for words in (self.sentence, self.notes):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.charts = ViewCharts(theme, marks, hover)
        self.charts.cell_chosen.connect(self.cell_chosen)
        self.table = ViewTable(theme, marks, hover)
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
        self._parts = QSplitter(Qt.Orientation.Vertical)
        self._parts.setHandleWidth(GAP)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self.charts)
        self._parts.addWidget(self.table)
        shown = column(self.sentence, self._parts, self.notes, gap=8)
        shown.setStretch(1, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(holder(shown))
        self.body.addWidget(self._stack, 1)

    @property
    def view(self) -> View | None:
        """What is shown; None while there are only words."""
        return self._view

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for a small chart and some rows."""
        return QSize(self._theme.pixels(420), self._theme.pixels(260))

    def show_view(self, view: View) -> None:
        """Shows a view."""
        self._turn(view)
        self._view = view
        self.name(view.title)
        self.sentence.setText(view.sentence)
        self.sentence.setVisible(bool(view.sentence))
        self.notes.setText("\n".join(view.notes))
        self.notes.setVisible(bool(view.notes))
        self.charts.show_view(view)
        self.table.show_table(view.title, view.table)
        self._stack.setCurrentIndex(1)
        self._enable("")

    def say(self, headline: str, sentence: str) -> None:
        """Says in words why there is no view."""
        self._view = None
        self.empty.say(headline, sentence)
        self._stack.setCurrentIndex(0)
        self._enable("There is nothing to export.")

    def name(self, title: str) -> None:
        """Another title."""
        self.title.setText(title)
        self.setAccessibleName(title)

    def _turn(self, view: View) -> None:
        """Puts a narrow table beside the charts, where they are higher than wide tables leave."""
        if self._view is not None and _shape(self._view) == _shape(view):
            return
        beside = len(view.table.columns) <= NARROW
        self._parts.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
        self._parts.setSizes([640, 320] if beside else [400, 180])
        self._parts.setStretchFactor(0, 2)
        self._parts.setStretchFactor(1, 1)

    def _enable(self, reason: str) -> None:
        for kind, text in KINDS:
            enable(self.export_buttons[kind], reason, f"Writes this view to a file ({text})")


def _shape(view: View) -> tuple[str, int]:
    return view.name, len(view.table.columns)
