import numpy as np

from mnist_studio.data import builtin
from mnist_studio.training.evaluate import LATENCY_REPEATS, SLICE, latency_ms, logits

from .conftest import Benches


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


def test_a_stop_is_answered_between_slices(bench: Benches) -> None:
    images = builtin.load().train.images
    for slices in range(3):
        assert logits(bench().learner, images[: 3 * SLICE], _Slices(slices)) is None
    assert logits(bench().learner, images[: 3 * SLICE], _Slices(3)) is not None


def test_the_latency_of_one_image_is_measured_also_on_few(bench: Benches) -> None:
    images = builtin.load().test.images
    for count in (1, LATENCY_REPEATS + 1):
        assert 0 < latency_ms(bench().learner, images[:count]) < 1000
