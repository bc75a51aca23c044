"""The base of dialogs: the body scrolls where the screen is too small, the buttons stay."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import GAP
from mnist_studio.gui.common.layouts import Scroll

LARGEST_PART = 0.92
"""Part of the screen that a dialog takes at most, in each direction."""
SLACK = 2
"""More than the content needs, in pixels."""
SIDE = 24
"""Margin left and right, in pixels."""


class ScrollDialog(QDialog):
    """A dialog that is as large as its content, but never larger than the screen.

    Attributes:
        body: the content, which scrolls.
        foot: the buttons, which are always visible.
    """

    def __init__(self, parent: QWidget, title: str, least: QSize | None = None) -> None:
        """An empty dialog.

        Args:
            parent: the window that it belongs to.
            title: of the dialog.
            least: the size that it opens with, if the screen has room and the content is smaller.
        """
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._least = least or QSize(0, 0)
        self._wanted = QSize(0, 0)
        self._default: QPushButton | None = None
        self._inside = QWidget()
        around = QVBoxLayout(self._inside)
        around.setContentsMargins(SIDE, 20, SIDE, 4)
        self.body = QVBoxLayout()
        self.body.setSpacing(GAP)
        around.addLayout(self.body, 1)
        # What the content leaves free is below it, unless a part of it grows.
        around.addStretch(int(least is None) * 1000)
        self.foot = QHBoxLayout()
        self.foot.setContentsMargins(SIDE, 8, SIDE, 18)
        self.foot.setSpacing(GAP)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(Scroll(self._inside), 1)
        whole.addLayout(self.foot)
        self._inside.installEventFilter(self)

    def showEvent(self, event: QShowEvent) -> None:
        """Opens as large as the content."""
        # Later, Qt calls another button the default one if none was chosen.
        default = (one for one in self.findChildren(QPushButton) if one.isDefault())
        self._default = self._default or next(default, None)
        for part in self.findChildren(QWidget):
            # Fonts come from the style sheet, and the size depends on them.
            part.ensurePolished()
        self.fit()
        super().showEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, or else the primary one.

        Qt would press whichever button is next after the focus, so that Enter in a field for a name
        could remove what it has just added.
        """
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        focused = self.focusWidget()
        pressed = focused if isinstance(focused, QPushButton) else self._primary()
        if pressed and pressed.isEnabled():
            pressed.click()

    def _primary(self) -> QPushButton | None:
        """The button of what the dialog is for; None if it has none or several."""
        every = [one for one in self.findChildren(QPushButton) if one.isVisible()]
        found = [one for one in every if one.property("primary")]
        return self._default or (found[0] if len(found) == 1 else None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grows with the content."""
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            QTimer.singleShot(0, self, self.fit)
        return super().eventFilter(watched, event)

    def fit(self) -> None:
        """Grows to the size of the content, as far as the screen allows; never shrinks.

        A size that the user has chosen stays until the content needs more than before.
        """
        room = self.screen().availableSize() * LARGEST_PART
        content = self._inside.layout()
        assert content is not None
        content.activate()
        width = max(
            content.minimumSize().width(), self.foot.sizeHint().width(),
            self.minimumWidth(), self._least.width(),
        )  # fmt: skip
        width = min(width, room.width())
        flows = content.hasHeightForWidth()
        body = content.totalHeightForWidth(width) if flows else content.sizeHint().height()
        # The scroll area insists on the minimum, which assumes narrow labels.
        body = max(body, content.minimumSize().height())
        height = max(body + self.foot.sizeHint().height(), self._least.height())
        # Half a pixel is lost at a scale of 1.5. It would bring both scroll bars.
        size = QSize(width + SLACK, height + SLACK).boundedTo(room)
        wanted = size.expandedTo(self._wanted)
        if wanted != self._wanted:
            self._wanted = wanted
            self.resize(wanted.expandedTo(self.size()) if self.isVisible() else wanted)
