"""Generated digits in the handwriting styles of several countries."""

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.ink import style_samples, styles
from mnist_studio.data.pipeline.randomness import Purpose, generator
from mnist_studio.frameworks.base import Device
from mnist_studio.frameworks.numpy_scratch.framework import NumpyFramework
from mnist_studio.store import artifacts
from mnist_studio.store.bundled import BundledModels

SAMPLES = 8
LACKING = ("1-flag", "1-narrow", "1-hook")
"""Styles that MNIST lacks."""


def test_images_are_a_function_of_seed_and_place() -> None:
    made, longer = style_samples.labeled_images(12, 5), style_samples.labeled_images(15, 5)
    assert np.array_equal(made.images, longer.images[:12])
    assert not np.array_equal(made.images, style_samples.labeled_images(12, 6).images)
    assert made.labels.tolist() == [*range(10), 0, 1]
    assert made.images.any(axis=(1, 2)).all()
    rest = style_samples.labeled_images(15, 5, first=12)
    assert np.array_equal(rest.images, longer.images[12:])
    assert rest.labels.tolist() == [2, 3, 4]


def test_no_image_set_can_be_empty() -> None:
    made = style_samples.labeled_images(0, 1)
    assert made.images.shape == (0, 28, 28)
    assert made.labels.shape == (0,)


def test_a_bundled_model_reads_every_style_but_those_that_mnist_lacks() -> None:
    images = np.array(
        [
            style_samples.image(style, generator(1, Purpose.HANDWRITING, place))
            for style in styles.STYLES
            for place in range(SAMPLES)
        ]
    )
    run = BundledModels(paths.resources() / "models").by_id["bundled-robust"].run
    weights = artifacts.load_weights(run.folder, run.spec)
    learner = NumpyFramework().learner(run.spec, weights, Device("cpu", "CPU"))
    predicted = learner.logits(images).argmax(axis=1).reshape(-1, SAMPLES)
    for style, found in zip(styles.STYLES, predicted, strict=True):
        if style.name not in LACKING:
            assert (found == style.label).mean() >= 0.75, style.name


@pytest.mark.parametrize("style", styles.STYLES, ids=lambda style: style.name)
def test_a_sample_has_the_strokes_of_its_style(style: styles.WritingStyle) -> None:
    random = np.random.default_rng(2)
    ink = style_samples.sample(style, style_samples.hand(random), random)
    assert len(ink) == len(style.shapes[0])
    ys = [point.y for stroke in ink for point in stroke]
    assert 0.6 < max(ys) - min(ys) < 1.8


def test_the_digits_of_a_writer_resemble_each_other() -> None:
    style = next(style for style in styles.STYLES if style.name == "1-bare")
    leans = []
    for writer in (style_samples.hand(np.random.default_rng(seed)) for seed in range(12)):
        random = np.random.default_rng(1)
        lines = [style_samples.sample(style, writer, random)[0] for _ in range(8)]
        leans.append([line[0].x - line[-1].x for line in lines])
    own = np.std(leans, axis=1).mean()
    assert np.mean(leans, axis=1).std() > own / 2
    assert own > 0.02
