"""What one run is: network, training, digits, framework, device."""

import re
from math import isfinite
from typing import Literal

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.spec import augmentation, optimizers, schedules
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.error_paths import error_path
from mnist_studio.spec.model import ModelSpec, parameter_count
from mnist_studio.spec.optimizers import Optimizer
from mnist_studio.spec.schedules import Constant, Plateau, Schedule

FrameworkName = Literal["numpy", "pytorch", "keras"]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]
DatasetName = Literal["mnist", "builtin"]
Precision = Literal["float32", "float64", "bfloat16"]
Sampling = Literal["shuffled", "stored", "with_replacement"]
Loss = Literal["cross_entropy", "double_softmax"]
Style = Literal["shared", "native"]
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

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")

LARGEST_BATCH = 60_000
FULL_BATCH = LARGEST_BATCH
"""All training digits in every step: a batch is never larger than they are many."""
LARGEST_EPOCHS = 10_000
LARGEST_SEED = 2**63 - 1
MOST_PARAMETERS = 200_000_000
"""With their optimizer's state these take 2.4 GB; more would only end for lack of memory."""


class ClipNorm(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="norm", tag_field="kind"
):
    """Gradients shortened to a common length where they are longer (Pascanu et al. 2013).

    All gradients of a step are multiplied by limit / norm where their Euclidean norm, over every
    trainable array together, is above the limit.
    """

    limit: float


class ClipValue(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="value", tag_field="kind"
):
    """Every number of every gradient brought into -limit to limit."""

    limit: float


class TrainingSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a network is trained.

    The loss is the mean over a batch of the cross-entropy of the logits, -log softmax(z)[label],
    which equals a log-softmax head with the negative log-likelihood. Under ``double_softmax``, a
    fault, it is that of softmax(z) in place of z; evaluation stays the same.

    A pass goes once through the training digits, in batches; its last batch may be smaller and is
    never dropped. An epoch is one pass or, if given, ``epoch_steps`` steps, which may end amid a
    pass; after it the network is judged.

    ``bfloat16`` means mixed precision: weights, optimizer, normalization and loss are float32; the
    inputs and kernels of dense layers and convolutions are rounded to bfloat16 and their products
    added up in at least float32.

    Attributes:
        optimizer: what turns gradients into updates, with its learning rate.
        schedule: how that rate moves.
        batch_size: digits a step; ``FULL_BATCH`` is all there are.
        epochs: after each of which the network is judged.
        seed: every random number of the run is a function of it.
        validation: how many training digits are kept apart to validate on.
        precision: of weights and activations.
        loss: what is minimized.
        sampling: each pass in a new random order, always as the file has them, or every batch drawn
            anew with replacement.
        epoch_steps: steps an epoch; 0 is one pass.
        clip: what is done with large gradients.
        augmentation: how the training digits are changed.
        bias_gradients: exact; or, a fault, every bias of a layer gets the sum over all its biases.
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


class ContinuedFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose checkpoint a run began with.

    Attributes:
        run: id.
        framework: who had trained it.
        step: steps it had made.
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
        dataset: which digits.
        framework: who trains it.
        device: where; ``auto`` is the fastest the framework has.
        threads: of the CPU; 0 leaves it to the framework.
        known_bugs: bugs of the sources to reproduce; ``spec.known_bugs.effective`` applies them.
        style: through the studio's one loop, or as a script that the framework's own documentation
            would have one write.
        continued_from: the run that it continues in another framework.
        personal: fingerprint of the user's own digits that it learns from beside those of the data
            set, once a pass each; empty for none. Validated and tested is on the data set alone.
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


def check(run: RunSpec) -> None:
    """Refuses what cannot work; ``spec.known_bugs.check`` refuses faults.

    Raises:
        SpecError: says which number, layer or precision, and why.
    """
    training = run.training
    with error_path("model"):
        _within("layers", "number of parameters", parameter_count(run.model), 1, MOST_PARAMETERS)
    with error_path("training"):
        _check_training(training)
    _check_precision(run)
    _check_personal(run)
    _within("threads", "number of threads", run.threads, 0, 1024)


def possible_device(framework: FrameworkName, device: DeviceName) -> DeviceName:
    """The device for one of several frameworks that shall train on ``device``.

    NumPy runs on the CPU only, and Keras not on mps; in a row of frameworks they do so.
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
    with error_path("schedule"):
        schedules.check(training.schedule)
    if training.augmentation:
        with error_path("augmentation"):
            augmentation.check(training.augmentation)
    _check_clip(training)
    _check_plateau(training)
    _within("epoch_steps", "number of steps an epoch", training.epoch_steps, 0, 10_000_000)
    _within("batch_size", "batch size", training.batch_size, 1, LARGEST_BATCH)
    _within("epochs", "number of epochs", training.epochs, 1, LARGEST_EPOCHS)
    _within("seed", "seed", training.seed, 0, LARGEST_SEED)
    _within("validation", "number of validation digits", training.validation, 0, 59_999)


def _check_clip(training: TrainingSpec) -> None:
    if training.clip and not (isfinite(training.clip.limit) and training.clip.limit > 0):
        raise SpecError(
            f"The gradients are clipped at {training.clip.limit:g}.",
            "Choose a limit above 0.",
            ("clip", "limit"),
        )


def _check_precision(run: RunSpec) -> None:
    """What a framework lacks on every computer; what a device lacks its framework tells."""
    if run.framework == "numpy" and run.training.precision == "bfloat16":
        raise SpecError(
            "NumPy doesn't support bfloat16.",
            "Choose the precision float32 or float64, or another framework.",
            ("training", "precision"),
        )


def _check_personal(run: RunSpec) -> None:
    if run.own_images and not _FINGERPRINT.fullmatch(run.own_images):
        raise SpecError(
            f"“{run.own_images}” names no set of your own digits.",
            "Leave personal empty, or correct it.",
            ("own_images",),
        )
    if run.own_images and run.training.batch_size == FULL_BATCH:
        raise SpecError(
            "With your own digits there are more digits than the largest batch has.",
            "Choose a smaller batch, or train without your own digits.",
            ("training", "batch_size"),
        )


def _check_plateau(training: TrainingSpec) -> None:
    if isinstance(training.schedule, Plateau) and not training.validation:
        raise SpecError(
            "The plateau schedule watches validation digits, and none are kept apart.",
            "Keep some apart, such as 5,000, or choose another schedule.",
            ("validation",),
        )


def _within(key: str, name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise SpecError(
            f"The {name} is {value:,}.",
            f"Choose a whole number from {low:,} to {high:,}.",
            (key,),
        )
