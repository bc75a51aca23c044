"""What the frameworks do differently by default, and how the studio pins each.

Facts of torch 2.14 and of Keras 3.15 over TensorFlow 2.21; the tests of the adapters read almost
all of them again from whatever is installed.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One matter on which an unpinned comparison would part.

    Attributes:
        topic: what it is about.
        pytorch: what PyTorch does by default.
        keras: what Keras does by default.
        studio: what every framework does in the studio, and by which means.
    """

    topic: str
    pytorch: str
    keras: str
    studio: str


_INPUT = (
    Difference(
        "input scaling",
        "ToTensor divides gray levels by 255; examples standardize after it",
        "none; examples divide by 255",
        "one table of 256 inputs per run, computed in float64 and rounded once",
    ),
    Difference(
        "image layout",
        "(batch, channel, height, width)",
        "(batch, height, width, channel): channels_last",
        "height, width, channel in everything that is kept or compared",
    ),
    Difference(
        "order of flattening",
        "channel, height, width",
        "height, width, channel",
        "height, width, channel: PyTorch's maps are permuted before they are flattened",
    ),
    Difference(
        "shuffling",
        "DataLoader: none (shuffle is off)",
        "fit: every epoch (shuffle is True)",
        "the order is a function of seed and pass, the same for all",
    ),
    Difference(
        "batch size and last batch",
        "DataLoader: 1 digit; a smaller last batch is kept (drop_last is False)",
        "fit: 32 digits; a smaller last batch is kept",
        "given by the run; a smaller last batch is kept and never dropped",
    ),
    Difference(
        "seeds",
        "one global generator, torch.manual_seed; another one on each device",
        "one seed each for Python, NumPy and TensorFlow, keras.utils.set_random_seed",
        "Philox numbers as a function of seed, purpose and step; no framework draws any",
    ),
    Difference(
        "data types",
        "float32; labels int64",
        "float32 (floatx); labels of any whole type",
        "the run's precision in all arrays, losses and accuracies summed in float64",
    ),
)

_LAYERS = (
    Difference(
        "dense kernel",
        "(out, in)",
        "(in, out)",
        "(in, out) in everything that is kept; PyTorch's is transposed",
    ),
    Difference(
        "convolution kernel",
        "(out, in, height, width)",
        "(height, width, in, out)",
        "(height, width, in, out) in everything that is kept; PyTorch's is permuted",
    ),
    Difference(
        "first weights",
        "evenly within 1/√fan-in of 0, biases too",
        "kernels by Glorot, evenly within √(6 / (fan-in + fan-out)) of 0; biases 0",
        "drawn by the studio as each layer says, in float64, and loaded into all",
    ),
    Difference(
        "convolution padding",
        "0; a whole number pads alike on all sides, so that an even kernel's map grows",
        "valid; same pads the odd row after the map",
        "same is (k - 1) // 2 before and k // 2 after, for even kernels too",
    ),
    Difference(
        "ties in max-pooling",
        "the gradient goes to the first maximum",
        "the gradient goes to the first maximum",
        "the gradient goes to the first maximum, read row by row, by contract",
    ),
    Difference(
        "dropout",
        "inverted, by its own random numbers, only in training mode (the default mode)",
        "inverted, by its own random numbers, only where training=True is passed",
        "inverted, by masks that are a function of seed, layer and step, given to all",
    ),
    Difference(
        "batch-norm momentum",
        "0.1, the part of the new statistics",
        "0.99, the part of the old statistics",
        "the part of the old ones, 0.9 unless the recipe says otherwise",
    ),
    Difference("batch-norm epsilon", "1e-05", "0.001", "1e-05 unless the recipe says otherwise"),
    Difference(
        "batch-norm running variance",
        "unbiased: divided by n - 1",
        "biased: divided by n",
        "biased, in PyTorch too",
    ),
)

_OPTIMISERS = (
    Difference(
        "Adam's epsilon", "1e-08", "1e-07", "given by the recipe, 1e-08 unless it says otherwise"
    ),
    Difference(
        "place of Adam's epsilon",
        "added after the bias correction",
        "added before the bias correction",
        "after it (Kingma & Ba 2015, algorithm 1); Keras' Adam is subclassed",
    ),
    Difference(
        "RMSprop's decay and epsilon",
        "alpha 0.99, epsilon 1e-08",
        "rho 0.9, epsilon 1e-07",
        "given by the recipe, 0.9 and 1e-08 unless it says otherwise",
    ),
    Difference(
        "place of RMSprop's epsilon",
        "outside the root",
        "inside the root",
        "outside the root; Keras' RMSprop is subclassed",
    ),
    Difference(
        "RMSprop's momentum",
        "the rate multiplies the velocity",
        "the rate goes into the velocity",
        "the rate multiplies the velocity; Keras' RMSprop is subclassed",
    ),
    Difference(
        "Adadelta's constants",
        "rate 1.0, rho 0.9, epsilon 1e-06",
        "rate 0.001, rho 0.95, epsilon 1e-07",
        "given by the recipe, those of PyTorch unless it says otherwise",
    ),
    Difference(
        "SGD's velocity",
        "v = momentum·v + g; w -= rate·v",
        "v = momentum·v - rate·g; w += v",
        "the first: a schedule never rescales past gradients; Keras' SGD is subclassed",
    ),
    Difference("SGD's rate", "0.001", "0.01", "given by the recipe"),
    Difference(
        "type of the rate",
        "Python's float, 64 bits",
        "a float32 variable",
        "float64 in every step; Keras' variable is gone round",
    ),
    Difference(
        "clipping by norm",
        "clip_grad_norm_: all gradients by their common norm",
        "clipnorm: every gradient by its own norm",
        "all gradients by their common norm",
    ),
    Difference(
        "schedules",
        "stepped by hand, mostly once an epoch",
        "counted in batches",
        "the rate of every step is computed by the studio and handed over",
    ),
)

_LOSS = (
    Difference(
        "softmax in the loss",
        "cross_entropy takes logits",
        "the cross-entropies take probabilities (from_logits is False)",
        "networks end in logits; every loss takes logits",
    ),
    Difference("reduction of the loss", "mean", "sum_over_batch_size, which is the mean", "mean"),
    Difference(
        "accuracy told while training",
        "none; examples keep their own",
        "fit: the mean over the batches of an epoch so far, with dropout on",
        "counted by the studio, on the test digits with dropout off",
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
        "eager: operation after operation",
        "fit: a compiled graph a batch, XLA where it can (jit_compile is auto)",
        "eager in PyTorch; in Keras a graph of many steps, XLA for networks that gain from it",
    ),
    Difference(
        "the same run twice",
        "not promised (use_deterministic_algorithms is off)",
        "not promised (enable_op_determinism is off)",
        "on a CPU the same bits in all three with as many threads; Keras on a GPU is not promised",
    ),
    Difference(
        "mixed precision",
        "autocast chooses by operation",
        "a policy for every layer, variables in float32",
        "stated: inputs and kernels of dense layers and convolutions are rounded, nothing else",
    ),
)

DIFFERENCES: tuple[Difference, ...] = (*_INPUT, *_LAYERS, *_OPTIMISERS, *_LOSS, *_COMPUTING)
