"""The parent's side of the child that computes views."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from mnist_studio.comparison import own_images
from mnist_studio.comparison.messages import COMPUTE_VIEWS, ComputeViews, ViewOutcome
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views import catalog
from mnist_studio.errors import CancelledByUser
from mnist_studio.workers.task import ignore, never
from mnist_studio.workers.worker import PersistentWorker

TIMEOUT_SECONDS = 300.0
"""A view of hundreds of runs takes seconds."""


class ViewWorker:
    """Computes views in a child process; a context manager, for one thread at a time.

    The first request starts the process and takes half a second more than the others.
    """

    def __init__(self, data: Path | None = None) -> None:
        """Starts nothing yet.

        Args:
            data: data folder named by the user; None for the usual places.
        """
        self._data = data
        self._worker = PersistentWorker(COMPUTE_VIEWS, "numpy", TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        """The worker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process."""
        self.close()

    def close(self) -> None:
        """Ends the process, if there is one. May be called twice."""
        self._worker.close()

    def compute(
        self,
        selection: Selection,
        names: Sequence[str],
        options: ViewOptions,
        progress: Callable[[float], object] = ignore,
        is_cancelled: Callable[[], bool] = never,
    ) -> tuple[ViewOutcome, ...]:
        """Each view, or why the runs do not have it.

        Args:
            selection: of these runs.
            names: of the views.
            options: that the user set.
            progress: gets the fraction of the views that is done.
            is_cancelled: asked all the time. Ends the process; the next request starts another.

        Raises:
            UnknownName: there is no such view.
            UsageError: the options cannot work.
            DataError: the user's own images that are asked for are not here.
            JobError: the process died, or the views failed.
            CancelledByUser: by the user.
        """
        for name in names:
            catalog.view_entry(name)
        options.check()
        if options.own and catalog.show_own_images(names):
            own_images.predict(selection, options.own, is_cancelled)
        request = ComputeViews(selection, tuple(names), options, str(self._data or ""))
        try:
            return self._worker.request(request, is_cancelled).result(progress)
        except CancelledByUser:
            self.close()  # A view cannot be interrupted, and the next one would wait for it.
            raise
