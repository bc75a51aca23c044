"""The parent's side of the child that computes views."""

from collections.abc import Callable, Sequence
from time import monotonic

from mnist_studio.comparison import messages, own_images
from mnist_studio.comparison.messages import Answer, Broken, Wanted
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views import catalog
from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.workers.persistent import StayingChild
from mnist_studio.workers.process import Child
from mnist_studio.workers.requests import first_message

TIMEOUT_SECONDS = 300.0
"""A view of hundreds of runs takes seconds."""


def _never() -> bool:
    return False


def _silent(_: float) -> None:
    """Progress that nobody watches."""


class ViewWorker(StayingChild):
    """A child that computes views until it is closed; a context manager, for one thread at a time.

    It starts with the first question, which takes half a second more than the others.
    """

    def compute(
        self,
        chosen: Selection,
        names: Sequence[str],
        options: ViewOptions,
        progress: Callable[[float], None] = _silent,
        is_cancelled: Callable[[], bool] = _never,
    ) -> tuple[Answer, ...]:
        """Each view, ``Made``, or ``Refused`` where the runs do not have it.

        Args:
            chosen: of these runs.
            names: of the views.
            options: that the user set.
            progress: gets the fraction of the views that is done.
            is_cancelled: asked all the time; ends the child, the next question starts another.

        Raises:
            UnknownName: there is no such view.
            UsageError: the options cannot work.
            DataError: the user's own digits that are asked for are not here.
            JobError: the child died or had trouble.
            Cancelled: by the user.
        """
        for name in names:
            catalog.view_entry(name)
        options.check()
        if options.own and own_images.VIEWS.intersection(names):
            own_images.answer(chosen, options.own, is_cancelled)
        if self._child is None:
            self._child = Child("views", "", registry.environment("numpy", 1))
        asked = Wanted(chosen, tuple(names), options, str(self._data or ""))
        self._child.send(messages.encode(asked))
        found: list[Answer] = []
        try:
            for number in range(len(names)):
                found.append(self._answer(self._child, is_cancelled))
                progress((number + 1) / len(names))
        except BaseException:
            # What it would still say must not be taken for the answer to the next question.
            self.close()
            raise
        return tuple(found)

    def _answer(self, child: Child, is_cancelled: Callable[[], bool]) -> Answer:
        message = first_message(child, monotonic() + TIMEOUT_SECONDS, is_cancelled)
        answer = messages.from_views.decode(message)
        if isinstance(answer, Broken):
            raise JobError(answer.reason)
        return answer
