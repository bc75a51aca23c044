"""The parent's side of the child that computes views."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mnist_studio.comparison import own_images
from mnist_studio.comparison.messages import COMPUTE_VIEWS, ComputeViews, ViewOptions, ViewOutcome
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views import catalog
from mnist_studio.errors import CancelledByUser
from mnist_studio.workers.task import ignore, never
from mnist_studio.workers.worker import PersistentWorker, final_result

TIMEOUT_SECONDS = 300.0
"""A view of hundreds of runs takes seconds."""


class ViewWorker(PersistentWorker[ComputeViews, float, tuple[ViewOutcome, ...]]):
    """Computes views in a child process.

    The first request starts the process and takes half a second more than the others.
    """

    def __init__(self, data: Path | None = None) -> None:
        """Starts nothing yet.

        Args:
            data: data folder named by the user; None for the usual places.
        """
        super().__init__(COMPUTE_VIEWS, "numpy", TIMEOUT_SECONDS)
        self._data = data

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
            is_cancelled: polled all the time. It ends the process; the next request starts another.

        Raises:
            UnknownName: there is no such view.
            UsageError: the options cannot work.
            DataError: the user's own images that are requested are not here.
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
            return final_result(self.request(request, is_cancelled), progress)
        except CancelledByUser:
            self.close()  # A view cannot be interrupted, and the next one would wait for it.
            raise
