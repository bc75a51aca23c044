"""Icons: SVG files whose ``currentColor`` becomes a color of the palette."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mnist_studio import paths

_DENSITIES = (1, 2, 3)


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, color: str, size: int, density: float = 1.0) -> QPixmap:
    """An icon as a picture of ``size`` points on a screen of that density."""
    picture = QPixmap(QSize(size, size) * density)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    drawing = _drawing(name).replace("currentColor", color)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter)
    painter.end()
    picture.setDevicePixelRatio(density)
    return picture


def icon(name: str, color: str, size: int, chosen: str = "", off: str = "") -> QIcon:
    """An icon for buttons.

    Args:
        name: of the file in ``resources/icons``.
        color: of its lines.
        size: in points.
        chosen: of its lines while the button is checked; ``color`` if empty.
        off: of its lines while the button is disabled; if empty, Qt grays ``color``.
    """
    mode, state = QIcon.Mode, QIcon.State
    colors = (
        (color, mode.Normal, state.Off), (chosen, mode.Normal, state.On),
        (off, mode.Disabled, state.Off), (off, mode.Disabled, state.On),
    )  # fmt: skip
    made = QIcon()
    for density in _DENSITIES:
        for one, of, at in colors:
            if one:
                made.addPixmap(pixmap(name, one, size, density), of, at)
    return made
