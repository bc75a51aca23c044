"""Files and pictures that are dropped on the window or pasted."""

from io import BytesIO
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QImage

MOST = 2048
"""Pixels of the longer side; a digit needs no more."""

IMPORTED = (".mnistrun", ".safetensors", ".pt", ".pth", ".npz", ".onnx")
"""Suffixes of files that the Runs page imports; see ``store.run_file`` and ``weights_import``."""


def found_in(mime: QMimeData) -> Path | BytesIO | str:
    """The first file, else the picture as the content of one, else why there is nothing to open."""
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if files:
        return files[0]
    if mime.hasImage():
        return content_of(mime)
    if mime.hasText():
        return "The clipboard contains text. Copy an image of a digit or an image file."
    return "The clipboard is empty. Copy an image of a digit first."


def content_of(mime: QMimeData) -> BytesIO:
    """The picture as PNG, which is opened as any file is; empty where there is none."""
    image = mime.imageData()
    if not isinstance(image, QImage) or image.isNull():
        return BytesIO()
    if max(image.width(), image.height()) > MOST:
        image = image.scaled(MOST, MOST, Qt.AspectRatioMode.KeepAspectRatio)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # 100 is no compression, which is quick.
    image.save(buffer, "PNG", 100)  # type: ignore[call-overload]
    return BytesIO(content.data())
