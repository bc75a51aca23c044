"""Stores the features of training images, to detect what is not a digit. For maintainers.

    python resources/models/known.py --data FOLDER_OF_MNIST

takes the first 480 training digits of each kind, and the numbers of pieces and holes of all. The
next 60 of each kind are taken stretched, as some pictures are. The test images at even positions,
which no model was trained on, calibrate how novel real digits are. docs/models.md has the results
for the other test images.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_studio.analysis import novelty
from mnist_studio.data.datasets import sources
from mnist_studio.data.pictures.normalize import normalize
from mnist_studio.errors import MnistStudioError
from mnist_studio.frameworks import registry
from mnist_studio.prediction.messages import model_ref
from mnist_studio.prediction.predict_task import open_model
from mnist_studio.store import bundled, known_digits
from mnist_studio.store.rows import BUNDLED

ROOT = Path(__file__).parent
MODEL, LAYER = "robust", "max_pool2"
OF_A_KIND = 480
STRETCHED = 60
"""Of each kind: training digits that are stretched before they are stored."""

Image8 = NDArray[np.uint8]


def stretched(image: Image8, random: np.random.Generator) -> Image8:
    """A digit wider or narrower than it was written."""
    short = round(112 * random.uniform(0.55, 0.8))
    sides = (112, short) if random.random() < 0.5 else (short, 112)
    large = Image.fromarray(image).resize(sides, Image.Resampling.BICUBIC)
    levels = np.asarray(large, dtype=np.float64)
    return normalize(np.where(levels > 0.1 * levels.max(), levels, 0))


def main(data: Path | None) -> None:
    """Writes the file."""
    digits = sources.load("mnist", data)
    run = bundled.BundledModels(ROOT).by_id[BUNDLED + MODEL].run
    learner = open_model(registry.load("numpy"), model_ref(run))
    labels = digits.train.labels
    places = [np.flatnonzero(labels == digit) for digit in range(10)]
    first = np.concatenate([place[:OF_A_KIND] for place in places])
    others = np.concatenate([place[OF_A_KIND:][:STRETCHED] for place in places])
    random = np.random.default_rng(1)
    more = np.stack([stretched(digits.train.images[at], random) for at in others])
    end = len(labels)
    known = novelty.reference_images(
        learner,
        (MODEL, LAYER),
        (np.concatenate([digits.train.images, more]), np.concatenate([labels, labels[others]])),
        [*np.sort(first).tolist(), *range(end, end + len(more))],
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
