"""Files and pictures that are dropped on the window or pasted."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from mnist_studio.gui.services.studio import Studio

MOST = 2048
"""Pixels of the longer side; a digit needs no more."""

IMPORTED = (".mnistrun", ".safetensors", ".pt", ".pth", ".npz", ".onnx")
"""Suffixes of files that the Runs page imports; see ``store.run_file`` and ``weights_import``."""


class Opener(Protocol):
    """What opening a file needs of the window."""

    @property
    def studio(self) -> "Studio":
        """The shared state."""

    def go(self, key: str) -> None:
        """Shows a page."""

    def show_message(self, text: str, kind: str) -> None:
        """Shows a sentence on the page."""


def open_dropped(window: Opener, mime: QMimeData) -> None:
    """Opens a dropped or pasted file or picture, or shows why it cannot."""
    match found_in(mime):
        case str(problem):
            window.show_message(problem, "bad")
        case Path() as file:
            open_file(window, file)
        case picture:
            window.go("draw")
            window.studio.open_picture(picture)


def open_file(window: Opener, file: Path) -> None:
    """Opens a file on the page for its kind."""
    from mnist_studio.spec.files import SUFFIX

    suffix = file.suffix.lower()
    if suffix == SUFFIX:
        window.go("train")
        window.studio.settings_dropped.emit(file)
    elif suffix in IMPORTED:
        window.go("runs")
        window.studio.import_requested.emit(file)
    else:
        window.go("draw")
        window.studio.open_picture(file)


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
