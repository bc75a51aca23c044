"""scikit-learn's ``MLPClassifier``."""

import warnings
from collections.abc import Callable

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from mnist_studio.data.datasets import sources


def mlp(epochs: str) -> Callable[[], object]:
    """Epochs of 784-128-10 with Adam and batches of 64; each call continues the training."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    train = sources.load("mnist").train
    images = (train.images / 255).reshape(len(train), -1).astype("float32")
    model = MLPClassifier((128,), batch_size=64, max_iter=int(epochs), warm_start=True)
    return lambda: model.fit(images, train.labels)
