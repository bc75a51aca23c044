"""Samples of how a framework is drawn: its colour and its dash."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from mnist_studio.gui.models import names
from mnist_studio.gui.theme.palette import pen
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import Elided, label, row

_DENSITY = 2


def sample(theme: Theme, framework: str, shade: int = 0) -> QPixmap:
    """A short line in the colour and dash of a framework; ``shade`` as of ``palette.shaded``."""
    name = f"{framework} {shade}"
    if name not in theme.pictures:
        theme.pictures[name] = _painted(theme, framework, shade)
    return theme.pictures[name]


def _painted(theme: Theme, framework: str, shade: int) -> QPixmap:
    width, height = theme.pixels(28), theme.pixels(12)
    picture = QPixmap(QSize(width, height) * _DENSITY)
    picture.setDevicePixelRatio(_DENSITY)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(theme.palette, framework, 2.0, shade))
    painter.drawLine(QPointF(0, height / 2), QPointF(width, height / 2))
    painter.end()
    return picture


class FrameworkLabel(QWidget):
    """A framework's sample and its name, or other words after the sample."""

    def __init__(self, theme: Theme, framework: str, narrow: bool = False) -> None:
        """Makes a label.

        Args:
            theme: colours and sizes.
            framework: whose sample it is.
            narrow: the words may end in dots instead of asking for room.
        """
        super().__init__()
        self._theme = theme
        self._framework = framework
        self._sample = QLabel()
        words = names.framework(framework)
        self._text = Elided(words, "secondary") if narrow else label(words, "secondary")
        line = row(self._sample, self._text, gap=6)
        line.setStretch(1, 1)
        self.setLayout(line)
        theme.changed.connect(self._paint_sample)
        self._paint_sample()

    def say(self, text: str) -> None:
        """Other words after the sample."""
        self._text.setText(text)

    def _paint_sample(self) -> None:
        self._sample.setPixmap(sample(self._theme, self._framework))
