"""The theme of the moment: follows the system, or what the user chose."""

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from mnist_studio.gui.theme.stylesheet import stylesheet
from mnist_studio.palette import PALETTES, Palette, Scheme

Choice = Literal["system", "light", "dark"]

SMALLEST_TEXT = 13
"""Pixels of normal text where the system's own font is not larger."""

SCALES = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


class Theme(QObject):
    """Palette and text size of the application.

    Attributes:
        pictures: painted in the colors and at the size of the moment, by their names.

    Signals:
        changed: palette or size are new; whoever paints by hand paints again.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: Choice = "system") -> None:
        super().__init__(application)
        self._application = application
        self._system_pixels = max(SMALLEST_TEXT, QFontInfo(application.font()).pixelSize())
        self._scale = 1.0
        self._choice: Choice = choice
        self.pictures: dict[str, QPixmap] = {}
        self._fonts: dict[tuple[float, bool], QFont] = {}
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.choose(choice)

    @property
    def choice(self) -> Choice:
        """What the user chose."""
        return self._choice

    @property
    def scheme(self) -> Scheme:
        """Light or dark, whichever is shown."""
        if self._choice != "system":
            return self._choice
        dark = self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return "dark" if dark else "light"

    @property
    def palette(self) -> Palette:
        """The colors that are shown."""
        return PALETTES[self.scheme]

    def pixels(self, size: float) -> int:
        """A length of the design, which counts on text of 13 pixels, at the size of the moment."""
        return round(size * self._scale * self._system_pixels / SMALLEST_TEXT)

    def font(self, size: float, bold: bool = False) -> QFont:
        """The system's font, with figures of one width."""
        if (size, bold) not in self._fonts:
            self._fonts[size, bold] = self._made_font(size, bold)
        return self._fonts[size, bold]

    def _made_font(self, size: float, bold: bool) -> QFont:
        font = QFont(self._application.font())
        font.setPixelSize(self.pixels(size))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def choose(self, choice: Choice) -> None:
        """Follows the system, or stays light or dark."""
        self._choice = choice
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._application.styleHints().setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
        self._apply()

    def zoom(self, steps: int) -> None:
        """Makes everything larger or smaller; 0 returns to the system's size."""
        at = min(range(len(SCALES)), key=lambda place: abs(SCALES[place] - self._scale))
        to = min(max(at + steps, 0), len(SCALES) - 1)
        self._scale = SCALES[to] if steps else 1.0
        self._apply()

    @Slot()
    def _system_changed(self) -> None:
        if self._choice == "system":
            self._apply()

    def _apply(self) -> None:
        self.pictures.clear()
        self._fonts.clear()
        self._application.setFont(self.font(13))
        self._application.setPalette(_qt_palette(self.palette))
        sheet = stylesheet(self.palette, self.pixels)
        # Qt takes as long for one that it has already.
        if sheet != self._application.styleSheet():
            self._application.setStyleSheet(sheet)
        self.changed.emit()


def _qt_palette(palette: Palette) -> QPalette:
    """The roles as Qt's own, for what no style sheet reaches, such as ticks in tables."""
    role = QPalette.ColorRole
    made = QPalette()
    for name, color in (
        (role.Window, palette.ground),
        (role.WindowText, palette.text),
        (role.Base, palette.ground),
        (role.AlternateBase, palette.panel),
        (role.Text, palette.text),
        (role.PlaceholderText, palette.secondary),
        (role.Button, palette.panel),
        (role.ButtonText, palette.text),
        (role.ToolTipBase, palette.panel),
        (role.ToolTipText, palette.text),
        (role.Highlight, palette.accent),
        (role.HighlightedText, palette.on_accent),
        (role.Link, palette.accent),
    ):
        made.setColor(name, QColor(color))
    for name in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(palette.secondary))
    return made
