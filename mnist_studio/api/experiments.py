"""Experiments for scripts and notebooks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mnist_studio.api import html
from mnist_studio.api.background_work import BackgroundWork
from mnist_studio.api.comparisons import Comparison, compare
from mnist_studio.api.datasets import folder_of
from mnist_studio.api.home import load_yours
from mnist_studio.api.runs import StoredRun
from mnist_studio.api.trainings import changes_of
from mnist_studio.comparison.views import catalog
from mnist_studio.errors import StoreError, UsageError
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    CellChanged,
    ExperimentEnded,
    ExperimentStarted,
    is_progress,
)
from mnist_studio.experiments.executors import Local
from mnist_studio.experiments.request import requested_experiment, require_datasets, with_changes
from mnist_studio.experiments.runner import ExperimentRunner
from mnist_studio.formatting import count, counted, percent
from mnist_studio.spec.change_values import Value
from mnist_studio.spec.experiment import (
    MANY_RUNS,
    ExperimentSpec,
    check_experiment,
    run_count,
)
from mnist_studio.store.runs import RunStore


class ExperimentTraining(BackgroundWork[AnyExperimentEvent]):
    """The runs of an experiment. Iterate it to watch it, or call ``result()``.

    What is finished already is not trained again, so that an experiment that was interrupted goes
    on where it was.

    Attributes:
        settings: the experiment as a value.
        id: in the store; empty before it has begun.
    """

    def __init__(self, settings: ExperimentSpec, runner: ExperimentRunner) -> None:
        """Starts nothing yet."""
        super().__init__(runner)
        self.settings = settings
        self.id = ""
        self._ended: ExperimentEnded | None = None

    @property
    def runs(self) -> tuple[StoredRun, ...]:
        """Its runs that have begun, in its order."""
        if not self.id:
            return ()
        with RunStore() as store:
            return tuple(StoredRun(each.run) for each in store.experiments.members(self.id))

    @property
    def complete(self) -> bool:
        """Whether all of its runs have finished."""
        return self._ended is not None and self._ended.outcome == "complete"

    def result(self, show: bool = False) -> "ExperimentTraining":
        """Trains what is left, and returns this experiment.

        Args:
            show: whether to print how every run ended.

        Raises:
            StoreError: some runs failed; they are tried again the next time.
            UsageError: a loop still iterates its events.
        """
        for event in self:
            if show and isinstance(event, CellChanged) and event.state != "running":
                print(f"Run {event.cell + 1}: {event.state}. {event.reason}".strip())  # noqa: T201
        if self._error is not None:
            raise self._error
        if not self.complete:
            raise StoreError(
                f"The experiment is not complete: {self._progress()}.",
                "Run it again to train the others.",
            )
        return self

    def compare(self, views: Sequence[str] = catalog.BRIEF) -> Comparison:
        """The comparison of its runs; see ``mnist_studio.compare``.

        Raises:
            UsageError: none of its runs has begun.
        """
        if not self.id:
            raise UsageError("The experiment has not begun.", "Call result() first.")
        return compare(self.id, views)

    def _is_progress(self, event: AnyExperimentEvent) -> bool:
        return is_progress(event)

    def _seen(self, event: AnyExperimentEvent) -> None:
        match event:
            case ExperimentStarted(experiment=found):
                self.id = found
            case ExperimentEnded():
                self._ended = event

    def _interrupt_note(self) -> str:
        return f"The experiment was stopped: {self._progress()}. Run it again to resume it."

    def _progress(self) -> str:
        if self._ended is None:
            return "not begun" if not self.id else "in training"
        return f"{self._ended.finished} of {counted(self._ended.total, 'run')} finished"

    def __repr__(self) -> str:
        """Title and progress."""
        return f"<Experiment {self.settings.title}: {self._progress()}>"

    def _repr_html_(self) -> str:
        facts = [("Question", self.settings.question), ("State", self._progress())]
        rows = [(each.title, each.state, percent(each.accuracy)) for each in self.runs]
        body = html.text_table(("Run", "State", "Test accuracy"), rows)
        return html.card(self.settings.title, [fact for fact in facts if fact[1]], body)


def experiment(
    experiment: str | Path | ExperimentSpec,
    *,
    jobs: int = 1,
    data: str | Path | None = None,
    changes: Mapping[str, Value] | None = None,
    record: bool = False,
    confirmed: bool = False,
) -> ExperimentTraining:
    """An experiment, as ``mnist-studio experiment`` runs it. It starts when it is iterated.

    Args:
        experiment: its ready-made name, a .toml file, or an ``ExperimentSpec``.
        jobs: parallel runs, whose times are not comparable if there is more than one.
        data: folder with the MNIST files.
        changes: of any settings in all runs, such as ``{"layers.2.units": 256}``.
        record: whether to record what *Watch it learn* of the window shows.
        confirmed: whether a very large experiment may start.

    Raises:
        UnknownName: there is no such ready-made experiment.
        SpecError: a setting that cannot work.
        UsageError: it is very large and not confirmed, or the number of jobs cannot work.
        DataError: a dataset is not in the folder.
    """
    load_yours()
    folder, chosen = folder_of(data), changes_of(changes)
    if isinstance(experiment, ExperimentSpec):
        check_experiment(experiment)
        spec = with_changes(experiment, chosen)
    else:
        spec = requested_experiment(str(experiment), chosen)
    if jobs < 1:
        raise UsageError(f"The number of jobs must be 1 or more, got {jobs}.")
    if run_count(spec) > MANY_RUNS and not confirmed:
        raise UsageError(
            f"This experiment has {count(run_count(spec))} runs.",
            "Pass confirmed=True to train them.",
        )
    require_datasets(spec, folder)
    return ExperimentTraining(spec, ExperimentRunner(spec, Local(jobs, folder, observe=record)))
