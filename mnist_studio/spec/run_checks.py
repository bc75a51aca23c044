"""What a run must fulfill before it is trained or stored."""

import re
from collections.abc import Sequence
from math import isfinite

from mnist_studio.errors import SpecError
from mnist_studio.formatting import has_controls, printable
from mnist_studio.spec import augmentation, optimizers, schedules
from mnist_studio.spec.datasets import check_dataset, facts
from mnist_studio.spec.error_paths import check_within, error_path
from mnist_studio.spec.model import FEWEST_CLASSES, MOST_CLASSES, parameter_count
from mnist_studio.spec.run import (
    FULL_BATCH,
    LARGEST_BATCH,
    LARGEST_EPOCHS,
    LARGEST_SEED,
    LONGEST_CLASS_NAME,
    MOST_PARAMETERS,
    MOST_STYLED,
    SMALLEST_FRACTION,
    RunSpec,
    TrainingSpec,
    answers_digits,
)
from mnist_studio.spec.schedules import Plateau

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


def check(run: RunSpec) -> None:
    """Checks a run, except for its known bugs; see ``spec.known_bugs.check``.

    Raises:
        SpecError: names the number, layer, or precision, and the reason.
    """
    if has_controls(run.recipe):
        raise SpecError(
            f"The recipe name “{printable(run.recipe)}” contains control characters or line "
            f"breaks.",
            "Remove them.",
            ("recipe",),
        )
    check_class_names(run.class_names)
    training = run.training
    with error_path("model"):
        parameters = parameter_count(run.model, len(run.class_names))
        check_within("layers", "Number of parameters", parameters, 1, MOST_PARAMETERS)
    with error_path("training"):
        _check_training(training)
    _check_precision(run)
    _check_own_images(run)
    check_dataset(run.dataset)
    _check_full_batch(run)
    check_within("threads", "Number of threads", run.threads, 0, 1024)
    check_within(
        "handwriting_styles", "Number of generated digits", run.handwriting_styles, 0, MOST_STYLED
    )


def check_class_names(names: Sequence[str]) -> None:
    """Checks the class names of a dataset or a run.

    Raises:
        SpecError: there are too few or too many, or one is empty, too long, has control characters,
            or is there twice.
    """
    check_within("class_names", "Number of classes", len(names), FEWEST_CLASSES, MOST_CLASSES)
    for name in names:
        if not name.strip() or len(name) > LONGEST_CLASS_NAME or has_controls(name):
            raise SpecError(
                f"A class name must have 1 to {LONGEST_CLASS_NAME} characters and no control "
                f"characters, got “{printable(name[: LONGEST_CLASS_NAME + 1])}”.",
                "Rename this class.",
                ("class_names",),
            )
    twice = next((name for name in names if list(names).count(name) > 1), None)
    if twice is not None:
        raise SpecError(
            f"Two classes are called “{twice}”, but each class needs a name of its own.",
            "Rename one of them.",
            ("class_names",),
        )


def _check_training(training: TrainingSpec) -> None:
    with error_path("optimizer"):
        optimizers.check(training.optimizer)
    with error_path("weight_decay"):
        optimizers.check_decay(training.optimizer, training.weight_decay)
    with error_path("schedule"):
        schedules.check(training.schedule)
    if training.augmentation:
        with error_path("augmentation"):
            augmentation.check(training.augmentation)
    _check_clip(training)
    _check_label_smoothing(training)
    _check_shares(training)
    _check_plateau(training)
    _check_early_stopping(training)
    check_within("epoch_steps", "Number of steps per epoch", training.epoch_steps, 0, 10_000_000)
    check_within("batch_size", "Batch size", training.batch_size, 1, LARGEST_BATCH)
    check_within("epochs", "Number of epochs", training.epochs, 1, LARGEST_EPOCHS)
    averaged = training.averaged_epochs
    check_within("averaged_epochs", "Number of averaged epochs", averaged, 0, LARGEST_EPOCHS)
    check_within("seed", "Seed", training.seed, 0, LARGEST_SEED)
    check_within("validation", "Number of validation images", training.validation, 0, 59_999)
    check_within("warmup_steps", "Number of warm-up steps", training.warmup_steps, 0, 10_000_000)


def _check_clip(training: TrainingSpec) -> None:
    if training.clip and not (isfinite(training.clip.limit) and training.clip.limit > 0):
        raise SpecError(
            f"Clipping threshold must be above 0, got {training.clip.limit:g}.",
            "Change the threshold, or turn off gradient clipping.",
            ("clip", "limit"),
        )


def _check_label_smoothing(training: TrainingSpec) -> None:
    if not 0 <= training.label_smoothing < 1:
        raise SpecError(
            f"Label smoothing must be at least 0 and below 1, got {training.label_smoothing:g}.",
            "Choose a number in this range, such as 0.1.",
            ("label_smoothing",),
        )
    if training.label_smoothing and training.loss == "double_softmax":
        raise SpecError(
            "The loss with two softmaxes is a known bug of a source, which has no label smoothing.",
            "Set label smoothing to 0, or choose the loss cross_entropy.",
            ("label_smoothing",),
        )


def _check_precision(run: RunSpec) -> None:
    """Checks what a framework lacks on every computer; it reports itself what a device lacks."""
    if run.framework == "numpy" and run.training.precision == "bfloat16":
        raise SpecError(
            "NumPy does not support bfloat16.",
            "Set the precision to float32 or float64, or choose another framework.",
            ("training", "precision"),
        )


def _check_own_images(run: RunSpec) -> None:
    if run.own_images and not _FINGERPRINT.fullmatch(run.own_images):
        raise SpecError(
            f"own_images must be the ID of a set of your images, got “{run.own_images}”.",
            "Correct it, or leave it empty.",
            ("own_images",),
        )
    added = "your images" if run.own_images else "handwriting styles"
    if (run.own_images or run.handwriting_styles) and not answers_digits(run):
        raise SpecError(
            f"This run has other classes than the digits, so {added} cannot be added.",
            f"Train without {added}, or choose a dataset of digits.",
            ("own_images",) if run.own_images else ("handwriting_styles",),
        )
    if (run.own_images or run.handwriting_styles) and run.training.batch_size == FULL_BATCH:
        raise SpecError(
            f"Full-batch training cannot include {added} because a batch is limited to "
            f"{LARGEST_BATCH:,} images.",
            f"Choose a smaller batch size, or train without {added}.",
            ("training", "batch_size"),
        )


def _check_shares(training: TrainingSpec) -> None:
    if not SMALLEST_FRACTION <= training.training_fraction <= 1:
        raise SpecError(
            f"Fraction of the training images must be {SMALLEST_FRACTION:g} to 1, got "
            f"{training.training_fraction:g}.",
            "Choose a number in this range, such as 0.1 for 10 %.",
            ("training_fraction",),
        )
    if not 0 <= training.label_noise <= 1:
        raise SpecError(
            f"Label noise must be 0 to 1, got {training.label_noise:g}.",
            "Choose a number in this range, such as 0.1 for 10 % wrong labels.",
            ("label_noise",),
        )


def _check_full_batch(run: RunSpec) -> None:
    known = facts(run.dataset)
    if known and known.train > LARGEST_BATCH and run.training.batch_size == FULL_BATCH:
        raise SpecError(
            f"Full-batch training cannot include all {known.train:,} images of {known.title} "
            f"because a batch is limited to {LARGEST_BATCH:,} images.",
            "Choose a smaller batch size, or another dataset.",
            ("training", "batch_size"),
        )


def _check_plateau(training: TrainingSpec) -> None:
    if isinstance(training.schedule, Plateau) and not training.validation:
        raise SpecError(
            "The plateau schedule needs a validation set, but this run has none.",
            "Set the number of validation images, such as 5,000, or choose another schedule.",
            ("validation",),
        )


def _check_early_stopping(training: TrainingSpec) -> None:
    stopping = training.early_stopping
    if (stopping or training.best_epoch) and not training.validation:
        what = "Early stopping" if stopping else "The best epoch"
        raise SpecError(
            f"{what} needs a validation set, but this run has none.",
            "Set the number of validation images, such as 5,000, or turn "
            f"{'off early stopping' if stopping else 'it off'}.",
            ("validation",),
        )
    if stopping is None:
        return
    with error_path("early_stopping"):
        check_within("patience", "Patience of early stopping", stopping.patience, 1, LARGEST_EPOCHS)
        if not (isfinite(stopping.min_improvement) and 0 <= stopping.min_improvement <= 1):
            raise SpecError(
                "Smallest improvement of early stopping must be 0 to 1, got "
                f"{stopping.min_improvement:g}.",
                "Choose a number in this range.",
                ("min_improvement",),
            )
