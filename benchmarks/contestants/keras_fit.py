"""Keras as its documentation uses it: ``compile`` and ``fit``."""

from collections.abc import Callable

import keras
import numpy as np

from mnist_studio.data.datasets import sources


def convnet() -> Callable[[], object]:
    """An epoch of the official convnet example, with the validation it has."""
    images, labels = _arrays()
    labels = keras.utils.to_categorical(labels, 10)
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
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return lambda: model.fit(
        images[..., None], labels, batch_size=128, epochs=1, validation_split=0.1, verbose=2
    )


def mlp() -> Callable[[], object]:
    """An epoch of 784-128-10 with Adam and batches of 64, all else by default."""
    images, labels = _arrays()
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return lambda: model.fit(images, labels, batch_size=64, epochs=1, verbose=2)


def _arrays() -> tuple[np.ndarray, np.ndarray]:
    train = sources.load("mnist").train
    return train.images.astype("float32") / 255, train.labels
