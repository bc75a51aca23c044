"""Stores the features of training images, to detect what is not a digit. For maintainers.

    python resources/models/known.py --data FOLDER_OF_MNIST

takes the first 540 training digits of each kind, and the numbers of pieces and holes of all. The
test images at even positions, which no model was trained on, calibrate how novel real digits are.
docs/models.md has the results for the other test images.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

import numpy as np

from mnist_studio.analysis import novelty
from mnist_studio.data.datasets import sources
from mnist_studio.errors import MnistStudioError
from mnist_studio.frameworks import registry
from mnist_studio.prediction.messages import model_ref
from mnist_studio.prediction.predict_task import open_model
from mnist_studio.store import bundled, known_digits
from mnist_studio.store.rows import BUNDLED

ROOT = Path(__file__).parent
MODEL, LAYER = "robust", "max_pool2"
OF_A_KIND = 540


def main(data: Path | None) -> None:
    """Writes the file."""
    digits = sources.load("mnist", data)
    run = bundled.BundledModels(ROOT).by_id[BUNDLED + MODEL].run
    learner = open_model(registry.load("numpy"), model_ref(run))
    labels = digits.train.labels
    first = np.concatenate([np.flatnonzero(labels == digit)[:OF_A_KIND] for digit in range(10)])
    known = novelty.reference_images(
        learner,
        (MODEL, LAYER),
        (digits.train.images, labels),
        np.sort(first).tolist(),
        digits.test.images[::2],
    )
    known_digits.save(ROOT, known)


if __name__ == "__main__":
    parser = ArgumentParser(
        description="Stores the features that a model computes for training images."
    )
    parser.add_argument(
        "--data", type=Path, help="folder with the MNIST files (default: the downloaded ones)"
    )
    try:
        main(parser.parse_args().data)
    except MnistStudioError as problem:
        sys.exit(str(problem))
