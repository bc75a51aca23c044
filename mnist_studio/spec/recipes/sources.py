"""Every system of the five public comparisons that the studio grew from."""

from mnist_studio.spec.layers import (
    Conv,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool,
    Relu,
    Sigmoid,
    Uniform,
)
from mnist_studio.spec.model import RAW, STANDARDISED, UNIT, ModelSpec
from mnist_studio.spec.optimizers import Adadelta, Adam, Sgd
from mnist_studio.spec.recipes.recipe import Recipe
from mnist_studio.spec.run import FULL_BATCH, TrainingSpec
from mnist_studio.spec.schedules import Exponential

_A = "A · MNIST Image Classification"
_B = "B · Comparative implementations"
_C = "C · MNIST Digit Recognition"
_D = "D · From scratch: PyTorch vs. NumPy"
_E = "E · MNIST Neural Network Project"

_FIVE_EPOCHS = TrainingSpec(optimizer=Adam(), batch_size=64, epochs=5, seed=42)

_MLP_128 = Recipe(
    name="mlp-128",
    source=_A,
    summary="One hidden layer of 128 units.",
    provenance="Its Keras network, as its description has it.",
    inferred="Width, optimizer and batch size.",
    reported="96.6 %",
    framework="keras",
    model=ModelSpec(layers=(Flatten(), Dense(128), Relu(), Dense(10)), scaling=STANDARDISED),
    training=_FIVE_EPOCHS,
)

_SMALL_CNN = Recipe(
    name="small-cnn",
    source=_A,
    summary="Two small convolutions with pooling and one hidden layer.",
    provenance="Its PyTorch CNN: convolution, max-pooling and fully connected layers.",
    inferred="Number and width of all layers, the batch size, and first weights as Keras draws "
    "them.",
    reported="98.5 %",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(16), Relu(), MaxPool(),
            Conv(32), Relu(), MaxPool(),
            Flatten(), Dense(128), Relu(), Dense(10),
        ),
        scaling=STANDARDISED,
    ),
    training=_FIVE_EPOCHS,
)  # fmt: skip

_FNN_3 = Recipe(
    name="fnn-3",
    source=_A,
    summary="Three dense layers.",
    provenance="Its PyTorch network of three linear layers.",
    inferred="The widths 128 and 64, ReLU, the batch size, and first weights as Keras draws them.",
    reported="96.5 %",
    framework="pytorch",
    model=ModelSpec(
        layers=(Flatten(), Dense(128), Relu(), Dense(64), Relu(), Dense(10)),
        scaling=STANDARDISED,
    ),
    training=_FIVE_EPOCHS,
)

_WIDE_CNN = Recipe(
    name="wide-cnn",
    source=_B,
    summary="Two wide convolutions, one pooling, dropout and one hidden layer.",
    provenance="Its PyTorch and TensorFlow network, without the double softmax of the one and "
    "the batch-wise decay of the other.",
    inferred="Where its two differ by default: Adadelta's constants are PyTorch's, first weights "
    "are drawn as Keras does.",
    reported="99.14 % in PyTorch (98.70 % with the double softmax), 99.05 and 99.21 % in "
    "TensorFlow",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(32, padding="valid"), Relu(), Conv(64, padding="valid"), Relu(), MaxPool(),
            Dropout(0.25), Flatten(), Dense(128), Relu(), Dropout(0.5), Dense(10),
        ),
        scaling=STANDARDISED,
    ),
    training=TrainingSpec(
        optimizer=Adadelta(), schedule=Exponential(0.7), batch_size=64, epochs=10, seed=42
    ),
    known_bugs=("double-softmax", "batch-decay", "own-constants", "unshuffled"),
    only=(("double-softmax", "pytorch"), ("batch-decay", "keras")),
)  # fmt: skip

_COMPACT_CNN = Recipe(
    name="compact-cnn",
    source=_C,
    summary="Two convolutions with pooling and one hidden layer.",
    provenance="Its PyTorch and Keras network. Its Keras script scales to 0-1; here every "
    "framework standardizes.",
    inferred="Where its two differ by default: Adam's epsilon is PyTorch's, first weights are "
    "drawn as Keras does.",
    reported="98-99 %; 99.10 % in PyTorch and 98.86 % in Keras in its figure",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(32), Relu(), MaxPool(),
            Conv(64), Relu(), MaxPool(),
            Flatten(), Dense(128), Relu(), Dense(10),
        ),
        scaling=STANDARDISED,
    ),
    training=_FIVE_EPOCHS,
    known_bugs=("own-scaling", "own-constants"),
)  # fmt: skip


def _sgd_mlp(name: str, activation: Layer, words: str, reported: str) -> Recipe:
    """Source C offers both activations for its hidden layer."""
    return Recipe(
        name=name,
        source=_C,
        summary=f"One hidden layer of 128 units, {words}, by plain gradient descent.",
        provenance="Its NumPy network, trained in shuffled mini-batches; its comparison script "
        "trains it full-batch by mistake.",
        inferred="",
        reported=reported,
        framework="numpy",
        model=ModelSpec(
            layers=(
                Flatten(), Dense(128, initial="he_normal"), activation,
                Dense(10, initial="he_normal"),
            ),
            scaling=UNIT,
        ),
        training=TrainingSpec(optimizer=Sgd(0.1), batch_size=64, epochs=5, seed=42),
        known_bugs=("full-batch",),
    )  # fmt: skip


_BOBNET = Recipe(
    name="bobnet",
    source=_D,
    summary="One hidden layer without biases on raw gray levels.",
    provenance="Its PyTorch and NumPy networks, 1,000 steps on batches drawn with replacement. "
    "Its two networks start differently: here all start as its PyTorch one does.",
    inferred="After how many steps it is judged: 100.",
    reported="93.45 % in PyTorch, 96.37 % in NumPy",
    framework="numpy",
    model=ModelSpec(
        layers=(
            Flatten(), Dense(128, bias=False, initial="fan_in_uniform"), Relu(),
            Dense(10, bias=False, initial="fan_in_uniform"),
        ),
        scaling=RAW,
    ),
    training=TrainingSpec(
        optimizer=Sgd(0.001), batch_size=128, epochs=10, epoch_steps=100,
        sampling="with_replacement", seed=42,
    ),
    known_bugs=("own-initial",),
)  # fmt: skip

_HALF = Uniform(0.5)

_TINY_GD = Recipe(
    name="tiny-gd",
    source=_E,
    summary="One hidden layer of ten units by full-batch gradient descent.",
    provenance="Its NumPy network; 500 iterations as in its parent (its description has ten "
    "epochs).",
    inferred="After how many steps it is judged: 50.",
    reported="about 85-89 %",
    framework="numpy",
    model=ModelSpec(
        layers=(
            Flatten(), Dense(10, initial=_HALF, initial_bias=_HALF), Relu(),
            Dense(10, initial=_HALF, initial_bias=_HALF),
        ),
        scaling=UNIT,
    ),
    training=TrainingSpec(
        optimizer=Sgd(0.1), batch_size=FULL_BATCH, epochs=10, epoch_steps=50, seed=42
    ),
    known_bugs=("bias-gradients",),
)  # fmt: skip

_TINY_10 = Recipe(
    name="tiny-10",
    source=_E,
    summary="One hidden layer of ten units.",
    provenance="Its TensorFlow network. `mlp-128` stands for the width that could reach the "
    "reported figure.",
    inferred="Optimizer, batch size, and first weights as Keras draws them.",
    reported="97 %, implausible for ten hidden units",
    framework="keras",
    model=ModelSpec(layers=(Flatten(), Dense(10), Relu(), Dense(10)), scaling=UNIT),
    training=TrainingSpec(optimizer=Adam(), batch_size=64, epochs=10, seed=42),
)

RECIPES = (
    _MLP_128, _SMALL_CNN, _FNN_3, _WIDE_CNN, _COMPACT_CNN,
    _sgd_mlp("sgd-mlp", Relu(), "ReLU", "92-95 %; 96.8 % measured with one seed"),
    _sgd_mlp("sgd-mlp-sigmoid", Sigmoid(), "sigmoid", "92-95 %"),
    _BOBNET, _TINY_GD, _TINY_10,
)  # fmt: skip
