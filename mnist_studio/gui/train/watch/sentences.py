"""What the parts of Watch it learn show, in plain sentences. Uses no Qt."""

from collections.abc import Sequence

import numpy as np

from mnist_studio.analysis.interpretation import joined
from mnist_studio.analysis.predictions import ConfusionMatrix
from mnist_studio.formatting import class_noun, confidence, counted, listed, word
from mnist_studio.gui.train.watch.records import RunRecords
from mnist_studio.prediction.state import Prediction
from mnist_studio.spec.run import DIGITS
from mnist_studio.store.epoch_records import EpochRecord

PARTS: tuple[tuple[str, str, str], ...] = (
    ("kernels", "Kernels", "Weights of the first layer as pictures"),
    ("norms", "Norms", "Sizes of weights, gradients, and updates of every layer over the epochs"),
    ("outputs", "Outputs", "Outputs of every layer over the epochs, and dead units"),
    ("confusion", "Confusion", "Test images by true label and prediction"),
    ("errors", "Errors", "Wrong predictions with the highest confidence"),
)
"""Key, title, and tooltip of every part."""


def kernels(record: EpochRecord) -> str:
    """What the pictures of kernels are."""
    count = len(record.kernels)
    if not count:
        return "The first layer with weights does not see an image, so it has no pictures."
    side = record.kernels.shape[1]
    what = counted(count, "unit") if side >= 28 else counted(count, "kernel")
    return (
        f"The weights of the first {what} of {record.norms[0].layer} after epoch {record.epoch}. "
        "Blue weights are positive, red ones are negative, with one scale for all frameworks."
    )


def norms(name: str) -> str:
    """What the lines of norms are."""
    return {
        "weights": "The size (Euclidean norm) of each layer's weights after every epoch. Weights "
        "that grow without end often mean that the learning rate is too high.",
        "gradient": "The size of the gradient of each layer for the fixed sample of training "
        "images. A layer whose gradient is almost 0 hardly learns.",
        "update": "How far each epoch moved the weights of each layer. Updates shrink as the "
        "training converges.",
    }[name]


def outputs(runs: Sequence[RunRecords], epoch: int) -> str:
    """Dead units in words, after an epoch."""
    found = [(run.run.title, run.at(epoch)) for run in runs]
    dead = [f"{title}: {_dead(record)}" for title, record in found if record and _dead(record)]
    sample = next((record.sample for _, record in found if record), 0)
    first = f"Distribution of the outputs for the first {sample:,} training images. "
    if not dead:
        return f"{first}No unit is dead after epoch {epoch}: each reacts to some image."
    return (
        f"{first}A dead unit has the same output for every image. Dead after epoch {epoch}: "
        f"{'. '.join(dead)}."
    )


def _dead(record: EpochRecord) -> str:
    parts = [
        f"{one.dead:,} of {counted(one.units, 'unit')} of {one.layer}"
        for one in record.outputs
        if one.dead
    ]
    return listed(parts)


def confusion(runs: Sequence[RunRecords], epoch: int) -> str:
    """The most frequent confusion of every run."""
    found = [
        f"{run.run.title} {_most_frequent(record.confusion, run.run.class_names)}"
        for run in runs
        if (record := run.at(epoch))
    ]
    return (
        f"Test images by true label and prediction after epoch {epoch}. Most frequent mistake: "
        f"{listed(found)}."
    )


def _most_frequent(matrix: ConfusionMatrix, names: Sequence[str]) -> str:
    """The most frequent mistake of a run; where several are, their number."""
    wrong = matrix - np.diag(np.diag(matrix))
    most = int(wrong.max())
    if not most:
        return "makes none"
    times, equal = counted(most, "image"), int((wrong == most).sum())
    if equal > 1:
        return f"has {word(equal)} that are equally frequent ({times} each)"
    label, predicted = divmod(int(wrong.argmax()), len(wrong))
    return f"predicts {names[predicted]} for {class_noun(names[label])} ({times})"


def errors(epoch: int) -> str:
    """What the images are."""
    return (
        f"The test images with the most confident wrong predictions after epoch {epoch}: "
        "true label → prediction, and the confidence of the prediction."
    )


def drawing(prediction: Prediction, epoch: int, names: Sequence[str] = DIGITS) -> str:
    """What the model in training, with these classes, predicts for the drawing."""
    found = [names[int(np.argmax(one))] for one in prediction.digits]
    chance = f", {confidence(max(prediction.probabilities))}" if len(found) == 1 else ""
    return f"Your drawing: {joined(found)}{chance} (epoch {epoch:,})"
