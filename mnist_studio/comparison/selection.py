"""What the database knows of runs that shall be compared.

``choose`` and ``choose_experiment`` make a ``Selection`` where the store is open. It travels
to a child as MessagePack.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_studio.analysis.verdict import THRESHOLD
from mnist_studio.errors import UnknownName
from mnist_studio.events import Epoch, Finished, Stopped, Terminal
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run, Status
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class SelectedRun:
    """A run as the database knows it.

    Attributes:
        id: of it.
        title: the user's name of it.
        spec: what was trained.
        status: ``running`` or how it ended.
        created: seconds since 1970.
        folder: of its artifacts.
        terminal: the event that ended it; None while it runs.
        epochs: in order, as far as they came.
        membership: under which circumstances an experiment trained it.
    """

    id: str
    title: str
    spec: RunSpec
    status: Status
    created: float
    folder: str
    terminal: Terminal | None
    epochs: tuple[Epoch, ...]
    membership: Membership

    @property
    def ended(self) -> Finished | Stopped | None:
        """The event of a run that kept its weights."""
        return self.terminal if isinstance(self.terminal, Finished | Stopped) else None


@dataclass(frozen=True)
class Selection:
    """What is compared, and why.

    Attributes:
        runs: in the order in which they are shown.
        title: of the experiment, or of the user.
        question: that shall be answered; may be empty.
        text: file of the experiment; empty without one.
        threshold: of the experiment.
        waiting: cells of the experiment that have no run yet.
    """

    runs: tuple[SelectedRun, ...]
    title: str = ""
    question: str = ""
    text: str = ""
    threshold: float = THRESHOLD
    waiting: int = 0


def choose(store: RunStore, ids: Sequence[str], question: str = "") -> Selection:
    """These runs, each once; beginnings of ids are enough.

    Raises:
        UnknownName: there is no such run.
        StoreError: it cannot be read.
    """
    found = dict.fromkeys(store.run(one).id for one in ids)
    return Selection(_kept(store, [store.run(one) for one in found]), question=question)


def choose_experiment(store: RunStore, experiment_id: str) -> Selection:
    """The runs of an experiment, in the order of its cells.

    Raises:
        UnknownName: there is no such experiment, or nothing of it was begun.
        StoreError: it cannot be read.
    """
    from mnist_studio.experiments import cells as ledger

    experiment = store.experiments.experiment(experiment_id)
    cells = ledger.cells(store, experiment)
    runs = [store.run(cell.run) for cell in cells if cell.run]
    if not runs:
        raise UnknownName(f"No run of “{experiment.title}” was begun.", "Run the experiment first.")
    spec = experiment.spec
    waiting = len(cells) - len(runs)
    return Selection(
        _kept(store, runs),
        experiment.title,
        spec.question,
        experiment.text,
        spec.threshold,
        waiting,
    )


def _kept(store: RunStore, runs: Sequence[Run]) -> tuple[SelectedRun, ...]:
    memberships = store.experiments.memberships()
    return tuple(
        kept(run, store.epochs(run.id), memberships.get(run.id, Membership(""))) for run in runs
    )


def kept(run: Run, epochs: tuple[Epoch, ...], membership: Membership) -> SelectedRun:
    """A run of the store with what else the database knows of it."""
    return SelectedRun(
        run.id, run.title, run.spec, run.status, run.created, str(run.folder), run.terminal,
        epochs, membership,
    )  # fmt: skip
