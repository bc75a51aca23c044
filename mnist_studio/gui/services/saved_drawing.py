"""Saves the drawing on the canvas after each change, and shows it again after a restart."""

import logging

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.data.datasets.examples import Example
from mnist_studio.data.images import SIDE
from mnist_studio.data.own_images import MOST_POINTS
from mnist_studio.errors import StoreError
from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.services.drawing import Drawing, Sheet
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.store import saved_drawing
from mnist_studio.store.saved_drawing import SavedDrawing

QUIET_MS = 500
"""Time without changes before the drawing is saved."""

_LOG = logging.getLogger(__name__)


class DrawingSaver(QObject):
    """Connects the drawing with its file.

    Signals:
        failed: an exception; a damaged file, or a disk that cannot be written.
    """

    failed = Signal(object)

    def __init__(
        self, background: Background, drawing: Drawing, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._drawing = background, drawing
        self._saver = LatestOnlyRunner[SavedDrawing](background, _save, self)
        self._saver.failed.connect(self._on_save_failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self._submit)
        drawing.history.moved.connect(self._timer.start)

    def open(self) -> None:
        """Shows the drawing of the last session, unless something is drawn meanwhile."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> SavedDrawing:
            return saved_drawing.load()

        self._background.start(work, self._show, self.failed.emit)

    def close(self) -> None:
        """Saves what has changed since the last time."""
        self._drawing.finish()
        if self._timer.isActive():
            self._timer.stop()
            try:
                saved_drawing.save(_content(self._drawing))
            except StoreError:
                # The window is closing, so only the log can report it.
                _LOG.exception("the drawing was not saved")

    @Slot()
    def _submit(self) -> None:
        self._saver.submit(_content(self._drawing))

    @Slot(object)
    def _show(self, saved: SavedDrawing) -> None:
        if self._drawing.blank and not self._drawing.history.undo_name:
            self._drawing.tools.set_width(saved.pen, "pen")
            self._drawing.history.reset(_sheet(saved))

    @Slot(object, object)
    def _on_save_failed(self, request: object, error: Exception) -> None:
        self.failed.emit(error)


def _save(drawing: SavedDrawing, is_cancelled: IsCancelled) -> None:
    saved_drawing.save(drawing)


def _content(drawing: Drawing) -> SavedDrawing:
    """The drawing as it is saved; nothing if it is too large to be one of digits."""
    sheet = drawing.sheet
    if sum(map(len, sheet.ink)) > MOST_POINTS:
        return SavedDrawing()
    picture = b"" if sheet.picture is None else np.ascontiguousarray(sheet.picture).tobytes()
    title, label = (sheet.example.title, sheet.example.label) if sheet.example else ("", 0)
    return SavedDrawing(sheet.ink, drawing.tools.pen, picture, title, label)


def _sheet(saved: SavedDrawing) -> Sheet:
    if not saved.picture:
        return Sheet(saved.ink)
    picture = np.frombuffer(saved.picture, np.uint8).reshape(SIDE, -1)
    example = Example(saved.title, picture, saved.label) if saved.title else None
    return Sheet(picture=picture, example=example)
