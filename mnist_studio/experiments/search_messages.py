"""What the child that chooses the trials of a search is sent, and what it sends back."""

from typing import Literal

import msgspec

from mnist_studio.spec.search import Search, Value
from mnist_studio.workers.task import Task

TrialState = Literal["running", "finished", "pruned", "failed"]


class Trial(msgspec.Struct, frozen=True):
    """A trial as the sampler and the pruner see it. Test images have no place in it.

    Attributes:
        values: of the settings that vary, by their path.
        reports: validation accuracy after each epoch, a fraction.
        state: a failed trial says nothing about its settings, a pruned one that they are bad.
        value: the result; None before the end.
    """

    values: dict[str, Value]
    reports: tuple[tuple[int, float], ...] = ()
    state: TrialState = "finished"
    value: float | None = None


class ChooseValues(msgspec.Struct, frozen=True, tag=True):
    """The values of the next trial.

    Attributes:
        search: that is running.
        whole: settings whose range has whole numbers only.
        trials: so far.
        attempt: another one gives other values.
    """

    search: Search
    whole: tuple[str, ...]
    trials: tuple[Trial, ...]
    attempt: int = 0


class JudgeTrial(msgspec.Struct, frozen=True, tag=True):
    """Whether the last of these trials, which is running, should end early."""

    search: Search
    whole: tuple[str, ...]
    trials: tuple[Trial, ...]


SearchRequest = ChooseValues | JudgeTrial


class SearchReply(msgspec.Struct, frozen=True):
    """The answer to either request.

    Attributes:
        values: of the next trial; empty for a judgment.
        prune: whether the trial should end early.
    """

    values: dict[str, Value] = {}
    prune: bool = False


SEARCH: Task[SearchRequest, None, SearchReply] = Task(
    "mnist_studio.experiments.search_task.search", None, SearchReply
)
"""Its child loads Optuna, which the parent does not."""
