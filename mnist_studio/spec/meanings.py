"""What every kind of layer, optimizer and schedule is, and what each of its numbers means.

For the window, the command line, and documents: each title and each sentence is here, once. A kind
or a field without an entry gets its title from its name and its sentence from its docstring, so
that a new one shows up everywhere before it has an entry.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import msgspec

Step = Literal["one", "double", "decade", "half", "twentieth", "hundredth", "thousand", "fifty"]
"""How far the arrow keys move a number; a decade goes 1, 2, 5, 10."""


@dataclass(frozen=True)
class Kind:
    """A kind of layer, optimizer, schedule, initialization or clipping.

    Attributes:
        title: of at most three words, such as “Convolution”.
        sentence: what it does.
    """

    title: str
    sentence: str


@dataclass(frozen=True)
class Parameter:
    """A field of such a kind.

    Attributes:
        title: such as “Learning rate”.
        sentence: what it does, and its usual value.
        low: the lowest number that makes sense.
        high: the highest one.
        step: how far the arrow keys move it.
        zero: what the lowest number means, such as “none”; empty if it is a number like the others.
    """

    title: str
    sentence: str
    low: float = 0
    high: float = 1_000_000
    step: Step = "one"
    zero: str = ""


def kind(of: type[Any]) -> Kind:
    """The title and the meaning of a struct."""
    return _KINDS.get(of.__name__) or Kind(_title(of.__name__), _summary(of))


def parameter(of: type[Any], field: str) -> Parameter:
    """The title and the meaning of a field of a struct."""
    for name in (of.__name__, ""):
        if found := _PARAMETERS.get((name, field)):
            return found
    return _undescribed(of, field)


def choice(field: str, value: str) -> Kind:
    """The title and the meaning of a named value of a field, such as a padding of ``same``."""
    field = field.removesuffix("_bias")
    return _CHOICES.get((field, value)) or Kind(value.replace("_", " ").capitalize(), "")


def is_described(of: type[Any], field: str) -> bool:
    """Whether a field has an entry of its own."""
    return (of.__name__, field) in _PARAMETERS or ("", field) in _PARAMETERS


def _title(name: str) -> str:
    return " ".join(re.findall(r"[A-Z][a-z0-9]*", name)).capitalize()


def _summary(of: type[Any]) -> str:
    return (of.__doc__ or "").strip().partition("\n\n")[0].replace("\n    ", " ").replace("`", "")


def usual(of: type[Any]) -> Any:
    """A struct with usual values: its defaults, and for other fields what most networks have."""
    fields = msgspec.structs.fields(of)
    required = {field.name: _USUAL.get(field.name, 1.0) for field in fields if field.required}
    return of(**required, **_USUAL_KINDS.get(of.__name__, {}))


def _undescribed(of: type[Any], field: str) -> Parameter:
    """A field without an entry: its sentence is that of the docstring."""
    found = re.search(rf"^\s+{field}: (.*?)(?=^\s+\w+: |\Z)", of.__doc__ or "", re.M | re.S)
    words = " ".join(found[1].split()).replace("`", "") if found else ""
    sentence = f"{words[:1].upper()}{words[1:]}"
    return Parameter(field.replace("_", " ").capitalize(), sentence, low=-1_000_000, step="decade")


_USUAL: Mapping[str, Any] = MappingProxyType(
    {"units": 128, "filters": 32, "rate": 0.5, "limit": 1.0, "learning_rate": 0.001}
)
"""Of fields that have no default."""
_USUAL_KINDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {"Augmentation": {"rotation": 10.0, "zoom": 0.1, "shift": 2.0}}
)
"""Of kinds whose defaults do nothing."""

_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        # Layers.
        "Dense": Kind("Dense", "Every unit sees every input. Needs a vector."),
        "Conv": Kind(
            "Convolution",
            "Small kernels slide over the image and find local shapes, such as edges.",
        ),
        "MaxPool": Kind(
            "Max-pooling", "Keeps the largest number of each window, so the map gets smaller."
        ),
        "AvgPool": Kind(
            "Average pooling", "Keeps the mean of each window, so the map gets smaller."
        ),
        "GlobalAvgPool": Kind(
            "Global average pooling", "Keeps one number per channel: the mean of its whole map."
        ),
        "BatchNorm": Kind(
            "Batch normalization",
            "Scales its inputs to mean 0 and variance 1 in each batch. Training gets faster.",
        ),
        "Flatten": Kind("Flatten", "Turns a feature map into a vector, which dense layers need."),
        "Relu": Kind("ReLU", "Negative numbers become 0. The usual activation after a layer."),
        "Sigmoid": Kind("Sigmoid", "Squeezes every number to between 0 and 1. Learns slowly."),
        "Tanh": Kind("Tanh", "Squeezes every number to between -1 and 1."),
        "LeakyRelu": Kind("Leaky ReLU", "Like ReLU, but negative numbers keep a small slope."),
        "Elu": Kind("ELU", "Like ReLU, but negative numbers approach a limit smoothly."),
        "Gelu": Kind("GELU", "A smooth ReLU. Transformers use it."),
        "Dropout": Kind(
            "Dropout", "Turns off random units while training, so the network relies on none."
        ),
        # Initialization.
        "Uniform": Kind("Uniform", "Random numbers between a limit and its negative."),
        # Optimizers.
        "Sgd": Kind(
            "SGD", "Moves the weights against the gradient. Momentum adds a part of the last step."
        ),
        "Adam": Kind("Adam", "Adapts the step of every weight. A good first choice."),
        "AdamW": Kind("AdamW", "Adam with weight decay that does not depend on the gradient."),
        "Adadelta": Kind(
            "Adadelta", "Adapts the step of every weight to its past gradients and steps."
        ),
        "RmsProp": Kind("RMSprop", "Divides each gradient by the size of its recent values."),
        # Schedules.
        "Constant": Kind("Constant", "The learning rate stays the same."),
        "Exponential": Kind(
            "Exponential decay", "Multiplies the learning rate by a factor at equal intervals."
        ),
        "StepDecay": Kind("Step decay", "Multiplies the learning rate every few epochs."),
        "Cosine": Kind(
            "Cosine", "The learning rate falls along half a cosine until training ends."
        ),
        "OneCycle": Kind(
            "One-cycle", "Rises to the highest learning rate, then falls, once per training."
        ),
        "Plateau": Kind(
            "Plateau", "Reduces the learning rate when validation accuracy stops improving."
        ),
        # Clipping.
        "ClipNorm": Kind("By norm", "Scales the whole gradient down if its norm is too large."),
        "ClipValue": Kind("By value", "Limits each number of the gradient."),
        # Weight decay.
        "CoupledDecay": Kind(
            "Coupled (L2)", "Adds a small multiple of each weight to its gradient, after clipping."
        ),
        "DecoupledDecay": Kind(
            "Decoupled", "Shrinks weights before each step, whatever the gradient is, as in AdamW."
        ),
        # Parts of a run.
        "EarlyStopping": Kind(
            "Early stopping", "Ends training when the validation set no longer improves."
        ),
        "Scaling": Kind("Input scaling", "How gray levels become the input of the network."),
        "Augmentation": Kind("Augmentation", "Random changes of the training images."),
        "TrainingSpec": Kind("Training", "How the network learns."),
    }
)

_LEARNING_RATE = Parameter(
    "Learning rate",
    "Size of each step. Too small learns slowly, too large diverges.",
    0, 1000, "decade",
)  # fmt: skip

_PARAMETERS: Mapping[tuple[str, str], Parameter] = MappingProxyType(
    {
        # Layers.
        ("Dense", "units"): Parameter(
            "Units", "How many numbers the layer outputs. The last layer needs 10.", 1, 1_000_000,
            "double",
        ),
        ("Conv", "filters"): Parameter(
            "Filters", "How many kernels, and so how many feature maps.", 1, 100_000, "double"
        ),
        ("Conv", "size"): Parameter(
            "Kernel size", "Side of the kernel in pixels; usually 3 or 5.", 1, 99
        ),
        ("MaxPool", "size"): Parameter("Window size", "Side of the window; 2 halves a map.", 1, 28),
        ("AvgPool", "size"): Parameter("Window size", "Side of the window; 2 halves a map.", 1, 28),
        ("", "padding"): Parameter(
            "Padding", "Same adds zeros around the map, so its size stays. Valid adds none."
        ),
        ("", "bias"): Parameter("Bias", "Adds a learned number to each output."),
        ("", "initial"): Parameter(
            "Initial weights", "Values of the weights before training. “He” suits ReLU."
        ),
        ("", "initial_bias"): Parameter(
            "Initial biases", "Values of the biases before training; usually 0."
        ),
        ("BatchNorm", "momentum"): Parameter(
            "Momentum", "How much of the old running mean stays after each batch.", 0, 0.9999,
            "hundredth",
        ),
        ("BatchNorm", "epsilon"): Parameter(
            "Epsilon", "Added to the variance so that nothing is divided by 0.", 0, 1, "decade"
        ),
        ("Dropout", "rate"): Parameter(
            "Rate", "Fraction of the units that are turned off; 0.2 to 0.5.", 0, 0.99, "twentieth"
        ),
        ("LeakyRelu", "slope"): Parameter(
            "Slope", "Slope of negative numbers; 0.01 to 0.3.", 0, 1, "decade"
        ),
        ("Elu", "alpha"): Parameter(
            "Alpha", "Negative numbers approach minus this limit; usually 1.", 0, 100, "decade"
        ),
        ("Uniform", "limit"): Parameter("Limit", "The largest random number.", 0, 1000, "decade"),
        # Input.
        ("Scaling", "mean"): Parameter(
            "Mean", "Subtracted from every level between 0 and 1; 0.1307 is that of MNIST.",
            -1000, 1000, "twentieth",
        ),
        ("Scaling", "deviation"): Parameter(
            "Deviation", "Divides every level; 0.3081 is that of MNIST.", 0, 1000, "twentieth"
        ),
        # Optimizers.
        ("", "learning_rate"): _LEARNING_RATE,
        ("", "momentum"): Parameter(
            "Momentum", "Fraction of the last step that is added to the next one; usually 0.9.",
            0, 0.9999, "twentieth", "none",
        ),
        ("", "nesterov"): Parameter(
            "Nesterov", "Computes the gradient one momentum step ahead, so steps overshoot less."
        ),
        ("", "beta1"): Parameter(
            "Beta 1", "Decay of the running mean of the gradients; usually 0.9.",
            0, 0.9999, "twentieth",
        ),
        ("", "beta2"): Parameter(
            "Beta 2",
            "Decay of the running mean of squared gradients; usually 0.999.",
            0, 0.99999, "hundredth",
        ),
        ("", "rho"): Parameter(
            "Rho", "Decay of the running mean of squared gradients; usually 0.9.", 0, 0.9999,
            "twentieth",
        ),
        ("", "epsilon"): Parameter(
            "Epsilon", "Added to a divisor so that nothing is divided by 0.", 0, 1, "decade"
        ),
        ("AdamW", "weight_decay"): Parameter(
            "Weight decay", "Shrinks kernels, not biases or batch-norm; 0.0001 to 0.1.", 0, 0.99,
            "decade", "none",
        ),
        ("RmsProp", "centered"): Parameter(
            "Centered",
            "Divides by the standard deviation of recent gradients instead of their size.",
        ),
        ("", "rate"): Parameter(
            "Rate", "Strength; 0.0001 to 0.01. Applies to kernels, not biases or batch-norm.", 0,
            1, "decade",
        ),
        # Schedules.
        ("", "factor"): Parameter(
            "Factor", "Multiplies the learning rate each time.", 0.0001, 1, "twentieth"
        ),
        ("StepDecay", "every"): Parameter(
            "Every (epochs)", "Epochs between two reductions, unless there are milestones.", 1,
            10_000,
        ),
        ("StepDecay", "milestones"): Parameter(
            "Milestones", "Epochs after which the learning rate is reduced, such as 5 and 8."
        ),
        ("Cosine", "lowest"): Parameter(
            "Lowest factor", "The learning rate ends at this fraction; usually 0.", 0, 1,
            "twentieth",
        ),
        ("Exponential", "period"): Parameter(
            "Period (steps)",
            "Steps from one multiplication to the next.", 0, 10_000_000, "fifty", "each epoch",
        ),
        ("", "warmup"): Parameter(
            "Warm-up", "Fraction of the training in which the learning rate rises.", 0, 1,
            "twentieth",
        ),
        ("", "start"): Parameter(
            "Start divisor", "The first learning rate is the highest one divided by this.", 1,
            1_000_000, "decade",
        ),
        ("", "final"): Parameter(
            "Final divisor", "The last learning rate is the first one divided by this.", 1,
            100_000_000, "decade",
        ),
        ("EarlyStopping", "patience"): Parameter(
            "Patience (epochs)", "Epochs without improvement before training ends.", 1, 10_000
        ),
        ("EarlyStopping", "min_improvement"): Parameter(
            "Smallest improvement",
            "Smaller improvements do not count. For accuracy a fraction: 0.001 is 0.1 pp.", 0, 1,
            "decade", "any",
        ),
        ("", "patience"): Parameter("Patience (epochs)", "Epochs to wait for a new best.", 1, 1000),
        ("", "lowest"): Parameter(
            "Lowest factor", "The learning rate never falls below this fraction.", 0.000001, 1,
            "decade",
        ),
        # Clipping and augmentation.
        ("", "limit"): Parameter(
            "Threshold", "Larger gradients are reduced to this.", 0, 1_000_000, "decade"
        ),
        ("Augmentation", "rotation"): Parameter(
            "Rotation (°)", "Largest random rotation, 0 to 180 degrees.", 0, 180, "half", "none"
        ),
        ("Augmentation", "zoom"): Parameter(
            "Scaling", "Largest random change of size, 0 to 0.9.", 0, 0.9, "twentieth", "none"
        ),
        ("Augmentation", "shift"): Parameter(
            "Shift (px)", "Largest random shift, 0 to 14 pixels.", 0, 14, "half", "none"
        ),
        ("Augmentation", "shear"): Parameter(
            "Shear (°)", "Largest random shear, 0 to 60 degrees.", 0, 60, "half", "none"
        ),
        ("Augmentation", "elastic"): Parameter(
            "Elastic distortion", "Strength of random elastic distortion, 0 to 14 pixels.", 0, 14,
            "half", "none",
        ),
        ("Augmentation", "smoothness"): Parameter(
            "Smoothness", "Smoothness of the elastic distortion, 0.5 to 14 pixels.", 0.5, 14, "half"
        ),
        # Training.
        ("TrainingSpec", "optimizer"): Parameter("Optimizer", "How gradients change the weights."),
        ("TrainingSpec", "schedule"): Parameter(
            "Schedule", "How the learning rate changes during training."
        ),
        ("TrainingSpec", "batch_size"): Parameter(
            "Batch size", "Training images per step, 1 to 60,000.", 1, 60_000, "double"
        ),
        ("TrainingSpec", "epochs"): Parameter(
            "Epochs", "Passes over the training set, 1 to 10,000.", 1, 10_000
        ),
        ("TrainingSpec", "seed"): Parameter(
            "Seed", "Start of all random numbers. The same seed gives the same run.", 0, 2**31 - 1
        ),
        ("TrainingSpec", "validation"): Parameter(
            "Validation set", "Training images that are held out for validation.", 0, 59_999,
            "thousand", "none",
        ),
        ("TrainingSpec", "precision"): Parameter(
            "Precision", "Number format of weights and activations."
        ),
        ("TrainingSpec", "loss"): Parameter("Loss", "What training makes as small as possible."),
        ("TrainingSpec", "sampling"): Parameter(
            "Batches", "How training images are put into batches."
        ),
        ("TrainingSpec", "epoch_steps"): Parameter(
            "Steps per epoch", "Steps until the next evaluation.", 0, 10_000_000, "fifty",
            "one pass",
        ),
        ("TrainingSpec", "clip"): Parameter(
            "Gradient clipping", "Limits large gradients before the update."
        ),
        ("TrainingSpec", "augmentation"): Parameter(
            "Augmentation", "Random changes of the training images."
        ),
        ("TrainingSpec", "bias_gradients"): Parameter(
            "Bias gradients", "Exact, or with a known bug of one of the sources."
        ),
        ("TrainingSpec", "weight_decay"): Parameter(
            "Weight decay", "Pulls kernels towards 0, but not biases or batch-norm."
        ),
        ("TrainingSpec", "warmup_steps"): Parameter(
            "Warm-up (steps)",
            "Steps in which the learning rate rises from near 0 at the start.",
            0,
            10_000_000, "fifty", "none",
        ),
        ("TrainingSpec", "early_stopping"): Parameter(
            "Early stopping", "Ends training when the validation set no longer improves."
        ),
        ("TrainingSpec", "best_epoch"): Parameter(
            "Weights of the best epoch",
            "Takes the final weights from the epoch that is best on the validation set.",
        ),
        ("TrainingSpec", "monitor"): Parameter(
            "Best by", "What early stopping and the best epoch compare on the validation set."
        ),
        ("", "label_smoothing"): Parameter(
            "Label smoothing",
            "Probability that the target spreads over all digits; usually 0.1.",
            0,
            0.99, "twentieth", "none",
        ),
        ("", "training_fraction"): Parameter(
            "Training images",
            "Fraction of the training images that are used, drawn by the seed; 1 is all of them.",
            0.0001,
            1, "twentieth",
        ),
        ("", "augment_generated"): Parameter(
            "Change generated digits",
            "Augmentation also changes digits generated in handwriting styles, not only images of "
            "the dataset.",
        ),
        ("", "averaged_epochs"): Parameter(
            "Averaged epochs",
            "Takes the mean of the weights after each of the last epochs, 0 to 10,000.",
            0,
            10_000, "one", "none",
        ),
        ("", "label_noise"): Parameter(
            "Label noise",
            "Fraction of the training labels that are replaced by wrong ones. Validation and test "
            "keep theirs.",
            0,
            1, "twentieth", "none",
        ),
    }
)  # fmt: skip
"""By the name of the struct, or an empty name for a field with the same meaning in all of them."""

_CHOICES: Mapping[tuple[str, str], Kind] = MappingProxyType(
    {
        ("padding", "same"): Kind("Same", "The map keeps its size."),
        ("padding", "valid"): Kind("Valid", "The kernel stays inside the map."),
        ("initial", "zeros"): Kind("Zeros", "Nothing can be learned from equal weights."),
        ("initial", "glorot_uniform"): Kind("Glorot (Xavier)", "For sigmoid, tanh and outputs."),
        ("initial", "glorot_normal"): Kind("Glorot, normal", "For sigmoid, tanh and outputs."),
        ("initial", "he_uniform"): Kind("He, uniform", "For ReLU."),
        ("initial", "he_normal"): Kind("He", "For ReLU."),
        ("initial", "lecun_normal"): Kind("LeCun", "For inputs and tanh."),
        ("initial", "fan_in_uniform"): Kind("Uniform by fan-in", "PyTorch's default."),
        ("initial", "size_uniform"): Kind("Uniform by size", ""),
        ("loss", "cross_entropy"): Kind("Cross-entropy", "The usual loss."),
        ("loss", "double_softmax"): Kind("Double softmax", "A known bug."),
        ("sampling", "shuffled"): Kind("Shuffled", "A new random order in each pass."),
        ("sampling", "stored"): Kind("Order of the file", "Without shuffling."),
        ("sampling", "with_replacement"): Kind("With replacement", "Drawn at random each time."),
        ("precision", "float32"): Kind("float32", "The usual precision."),
        ("precision", "float64"): Kind("float64", "Twice the memory."),
        ("precision", "bfloat16"): Kind("bfloat16", "Mixed precision."),
        ("monitor", "accuracy"): Kind("Accuracy", "More is better."),
        ("monitor", "loss"): Kind("Loss", "Less is better."),
        ("bias_gradients", "exact"): Kind("Exact", ""),
        ("bias_gradients", "summed"): Kind("Summed", "A known bug."),
    }
)
