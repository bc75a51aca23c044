"""The recipes of five public comparisons and of the two parents that one of them names."""

from mnist_studio.spec.augmentation import Augmentation
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
from mnist_studio.spec.model import RAW, STANDARDIZED, UNIT, ModelSpec
from mnist_studio.spec.optimizers import Adadelta, Adam, RmsProp, Sgd
from mnist_studio.spec.recipes.recipe import Recipe, Source
from mnist_studio.spec.run import FULL_BATCH, TrainingSpec
from mnist_studio.spec.schedules import Exponential, Plateau

_IMAGE_CLASSIFICATION = Source(
    "MNIST Image Classification",
    "Compares an MLP in Keras with a CNN and an MLP in PyTorch.",
    "its README",
)
_IMPLEMENTATIONS = Source(
    "Comparative implementations",
    "Trains one CNN in PyTorch and in TensorFlow.",
    "its code",
)
_DIGIT_RECOGNITION = Source(
    "MNIST Digit Recognition",
    "Compares a CNN in PyTorch and Keras with an MLP in NumPy.",
    "its code",
)
_FROM_SCRATCH = Source(
    "From scratch: PyTorch vs. NumPy",
    "Trains one MLP, BobNet, in PyTorch and by hand in NumPy.",
    "its code",
    "https://github.com/geohot/ai-notebooks/blob/master/mnist_from_scratch.ipynb",
)
_NEURAL_NETWORK = Source(
    "MNIST Neural Network Project",
    "Trains ten hidden units in NumPy and in TensorFlow.",
    "its README, and the code of its parent project",
)
_KERAS_EXAMPLE = Source(
    "mnist_cnn",
    "Keras' former MNIST example, on which “Comparative implementations” is based.",
    "the description in “Comparative implementations”",
    "https://github.com/keras-team/keras/blob/ac527163f630a57b8de6e1d13a8ee9479691aac4/examples/"
    "mnist_cnn.py",
)
_KAGGLE_KERNEL = Source(
    "Introduction to CNN Keras - 0.997",
    "A Kaggle kernel, on which “Comparative implementations” is based.",
    "the description in “Comparative implementations”",
    "https://www.kaggle.com/code/yassineghouzam/introduction-to-cnn-keras-0-997-top-6",
)

_FIVE_EPOCHS = TrainingSpec(optimizer=Adam(), batch_size=64, epochs=5, seed=42)

_MLP_128 = Recipe(
    name="mlp-128",
    title="MLP 128",
    source=_IMAGE_CLASSIFICATION,
    summary="One hidden layer with 128 units.",
    provenance="The source's Keras network, as described in its README.",
    assumptions="Width, optimizer, and batch size.",
    reported="96.6 %",
    framework="keras",
    model=ModelSpec(layers=(Flatten(), Dense(128), Relu(), Dense(10)), scaling=STANDARDIZED),
    training=_FIVE_EPOCHS,
)

_SMALL_CNN = Recipe(
    name="small-cnn",
    title="Small CNN",
    source=_IMAGE_CLASSIFICATION,
    summary="Two small convolutions with pooling, and one hidden layer.",
    provenance="The source's PyTorch CNN: convolution, max-pooling, and fully connected layers.",
    assumptions="Number and width of all layers, the batch size, and the Glorot initialization.",
    reported="98.5 %",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(16), Relu(), MaxPool(),
            Conv(32), Relu(), MaxPool(),
            Flatten(), Dense(128), Relu(), Dense(10),
        ),
        scaling=STANDARDIZED,
    ),
    training=_FIVE_EPOCHS,
)  # fmt: skip

_FNN_3 = Recipe(
    name="fnn-3",
    title="Three-layer MLP",
    source=_IMAGE_CLASSIFICATION,
    summary="Three dense layers.",
    provenance="The source's PyTorch network with three linear layers.",
    assumptions="The widths 128 and 64, ReLU, the batch size, and the Glorot initialization.",
    reported="96.5 %",
    framework="pytorch",
    model=ModelSpec(
        layers=(Flatten(), Dense(128), Relu(), Dense(64), Relu(), Dense(10)),
        scaling=STANDARDIZED,
    ),
    training=_FIVE_EPOCHS,
)

_WIDE_CNN = Recipe(
    name="wide-cnn",
    title="Wide CNN",
    source=_IMPLEMENTATIONS,
    summary="Two wide convolutions, one pooling layer, dropout, and one hidden layer.",
    provenance="The source's network in PyTorch and TensorFlow, without its known bugs.",
    assumptions="The source uses different defaults per framework. Here, Adadelta uses PyTorch's "
    "constants, and the initialization is Glorot as in Keras.",
    reported="PyTorch 99.14 % (98.70 % with the double softmax); TensorFlow 99.05 % and 99.21 %",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(32, padding="valid"), Relu(), Conv(64, padding="valid"), Relu(), MaxPool(),
            Dropout(0.25), Flatten(), Dense(128), Relu(), Dropout(0.5), Dense(10),
        ),
        scaling=STANDARDIZED,
    ),
    training=TrainingSpec(
        optimizer=Adadelta(), schedule=Exponential(0.7), batch_size=64, epochs=10, seed=42
    ),
    known_bugs=("double-softmax", "batch-decay", "own-constants", "unshuffled"),
    bug_frameworks=(("double-softmax", "pytorch"), ("batch-decay", "keras")),
)  # fmt: skip

_COMPACT_CNN = Recipe(
    name="compact-cnn",
    title="Compact CNN",
    source=_DIGIT_RECOGNITION,
    summary="Two convolutions with pooling, and one hidden layer.",
    provenance="The source's network in PyTorch and Keras. The source's Keras script scales "
    "inputs to 0 to 1. Here, every framework standardizes them.",
    assumptions="The source uses different defaults per framework. Here, Adam uses PyTorch's "
    "epsilon, and the initialization is Glorot as in Keras.",
    reported="98 to 99 %; in its figure, PyTorch 99.10 % and Keras 98.86 %",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(32), Relu(), MaxPool(),
            Conv(64), Relu(), MaxPool(),
            Flatten(), Dense(128), Relu(), Dense(10),
        ),
        scaling=STANDARDIZED,
    ),
    training=_FIVE_EPOCHS,
    known_bugs=("own-scaling", "own-constants"),
)  # fmt: skip


def _sgd_mlp(name: str, activation: Layer, title: str, reported: str) -> Recipe:
    """The source offers both activations for its hidden layer."""
    return Recipe(
        name=name,
        title=f"MLP 128 with SGD, {title}",
        source=_DIGIT_RECOGNITION,
        summary=f"One hidden layer with 128 units and {title}, trained with plain SGD.",
        provenance="The source's NumPy network, with shuffled mini-batches. The source's "
        "comparison script uses the full batch by mistake.",
        assumptions="",
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
    title="BobNet: MLP 128 on raw pixels",
    source=_FROM_SCRATCH,
    summary="One hidden layer without biases, on raw gray levels.",
    provenance="The source's networks in PyTorch and NumPy: 1,000 steps on batches drawn "
    "with replacement. They use different initializations. Here, all frameworks start like "
    "PyTorch.",
    assumptions="One evaluation every 100 steps.",
    reported="PyTorch 93.45 %, NumPy 96.37 %",
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
    title="MLP 10 with full-batch gradient descent",
    source=_NEURAL_NETWORK,
    summary="One hidden layer with ten units, trained with full-batch gradient descent.",
    provenance="The source's NumPy network, trained for 500 iterations, as in its parent project. "
    "The README states ten epochs.",
    assumptions="One evaluation every 50 steps.",
    reported="about 85 to 89 %",
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
    title="MLP 10 with Adam",
    source=_NEURAL_NETWORK,
    summary="One hidden layer with ten units.",
    provenance="The source's TensorFlow network. The wider `mlp-128` can reach the reported "
    "accuracy.",
    assumptions="Optimizer, batch size, and the Glorot initialization.",
    reported="97 %, implausible for ten hidden units",
    framework="keras",
    model=ModelSpec(layers=(Flatten(), Dense(10), Relu(), Dense(10)), scaling=UNIT),
    training=TrainingSpec(optimizer=Adam(), batch_size=64, epochs=10, seed=42),
)

_KERAS_CLASSIC = Recipe(
    name="keras-classic",
    title="Classic Keras CNN",
    source=_KERAS_EXAMPLE,
    summary="The `wide-cnn` network, trained as in the first Keras example.",
    provenance="Keras' former `mnist_cnn` example: Adadelta with learning rate 1.0, twelve "
    "epochs.",
    assumptions="Adadelta uses the constants of `wide-cnn`.",
    reported="99.25 %",
    framework="keras",
    model=ModelSpec(
        layers=(
            Conv(32, padding="valid"), Relu(), Conv(64, padding="valid"), Relu(), MaxPool(),
            Dropout(0.25), Flatten(), Dense(128), Relu(), Dropout(0.5), Dense(10),
        ),
        scaling=UNIT,
    ),
    training=TrainingSpec(optimizer=Adadelta(), batch_size=128, epochs=12, seed=42),
    known_bugs=("own-constants",),
)  # fmt: skip

_DEEP_CNN = Recipe(
    name="deep-cnn",
    title="Deep CNN with augmentation",
    source=_KAGGLE_KERNEL,
    summary="Four convolutions in two blocks, dropout, and augmented images.",
    provenance="The “0.997” kernel for Keras: RMSprop, learning rate halved on a plateau, thirty "
    "epochs.",
    assumptions="The MNIST split replaces the Kaggle split. A tenth of the images is held out for "
    "validation, as in the source.",
    reported="99.671 % on the Kaggle split",
    framework="pytorch",
    model=ModelSpec(
        layers=(
            Conv(32, 5), Relu(), Conv(32, 5), Relu(), MaxPool(), Dropout(0.25),
            Conv(64), Relu(), Conv(64), Relu(), MaxPool(), Dropout(0.25),
            Flatten(), Dense(256), Relu(), Dropout(0.5), Dense(10),
        ),
        scaling=UNIT,
    ),
    training=TrainingSpec(
        optimizer=RmsProp(), schedule=Plateau(), batch_size=86, epochs=30, seed=42,
        validation=6000, augmentation=Augmentation(rotation=10, zoom=0.1, shift=2.8),
    ),
)  # fmt: skip

RECIPES = (
    _MLP_128, _SMALL_CNN, _FNN_3, _WIDE_CNN, _COMPACT_CNN,
    _sgd_mlp("sgd-mlp", Relu(), "ReLU", "92 to 95 %; 96.8 % measured with one seed"),
    _sgd_mlp("sgd-mlp-sigmoid", Sigmoid(), "sigmoid", "92 to 95 %"),
    _BOBNET, _TINY_GD, _TINY_10, _KERAS_CLASSIC, _DEEP_CNN,
)  # fmt: skip
