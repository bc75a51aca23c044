"""The icons of the packaged program, drawn from the SVG."""

import os
import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = tuple((size, size) for size in SIZES if size <= 256)


def icon(source: Path, folder: Path) -> str:
    """Draws the program's icon in the format of this system.

    Args:
        source: SVG.
        folder: for the files; the PNG of every size stay there too.

    Returns:
        The path of the icon.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        (folder / f"mnist-studio-{size}.png").write_bytes(_png(source, size))
    del application
    largest = Image.open(folder / f"mnist-studio-{SIZES[-1]}.png")
    largest.save(folder / "mnist-studio.ico", sizes=ICO_SIZES)
    largest.save(folder / "mnist-studio.icns")
    suffix = {"win32": ".ico", "darwin": ".icns"}.get(sys.platform, "-256.png")
    return str(folder / f"mnist-studio{suffix}")


def _png(source: Path, size: int) -> bytes:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(source)).render(painter)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # PySide6 takes text here, though its stubs require bytes.
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(content.data())
