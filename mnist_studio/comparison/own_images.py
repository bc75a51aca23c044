"""Predictions of compared runs for the user's own images, in place of the test set."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_studio.comparison.selection import Selection
from mnist_studio.data.images import LabeledImages
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.own_images import OwnImagePredictor, training_keys
from mnist_studio.spec.run import DIGITS, answers_digits
from mnist_studio.store import own_image_predictions, own_images
from mnist_studio.store.rows import Run


@dataclass(frozen=True, eq=False)
class OwnImagePredictions:
    """The user's own images that none of some runs was trained on.

    Attributes:
        images: with their labels.
        logits: run id -> (n, 10), for every run of digits with predictions for all of them.
        left_out: number of images that a run was trained on.
    """

    images: LabeledImages
    logits: Mapping[str, Array]
    left_out: int


def stored_predictions(runs: Sequence[Run], fingerprint: str) -> OwnImagePredictions:
    """The stored predictions of runs. Computes nothing.

    Raises:
        DataError: a set of images is not here.
        StoreError: the weights of a run cannot be read.
    """
    whole = own_images.load(fingerprint)
    unseen = whole.without(frozenset().union(*(training_keys(run.spec) for run in runs)))
    images = whole.digits.take(unseen)
    names = [own_image_predictions.name_of(image) for image in images.images]
    logits = {}
    for run in (one for one in runs if one.trained and answers_digits(one.spec)):
        known = own_image_predictions.load(run.folder)
        if all(name in known for name in names):
            logits[run.id] = np.array([known[name] for name in names]).reshape(-1, len(DIGITS))
    return OwnImagePredictions(images, logits, len(whole.keys) - len(unseen))


def predict(selection: Selection, fingerprint: str, is_cancelled: Callable[[], bool]) -> None:
    """Computes and stores the predictions of every trained run that are missing.

    Raises:
        DataError: the set of images is not here.
        StoreError: the weights of a run cannot be read, or the disk refuses.
        JobError: the child process could not be started or died.
        CancelledByUser: by the user.
    """
    images = own_images.load(fingerprint).digits.images
    with OwnImagePredictor() as predictor:
        for run in selection.runs:
            if run.trained and answers_digits(run.spec):
                predictor.logits(run, images, is_cancelled)
