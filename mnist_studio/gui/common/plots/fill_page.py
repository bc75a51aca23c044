"""The buttons of a plot, and a plot that fills its page."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.gui.common.basics import IconButton, button, column, enable, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.legend import KeyLegend
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.theme.marks import MarkSource
from mnist_studio.gui.theme.theme import Theme

ALL_TIP = "Shows the whole plot again (double-click)"
NOT_ZOOMED = "The whole plot is visible. Zoom with the wheel, or drag a rectangle."
FILL_TIP = "Shows this plot alone on the page (Esc to go back)"
BACK_TIP = "Shows the page again (Esc)"


class PlotTools(QWidget):
    """Shows the whole plot again, and makes it fill the page.

    Attributes:
        narrow: the button for the whole plot is there only while a part of it is shown.

    Signals:
        all_requested: show everything.
        fill_requested: fill the page.
    """

    all_requested = Signal()
    fill_requested = Signal()
    narrow = False

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.all_button = IconButton(theme, "show-all", "Show all", self.all_requested.emit)
        self.fill_button = IconButton(theme, "expand", "Fill the page", self.fill_requested.emit)
        self.setLayout(row(self.all_button, self.fill_button, gap=2))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_state(False, "There is nothing to show yet.")

    def show_state(self, zoomed: bool, missing: str = "") -> None:
        """Enables the buttons that have an effect.

        Args:
            zoomed: only a part of the plot is visible.
            missing: why there is no plot; empty if there is one.
        """
        enable(self.all_button, missing or ("" if zoomed else NOT_ZOOMED), ALL_TIP)
        enable(self.fill_button, missing, FILL_TIP)

    def show_narrow(self, narrow: bool) -> None:
        """Leaves a narrow header to the title."""
        self.narrow = narrow
        self.all_button.setVisible(not narrow or self.all_button.isEnabled())

    def name(self, plot: str) -> None:
        """Names the plot for screen readers."""
        self.all_button.setAccessibleName(f"Show all of {plot}")
        self.fill_button.setAccessibleName(f"Fill the page with {plot}")


class FilledPage(QWidget):
    """Covers the page of a widget with one plot and its legend. Esc goes back.

    Attributes:
        tools: the buttons of the plot.
        legend: below the plot.
        back_button: goes back.

    Signals:
        closed: the plot is to return to its place.
    """

    closed = Signal()

    def __init__(
        self, page: QWidget, title: str, theme: Theme, marks: MarkSource, hover: Hover
    ) -> None:
        super().__init__(page)
        self.setObjectName("filled")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._page = page
        self._card = Card(title or " ")
        self.tools = PlotTools(theme)
        self.tools.fill_button.hide()
        self.legend = KeyLegend(theme, marks, hover)
        self.back_button = button("Back  Esc", self.closed.emit, BACK_TIP)
        whole = column(self._card, margin=16)
        self.setLayout(whole)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.closed)
        page.installEventFilter(self)

    def hold(self, plot: QWidget, entries: Sequence[tuple[str, str]]) -> None:
        """Shows a plot with its buttons and a legend."""
        self._card.header.addWidget(self.tools)
        self._card.header.addWidget(self.back_button)
        self._card.body.addWidget(plot, 1)
        self._card.body.addWidget(self.legend)
        self.legend.show_entries(entries)
        self.setGeometry(self._page.rect())
        self.show()
        self.raise_()
        plot.show()
        self.back_button.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the size of the page."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._page.rect())
        return super().eventFilter(watched, event)


def page_of(widget: QWidget) -> QWidget:
    """The page of a widget, or its window."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, Page):
        above = above.parentWidget()
    return above or widget.window()
