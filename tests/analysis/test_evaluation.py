import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from mnist_studio.analysis import evaluation


def one_hot(*digits: int, height: float = 1.0) -> NDArray[np.float32]:
    return np.eye(10, dtype=np.float32)[list(digits)] * np.float32(height)


def labels(*digits: int) -> NDArray[np.uint8]:
    return np.array(digits, dtype=np.uint8)


@given(arrays(np.float32, (3, 10), elements=st.floats(-1e6, 1e6, width=32)))
def test_probabilities_are_probabilities_whatever_the_logits(logits: NDArray[np.float32]) -> None:
    found = evaluation.probabilities(logits)
    assert found.dtype == np.float64
    assert_allclose(found.sum(axis=1), 1, rtol=1e-12)
    assert ((found >= 0) & (found <= 1)).all()


def test_probabilities_of_known_logits() -> None:
    logits = np.log(np.arange(1, 11, dtype=np.float64))
    assert_allclose(evaluation.probabilities(logits), np.arange(1, 11) / 55, rtol=1e-14)
    assert_allclose(evaluation.probabilities(logits + 5e3), np.arange(1, 11) / 55, rtol=1e-12)


def test_probabilities_of_huge_logits_neither_overflow_nor_vanish() -> None:
    assert_array_equal(
        evaluation.probabilities(one_hot(3, height=1e30)), one_hot(3).astype(np.float64)
    )


def test_predictions_take_the_smallest_of_equal_digits() -> None:
    assert_array_equal(evaluation.predictions(np.zeros((2, 10))), [0, 0])
    assert_array_equal(evaluation.predictions(one_hot(7, 2)), [7, 2])


def test_accuracy() -> None:
    assert evaluation.accuracy(one_hot(1, 2, 3, 4), labels(1, 2, 3, 5)) == 0.75


def test_cross_entropy_of_a_guess_is_the_logarithm_of_ten() -> None:
    assert evaluation.cross_entropy(np.zeros((4, 10)), labels(0, 3, 5, 9)) == pytest.approx(
        math.log(10), rel=1e-15
    )


def test_cross_entropy_of_a_known_case() -> None:
    # -log(e^2 / (e^2 + 9)) and, for a wrong digit, log(e^2 + 9).
    logits = one_hot(3, 3, height=2.0)
    expected = (math.log(math.e**2 + 9) - 2 + math.log(math.e**2 + 9)) / 2
    assert evaluation.cross_entropy(logits, labels(3, 4)) == pytest.approx(expected, rel=1e-12)


def test_cross_entropy_of_huge_logits_is_finite() -> None:
    assert evaluation.cross_entropy(one_hot(3, height=1e4), labels(4)) == pytest.approx(1e4)
    assert evaluation.cross_entropy(one_hot(3, height=1e4), labels(3)) == 0.0


def test_cross_entropy_adds_up_in_float64() -> None:
    logits = np.zeros((100_000, 10), np.float32)
    found = evaluation.cross_entropy(logits, np.zeros(100_000, np.uint8))
    assert found == pytest.approx(math.log(10), rel=1e-13)


@pytest.mark.parametrize(
    "logits", [np.zeros((0, 10)), np.zeros((2, 10)), np.zeros((1, 1)), np.zeros(10)]
)
def test_logits_that_do_not_belong_to_the_labels_are_refused(logits: NDArray[Any]) -> None:
    digits = labels(1) if len(logits) else labels()
    for measure in (evaluation.accuracy, evaluation.cross_entropy):
        with pytest.raises(ValueError, match="logits of shape"):
            measure(logits, digits)
