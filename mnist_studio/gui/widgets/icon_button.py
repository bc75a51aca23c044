"""A button that is an icon; its word is in its tip and for screen readers."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QToolButton

from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

SIDE, PICTURE = 32, 18
"""Points of the button and of its icon."""


class IconButton(QToolButton):
    """Does one thing, or stays pressed while something is chosen."""

    def __init__(
        self,
        theme: Theme,
        picture: str,
        name: str,
        action: Callable[[], object],
        checkable: bool = False,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._picture = picture
        self.setObjectName("iconButton")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # The signal's own argument is none of the action's business.
        self.clicked.connect(lambda checked=False: action())
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        palette, pixels = self._theme.palette, self._theme.pixels
        colours = {"chosen": palette.accent, "off": palette.off}
        self.setIcon(icon(self._picture, palette.text, pixels(PICTURE), **colours))
        self.setIconSize(QSize(pixels(PICTURE), pixels(PICTURE)))
        self.setFixedSize(pixels(SIDE), pixels(SIDE))
