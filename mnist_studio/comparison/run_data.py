"""The data of the runs to compare: from the database, and from the folders of the runs.

Artifacts of a run are read when they are first needed.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from mnist_studio.analysis import evaluation, paired
from mnist_studio.analysis.evaluation import Labels
from mnist_studio.analysis.groups import Group, groups
from mnist_studio.comparison.own_images import OwnImagePredictions, stored_predictions
from mnist_studio.comparison.selection import Selection
from mnist_studio.data.datasets import sources
from mnist_studio.errors import DataError, MnistStudioError, StoreError
from mnist_studio.events import Epoch
from mnist_studio.formatting import count, percent
from mnist_studio.frameworks.base import Array
from mnist_studio.spec import recipes
from mnist_studio.spec.run import DatasetName, answers_digits
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.step_curve import StepCurve

SAME_ACCURACY = 1e-9
"""Accuracies closer than this come from the same predictions."""

NO_EXPERIMENT = Membership("")

_LOG = logging.getLogger(__name__)


class NotComparable(MnistStudioError):
    """These runs lack the data that a view shows."""


@dataclass(frozen=True, eq=False)
class RunData:
    """Runs with their artifacts, which are read when they are first needed.

    Attributes:
        selection: the runs.
        data: data folder named by the user; None for the usual places.
        own_images: fingerprint of the user's own images, which predictions are of; empty for the
            test set.
        all_groups: runs that differ only in their seed.
        groups: the same, with the runs that count: they trained all their epochs, and every seed
            counts once. Means, intervals, ratios and verdicts are of these. A group without such
            a run is left out.
    """

    selection: Selection
    data: Path | None = None
    own_images: str = ""
    all_groups: tuple[Group, ...] = field(init=False)
    groups: tuple[Group, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Groups the runs."""
        recipes.lend(self.selection.own_recipes)
        runs = self.selection.runs
        every = groups({run.id: run.spec for run in runs}, {run.id: run.name for run in runs})
        counted = _counted(every, {run.id for run in self.selection.runs if run.tested})
        possible = (group.only(counted) for group in every)
        object.__setattr__(self, "all_groups", every)
        object.__setattr__(self, "groups", tuple(group for group in possible if group))

    @property
    def runs(self) -> tuple[Run, ...]:
        """In display order."""
        return self.selection.runs

    @cached_property
    def counted(self) -> tuple[Run, ...]:
        """The runs that count, in display order; see ``groups``."""
        members = {run for group in self.groups for run in group.runs}
        return tuple(run for run in self.runs if run.id in members)

    @cached_property
    def unfinished(self) -> tuple[Run, ...]:
        """The runs that did not train all their epochs, in display order."""
        return tuple(run for run in self.runs if not run.tested)

    @cached_property
    def repeated(self) -> tuple[Run, ...]:
        """Finished runs with the settings and the seed of a run that counts."""
        members = {run.id for run in self.counted}
        return tuple(run for run in self.runs if run.tested and run.id not in members)

    def require_finished(self) -> None:
        """Checks that there is a run that counts.

        Raises:
            NotComparable: there is none.
        """
        if not self.groups:
            raise NotComparable(
                "None of these runs has finished.", "Wait for a run to finish, or resume one."
            )

    @cached_property
    def by_id(self) -> Mapping[str, Run]:
        """Every run by its id."""
        return {run.id: run for run in self.runs}

    def epochs(self, run: Run) -> tuple[Epoch, ...]:
        """The completed epochs of a run, in order."""
        return self.selection.epochs.get(run.id, ())

    def timing_comparable(self, run: Run) -> bool:
        """Whether a run was trained on this machine with no other run at the same time."""
        return self.selection.memberships.get(run.id, NO_EXPERIMENT).timing_comparable

    @cached_property
    def group_of(self) -> Mapping[str, Group]:
        """The group of every run."""
        return {run: group for group in self.all_groups for run in group.runs}

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The name of every run, which gets the id where several runs have it.

        That of an unfinished run ends in how far it came, so that every view shows it.
        """
        return {run.id: f"{self._title(run)}{self._progress(run)}" for run in self.runs}

    @cached_property
    def labels(self) -> Mapping[DatasetName, Labels]:
        """Labels (n,) of the test set of every dataset that is available here."""
        found: dict[DatasetName, Labels] = {}
        for name in dict.fromkeys(run.spec.dataset for run in self.runs):
            try:
                found[name] = _labels(name, self.data)
            except DataError:
                continue  # ``predictions`` reports that they are missing.
        return found

    @cached_property
    def logits(self) -> Mapping[str, Array]:
        """The test logits (n, k) of every run that has stored them."""
        found = {run.id: _logits(run) for run in self.runs}
        return {run: logits for run, logits in found.items() if logits is not None}

    @cached_property
    def steps(self) -> Mapping[str, StepCurve]:
        """The metrics of every step, for every run that has any that can be used."""
        curves = {run.id: _steps(run) for run in self.runs}
        return {run: curve for run, curve in curves.items() if curve and len(curve.losses)}

    @cached_property
    def own(self) -> OwnImagePredictions | None:
        """The user's own images and their predictions; None if the test set is used.

        Raises:
            DataError: the images are not here.
        """
        return stored_predictions(self.runs, self.own_images) if self.own_images else None

    def class_names(self, *runs: str) -> tuple[str, ...]:
        """The names of the classes of runs whose predictions are compared, by label."""
        return self.by_id[runs[0]].spec.class_names

    def predictions(self, runs: Sequence[str]) -> tuple[Mapping[str, Array], Labels]:
        """The logits of these runs and the labels of their common images.

        Raises:
            NotComparable: a run has no predictions, or they are of different images.
        """
        if self.own:
            return self._own_predictions(self.own, runs)
        wanted = [self.by_id[run] for run in runs]
        self._require_same_classes(wanted)
        labels = self.labels.get(wanted[0].spec.dataset)
        tested = [self._compared_model(run) for run in wanted]
        problem = paired.incompatibility_reason(
            tested * 2 if len(tested) == 1 else tested, None if labels is None else len(labels)
        )
        if problem:
            raise NotComparable(problem, "Select runs with the same test set.")
        if labels is None:
            raise NotComparable(
                "The test images of these predictions are not on this computer.",
                "Download the dataset or select its folder on the Train page.",
            )
        self._require_same_images(wanted, labels)
        return {run: self.logits[run] for run in runs}, labels

    def with_predictions(self) -> tuple[str, ...]:
        """Ids of the runs that have predictions.

        Raises:
            NotComparable: there are none.
        """
        known = self.own.logits if self.own else self.logits
        found = tuple(run.id for run in self.runs if run.id in known)
        if not found:
            raise NotComparable(
                "None of these runs has predictions.",
                "A run stores them when its first epoch is evaluated.",
            )
        return found

    def _own_predictions(
        self, own: OwnImagePredictions, runs: Sequence[str]
    ) -> tuple[Mapping[str, Array], Labels]:
        if not len(own.images):
            raise NotComparable(
                "These runs were trained on all of your images.",
                "Draw and label more, or select runs that were not trained on them.",
            )
        others = [run for run in runs if not answers_digits(self.by_id[run].spec)]
        if others:
            raise NotComparable(
                f"Your images are digits, but {self.titles[others[0]]} has other classes.",
                "Compare it on its own test set.",
            )
        missing = [self.titles[run] for run in runs if run not in own.logits]
        if missing:
            raise NotComparable(
                f"{missing[0]} has no predictions for your images.", "Select a trained run."
            )
        return {run: own.logits[run] for run in runs}, own.images.labels

    def _title(self, run: Run) -> str:
        same = [one for one in self.runs if one.name == run.name]
        return run.name if len(same) == 1 else f"{run.name} ({run.id})"

    def _progress(self, run: Run) -> str:
        """How far an unfinished run came: `` (stopped after 1 of 10 epochs)``."""
        if run.tested:
            return ""
        epochs = self.epochs(run)
        done = epochs[-1].epoch if epochs else 0
        planned = run.spec.training.epochs
        of = f"{count(done)} of {count(planned)} epoch{'' if planned == 1 else 's'}"
        if run.status == "running":
            return f" ({of} so far)"
        return f" ({run.state.lower()} after {of})"

    def _compared_model(self, run: Run) -> paired.ComparedModel:
        logits = self.logits.get(run.id)
        count = None if logits is None else len(logits)
        return paired.ComparedModel(self.titles[run.id], run.spec.dataset, count)

    def _require_same_classes(self, runs: Sequence[Run]) -> None:
        first = runs[0]
        for run in runs:
            same = run.spec.class_names == first.spec.class_names
            if not same and run.spec.dataset == first.spec.dataset:
                raise NotComparable(
                    f"{self.titles[first.id]} and {self.titles[run.id]} were trained on different "
                    f"classes, so they cannot be compared image by image.",
                    "Select runs with the same classes.",
                )

    def _require_same_images(self, runs: Sequence[Run], labels: Labels) -> None:
        """Compares accuracies, because different test sets can have the same size."""
        for run in runs:
            stored = run.ended.test_accuracy if run.ended else None
            found = evaluation.accuracy(self.logits[run.id], labels)
            if stored is not None and abs(stored - found) > SAME_ACCURACY:
                raise NotComparable(
                    f"{self.titles[run.id]} was tested on images that differ from those on this "
                    f"computer. Its accuracy was {percent(stored)}, but these labels give "
                    f"{percent(found)}.",
                    "Select the dataset folder that the run was tested on.",
                )


def _counted(every: Sequence[Group], finished: Collection[str]) -> set[str]:
    """The first finished run of every seed of every group."""
    first: dict[tuple[str, int], str] = {}
    for group in every:
        for run, seed in zip(group.runs, group.seeds, strict=True):
            if run in finished:
                first.setdefault((group.key, seed), run)
    return set(first.values())


@lru_cache(maxsize=4)
def _labels(name: DatasetName, folder: Path | None) -> Labels:
    return sources.load_test(name, folder).labels


def _steps(run: Run) -> StepCurve | None:
    """The metrics of every step of a run; None if the file is damaged, which is logged."""
    try:
        return step_curve.load(run.folder)
    except StoreError as error:
        _LOG.warning("%s", error)
        return None


def _logits(run: Run) -> Array | None:
    """Test logits of a run; None if it has none that can be used."""
    try:
        found = artifacts.load_test_logits(run.folder, len(run.spec.class_names))
    except StoreError:
        return None
    # A run that diverged has no predictions.
    return found if np.isfinite(found).all() else None
