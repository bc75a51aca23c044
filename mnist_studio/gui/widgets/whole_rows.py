"""A scrolling place that never shows half a row."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from mnist_studio.gui.theme.theme import Theme


class WholeRows(QScrollArea):
    """Shows a widget made of a head and rows, as many whole ones as there is room for."""

    def __init__(self, inside: QWidget, theme: Theme, head: int, row: int, least: int = 1) -> None:
        """Makes the place.

        Args:
            inside: what scrolls.
            theme: sizes.
            head: height of what stands over the rows, in lengths of the design.
            row: height of a row.
            least: so many rows there is always room for.
        """
        super().__init__()
        self._theme = theme
        self._head, self._row, self._least = head, row, least
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside.setObjectName("scrolled")
        self.setWidget(inside)
        theme.changed.connect(self._fit)
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Head and the rows there is always room for."""
        high = self._theme.pixels(self._head) + self._least * self._theme.pixels(self._row)
        return QSize(super().minimumSizeHint().width(), high)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leaves out what is left of a row."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        row = self._theme.pixels(self._row)
        rest = (self.height() - self._theme.pixels(self._head)) % row
        if self.viewportMargins().bottom() != rest:
            self.setViewportMargins(0, 0, 0, rest)
        self.verticalScrollBar().setSingleStep(row)
        self.updateGeometry()
