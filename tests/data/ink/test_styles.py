"""Generated digits in the handwriting styles of several countries."""

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.ink import styles
from mnist_studio.data.pipeline.randomness import Purpose, generator
from mnist_studio.frameworks.base import Device
from mnist_studio.frameworks.numpy_scratch.framework import NumpyFramework
from mnist_studio.store import artifacts
from mnist_studio.store.bundled import BundledModels

SAMPLES = 4


def test_every_digit_has_styles_with_names_of_their_own() -> None:
    assert {style.label for style in styles.STYLES} == set(range(10))
    names = [style.name for style in styles.STYLES]
    assert len(set(names)) == len(names)
    for style in styles.STYLES:
        assert [[len(line) for line in stroke] for stroke in style.one] == [
            [len(line) for line in stroke] for stroke in style.other
        ]


def test_images_are_a_function_of_seed_and_place() -> None:
    made, longer = styles.labeled_images(12, 5), styles.labeled_images(15, 5)
    assert np.array_equal(made.images, longer.images[:12])
    assert not np.array_equal(made.images, styles.labeled_images(12, 6).images)
    assert made.labels.tolist() == [*range(10), 0, 1]
    assert made.images.any(axis=(1, 2)).all()


def test_no_image_set_can_be_empty() -> None:
    made = styles.labeled_images(0, 1)
    assert made.images.shape == (0, 28, 28)
    assert made.labels.shape == (0,)


def test_a_bundled_model_reads_every_style_but_those_that_mnist_lacks() -> None:
    images = np.array(
        [
            styles.image(style, generator(1, Purpose.HANDWRITING, place))
            for style in styles.STYLES
            for place in range(SAMPLES)
        ]
    )
    run = BundledModels(paths.resources() / "models").by_id["bundled-robust"].run
    weights = artifacts.load_weights(run.folder, run.spec)
    learner = NumpyFramework().learner(run.spec, weights, Device("cpu", "CPU"))
    predicted = learner.logits(images).argmax(axis=1).reshape(-1, SAMPLES)
    for style, found in zip(styles.STYLES, predicted, strict=True):
        if style.name not in ("1-flag", "0-slash"):
            assert (found == style.label).mean() >= 0.75, style.name


@pytest.mark.parametrize("style", styles.STYLES, ids=lambda style: style.name)
def test_a_sample_has_the_strokes_of_its_style(style: styles.WritingStyle) -> None:
    ink = styles.sample(style, np.random.default_rng(2))
    assert len(ink) == len(style.one)
    ys = [point.y for stroke in ink for point in stroke]
    assert 0.7 < max(ys) - min(ys) < 1.6
