"""One run: network, training, dataset, framework, device."""

import re
from collections.abc import Sequence
from math import isfinite
from typing import Literal

import msgspec
import msgspec.structs

from mnist_studio.errors import SpecError
from mnist_studio.formatting import has_controls, printable
from mnist_studio.spec import augmentation, optimizers, schedules
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.datasets import check_dataset, facts
from mnist_studio.spec.error_paths import check_within, error_path
from mnist_studio.spec.model import (
    FEWEST_CLASSES,
    MOST_CLASSES,
    ModelSpec,
    parameter_count,
    with_classes,
)
from mnist_studio.spec.optimizers import Optimizer, WeightDecay
from mnist_studio.spec.schedules import Constant, Plateau, Schedule

FrameworkName = Literal["numpy", "pytorch", "keras"]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]
DatasetName = str
"""See ``spec.datasets``."""
Precision = Literal["float32", "float64", "bfloat16"]
Sampling = Literal["shuffled", "stored", "with_replacement"]
Loss = Literal["cross_entropy", "double_softmax"]
Style = Literal["shared", "native"]
Monitor = Literal["accuracy", "loss"]
KnownBugName = Literal[
    "double-softmax",
    "batch-decay",
    "unshuffled",
    "full-batch",
    "bias-gradients",
    "own-constants",
    "own-scaling",
    "own-initial",
    "zero-initial",
]
"""See ``spec.known_bugs``."""

DIGITS = tuple("0123456789")
"""The class names of MNIST."""
LONGEST_CLASS_NAME = 40

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")

LARGEST_BATCH = 60_000
FULL_BATCH = LARGEST_BATCH
"""The complete training set in every step: no batch is larger than the training set."""
SMALLEST_FRACTION = 0.0001
MOST_STYLED = 60_000
"""Generated digits in several handwriting styles: as many as MNIST has."""
LARGEST_EPOCHS = schedules.LATEST_EPOCH
LARGEST_SEED = 2**63 - 1
MOST_PARAMETERS = 200_000_000
"""With optimizer state these take 2.4 GB; more parameters would only run out of memory."""


class ClipNorm(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="norm", tag_field="kind"
):
    """Clipping of gradients by their common norm (Pascanu et al. 2013).

    All gradients of a step are multiplied by limit / norm where their Euclidean norm, over every
    trainable array together, is above the limit.
    """

    limit: float


class ClipValue(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="value", tag_field="kind"
):
    """Clipping of every element of every gradient to -limit to limit."""

    limit: float


class EarlyStopping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The end of a training that no longer improves on the validation set (Prechelt 1998).

    It never looks at the test set.

    Attributes:
        patience: epochs in a row without an improvement after which the training ends.
        min_improvement: smaller improvements over the best epoch so far do not count; of the
            accuracy as a fraction, or of the loss.
    """

    patience: int = 5
    min_improvement: float = 0.0


class TrainingSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a network is trained.

    The loss is the mean over a batch of the cross-entropy of the logits, -log softmax(z)[label],
    which equals a log-softmax head with the negative log-likelihood. Under ``double_softmax``, a
    known bug, it is that of softmax(z) instead of z; evaluation stays the same.

    With label smoothing s (Szegedy et al. 2016), the target of training has the probability
    1 - s + s / k for the label, and s / k for each other of k classes. Evaluation does not smooth.

    A pass goes once through the training set, in batches. Its last batch may be smaller and is
    never dropped. An epoch is one pass or, if given, ``epoch_steps`` steps, which may end within a
    pass. The network is evaluated after every epoch.

    ``bfloat16`` means mixed precision: weights, optimizer, normalization and loss are float32; the
    inputs and kernels of dense layers and convolutions are rounded to bfloat16 and their products
    added up in at least float32.

    Attributes:
        optimizer: with its learning rate.
        schedule: how the learning rate changes.
        batch_size: images per step; ``FULL_BATCH`` is the complete training set.
        epochs: the network is evaluated after each of them.
        seed: every random number of the run is a function of it.
        validation: number of training images that are held out as the validation set.
        precision: of weights and activations.
        loss: what is minimized.
        sampling: a new random order in each pass, the order of the file, or batches drawn with
            replacement.
        epoch_steps: steps per epoch; 0 is one pass.
        clip: how large gradients are clipped.
        augmentation: random changes of the training images.
        bias_gradients: exact; or, a known bug, every bias of a layer gets the sum over all biases.
        weight_decay: of the kernels, see ``spec.optimizers``; AdamW has its own instead.
        warmup_steps: steps in which the learning rate first rises linearly, see ``spec.schedules``.
        early_stopping: when the training ends before its last epoch, if at all.
        best_epoch: whether the final weights and figures are those of the best epoch by the
            validation set, the first one of equals, and not those of the last epoch.
        monitor: what early stopping and the best epoch compare: the validation set's accuracy,
            where more is better, or its loss, where less is better.
        label_smoothing: share of the target that all classes get alike; 0 is none.
        training_fraction: share of the training images that are used, drawn by the seed after the
            validation set was held out.
        label_noise: share of the training images whose label is replaced by a wrong one, drawn by
            the seed. The validation set and the test set keep their labels.
        averaged_epochs: number of last epochs whose weights are averaged (Izmailov et al. 2018),
            with batch-norm's running statistics. The final weights and the figures after each of
            these epochs are those of the mean so far. 0 is no averaging.
        augment_generated: whether augmentation also changes digits generated in handwriting styles,
            which vary by themselves.
    """

    optimizer: Optimizer
    schedule: Schedule = Constant()
    batch_size: int = 64
    epochs: int = 5
    seed: int = 42
    validation: int = 0
    precision: Precision = "float32"
    loss: Loss = "cross_entropy"
    sampling: Sampling = "shuffled"
    epoch_steps: int = 0
    clip: ClipNorm | ClipValue | None = None
    augmentation: Augmentation | None = None
    bias_gradients: Literal["exact", "summed"] = "exact"
    weight_decay: WeightDecay | None = None
    warmup_steps: int = 0
    early_stopping: EarlyStopping | None = None
    best_epoch: bool = False
    monitor: Monitor = "accuracy"
    label_smoothing: float = 0.0
    training_fraction: float = 1.0
    label_noise: float = 0.0
    averaged_epochs: int = 0
    augment_generated: bool = True


class ContinuedFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The run whose checkpoint another run continues.

    Attributes:
        run: id.
        framework: that trained it.
        step: of the checkpoint.
    """

    run: str
    framework: FrameworkName
    step: int


class RunSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run, completely described.

    Attributes:
        recipe: name of the recipe it came from.
        model: the network.
        training: how it is trained.
        dataset: to train and to test on.
        framework: that trains it.
        device: where; ``auto`` is the fastest the framework has.
        threads: of the CPU; 0 leaves it to the framework.
        known_bugs: of the sources, to reproduce; ``spec.known_bugs.effective`` applies them.
        style: the shared loop, or a native script in the style of the framework's documentation.
        continued_from: the run that it continues in another framework.
        own_images: fingerprint of the user's own images that are added to the training set; empty
            for none. Validation and test use the dataset alone.
        handwriting_styles: number of generated digits, in the styles of several countries, that are
            added to the training set; see ``data.ink.styles``. Their seed is that of the training.
        class_names: of the dataset, by label; the network has one logit for each.
    """

    recipe: str
    model: ModelSpec
    training: TrainingSpec
    dataset: DatasetName = "mnist"
    framework: FrameworkName = "pytorch"
    device: DeviceName = "auto"
    threads: int = 0
    known_bugs: tuple[KnownBugName, ...] = ()
    style: Style = "shared"
    continued_from: ContinuedFrom | None = None
    own_images: str = ""
    handwriting_styles: int = 0
    class_names: tuple[str, ...] = DIGITS


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


def with_dataset(run: RunSpec, name: DatasetName) -> RunSpec:
    """The run on another dataset, with its class names and as many logits.

    A dataset that is not on this computer leaves classes and network as they are.
    """
    known = facts(name)
    names = known.class_names if known else run.class_names
    model = with_classes(run.model, len(names))
    return msgspec.structs.replace(run, dataset=name, class_names=names, model=model)


def answers_digits(run: RunSpec) -> bool:
    """Whether the classes of a run are the digits 0 to 9, which drawings of digits need."""
    return run.class_names == DIGITS


def possible_device(framework: FrameworkName, device: DeviceName) -> DeviceName:
    """The device for one of several frameworks if ``device`` is selected for all.

    NumPy only runs on the CPU, and Keras not on mps; they fall back to the CPU.
    """
    if device == "auto" or framework == "pytorch":
        return device
    return device if framework == "keras" and device == "cuda" else "cpu"


def storage(precision: Precision) -> Literal["float32", "float64"]:
    """The type of weights, optimizer state and logits in that precision."""
    return "float64" if precision == "float64" else "float32"


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
