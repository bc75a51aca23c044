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
        "ToTensor divides gray levels by 255, then examples standardize",
        "none, but examples divide by 255",
        "one table with the input for each of the 256 gray levels, computed in float64",
    ),
    Difference(
        "image layout",
        "(batch, channel, height, width)",
        "(batch, height, width, channel): channels_last",
        "(height, width, channel) wherever arrays are stored or compared",
    ),
    Difference(
        "flattening order",
        "channel, height, width",
        "height, width, channel",
        "height, width, channel. PyTorch's feature maps are permuted first",
    ),
    Difference(
        "shuffling",
        "DataLoader: none (shuffle is off)",
        "fit: every epoch (shuffle is True)",
        "every epoch, in an order given by seed and epoch",
    ),
    Difference(
        "batch size and last batch",
        "DataLoader: 1 image, with a smaller last batch (drop_last is False)",
        "fit: 32 images, with a smaller last batch",
        "set by the run, with a smaller last batch",
    ),
    Difference(
        "seeds",
        "one global generator (torch.manual_seed), and one on each device",
        "the seeds of Python, NumPy, and TensorFlow (keras.utils.set_random_seed)",
        "Philox numbers from seed, purpose, and step, the same for all",
    ),
    Difference(
        "data types",
        "float32, with int64 labels",
        "float32 (floatx), with labels of any integer type",
        "the run's precision in all arrays. Losses and accuracies are summed in float64",
    ),
)

_LAYERS = (
    Difference(
        "dense kernel",
        "(out, in)",
        "(in, out)",
        "(in, out) wherever stored. PyTorch's is transposed",
    ),
    Difference(
        "convolution kernel",
        "(out, in, height, width)",
        "(height, width, in, out)",
        "(height, width, in, out) wherever stored. PyTorch's is permuted",
    ),
    Difference(
        "initialization",
        "uniform within ±1/√fan-in, including biases",
        "Glorot (Xavier) kernels, uniform within ±√(6 / (fan-in + fan-out)), and zero biases",
        "set by the recipe, drawn once in float64, and loaded into every framework",
    ),
    Difference(
        "normal initialization",
        "not truncated",
        "truncated at 2 standard deviations, and widened to the same standard deviation",
        "not truncated",
    ),
    Difference(
        "slope of leaky ReLU",
        "0.01",
        "0.3, which TensorFlow rounds to float32",
        "0.01 unless the recipe sets it, not rounded in float64",
    ),
    Difference(
        "GELU",
        "exact, not approximated by tanh",
        "exact, not approximated by tanh, with a constant of float32",
        "exact, with a constant of float64 in float64",
    ),
    Difference(
        "convolution padding",
        "0. An integer pads all sides equally, so an even kernel enlarges the map",
        "valid. With same, the extra row comes after the map",
        "same pads (k - 1) // 2 before and k // 2 after, also for even kernels",
    ),
    Difference(
        "ties in max-pooling",
        "the gradient goes to the first maximum",
        "the gradient goes to the first maximum",
        "the gradient goes to the first maximum, row by row",
    ),
    Difference(
        "dropout",
        "inverted, with its own random numbers, only in training mode (the default)",
        "inverted, with its own random numbers, only if training=True",
        "inverted, with masks from seed, layer, and step, the same for all",
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
        "after the bias correction (Kingma & Ba 2015), by a subclass of Keras' Adam",
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
        "outside the root, by a subclass of Keras' RMSprop",
    ),
    Difference(
        "RMSprop's momentum",
        "the learning rate multiplies the velocity",
        "the learning rate is part of the velocity",
        "the learning rate multiplies the velocity, by a subclass of Keras' RMSprop",
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
        "PyTorch's, so a schedule does not rescale past gradients, by a subclass of Keras' SGD",
    ),
    Difference(
        "Nesterov momentum",
        "v = momentum·v + g; w -= lr·(g + momentum·v)",
        "v = momentum·v - lr·g; w += momentum·v - lr·g",
        "PyTorch's, by a subclass of Keras' SGD",
    ),
    Difference(
        "centered RMSprop",
        "the variance s - a² is below the root, and epsilon is outside",
        "the variance s - a² and epsilon are below the root",
        "epsilon outside the root, by a subclass of Keras' RMSprop",
    ),
    Difference(
        "weight decay of optimizers",
        "coupled: added to the gradients of all parameters",
        "decoupled: all variables shrink before the update",
        "coupled or decoupled as set, for kernels only, after clipping, outside the loss",
    ),
    Difference(
        "AdamW's weight decay", "0.01", "0.004", "0.01 unless the run sets it, for kernels only"
    ),
    Difference("SGD's learning rate", "0.001", "0.01", "set by the recipe"),
    Difference(
        "learning rate dtype",
        "a Python float (64 bits)",
        "a float32 variable",
        "float64 in every step, without Keras' variable",
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
    Difference(
        "early stopping",
        "none",
        "EarlyStopping: by the validation loss, and the last weights stay",
        "off unless the run sets it, by the validation accuracy or loss, in the shared loop",
    ),
)

_LOSS = (
    Difference(
        "softmax in the loss",
        "cross_entropy takes logits",
        "cross-entropies take probabilities (from_logits is False)",
        "networks output logits, and every loss takes logits",
    ),
    Difference(
        "label smoothing",
        "of the loss, in training and evaluation alike",
        "of CategoricalCrossentropy, which takes no integer labels, in fit and evaluate alike",
        "in training only, and 0 unless the recipe sets it",
    ),
    Difference("loss reduction", "mean", "sum_over_batch_size (the mean)", "mean"),
    Difference(
        "accuracy during training",
        "none, but examples count correct predictions",
        "fit: mean over the batches of the epoch so far, with dropout on",
        "counted by the shared loop, on the test set with dropout off",
    ),
)

_COMPUTING = (
    Difference(
        "TF32 on NVIDIA GPUs",
        "on for convolutions, off for matrix products",
        "both",
        "off: float32 means float32",
    ),
    Difference(
        "execution",
        "eager: one operation at a time",
        "fit: a compiled graph for each batch, with XLA where possible (jit_compile is auto)",
        "PyTorch is eager. Keras compiles a graph of many steps, with XLA where it is faster",
    ),
    Difference(
        "repeatability",
        "not guaranteed (use_deterministic_algorithms is off)",
        "not guaranteed (enable_op_determinism is off)",
        "bit-identical on a CPU with the same number of threads, not guaranteed for Keras on a GPU",
    ),
    Difference(
        "mixed precision",
        "autocast chooses the type of each operation",
        "a policy sets the type of each layer, with float32 variables",
        "only inputs and kernels of dense layers and convolutions are rounded",
    ),
)

DIFFERENCES: tuple[Difference, ...] = (*_INPUT, *_LAYERS, *_OPTIMIZERS, *_LOSS, *_COMPUTING)
