"""The cells of an experiment as stored: their runs, states and progress."""

from collections.abc import Mapping

from msgspec.structs import replace

from mnist_studio.events import DIVERGED, PRUNED, reason_of
from mnist_studio.experiments.events import ExperimentCell, State
from mnist_studio.experiments.search_result import final_epoch
from mnist_studio.spec.experiment import expand_cells
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.experiments import Experiment
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import Status
from mnist_studio.store.runs import RunStore

_STATES: dict[Status, State] = {
    "running": "running",
    "finished": "finished",
    "stopped": "stopped",
    "cancelled": "cancelled",
    "failed": "failed",
    "crashed": "failed",
}


def stored_cells(store: RunStore, experiment: Experiment) -> tuple[ExperimentCell, ...]:
    """The cells of an experiment in the order of their numbers.

    Raises:
        SpecError: the stored experiment is not valid, for instance with the recipes of another
            version.
        StoreError: the store cannot be read.
    """
    # The newest run of a cell counts. There are several only if a process died between creating
    # one and deleting another.
    runs = {member.run.spec: member.run for member in store.experiments.members(experiment.id)}
    if experiment.spec.search:
        return _search_cells(store, runs)
    return tuple(
        _cell(store, ExperimentCell(number, spec), runs.get(spec))
        for number, spec in enumerate(expand_cells(experiment.spec))
    )


def trained_fraction(store: RunStore, run: Run) -> float:
    """The fraction of a run that is trained and saved: its complete epochs if it can be resumed."""
    if run.status == "finished":
        return 1.0
    if run.status == "running" or run.resumable:
        return min(1.0, len(store.epochs(run.id)) / run.spec.training.epochs)
    return 0.0


def settled_state(state: State, reason: str) -> State:
    """The state of a cell of a search: a run that diverged counts as pruned, not as failed."""
    ended_early = state in ("stopped", "cancelled") and reason.startswith(PRUNED)
    return "pruned" if ended_early or (state == "failed" and DIVERGED in reason) else state


def _search_cells(store: RunStore, runs: Mapping[RunSpec, Run]) -> tuple[ExperimentCell, ...]:
    """The runs of a search in the order in which they were begun: nobody knows the others."""
    cells = (
        _cell(store, ExperimentCell(number, spec), run)
        for number, (spec, run) in enumerate(runs.items())
    )
    return tuple(
        replace(
            cell,
            state=settled_state(cell.state, cell.reason),
            validation_accuracy=_validation_accuracy(store, cell),
        )
        for cell in cells
    )


def _validation_accuracy(store: RunStore, cell: ExperimentCell) -> float | None:
    """Of the weights that a run keeps; None before its first epoch."""
    epoch = final_epoch(cell.spec, store.epochs(cell.run))
    return epoch.validation_accuracy if epoch else None


def _cell(store: RunStore, cell: ExperimentCell, run: Run | None) -> ExperimentCell:
    if run is None:
        return cell
    return ExperimentCell(
        number=cell.number,
        spec=cell.spec,
        state=_STATES[run.status],
        run=run.id,
        fraction=trained_fraction(store, run),
        reason=reason_of(run.terminal),
        name=run.name,
    )
