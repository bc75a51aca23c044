"""Controls with their labels below a heading."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from mnist_studio.gui.common.basics import label
from mnist_studio.gui.theme.theme import Theme

FIELD_WIDTH = 150
"""Width of all fields, so that they are aligned below each other."""


class FieldGroup(QWidget):
    """Rows of a label and its control. The label of a control that is hidden hides too."""

    def __init__(self, theme: Theme, rows: Mapping[str, QWidget], title: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._labels: dict[QWidget, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        if title:
            self._grid.addWidget(label(title, "groupTitle"), 0, 0, 1, 2)
        for name, control in rows.items():
            self._add(name, control)
        theme.changed.connect(self._size)
        self._size()

    def add_wide(self, control: QWidget) -> None:
        """Adds a control below the others that needs no label."""
        self._grid.addWidget(control, self._grid.rowCount(), 0, 1, 2)

    def _add(self, name: str, control: QWidget) -> None:
        made = label(name, "secondary")
        made.setBuddy(control)
        made.setVisible(not control.isHidden())
        place = self._grid.rowCount()
        self._grid.addWidget(made, place, 0)
        self._grid.addWidget(control, place, 1)
        self._labels[control] = made
        control.installEventFilter(self)

    def _size(self) -> None:
        self._grid.setColumnMinimumWidth(1, self._theme.pixels(FIELD_WIDTH))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Shows and hides a label with its control."""
        shown = event.type() == QEvent.Type.ShowToParent
        if isinstance(watched, QWidget) and (shown or event.type() == QEvent.Type.HideToParent):
            self._labels[watched].setVisible(shown)
        return super().eventFilter(watched, event)
