"""The user's own images: saved, changed with one step of undo, exported and imported."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from mnist_studio.data.own_images import OwnImage, of_ink, of_picture
from mnist_studio.errors import PictureError
from mnist_studio.formatting import counted, with_article
from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.services.drawing import Sheet
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class _Undo:
    """The change that undoes the last one.

    Attributes:
        keep: images to save again, with their former labels.
        delete: keys to delete before that.
    """

    keep: tuple[OwnImage, ...] = ()
    delete: tuple[str, ...] = ()


class OwnImagesService(QObject):
    """The user's own images, for the pages. All work is done off the GUI thread.

    Signals:
        changed: the images changed.
        saved: a sentence about the drawing that was saved.
        message: a sentence about another change.
        failed: an exception.
    """

    changed = Signal()
    saved = Signal(str)
    message = Signal(str)
    failed = Signal(object)

    def __init__(
        self, background: Background, library: RunLibrary, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._library = background, library
        self._undo: _Undo | None = None
        self._report: Callable[[], object] = _nothing
        library.own_images_changed.connect(self._follow)
        library.failed.connect(self._give_up)

    @property
    def digits(self) -> tuple[OwnImage, ...]:
        """All images, oldest first."""
        return self._library.own_images

    @property
    def can_undo(self) -> bool:
        """Whether the last change can be undone."""
        return self._undo is not None

    def label(self, sheet: Sheet, pen: float, label: int) -> None:
        """Saves the canvas with this label; an image that exists already is relabeled."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> OwnImage:
            if sheet.picture is not None and not sheet.ink:
                if sheet.picture.shape[1] > sheet.picture.shape[0]:
                    raise PictureError(
                        "The image has several digits.", "Open an image of one digit."
                    )
                return of_picture(sheet.picture, label, time.time())
            return of_ink(sheet.ink, label, time.time(), pen)

        self._background.start(work, self._keep, self._fail)

    def relabel(self, keys: Sequence[str], label: int) -> None:
        """Changes the label of images."""
        self._relabel(keys, label, self.message)

    def _relabel(self, keys: Sequence[str], label: int, by: SignalInstance) -> None:
        before = tuple(image for image in self._named(keys) if image.label != label)
        if before:
            after = tuple(replace(image, label=label) for image in before)
            words = f"{counted(len(before), 'image').capitalize()} labeled as {label}."
            self._change(_Undo(after, _keys(before)), _Undo(before, _keys(before)), words, by)

    def delete(self, keys: Sequence[str]) -> None:
        """Deletes images."""
        deleted = self._named(keys)
        if deleted:
            words = f"{counted(len(deleted), 'image').capitalize()} deleted."
            self._change(_Undo(delete=_keys(deleted)), _Undo(deleted), words, self.message)

    @Slot()
    def undo(self) -> None:
        """Undoes the last change."""
        if self._undo:
            self._change(self._undo, None, "Change undone.", self.message)

    def undo_of_last(self) -> Callable[[], None]:
        """A function that undoes the last change, unless another one has followed by then."""
        change = self._undo

        def undo() -> None:
            if change and self._undo is change:
                self.undo()

        return undo

    def export_to(self, path: Path) -> None:
        """Exports all images to a file."""
        digits = self.digits

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            from mnist_studio.store import own_image_files

            own_image_files.write(digits, path)
            return f"{counted(len(digits), 'image').capitalize()} exported to {path}."

        self._background.start(work, self.message.emit, self._fail)

    def import_from(self, path: Path) -> None:
        """Saves the images of a file that do not exist yet."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[OwnImage, ...]:
            from mnist_studio.store import own_image_files

            return own_image_files.read(path)

        self._background.start(work, self._merge, self._fail)

    def freeze(self, done: Callable[[str], object]) -> None:
        """Saves a fixed set of the present images for training; ``done`` gets its fingerprint."""
        digits = self.digits

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            from mnist_studio.store import own_images

            return own_images.freeze(digits).fingerprint

        self._background.start(work, done, self._fail)

    @Slot(object)
    def _keep(self, digit: OwnImage) -> None:
        known = self._named([digit.key])
        if known and known[0].label == digit.label:
            self.saved.emit(f"This drawing is already saved as {with_article(str(digit.label))}.")
        elif known:
            self._relabel([digit.key], digit.label, self.saved)
        else:
            count = counted(len(self.digits) + 1, "image")
            words = (
                f"Saved as {with_article(str(digit.label))}. You have {count} now.\n"
                "Press Backspace to undo."
            )
            self._change(_Undo((digit,)), _Undo(delete=(digit.key,)), words, self.saved)

    @Slot(object)
    def _merge(self, digits: tuple[OwnImage, ...]) -> None:
        existing = {image.key for image in self.digits}
        new = tuple({image.key: image for image in digits if image.key not in existing}.values())
        known = len(digits) - len(new)
        skipped = f", {known:,} skipped (already saved)" if known else ""
        words = f"{counted(len(new), 'image').capitalize()} imported{skipped}."
        if new:
            self._change(_Undo(new), _Undo(delete=_keys(new)), words, self.message)
        else:
            self.message.emit(words)

    def _change(self, change: _Undo, undo: _Undo | None, words: str, by: SignalInstance) -> None:
        """Submits a change to the store; the message follows when it is made."""

        def command(store: RunStore) -> None:
            store.own_images.change(change.delete, change.keep)

        self._undo, self._report = undo, partial(by.emit, words)
        self._library.submit(command)

    def _named(self, keys: Sequence[str]) -> tuple[OwnImage, ...]:
        wanted = frozenset(keys)
        return tuple(image for image in self.digits if image.key in wanted)

    @Slot()
    def _follow(self) -> None:
        self.changed.emit()
        report, self._report = self._report, _nothing
        report()

    @Slot()
    def _give_up(self) -> None:
        """A change that the store refused has no message and no undo."""
        if self._report is not _nothing:
            self._undo, self._report = None, _nothing
            self.changed.emit()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)


def _nothing() -> None:
    """The message if there is none."""


def _keys(digits: Sequence[OwnImage]) -> tuple[str, ...]:
    return tuple(image.key for image in digits)
