from time import sleep

import numpy as np
import pytest

from mnist_studio.data.datasets import builtin
from mnist_studio.training import evaluation
from mnist_studio.training.evaluation import (
    LATENCY_REPEATS,
    SLICE,
    THROUGHPUT_REPEATS,
    latency_ms,
    logits,
    speed,
)
from tests.training.conftest import Benches


class _Slices:
    """Goes on for so many slices."""

    def __init__(self, count: int) -> None:
        self.left = count

    def __call__(self) -> bool:
        self.left -= 1
        return self.left >= 0


def test_logits_are_those_of_the_learner_slice_by_slice(bench: Benches) -> None:
    learner, images = bench().learner, builtin.load().train.images
    got = logits(learner, images[: 2 * SLICE + 7], lambda: True)

    assert got is not None
    assert got.shape == (2 * SLICE + 7, 10)
    np.testing.assert_array_equal(got[SLICE : 2 * SLICE], learner.logits(images[SLICE : 2 * SLICE]))
    np.testing.assert_array_equal(got[2 * SLICE :], learner.logits(images[2 * SLICE :][:7]))


def test_a_stop_takes_effect_between_slices(bench: Benches) -> None:
    images = builtin.load().train.images
    for slices in range(3):
        assert logits(bench().learner, images[: 3 * SLICE], _Slices(slices)) is None
    assert logits(bench().learner, images[: 3 * SLICE], _Slices(3)) is not None


def test_the_latency_is_measured_on_a_few_images_too(bench: Benches) -> None:
    images = builtin.load().test.images
    for count in (1, LATENCY_REPEATS + 1):
        assert 0 < latency_ms(bench().learner, images[:count]) < 1000


class _Slow:
    """Answers after so many seconds an image, and counts the batches of each size."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked: list[int] = []

    def logits(self, images: np.ndarray) -> np.ndarray:
        self.asked.append(len(images))
        sleep(self.seconds * len(images))
        return np.zeros((len(images), 10))


def test_the_speed_is_measured_for_one_image_and_for_batches() -> None:
    images, slow = np.zeros((300, 28, 28), np.uint8), _Slow(0.0002)
    measured = speed(slow, images)
    assert measured.batch == SLICE
    assert 1000 < measured.images_per_second <= 5000
    assert 0.2 <= measured.latency_ms < 10
    assert slow.asked.count(SLICE) == THROUGHPUT_REPEATS + 1
    assert speed(slow, images[:7]).batch == 7


def test_a_slow_network_predicts_few_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "THROUGHPUT_SECONDS", 0.01)
    slow = _Slow(0.0001)
    assert speed(slow, np.zeros((SLICE, 28, 28), np.uint8)).images_per_second <= 10_000
    assert slow.asked.count(SLICE) == 2
