"""How the packaged program looks to its system: icons made from the SVG, and Windows' details."""

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
    image.save(buffer, "PNG")
    return bytes(content.data())


def windows_details(version: str, folder: Path) -> str | None:
    """The file of what Windows shows as the program's properties; None on other systems."""
    if sys.platform != "win32":
        return None
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "version.txt"
    file.write_text(details(version), "utf-8")
    return str(file)


def details(version: str) -> str:
    """The text of that file; ``version`` is like 1.2.3."""
    numbers = (*(int(part) for part in version.split(".")[:3]), 0)
    strings = {
        "FileDescription": "MNIST Studio", "ProductName": "MNIST Studio",
        "FileVersion": version, "ProductVersion": version,
        "InternalName": "mnist-studio", "LegalCopyright": "MIT licence",
    }  # fmt: skip
    pairs = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f,"
        " flags=0, OS=0x40004, fileType=1, subtype=0, date=(0, 0)),"
        f" kids=[StringFileInfo([StringTable('040904B0', [{pairs}])]),"
        " VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )
