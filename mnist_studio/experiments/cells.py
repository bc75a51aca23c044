"""What is kept of an experiment: every cell and how far its run is, whoever runs it."""

from mnist_studio.events import Cancelled, Crashed, Failed
from mnist_studio.experiments.events import ExperimentCell, State
from mnist_studio.spec.experiment import expand_cells
from mnist_studio.store.experiments import Experiment
from mnist_studio.store.rows import Run, Status
from mnist_studio.store.runs import RunStore

_STATES: dict[Status, State] = {
    "running": "running",
    "finished": "finished",
    "stopped": "stopped",
    "cancelled": "cancelled",
    "failed": "failed",
    "crashed": "failed",
}


def cells(store: RunStore, experiment: Experiment) -> tuple[ExperimentCell, ...]:
    """The cells of an experiment in the order of their numbers.

    Raises:
        SpecError: what was kept cannot work any more, for instance with another version's recipes.
        StoreError: the store cannot be read.
    """
    # The newest run of a cell counts; there are several only if a supervisor died between the
    # making of one and the deletion of another.
    runs = {member.run.spec: member.run for member in store.experiments.members(experiment.id)}
    return tuple(
        _cell(store, ExperimentCell(number, spec), runs.get(spec))
        for number, spec in enumerate(expand_cells(experiment.spec))
    )


def fraction(store: RunStore, run: Run) -> float:
    """How much of a run is trained and kept: its whole epochs, if it can go on after them."""
    if run.status == "finished":
        return 1.0
    if run.status == "running" or run.resumable:
        return min(1.0, len(store.epochs(run.id)) / run.spec.training.epochs)
    return 0.0


def _cell(store: RunStore, cell: ExperimentCell, run: Run | None) -> ExperimentCell:
    if run is None:
        return cell
    return ExperimentCell(
        number=cell.number,
        spec=cell.spec,
        state=_STATES[run.status],
        run=run.id,
        fraction=fraction(store, run),
        reason=reason(run),
    )


def reason(run: Run) -> str:
    """Why a run ended early; empty if it did not."""
    return run.terminal.reason if isinstance(run.terminal, Cancelled | Crashed | Failed) else ""
