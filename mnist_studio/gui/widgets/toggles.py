"""Buttons side by side of which any number may be on."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton


class Toggles(QFrame):
    """Several switches in one frame.

    Signals:
        changed: the user switched one.
    """

    changed = Signal()

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str, str]], on: Collection[str]
    ) -> None:
        super().__init__()
        self.setObjectName("segmented")
        self.setAccessibleName(name)
        self._buttons: dict[str, QToolButton] = {}
        line = QHBoxLayout(self)
        line.setContentsMargins(1, 1, 1, 1)
        line.setSpacing(1)
        for key, text, tip in choices:
            made = QToolButton()
            made.setObjectName("segment")
            made.setText(text)
            made.setToolTip(tip)
            made.setAccessibleName(f"{name}: {text}")
            made.setCheckable(True)
            made.setChecked(key in on)
            made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            made.setCursor(Qt.CursorShape.PointingHandCursor)
            made.clicked.connect(lambda checked: self.changed.emit())
            self._buttons[key] = made
            line.addWidget(made)

    @property
    def chosen(self) -> frozenset[str]:
        """The keys of what is on."""
        return frozenset(key for key, made in self._buttons.items() if made.isChecked())

    def button(self, key: str) -> QToolButton:
        """The switch of a key."""
        return self._buttons[key]
