"""The different defaults of the frameworks, and the fixed setting for each.

The facts are those of torch 2.14 and of Keras 3.15 with TensorFlow 2.21. The tests of the
frameworks compare almost all of them with the installed versions.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One default that differs, so that it would distort a comparison.

    Attributes:
        topic: the name of the setting.
        pytorch: PyTorch's default.
        keras: Keras' default.
        setting: the fixed setting of all frameworks in MNIST Studio, and how it is made.
    """

    topic: str
    pytorch: str
    keras: str
    setting: str


_INPUT = (
    Difference(
        "input scaling",
        "ToTensor divides gray levels by 255; examples then standardize",
        "none; examples divide by 255",
        "one table with the input for each of the 256 gray levels, computed in float64",
    ),
    Difference(
        "image layout",
        "(batch, channel, height, width)",
        "(batch, height, width, channel): channels_last",
        "(height, width, channel) in everything stored or compared",
    ),
    Difference(
        "flattening order",
        "channel, height, width",
        "height, width, channel",
        "height, width, channel; PyTorch's feature maps are permuted first",
    ),
    Difference(
        "shuffling",
        "DataLoader: none (shuffle is off)",
        "fit: every epoch (shuffle is True)",
        "every epoch; the order is a function of seed and epoch",
    ),
    Difference(
        "batch size and last batch",
        "DataLoader: 1 image; uses a smaller last batch (drop_last is False)",
        "fit: 32 images; uses a smaller last batch",
        "set by the run; uses a smaller last batch",
    ),
    Difference(
        "seeds",
        "one global generator (torch.manual_seed), and one on each device",
        "seeds of Python, NumPy and TensorFlow (keras.utils.set_random_seed)",
        "Philox numbers as a function of seed, purpose and step, the same for all",
    ),
    Difference(
        "data types",
        "float32; labels int64",
        "float32 (floatx); labels of any integer type",
        "the run's precision in all arrays; losses and accuracies summed in float64",
    ),
)

_LAYERS = (
    Difference(
        "dense kernel",
        "(out, in)",
        "(in, out)",
        "(in, out) in everything stored; PyTorch's is transposed",
    ),
    Difference(
        "convolution kernel",
        "(out, in, height, width)",
        "(height, width, in, out)",
        "(height, width, in, out) in everything stored; PyTorch's is permuted",
    ),
    Difference(
        "initialization",
        "uniform within ±1/√fan-in, biases too",
        "kernels Glorot (Xavier), uniform within ±√(6 / (fan-in + fan-out)); biases 0",
        "as the recipe says, drawn once in float64 and loaded into every framework",
    ),
    Difference(
        "convolution padding",
        "0; an integer pads all sides alike, so that an even kernel enlarges the map",
        "valid; same adds the extra row after the map",
        "same pads (k - 1) // 2 before and k // 2 after, for even kernels too",
    ),
    Difference(
        "ties in max-pooling",
        "the gradient goes to the first maximum",
        "the gradient goes to the first maximum",
        "the gradient goes to the first maximum, row by row",
    ),
    Difference(
        "dropout",
        "inverted; own random numbers; only in training mode (the default mode)",
        "inverted; own random numbers; only with training=True",
        "inverted; masks are a function of seed, layer and step, the same for all",
    ),
    Difference(
        "batch-norm momentum",
        "0.1, the weight of the new statistics",
        "0.99, the weight of the old statistics",
        "the weight of the old statistics, 0.9 unless the recipe sets it",
    ),
    Difference("batch-norm epsilon", "1e-05", "0.001", "1e-05 unless the recipe sets it"),
    Difference(
        "batch-norm running variance",
        "unbiased: divided by n - 1",
        "biased: divided by n",
        "biased, in PyTorch too",
    ),
)

_OPTIMIZERS = (
    Difference("Adam's epsilon", "1e-08", "1e-07", "1e-08 unless the recipe sets it"),
    Difference(
        "position of Adam's epsilon",
        "added after the bias correction",
        "added before the bias correction",
        "after the bias correction (Kingma & Ba 2015); Keras' Adam is subclassed",
    ),
    Difference(
        "RMSprop's decay and epsilon",
        "alpha 0.99, epsilon 1e-08",
        "rho 0.9, epsilon 1e-07",
        "decay 0.9, epsilon 1e-08 unless the recipe sets them",
    ),
    Difference(
        "position of RMSprop's epsilon",
        "outside the root",
        "inside the root",
        "outside the root; Keras' RMSprop is subclassed",
    ),
    Difference(
        "RMSprop's momentum",
        "the learning rate multiplies the velocity",
        "the learning rate is part of the velocity",
        "the learning rate multiplies the velocity; Keras' RMSprop is subclassed",
    ),
    Difference(
        "Adadelta's constants",
        "learning rate 1.0, rho 0.9, epsilon 1e-06",
        "learning rate 0.001, rho 0.95, epsilon 1e-07",
        "PyTorch's, unless the recipe sets them",
    ),
    Difference(
        "SGD's velocity",
        "v = momentum·v + g; w -= lr·v",
        "v = momentum·v - lr·g; w += v",
        "PyTorch's, so that a schedule doesn't rescale past gradients; Keras' SGD is subclassed",
    ),
    Difference("SGD's learning rate", "0.001", "0.01", "set by the recipe"),
    Difference(
        "learning rate dtype",
        "a Python float (64 bits)",
        "a float32 variable",
        "float64 in every step; Keras' variable is not used",
    ),
    Difference(
        "clipping by norm",
        "clip_grad_norm_: all gradients by their common norm",
        "clipnorm: every gradient by its own norm",
        "all gradients by their common norm",
    ),
    Difference(
        "schedules",
        "stepped by the script, usually once per epoch",
        "counted in batches",
        "computed for every step and passed to every framework",
    ),
)

_LOSS = (
    Difference(
        "softmax in the loss",
        "cross_entropy takes logits",
        "the cross-entropies take probabilities (from_logits is False)",
        "networks output logits; every loss takes logits",
    ),
    Difference("loss reduction", "mean", "sum_over_batch_size (the mean)", "mean"),
    Difference(
        "accuracy during training",
        "none; examples count their own",
        "fit: mean over the epoch's batches so far, with dropout on",
        "counted by the shared loop, on the test set with dropout off",
    ),
)

_COMPUTING = (
    Difference(
        "TF32 on NVIDIA GPUs",
        "convolutions yes, matrix products no",
        "both",
        "off: float32 means float32",
    ),
    Difference(
        "execution",
        "eager: one operation at a time",
        "fit: a compiled graph for each batch, with XLA where possible (jit_compile is auto)",
        "PyTorch: eager; Keras: a graph for many steps, with XLA where it is faster",
    ),
    Difference(
        "repeatability",
        "not guaranteed (use_deterministic_algorithms is off)",
        "not guaranteed (enable_op_determinism is off)",
        "CPU: the same bits with the same number of threads; Keras on a GPU: not guaranteed",
    ),
    Difference(
        "mixed precision",
        "autocast selects by operation",
        "a policy for every layer, variables in float32",
        "rounds inputs and kernels of dense layers and convolutions, nothing else",
    ),
)

DIFFERENCES: tuple[Difference, ...] = (*_INPUT, *_LAYERS, *_OPTIMIZERS, *_LOSS, *_COMPUTING)
