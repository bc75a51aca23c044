"""One run: network, training, dataset, framework, device."""

from typing import Literal

import msgspec
import msgspec.structs

from mnist_studio.spec import schedules
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.datasets import facts
from mnist_studio.spec.model import ModelSpec, with_classes
from mnist_studio.spec.optimizers import Optimizer, WeightDecay
from mnist_studio.spec.schedules import Constant, Schedule

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
