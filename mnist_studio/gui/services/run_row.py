"""A stored run with all that the pages show of it. No Qt."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mnist_studio import events
from mnist_studio.analysis import groups, summary
from mnist_studio.events import Epoch
from mnist_studio.gui.services import texts
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.rows import Run

if TYPE_CHECKING:
    from mnist_studio.analysis.run_fields import RunFacts


@dataclass(frozen=True)
class RunRow:
    """A run, its epochs and the figures computed from them.

    Attributes:
        run: as it is stored.
        epochs: in order.
    """

    run: Run
    epochs: tuple[Epoch, ...]

    @cached_property
    def figures(self) -> summary.RunSummary:
        """The figures in the tables."""
        return summary.summarize(self.run.title, self.run.spec, self.epochs, self.run.terminal)

    @cached_property
    def settings(self) -> RunSpec:
        """The settings without the seed, equal for repetitions of a run."""
        return groups.settings(self.run.spec)

    @cached_property
    def facts(self) -> "RunFacts":
        """What a filter knows of it."""
        from mnist_studio.analysis.run_fields import RunFacts

        return RunFacts(self.run, self.epochs)

    @property
    def archived(self) -> bool:
        """Whether it is hidden unless archived runs are requested."""
        return self.run.annotations.archived

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run.id

    @property
    def title(self) -> str:
        """The title, with the known bugs if there are any."""
        return self.run.name

    @property
    def framework(self) -> str:
        """The framework that trained it."""
        return self.run.spec.framework

    @property
    def dataset(self) -> str:
        """The title of the dataset."""
        return texts.DATASETS[self.run.spec.dataset]

    @property
    def state(self) -> str:
        """The state as text."""
        return self.run.state

    @property
    def comparable(self) -> bool:
        """Whether there is something to compare: an epoch, or imported weights."""
        return bool(self.epochs) or self.run.tested is not None

    @property
    def reason(self) -> str:
        """Why it failed; empty if it did not."""
        return events.reason_of(self.run.terminal)

    @property
    def device(self) -> str:
        """The device that it used; empty before it ended."""
        terminal = self.run.terminal
        return terminal.device if isinstance(terminal, events.Finished | events.Stopped) else ""
