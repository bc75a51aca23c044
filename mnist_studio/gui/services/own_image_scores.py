"""Scores of the models on the user's own images, computed in the background while shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress
from mnist_studio.gui.services.runs import RunLibrary

if TYPE_CHECKING:
    from mnist_studio.prediction.own_images import OwnImageScore

QUIET_MS = 400
"""Time without changes before models are scored again."""


class OwnImageScores(QObject):
    """The scores of all trained runs on all own images; updated when either change.

    Signals:
        changed: scores arrived, or scoring began or ended.
        failed: an exception.
    """

    changed = Signal()
    failed = Signal(object)
    _arrived = Signal(object)

    def __init__(
        self, background: Background, library: RunLibrary, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._library = background, library
        self._scores: dict[str, OwnImageScore] = {}
        self._task: BackgroundTask | None = None
        self._watched = False
        self._stamp: object = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self._score)
        self._arrived.connect(self._take)
        library.own_images_changed.connect(self._score_soon)
        library.changed.connect(self._score_soon)

    @property
    def by_run(self) -> Mapping[str, "OwnImageScore"]:
        """Run id -> its score, which may be outdated until it is scored again."""
        return self._scores

    @property
    def busy(self) -> bool:
        """Whether models are being scored."""
        return self._task is not None

    def watch(self, watched: bool) -> None:
        """Sets whether the scores are shown. They are computed only then."""
        self._watched = watched
        if watched:
            self._score_soon()
        elif self._task:
            self._task.cancel()

    @Slot()
    def _score_soon(self) -> None:
        if self._watched:
            self._timer.start()

    @Slot()
    def _score(self) -> None:
        runs = [row.run for row in self._library.trained]
        digits = self._library.own_images
        stamp = (digits, [(run.id, run.terminal) for run in runs])
        if not self._watched or stamp == self._stamp:
            return
        self._stamp = stamp
        if self._task:
            self._task.cancel()
        if not digits or not runs:
            self._scores = {}
            self.changed.emit()
            return

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            from mnist_studio.prediction.own_images import scores
            from mnist_studio.store import own_images

            for score in scores(runs, own_images.of(digits), progress, is_cancelled):
                self._arrived.emit((task, score))

        self._task = task = self._background.start(work, self._ignore, self._fail)
        task.ended.connect(lambda: self._end(task))
        self.changed.emit()

    @Slot(object)
    def _take(self, arrived: "tuple[BackgroundTask, OwnImageScore]") -> None:
        task, score = arrived
        if task is self._task:
            self._scores[score.run.id] = score
            self.changed.emit()

    @Slot(object)
    def _ignore(self, nothing: object) -> None:
        """Ignores the result: the scores came one by one."""

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)

    def _end(self, task: BackgroundTask) -> None:
        if task is self._task:
            if task.is_cancelled:
                self._stamp = None
            self._task = None
            self.changed.emit()
