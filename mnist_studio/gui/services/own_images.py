"""The user's own digits: kept, changed with one step of undo, shared."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from mnist_studio.data.own_images import OwnImage, of_ink, of_picture
from mnist_studio.errors import PictureError
from mnist_studio.formatting import counted
from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.services.drawing import Sheet
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class _Undo:
    """How the last change is taken back.

    Attributes:
        keep: digits to be kept again, with the labels that they had.
        delete: keys to be deleted before.
    """

    keep: tuple[OwnImage, ...] = ()
    delete: tuple[str, ...] = ()


class OwnImagesService(QObject):
    """What the pages need of the user's own digits. All work is done off the GUI thread.

    Signals:
        changed: the digits are others.
        kept: a drawing is kept, in a sentence.
        message: what else was done, in a sentence.
        failed: an exception.
    """

    changed = Signal()
    kept = Signal(str)
    message = Signal(str)
    failed = Signal(object)

    def __init__(
        self, background: Background, library: RunLibrary, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._library = background, library
        self._undo: _Undo | None = None
        self._tell: Callable[[], object] = _nothing
        library.own_images_changed.connect(self._follow)
        library.failed.connect(self._give_up)

    @property
    def digits(self) -> tuple[OwnImage, ...]:
        """All, oldest first."""
        return self._library.own_images

    @property
    def can_undo(self) -> bool:
        """The last change can be taken back."""
        return self._undo is not None

    def label(self, sheet: Sheet, pen: float, label: int) -> None:
        """Keeps what lies on the pad as that digit; one that is kept already is relabeled."""

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
        """Gives digits another label."""
        self._relabel(keys, label, self.message)

    def _relabel(self, keys: Sequence[str], label: int, by: SignalInstance) -> None:
        before = tuple(one for one in self._named(keys) if one.label != label)
        if before:
            after = tuple(replace(one, label=label) for one in before)
            words = f"{counted(len(before), 'digit').capitalize()} labeled as {label}."
            self._change(_Undo(after, _keys(before)), _Undo(before, _keys(before)), words, by)

    def delete(self, keys: Sequence[str]) -> None:
        """Deletes digits."""
        gone = self._named(keys)
        if gone:
            words = f"{counted(len(gone), 'digit').capitalize()} deleted."
            self._change(_Undo(delete=_keys(gone)), _Undo(gone), words, self.message)

    @Slot()
    def undo(self) -> None:
        """Takes the last change back."""
        if self._undo:
            self._change(self._undo, None, "Taken back.", self.message)

    def export_to(self, path: Path) -> None:
        """Writes all digits to a file."""
        digits = self.digits

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            from mnist_studio.store import own_image_files

            own_image_files.write(digits, path)
            return f"{counted(len(digits), 'digit').capitalize()} written to {path}."

        self._background.start(work, self.message.emit, self._fail)

    def import_from(self, path: Path) -> None:
        """Keeps those digits of a file that are not here yet."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[OwnImage, ...]:
            from mnist_studio.store import own_image_files

            return own_image_files.read(path)

        self._background.start(work, self._merge, self._fail)

    def freeze(self, done: Callable[[str], object]) -> None:
        """Keeps the digits as they are now for training or comparing; ``done`` gets their name."""
        digits = self.digits

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            from mnist_studio.store import own_image_sets

            return own_image_sets.freeze(digits).fingerprint

        self._background.start(work, done, self._fail)

    @Slot(object)
    def _keep(self, digit: OwnImage) -> None:
        known = self._named([digit.key])
        if known and known[0].label == digit.label:
            self.kept.emit(f"This drawing is kept as a {digit.label} already.")
        elif known:
            self._relabel([digit.key], digit.label, self.kept)
        else:
            now = counted(len(self.digits) + 1, "digit")
            words = f"Kept as a {digit.label}: {now} of your own now.\nBackspace takes it back."
            self._change(_Undo((digit,)), _Undo(delete=(digit.key,)), words, self.kept)

    @Slot(object)
    def _merge(self, digits: tuple[OwnImage, ...]) -> None:
        here = {one.key for one in self.digits}
        new = tuple({one.key: one for one in digits if one.key not in here}.values())
        known = len(digits) - len(new)
        twice = f", {known:,} were here already" if known else ""
        words = f"{counted(len(new), 'digit').capitalize()} imported{twice}."
        if new:
            self._change(_Undo(new), _Undo(delete=_keys(new)), words, self.message)
        else:
            self.message.emit(words)

    def _change(self, what: _Undo, undo: _Undo | None, words: str, by: SignalInstance) -> None:
        """Asks the store for a change; its words are told when it is made."""

        def command(store: RunStore) -> None:
            store.own_images.change(what.delete, what.keep)

        self._undo, self._tell = undo, partial(by.emit, words)
        self._library.ask(command)

    def _named(self, keys: Sequence[str]) -> tuple[OwnImage, ...]:
        wanted = frozenset(keys)
        return tuple(one for one in self.digits if one.key in wanted)

    @Slot()
    def _follow(self) -> None:
        self.changed.emit()
        tell, self._tell = self._tell, _nothing
        tell()

    @Slot()
    def _give_up(self) -> None:
        """A change that the store refused is neither told nor taken back."""
        if self._tell is not _nothing:
            self._undo, self._tell = None, _nothing
            self.changed.emit()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)


def _nothing() -> None:
    """Tells nothing."""


def _keys(digits: Sequence[OwnImage]) -> tuple[str, ...]:
    return tuple(one.key for one in digits)
