"""What runs give: predictions, scores, and curves, as NumPy arrays that notebooks show."""

from dataclasses import dataclass, fields
from html import escape
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis import evaluation
from mnist_studio.api import html
from mnist_studio.errors import UsageError
from mnist_studio.events import Epoch
from mnist_studio.formatting import confidence, count, counted, milliseconds, percent
from mnist_studio.prediction.evaluation import Evaluation
from mnist_studio.store.step_curve import StepCurve

Floats = NDArray[np.float64]

SHOWN = 12
"""Predictions in a table of a notebook."""


@dataclass(frozen=True, eq=False)
class PredictedImages:
    """The predictions of a run for images.

    Attributes:
        images: (n, 28, 28) uint8, the network input.
        logits: (n, k) float64.
        class_names: of the k classes.
        engine: the framework that computed: NumPy where that of the run is not installed.
        milliseconds: all forward passes took.
    """

    images: NDArray[np.uint8]
    logits: Floats
    class_names: tuple[str, ...]
    engine: str
    milliseconds: float

    @classmethod
    def of(
        cls,
        images: NDArray[np.uint8],
        found: Evaluation,
        class_names: tuple[str, ...],
        engine: str,
    ) -> "PredictedImages":
        """The predictions that an inference process has computed."""
        return cls(images, found.logits, class_names, engine, found.milliseconds)

    @property
    def probabilities(self) -> Floats:
        """The probability of each class, (n, k); each row adds up to 1."""
        return evaluation.probabilities(self.logits)

    @property
    def labels(self) -> NDArray[np.int64]:
        """The number of the predicted class of each image, (n,)."""
        return evaluation.predictions(self.logits)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the predicted class of each image."""
        return tuple(self.class_names[label] for label in self.labels)

    @property
    def confidences(self) -> Floats:
        """The probability of each predicted class, (n,)."""
        return np.asarray(self.probabilities.max(axis=1))

    def __len__(self) -> int:
        """The number of images."""
        return len(self.logits)

    def __repr__(self) -> str:
        """The first predictions with their confidence."""
        pairs = zip(self.names[:SHOWN], self.confidences, strict=False)
        shown = ", ".join(f"{name} ({confidence(float(value))})" for name, value in pairs)
        return f"<Predictions: {shown}{', …' if len(self) > SHOWN else ''}>"

    def _repr_html_(self) -> str:
        rows = [
            (html.picture(image, "Image"), escape(name), confidence(float(value)))
            for image, name, value in zip(self.images[:SHOWN], self.names, self.confidences,
                                          strict=False)
        ]  # fmt: skip
        facts = [("Images", count(len(self))), ("Latency", milliseconds(self.milliseconds))]
        body = html.table(("Image", "Prediction", "Confidence"), rows)
        note = f"The first {SHOWN} are shown." if len(self) > SHOWN else ""
        return html.card("Predictions", facts, body, note)


@dataclass(frozen=True, eq=False)
class TestScore:
    """How a run does on a test set.

    Attributes:
        accuracy: the fraction of correct predictions.
        loss: mean cross-entropy.
        confusion: (k, k) images by true label (row) and prediction (column).
        labels: (n,) the true labels.
        predictions: of the run.
    """

    __test__ = False

    accuracy: float
    loss: float
    confusion: NDArray[np.int64]
    labels: NDArray[np.uint8]
    predictions: PredictedImages

    @property
    def wrong(self) -> NDArray[np.int64]:
        """The indices of the images whose prediction is wrong."""
        return np.flatnonzero(self.predictions.labels != self.labels)

    def __repr__(self) -> str:
        """Accuracy and number of images."""
        return f"<Score: {percent(self.accuracy)} of {counted(len(self.labels), 'image')}>"

    def _repr_html_(self) -> str:
        names = self.predictions.class_names
        rows = [
            (f"<strong>{escape(name)}</strong>", *map(count, row))
            for name, row in zip(names, self.confusion.tolist(), strict=True)
        ]
        facts = [("Accuracy", percent(self.accuracy)), ("Images", count(len(self.labels)))]
        note = "Images by true label (row) and prediction (column)."
        return html.card("Test set", facts, html.table(("", *names), rows), note)


@dataclass(frozen=True, eq=False)
class TrainingCurves:
    """The curves of a run: one value for each epoch, and two for each step.

    A value that the run does not have, such as the loss of a validation set of no images, is NaN.

    Attributes:
        epoch: (e,) from 1.
        step: (e,) steps so far.
        train_loss: (e,) mean over the epoch's own batches.
        train_accuracy: (e,) likewise, as a fraction.
        validation_loss: (e,) after the epoch.
        validation_accuracy: (e,) likewise.
        test_loss: (e,) likewise.
        test_accuracy: (e,) likewise.
        learning_rate: (e,) of the epoch's last step.
        train_seconds: (e,) spent in training steps so far.
        batch_loss: (s,) mean loss of the batch of every step.
        batch_accuracy: (s,) accuracy on the batch of every step.
    """

    epoch: NDArray[np.int64]
    step: NDArray[np.int64]
    train_loss: Floats
    train_accuracy: Floats
    validation_loss: Floats
    validation_accuracy: Floats
    test_loss: Floats
    test_accuracy: Floats
    learning_rate: Floats
    train_seconds: Floats
    batch_loss: NDArray[np.float32]
    batch_accuracy: NDArray[np.float32]

    @classmethod
    def of(cls, epochs: tuple[Epoch, ...], steps: StepCurve) -> "TrainingCurves":
        """The curves of stored epochs and steps."""

        def values(name: str) -> Floats:
            found = [getattr(epoch, name) for epoch in epochs]
            return np.array([np.nan if one is None else one for one in found], dtype=np.float64)

        return cls(
            np.array([each.epoch for each in epochs], np.int64),
            np.array([each.step for each in epochs], np.int64),
            values("train_loss"), values("train_accuracy"), values("validation_loss"),
            values("validation_accuracy"), values("test_loss"), values("test_accuracy"),
            values("learning_rate"), values("train_seconds"), steps.losses, steps.accuracies,
        )  # fmt: skip

    def to_dict(self) -> dict[str, NDArray[Any]]:
        """The arrays of the epochs by their names."""
        return {field.name: getattr(self, field.name) for field in fields(self)[:-2]}

    def to_pandas(self) -> Any:
        """The epochs as a ``pandas.DataFrame``, one row for each.

        Raises:
            UsageError: pandas is not installed.
        """
        return data_frame(self.to_dict()).set_index("epoch")

    def __repr__(self) -> str:
        """How many epochs and steps there are."""
        epochs, steps = len(self.epoch), len(self.batch_loss)
        return f"<Curves: {counted(epochs, 'epoch')}, {counted(steps, 'step')}>"


def data_frame(content: object) -> Any:
    """A ``pandas.DataFrame`` of columns by their names, or of rows.

    Raises:
        UsageError: pandas is not installed.
    """
    try:
        pandas = import_module("pandas")
    except ImportError as error:
        raise UsageError(
            "The package pandas is not installed.", "Install it with: pip install pandas"
        ) from error
    return pandas.DataFrame(content)
