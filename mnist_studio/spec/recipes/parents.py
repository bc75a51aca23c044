"""The two networks that source B names as its parents."""

from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import UNIT, ModelSpec
from mnist_studio.spec.optimizers import Adadelta, RmsProp
from mnist_studio.spec.recipes.recipe import Recipe
from mnist_studio.spec.run import TrainingSpec
from mnist_studio.spec.schedules import Plateau

_PARENTS = "Parents of B"

_KERAS_CLASSIC = Recipe(
    name="keras-classic",
    source=_PARENTS,
    summary="The network of wide-cnn as Keras' first example trained it.",
    provenance="Keras' former `mnist_cnn` example: Adadelta at rate 1.0, twelve epochs.",
    inferred="Adadelta's constants: those of wide-cnn.",
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
    source=_PARENTS,
    summary="Four convolutions in two blocks, dropout, and digits turned, zoomed and shifted.",
    provenance="The “0.997” kernel for Keras: RMSprop, the rate halved on a plateau, thirty "
    "epochs.",
    inferred="MNIST's own split in place of Kaggle's; the same part of it, a tenth, to validate.",
    reported="99.671 % on Kaggle's split",
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

RECIPES = (_KERAS_CLASSIC, _DEEP_CNN)
