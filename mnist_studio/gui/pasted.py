"""A picture of the clipboard, or one that was dropped, as the content of a file."""

from io import BytesIO

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QImage

MOST = 2048
"""Pixels of the longer side; more tells nothing of a digit."""


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
