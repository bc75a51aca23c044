"""The current theme, as selected by the user or by the system, with its colors and pens."""

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QStyle

from mnist_studio.gui.theme.stylesheet import stylesheet
from mnist_studio.palette import DASHES, PALETTES, SHADES, Palette, Scheme, mixed


def shaded(palette: Palette, framework: str, shade: int) -> str:
    """The color of a framework, in one of the shades that distinguish its runs."""
    return mixed(palette.framework(framework), palette.text, SHADES[shade % len(SHADES)])


def pen(palette: Palette, framework: str, width: float, shade: int = 0) -> QPen:
    """The pen of a framework."""
    made = QPen(QColor(shaded(palette, framework, shade)), width)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    if DASHES[framework]:
        made.setDashPattern(list(DASHES[framework]))
    return made


Choice = Literal["system", "light", "dark"]

SMALLEST_TEXT = 13
"""Pixels of normal text, unless the system's font is larger."""

SCALES = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


class Theme(QObject):
    """Palette and text size of the application.

    Attributes:
        pictures: painted in the current colors and size, by name.
        reduced_motion: the user's choice that nothing moves.

    Signals:
        changed: palette or size changed; custom widgets must repaint.
    """

    changed = Signal()

    def __init__(
        self, application: QApplication, choice: Choice = "system", scale: float = 1.0
    ) -> None:
        """The theme of an application.

        Args:
            application: gets the colors and the font.
            choice: of the user.
            scale: of the text; 1 is the size of the system.
        """
        super().__init__(application)
        self._application = application
        self._system_pixels = max(SMALLEST_TEXT, QFontInfo(application.font()).pixelSize())
        self._scale = min(max(scale, SCALES[0]), SCALES[-1])
        self._choice: Choice = choice
        self.pictures: dict[str, QPixmap] = {}
        self.reduced_motion = False
        self._fonts: dict[tuple[float, bool], QFont] = {}
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.choose(choice)

    @property
    def choice(self) -> Choice:
        """The user's choice."""
        return self._choice

    @property
    def scheme(self) -> Scheme:
        """The scheme that is shown: light or dark."""
        if self._choice != "system":
            return self._choice
        dark = self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return "dark" if dark else "light"

    @property
    def still(self) -> bool:
        """Whether nothing may move by itself: the user or the system has reduced motion."""
        duration = QStyle.StyleHint.SH_Widget_Animation_Duration
        return self.reduced_motion or not self._application.style().styleHint(duration)

    @property
    def palette(self) -> Palette:
        """The colors that are shown."""
        return PALETTES[self.scheme]

    def pixels(self, size: float) -> int:
        """A length of the design, which assumes text of 13 pixels, at the current size."""
        return round(size * self._scale * self._system_pixels / SMALLEST_TEXT)

    def font(self, size: float, bold: bool = False) -> QFont:
        """The system's font, with digits of equal width."""
        if (size, bold) not in self._fonts:
            self._fonts[size, bold] = self._create_font(size, bold)
        return self._fonts[size, bold]

    def _create_font(self, size: float, bold: bool) -> QFont:
        font = QFont(self._application.font())
        font.setPixelSize(self.pixels(size))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def choose(self, choice: Choice) -> None:
        """Sets the theme: light, dark, or that of the system."""
        self._choice = choice
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._application.styleHints().setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
        self._apply()

    @property
    def scale(self) -> float:
        """The size of text, where 1 is the size of the system."""
        return self._scale

    def set_scale(self, scale: float) -> None:
        """Sets the size of text, where 1 is the size of the system."""
        scale = min(max(scale, SCALES[0]), SCALES[-1])
        if scale != self._scale:
            self._scale = scale
            self._apply()

    def zoom(self, steps: int) -> None:
        """Makes everything larger or smaller; 0 returns to the system's size."""
        at = min(range(len(SCALES)), key=lambda place: abs(SCALES[place] - self._scale))
        to = min(max(at + steps, 0), len(SCALES) - 1)
        self.set_scale(SCALES[to] if steps else 1.0)

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
        # Setting an unchanged style sheet would take as long as a new one.
        if sheet != self._application.styleSheet():
            self._application.setStyleSheet(sheet)
        self.changed.emit()


def _qt_palette(palette: Palette) -> QPalette:
    """The palette as Qt's own, for what style sheets do not reach, such as check boxes."""
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
