"""Single keys that act on the drawing, but only where nothing else can be meant."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget


class DrawingKeys(QObject):
    """Actions for keys that no widget of the page has used.

    They are no shortcuts: a shortcut would take its key from the widget that has the focus, such as
    a list that finds its entries by their first letters. They do nothing while a field, a list, or
    a dialog has the focus.
    """

    def __init__(self, page: QWidget, canvas: QWidget) -> None:
        """No key yet.

        Args:
            page: keys come here from all widgets in it.
            canvas: the widget that the user draws on.
        """
        super().__init__(page)
        self._page, self._canvas = page, canvas
        self._actions: dict[Qt.Key, Callable[[], object]] = {}
        page.installEventFilter(self)

    @property
    def apply(self) -> bool:
        """Whether a key that is pressed now is meant for the drawing."""
        focus = QApplication.focusWidget()
        return focus in (None, self._page, self._canvas) or isinstance(focus, QAbstractButton)

    def add(self, actions: Mapping[Qt.Key, Callable[[], object]]) -> None:
        """Adds an action for each of these keys."""
        self._actions.update(actions)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Acts on a key that came up to the page."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        action = self._actions.get(Qt.Key(event.key()))
        if action is None or not self.apply or _is_command(event):
            return False
        action()
        return True


def _is_command(event: QKeyEvent) -> bool:
    """Whether a modifier makes it another key; AltGr does not, which types a bracket."""
    modifiers, key = event.modifiers(), Qt.KeyboardModifier
    control, alt = bool(modifiers & key.ControlModifier), bool(modifiers & key.AltModifier)
    return control != alt or bool(modifiers & key.MetaModifier)
