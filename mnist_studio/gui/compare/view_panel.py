"""One view: its description, result in words, charts, table and notes."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from mnist_studio.analysis.view import View
from mnist_studio.comparison.views.catalog import ViewEntry
from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.layouts import split
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.compare.view_charts import ViewCharts
from mnist_studio.gui.compare.view_table import ViewTable
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

KINDS = {
    "png": ("PNG", "Saves the charts as PNG images"),
    "svg": ("SVG", "Saves the charts as SVG files, which stay sharp at any size"),
    "csv": ("CSV", "Saves the table as a CSV file for a spreadsheet"),
}
"""Kind of file -> its name and the tooltip of its button."""
PARTS = (
    ("charts", "Charts", "Shows the charts (default)"),
    ("table", "Table", "Shows the same values as a table"),
)
TABLE_HEIGHT = 140
"""The least height of a table and the legend next to the charts."""
TABLE_FRACTION = 0.42
"""A table that needs at most this fraction of the width is placed to the right of the charts."""
TEXT_GAP = 8
"""Between texts, charts and legend."""
MOST_CHARTS = 420
"""The least height of charts at most, in lengths of the design: more of them scroll."""
MARGIN = 16
"""For the scroll bar and the frame of a table."""
CHARTS_FRACTION, UNLIMITED = 0.74, 10_000
"""The fraction of the height that charts above a table get at most; more than any screen."""


class ViewPanel(Card):
    """Shows any view.

    Signals:
        export_requested: kind of file, one of ``KINDS``.
        cell_selected: index of a chart, row and column of its matrix.
    """

    export_requested = Signal(str)
    cell_selected = Signal(int, int, int)

    def __init__(
        self, theme: Theme, marks: Marks, hover: Hover, parent: QWidget | None = None
    ) -> None:
        super().__init__(" ", parent)
        self._theme = theme
        self._view: View | None = None
        self._shape: object = None
        self._measured: tuple[object, int] = (None, 0)
        self.description = label(role="secondary", wrap=True)
        self.sentence = label(role="headline", wrap=True)
        self.notes = label(role="secondary", wrap=True)
        for text in (self.sentence, self.notes):
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.charts = ViewCharts(theme, marks, hover)
        self.charts.cell_selected.connect(self.cell_selected)
        self.table = ViewTable(theme, marks, hover)
        self.part = Segmented("Part of the view", PARTS)
        self.part.hide()
        self.part.chosen.connect(self._show_parts)
        self.busy = label("Computing…", "secondary")
        self.busy.hide()
        self.header.addWidget(self.busy)
        self.header.addWidget(self.part)
        self.export_buttons = {kind: self._export_button(kind) for kind in KINDS}
        self.empty = EmptyState(theme, "compare", "", "")
        self._lay_out()
        self.show_message("No run selected", "Select runs in the table below.")

    def _export_button(self, kind: str) -> QPushButton:
        name, _ = KINDS[kind]
        widget = button(name, lambda: self.export_requested.emit(kind), quiet=True)
        widget.setAccessibleName(f"Export as {name}")
        self.header.addWidget(widget)
        return widget

    def _lay_out(self) -> None:
        # From the outside in: reparenting a widget with all its children is slow.
        self.tools = row()
        self._stack = QStackedWidget()
        self.body.addWidget(self.description)
        self.body.addLayout(self.tools)
        self.body.addWidget(self._stack, 1)
        self._stack.addWidget(self.empty)
        content = QWidget()
        self._stack.addWidget(content)
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.sentence)
        self._parts = split(Qt.Orientation.Vertical, (self.charts, self.table), (1, 1), inside)
        self._parts.installEventFilter(self)
        inside.addWidget(self.notes)

    @property
    def view(self) -> View | None:
        """The view that is shown; None while a message is shown instead."""
        return self._view

    def minimumSizeHint(self) -> QSize:
        """Room for a small chart with its texts and its legend, or for some rows."""
        least = QSize(self._theme.pixels(420), self._theme.pixels(260))
        layout = self.layout()
        if self._view is None or not self._view.charts or layout is None:
            return least
        margins = layout.contentsMargins()
        width = max(self.width(), least.width()) - margins.left() - margins.right()
        texts = self._text_height(width)
        if not self.charts.legend.isHidden():
            texts += self.charts.legend.heightForWidth(width) + TEXT_GAP
        header = self.header.sizeHint().height() + margins.top() + margins.bottom()
        tools = self.tools.sizeHint().height() + TEXT_GAP
        charts = min(self.charts.least_height(self._view), self._theme.pixels(MOST_CHARTS))
        needed = header + tools + texts + charts
        return least.expandedTo(QSize(0, needed))

    def _text_height(self, width: int) -> int:
        """The height of the texts, measured once for each: a layout asks dozens of times."""
        texts = (self.description, self.sentence, self.notes)
        shown = [text for text in texts if not text.isHidden()]
        key = (width, self._theme.scale, *(text.text() for text in shown))
        if key != self._measured[0]:
            self._measured = key, sum(text.heightForWidth(width) + TEXT_GAP for text in shown)
        return self._measured[1]

    def describe(self, entry: ViewEntry) -> None:
        """Shows the title and the description of a view."""
        self._set_title(entry.title)
        self.description.setText(entry.description)

    def show_view(self, view: View) -> None:
        """Shows a view."""
        self._view = view
        self._set_title(view.title)
        self.sentence.setText(view.sentence)
        self.sentence.setVisible(bool(view.sentence))
        self.notes.setText("\n".join(view.notes))
        self.notes.setVisible(bool(view.notes))
        self.charts.show_view(view)
        self.updateGeometry()
        self.table.show_table(view.title, view.table)
        self._stack.setCurrentIndex(1)
        self._distribute_space(view)
        self._show_parts()
        self._enable_export("")

    def show_message(self, headline: str, sentence: str) -> None:
        """Shows why there is no view."""
        self._view = None
        self.part.hide()
        self.empty.set_text(headline, sentence)
        self._stack.setCurrentIndex(0)
        self._enable_export("There is nothing to export.")

    def show_busy(self, busy: bool) -> None:
        """Shows that a view is being computed; the previous one stays visible until then."""
        self.busy.setVisible(busy)

    def _set_title(self, title: str) -> None:
        self.title.setText(title)
        self.setAccessibleName(title)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Shows charts and table together where there is room for both."""
        if watched is self._parts and event.type() == QEvent.Type.Resize:
            self._show_parts()
        return super().eventFilter(watched, event)

    @Slot()
    def _show_parts(self) -> None:
        """Shows charts and table, or the chosen one if the height is not enough for both."""
        view = self._view
        if view is None:
            return
        below = self._parts.orientation() == Qt.Orientation.Vertical
        needed = self.charts.least_height(view) + self._theme.pixels(TABLE_HEIGHT)
        tight = bool(view.charts) and below and needed > self._parts.height()
        self.part.setVisible(tight)
        self.charts.setVisible(bool(view.charts) and (not tight or self.part.choice == "charts"))
        self.table.setVisible(not tight or self.part.choice == "table")

    def _distribute_space(self, view: View) -> None:
        """Places a narrow table next to the charts; bars get no more height than they fill."""
        width, height = self._parts.width(), self._parts.height()
        table = self.table.wanted_width + self._theme.pixels(MARGIN)
        narrow = table <= TABLE_FRACTION * width
        orientation = Qt.Orientation.Horizontal if narrow else Qt.Orientation.Vertical
        shape = (view.name, tuple(type(chart) for chart in view.charts), orientation)
        if shape == self._shape:
            return
        self._shape = shape
        self._parts.setOrientation(orientation)
        if narrow:
            self._parts.setSizes([width - table, table])
        else:
            wanted = self.charts.wanted_height(view) or UNLIMITED
            charts = min(wanted, round(CHARTS_FRACTION * height))
            self._parts.setSizes([charts, height - charts])

    def _enable_export(self, reason: str) -> None:
        for kind, (_, tip) in KINDS.items():
            no_picture = kind != "csv" and self._view is not None and not self._view.charts
            why = "This view has no chart. Export it as CSV." if no_picture else reason
            enable(self.export_buttons[kind], why, tip)
