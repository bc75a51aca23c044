import numpy as np
import pytest

from mnist_studio.analysis.predictions import Bin, calibration
from tests.analysis.example_logits import labels, logits, random_models
from tests.approximately import near


def test_two_bins_by_hand() -> None:
    # Confidences 0.4, 0.9, 0.7 and 0.8; correct, correct, wrong, wrong.
    made = calibration(logits([1, 2, 3, 4], [0.4, 0.9, 0.7, 0.8]), labels(1, 2, 0, 0), bins=2)
    assert made.bins == (
        Bin(0.0, 0.5, 1, near(0.4), 1.0),
        Bin(0.5, 1.0, 3, near(0.8), near(1 / 3)),
    )
    assert made.error == pytest.approx((0.6 + 3 * (0.8 - 1 / 3)) / 4)
    assert made.confidence == pytest.approx(0.7)
    assert made.accuracy == 0.5


def test_an_edge_belongs_to_the_bin_below_it() -> None:
    # Two logits of 0 and eight that vanish: the probability is exactly 0.5.
    half = np.full((1, 10), -1e4)
    half[0, :2] = 0.0
    assert [one.count for one in calibration(half, labels(0), bins=2).bins] == [1, 0]
    certain = 1e4 * np.eye(10)[[3]]
    assert [one.count for one in calibration(certain, labels(3), bins=2).bins] == [0, 1]


def test_a_bin_without_images_has_no_values() -> None:
    found = calibration(logits([1], [0.9]), labels(1))
    assert len(found.bins) == 15
    assert found.bins[0] == Bin(0.0, near(1 / 15), 0, None, None)
    assert sum(one.count for one in found.bins) == 1


def test_a_model_whose_accuracy_equals_its_confidence_has_no_error() -> None:
    truth = labels(*[1] * 8, *[2] * 2)
    assert calibration(logits([1] * 10, 0.8), truth).error == pytest.approx(0, abs=1e-12)


def test_the_error_is_that_recomputed_from_the_logits() -> None:
    (model,), truth = random_models(1, 900, seed=8)
    found = calibration(model, truth)
    confidence_of = [float(np.exp(row).max() / np.exp(row).sum()) for row in model]
    correct = [int(row.argmax()) == label for row, label in zip(model, truth, strict=True)]
    error = 0.0
    for number, one in enumerate(found.bins):
        inside = [i for i, p in enumerate(confidence_of) if number / 15 < p <= (number + 1) / 15]
        assert one.count == len(inside)
        if inside:
            confidence = sum(confidence_of[i] for i in inside) / len(inside)
            accuracy = sum(correct[i] for i in inside) / len(inside)
            assert (one.confidence, one.accuracy) == pytest.approx((confidence, accuracy))
            error += len(inside) / 900 * abs(confidence - accuracy)
    assert found.error == pytest.approx(error)
