"""The parent's side of a search: which run is next, which one ends early, what has been found."""

import re
from collections.abc import Iterable, Sequence
from importlib.util import find_spec

from msgspec.structs import replace

from mnist_studio.errors import JobError, SpecError
from mnist_studio.events import PRUNED, Epoch
from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.experiments.search_messages import (
    SEARCH,
    ChooseValues,
    JudgeTrial,
    SearchReply,
    SearchRequest,
    Trial,
    TrialState,
)
from mnist_studio.experiments.search_result import (
    SearchResult,
    best_cell,
    final_epoch,
    is_trial,
    search_result,
)
from mnist_studio.formatting import percent
from mnist_studio.spec.experiment import ExperimentSpec, trial_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.search import Search, base_run, is_whole, values_of, winner_specs
from mnist_studio.store.runs import RunStore
from mnist_studio.workers.worker import PersistentWorker, final_result

TIMEOUT_SECONDS = 60.0
"""Optuna is imported in a second, and chooses in less."""

MOST_ATTEMPTS = 20
"""How often the sampler may repeat earlier trials until the search counts as exhausted."""

_STATES: dict[str, TrialState] = {"finished": "finished", "pruned": "pruned", "failed": "failed"}
"""Other cells are running, or will be."""


def require_optuna() -> None:
    """Checks that the extra is installed, without loading it.

    Raises:
        JobError: it is not.
    """
    if find_spec("optuna") is None:
        raise JobError(
            "A search needs Optuna, which is not installed.",
            "Install it with: pip install mnist-studio[search]",
        )


class SearchDriver:
    """Chooses and judges the trials of a search; for one thread, which waits for its child.

    A decision depends on the search and its trials alone, so that a search that was interrupted
    goes on as if it had not been. With several parallel runs it also depends on their speed.
    """

    def __init__(self, experiment: ExperimentSpec, search: Search) -> None:
        """Starts nothing yet."""
        self._experiment = experiment
        self._search = search
        run = base_run(search)
        self._whole = tuple(
            one.setting for one in search.settings if not one.choices and is_whole(one, run)
        )
        self._epochs: dict[int, list[Epoch]] = {}
        self._pruned: set[int] = set()
        self._exhausted = False
        self._worker: PersistentWorker[SearchRequest, None, SearchReply] = PersistentWorker(
            SEARCH, "numpy", TIMEOUT_SECONDS
        )

    def read(self, store: RunStore, cells: Sequence[ExperimentCell]) -> None:
        """Takes the epochs of earlier sessions.

        Raises:
            JobError: the process with Optuna died.
        """
        for place, cell in enumerate(cells):
            last = _pruned_after(cell.reason)
            for epoch in store.epochs(cell.run) if cell.run else ():
                if epoch.epoch <= last:
                    self.report(cell.number, epoch)
                if cell.state == "finished" and epoch.epoch == cell.spec.training.epochs - 1:
                    # It may have finished before the command to stop reached it.
                    self.prune_reason(cells[: place + 1], cell.number)

    def report(self, number: int, epoch: Epoch) -> None:
        """Takes an epoch of a cell. A run that starts again repeats its epochs.

        What a pruned trial trains until its process stops does not count: it varies.
        """
        if epoch.validation_accuracy is None or number in self._pruned:
            return
        earlier = [one for one in self._epochs.get(number, []) if one.epoch < epoch.epoch]
        self._epochs[number] = [*earlier, epoch]

    def planned(self, cells: Sequence[ExperimentCell]) -> int:
        """The number of cells that the search is going to have, by what is known now."""
        trials = len(self._trials(cells))
        others = len(cells) - trials
        wanted = trials if self._exhausted else max(trials, self._search.trials)
        return wanted + max(others, self._search.winner_seeds)

    def next_spec(self, cells: Sequence[ExperimentCell]) -> RunSpec | None:
        """The next run; None if there is no other now.

        First the trials; when all of them have ended, the best one with other seeds.

        Raises:
            JobError: Optuna is not installed, or its process died.
        """
        trials = self._trials(cells)
        if not self._exhausted and len(trials) < self._search.trials:
            if spec := self._chosen(trials):
                return spec
            self._exhausted = True
        if any(cell.state in ("waiting", "running") for cell in trials):
            return None
        best = best_cell(self._experiment, cells, self._finals(cells))
        known = {cell.spec for cell in cells}
        specs = winner_specs(self._search, best.spec) if best else ()
        return next((spec for spec in specs if spec not in known), None)

    def prune_reason(self, cells: Sequence[ExperimentCell], number: int) -> str:
        """Why a running trial should end early; empty if it should not.

        Raises:
            JobError: the process with Optuna died.
        """
        cell = next(cell for cell in cells if cell.number == number)
        epochs, trial = cell.spec.training.epochs, self._trial(cell)
        if not trial.reports or trial.reports[-1][0] >= epochs or number in self._pruned:
            return ""
        if self._search.pruner == "none" or not is_trial(self._search, cell.spec):
            return ""
        others = [one for one in self._trials(cells) if one.number != number]
        trials = (*map(self._trial, others), replace(trial, state="running"))
        if not self._reply(JudgeTrial(self._search, self._whole, trials)).prune:
            return ""
        self._pruned.add(number)
        best = max(score for _, score in trial.reports)
        return (
            f"{PRUNED} after {trial.reports[-1][0]} of {epochs} epochs: the validation "
            f"accuracy of {percent(best)} was below the median of the other trials."
        )

    def result(self, cells: Sequence[ExperimentCell]) -> SearchResult | None:
        """What the search has found so far; None before its first trial has finished."""
        return search_result(self._experiment, cells, self._finals(cells))

    def close(self) -> None:
        """Ends the process, if there is one."""
        self._worker.close()

    def _trials(self, cells: Iterable[ExperimentCell]) -> list[ExperimentCell]:
        return [cell for cell in cells if is_trial(self._search, cell.spec)]

    def _trial(self, cell: ExperimentCell) -> Trial:
        epochs = self._epochs.get(cell.number, ())
        final = final_epoch(cell.spec, epochs)
        reports = [(epoch.epoch, epoch.validation_accuracy) for epoch in epochs]
        state = "pruned" if cell.number in self._pruned else _STATES.get(cell.state, "running")
        return Trial(
            values_of(self._search, cell.spec),
            tuple((number, score) for number, score in reports if score is not None),
            state,
            final.validation_accuracy if final else None,
        )

    def _finals(self, cells: Iterable[ExperimentCell]) -> dict[int, Epoch]:
        found = {c.number: final_epoch(c.spec, self._epochs.get(c.number, ())) for c in cells}
        return {number: epoch for number, epoch in found.items() if epoch}

    def _chosen(self, cells: Sequence[ExperimentCell]) -> RunSpec | None:
        """A run that is not a trial yet; None if the sampler finds no other."""
        trials = tuple(map(self._trial, cells))
        known = {cell.spec for cell in cells}
        for attempt in range(MOST_ATTEMPTS):
            request = ChooseValues(self._search, self._whole, trials, attempt)
            try:
                spec = trial_spec(self._experiment, self._reply(request).values)
            except SpecError:
                continue  # Settings that are valid alone, but not together.
            if spec not in known:
                return spec
        return None

    def _reply(self, request: SearchRequest) -> SearchReply:
        return final_result(self._worker.request(request))


def _pruned_after(reason: str) -> float:
    """The last epoch that counts, from ``prune_reason``; infinite for what was not pruned."""
    found = re.match(rf"{PRUNED} after (\d+) ", reason)
    return int(found[1]) if found else float("inf")
