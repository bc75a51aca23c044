"""Icons: SVG files whose ``currentColor`` becomes a colour of the palette."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mnist_studio import paths

_DENSITIES = (1, 2, 3)


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: str, size: int, density: float = 1.0) -> QPixmap:
    """An icon as a picture of ``size`` points on a screen of that density."""
    picture = QPixmap(QSize(size, size) * density)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    drawing = _drawing(name).replace("currentColor", colour)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter)
    painter.end()
    picture.setDevicePixelRatio(density)
    return picture


def icon(name: str, colour: str, size: int, chosen: str = "") -> QIcon:
    """An icon for buttons.

    Args:
        name: of the file in ``resources/icons``.
        colour: of its lines.
        size: in points.
        chosen: of its lines while the button is checked; ``colour`` where empty.
    """
    made = QIcon()
    for density in _DENSITIES:
        made.addPixmap(pixmap(name, colour, size, density))
        if chosen:
            picture = pixmap(name, chosen, size, density)
            made.addPixmap(picture, QIcon.Mode.Normal, QIcon.State.On)
    return made
