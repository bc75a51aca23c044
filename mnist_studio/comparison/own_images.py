"""What compared runs say of the user's own digits in place of the test digits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_studio.comparison.selection import SelectedRun, Selection
from mnist_studio.data.images import LabeledImages
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.own_images import OwnImagePredictor, learnt
from mnist_studio.store import own_image_predictions, own_image_sets
from mnist_studio.store.rows import Run

VIEWS = frozenset(
    {"significance", "confusion", "per-class", "calibration", "wrong", "disagreements"}
)
"""The views that are of predictions, and can be of those of one's own digits."""


@dataclass(frozen=True, eq=False)
class OwnImagePredictions:
    """The user's own digits that none of some runs learnt from.

    Attributes:
        digits: images and labels.
        logits: run id -> (n, 10), of every run that has answered all of them.
        left_out: how many were, since a run learnt from them.
    """

    digits: LabeledImages
    logits: Mapping[str, Array]
    left_out: int


def run_of(kept: SelectedRun) -> Run:
    """A run of the store again."""
    return Run(
        kept.id, kept.title, kept.spec, kept.status, kept.created, Path(kept.folder), kept.terminal
    )


def answered(runs: Sequence[Run], fingerprint: str) -> OwnImagePredictions:
    """What is kept of the answers of runs; computes nothing.

    Raises:
        DataError: a set of digits is not here.
        StoreError: the weights of a run cannot be read.
    """
    whole = own_image_sets.load(fingerprint)
    places = whole.without(frozenset().union(*(learnt(run.spec) for run in runs)))
    digits = whole.digits.take(places)
    names = [own_image_predictions.name_of(image) for image in digits.images]
    logits = {}
    for run in (one for one in runs if one.trained):
        known = own_image_predictions.load(run.folder)
        if all(name in known for name in names):
            logits[run.id] = np.array([known[name] for name in names]).reshape(-1, 10)
    return OwnImagePredictions(digits, logits, len(whole.keys) - len(places))


def answer(chosen: Selection, fingerprint: str, is_cancelled: Callable[[], bool]) -> None:
    """Lets every trained run answer the digits that it has not answered yet.

    Raises:
        DataError: the set is not here.
        StoreError: the weights of a run cannot be read, or the disk refuses.
        JobError: the child could not be started or died.
        Cancelled: by the user.
    """
    images = own_image_sets.load(fingerprint).digits.images
    with OwnImagePredictor() as answering:
        for run in (run_of(kept) for kept in chosen.runs):
            if run.trained:
                answering.logits(run, images, is_cancelled)
