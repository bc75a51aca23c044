"""Keras as its documentation uses it: ``compile``, and one ``fit`` for all epochs."""

from collections.abc import Callable

import keras
import numpy as np

from mnist_studio.data.datasets import sources

TRAINING_IMAGES = 54_000
"""Of the official convnet example, which holds a tenth out."""


def convnet(epochs: str, steps_per_execution: str = "1") -> Callable[[], object]:
    """Epochs of the official convnet example, without its validation."""
    images, labels = _arrays()
    images, categories = images[:TRAINING_IMAGES], keras.utils.to_categorical(labels, 10)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"],
        steps_per_execution=int(steps_per_execution),
    )  # fmt: skip
    return lambda: model.fit(
        images[..., None], categories[:TRAINING_IMAGES], batch_size=128, epochs=int(epochs),
        verbose=2,
    )  # fmt: skip


def mlp(epochs: str, steps_per_execution: str = "1") -> Callable[[], object]:
    """Epochs of 784-128-10 with Adam and batches of 64, everything else by default."""
    images, labels = _arrays()
    model = _mlp(int(steps_per_execution))
    return lambda: model.fit(images, labels, batch_size=64, epochs=int(epochs), verbose=2)


def whole_mlp(epochs: str, steps_per_execution: str = "1") -> Callable[[], object]:
    """The same from the files of the dataset to the trained network."""

    def train() -> None:
        images, labels = _arrays()
        model = _mlp(int(steps_per_execution))
        model.fit(images, labels, batch_size=64, epochs=int(epochs), verbose=2)

    return train


def _mlp(steps_per_execution: int) -> keras.Sequential:
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        optimizer="adam", loss=loss, metrics=["accuracy"], steps_per_execution=steps_per_execution
    )
    return model


def _arrays() -> tuple[np.ndarray, np.ndarray]:
    train = sources.load("mnist").train
    return train.images.astype("float32") / 255, train.labels
