"""Runs gathered for comparison: what the database knows of them, and what lies in their folders.

The artifacts of a run are read when they are first asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from mnist_studio.analysis import evaluation, paired
from mnist_studio.analysis.evaluation import Labels
from mnist_studio.analysis.groups import Group, groups
from mnist_studio.comparison.own_images import OwnImagePredictions, answered, run_of
from mnist_studio.comparison.selection import SelectedRun, Selection
from mnist_studio.data.datasets import sources
from mnist_studio.errors import DataError, MnistStudioError, StoreError
from mnist_studio.frameworks.base import Array
from mnist_studio.spec.run import DatasetName
from mnist_studio.store import artifacts, titles
from mnist_studio.store.artifacts import StepCurve

SAME = 1e-9
"""Accuracies nearer to each other are of the same answers."""


class NotComparable(MnistStudioError):
    """These runs do not have what a view shows."""


@dataclass(frozen=True, eq=False)
class RunData:
    """Runs with what they left, read when it is first needed.

    Attributes:
        chosen: what is compared.
        data: folder of digits named by the user; None for the usual places.
        personal: fingerprint of the user's own digits, which predictions are of then; empty for
            the test digits.
        groups: runs that differ in their seed only.
    """

    chosen: Selection
    data: Path | None = None
    own_images: str = ""
    groups: tuple[Group, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Groups the runs."""
        specs = {run.id: run.spec for run in self.chosen.runs}
        object.__setattr__(self, "groups", groups(specs))

    @property
    def runs(self) -> tuple[SelectedRun, ...]:
        """In the order in which they are shown."""
        return self.chosen.runs

    @cached_property
    def by_id(self) -> Mapping[str, SelectedRun]:
        """Every run by its id."""
        return {run.id: run for run in self.runs}

    @cached_property
    def group_of(self) -> Mapping[str, Group]:
        """The group of every run."""
        return {run: group for group in self.groups for run in group.runs}

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """A title of every run that tells it from the others; the user's own where there is one."""
        return {run.id: self._title(run) for run in self.runs}

    @cached_property
    def labels(self) -> Mapping[DatasetName, Labels]:
        """Of the test digits of every data set that can be had here, (n,)."""
        found: dict[DatasetName, Labels] = {}
        for name in dict.fromkeys(run.spec.dataset for run in self.runs):
            try:
                found[name] = _labels(name, self.data)
            except DataError:
                continue  # ``predictions`` says that they are missing.
        return found

    @cached_property
    def logits(self) -> Mapping[str, Array]:
        """The test logits (n, 10) of every run that kept them."""
        found = {run.id: _logits(run) for run in self.runs}
        return {run: logits for run, logits in found.items() if logits is not None}

    @cached_property
    def steps(self) -> Mapping[str, StepCurve]:
        """Every step of every run that made one."""
        curves = {run.id: artifacts.load_steps(Path(run.folder)) for run in self.runs}
        return {run: curve for run, curve in curves.items() if len(curve.losses)}

    @cached_property
    def own(self) -> OwnImagePredictions | None:
        """The user's own digits and the answers to them; None where it is about the test digits.

        Raises:
            DataError: they are not here.
        """
        runs = [run_of(run) for run in self.runs]
        return answered(runs, self.own_images) if self.own_images else None

    def predictions(self, runs: Sequence[str]) -> tuple[Mapping[str, Array], Labels]:
        """The logits of these runs, and the labels of the digits that all of them answered.

        Raises:
            NotComparable: a run kept no predictions, or they are of different digits.
        """
        if self.own:
            return self._own_predictions(self.own, runs)
        asked = [self.by_id[run] for run in runs]
        name = asked[0].spec.dataset
        labels = self.labels.get(name)
        tested = [self._subject(run) for run in asked]
        problem = paired.incompatibility_reason(
            tested * 2 if len(tested) == 1 else tested, _count(labels)
        )
        if problem:
            raise NotComparable(problem, "Choose runs of the same test digits.")
        if labels is None:
            raise NotComparable(
                "The test digits that these predictions are of are not on this computer.",
                "Download MNIST, or name its folder: in the window under “Digits” of “Train”.",
            )
        self._require_same_digits(asked, labels)
        return {run: self.logits[run] for run in runs}, labels

    def answering(self) -> tuple[str, ...]:
        """Ids of the runs with predictions.

        Raises:
            NotComparable: there are none.
        """
        known = self.own.logits if self.own else self.logits
        found = tuple(run.id for run in self.runs if run.id in known)
        if not found:
            raise NotComparable(
                "None of these runs has predictions.",
                "A run keeps them when its first epoch is evaluated.",
            )
        return found

    def _own_predictions(
        self, own: OwnImagePredictions, runs: Sequence[str]
    ) -> tuple[Mapping[str, Array], Labels]:
        if not len(own.digits):
            raise NotComparable(
                "These runs learnt from all of your own digits.",
                "Draw and label more, or choose runs that did not learn from them.",
            )
        silent = [self.titles[run] for run in runs if run not in own.logits]
        if silent:
            raise NotComparable(f"{silent[0]} did not answer your digits.", "Choose a trained run.")
        return {run: own.logits[run] for run in runs}, own.digits.labels

    def _title(self, run: SelectedRun) -> str:
        group = self.group_of[run.id]
        if not run.title.startswith(titles.of(run.spec)):
            return run.title
        if len(group.runs) == 1:
            return group.title
        seeds = [self.by_id[one].spec.training.seed for one in group.runs]
        seed = run.spec.training.seed
        again = f" ({run.id})" if seeds.count(seed) > 1 else ""
        return f"{group.title} · seed {seed}{again}"

    def _subject(self, run: SelectedRun) -> paired.ComparedModel:
        logits = self.logits.get(run.id)
        count = None if logits is None else len(logits)
        return paired.ComparedModel(self.titles[run.id], run.spec.dataset, count)

    def _require_same_digits(self, runs: Sequence[SelectedRun], labels: Labels) -> None:
        """As many digits need not be the same: the accuracy that a run told betrays others."""
        for run in runs:
            told = run.ended.test_accuracy if run.ended else None
            found = evaluation.accuracy(self.logits[run.id], labels)
            if told is not None and abs(told - found) > SAME:
                raise NotComparable(
                    f"{self.titles[run.id]} was tested on other digits than those that are here: "
                    f"it told an accuracy of {told:.2%}, its predictions give {found:.2%}.",
                    "Name the folder of the digits that it was tested on.",
                )


@lru_cache(maxsize=4)
def _labels(name: DatasetName, folder: Path | None) -> Labels:
    return sources.load_test(name, folder).labels


def _logits(run: SelectedRun) -> Array | None:
    """What a run answered; None where it kept nothing that can be read."""
    try:
        found = artifacts.load_test_logits(Path(run.folder))
    except StoreError:
        return None
    # A run that diverged answers nothing.
    return found if np.isfinite(found).all() else None


def _count(labels: Labels | None) -> int | None:
    return None if labels is None else len(labels)
