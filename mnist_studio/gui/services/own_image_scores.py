"""Scores of the models on the user's own images, computed in the background while shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.data.own_images import OwnImage
from mnist_studio.events import Terminal
from mnist_studio.gui.services.background import Background, IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.store.rows import Run

if TYPE_CHECKING:
    from mnist_studio.prediction.own_images import OwnImageScore

QUIET_MS = 400
"""Time without changes before models are scored again."""


@dataclass(frozen=True)
class _Request:
    # A run that is renamed keeps its score.
    runs: tuple[Run, ...] = field(compare=False)
    weights: tuple[tuple[str, Terminal | None], ...]
    images: tuple[OwnImage, ...]


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
        self._library = library
        self._scores: dict[str, OwnImageScore] = {}
        self._runner = LatestOnlyRunner[_Request](background, self._compute, self)
        self._runner.done.connect(self._finish)
        self._runner.failed.connect(self._fail)
        self._runner.busy.connect(self.changed)
        self._scored: _Request | None = None
        self._watched = False
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
        return self._runner.working is not None

    def watch(self, watched: bool) -> None:
        """Sets whether the scores are shown. They are computed only then."""
        self._watched = watched
        if watched:
            self._score_soon()
        else:
            self._drop()

    @Slot()
    def _score_soon(self) -> None:
        if self._watched:
            self._timer.start()

    @Slot()
    def _score(self) -> None:
        runs = tuple(row.run for row in self._library.trained)
        weights = tuple((run.id, run.terminal) for run in runs)
        request = _Request(runs, weights, self._library.own_images)
        if not self._watched or request in (self._scored, self._runner.working):
            return
        self._drop()
        if request.images and request.runs:
            self._runner.submit(request)
        else:
            self._scored, self._scores = request, {}
            self.changed.emit()

    def _drop(self) -> None:
        self._runner.drop()
        self._runner.cancel()

    def _compute(self, request: _Request, is_cancelled: IsCancelled) -> None:
        from mnist_studio.prediction.own_images import scores
        from mnist_studio.store import own_images

        images = own_images.of(request.images)
        for score in scores(request.runs, images, lambda fraction: None, is_cancelled):
            self._arrived.emit((request, score))

    @Slot(object)
    def _take(self, arrived: "tuple[_Request, OwnImageScore]") -> None:
        request, score = arrived
        if request == self._runner.working:
            self._scores[score.run.id] = score
            self.changed.emit()

    @Slot(object, object)
    def _finish(self, request: _Request, nothing: object) -> None:
        self._scored = request

    @Slot(object, object)
    def _fail(self, request: _Request, error: Exception) -> None:
        self._scored = request
        self.failed.emit(error)
