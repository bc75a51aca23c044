import numpy as np
import pytest

from mnist_studio.analysis import evaluation, predictions
from mnist_studio.analysis.predictions import ClassMetrics, ImagePrediction
from tests.analysis.example_logits import labels, logits, random_models
from tests.approximately import near

TRUTH = labels(3, 3, 3, 5, 5, 8)
LOGITS = logits([3, 5, 5, 5, 3, 8], [0.9, 0.6, 0.8, 0.9, 0.7, 0.5])


def test_the_confusion_matrix_by_hand() -> None:
    found = predictions.confusion_matrix(LOGITS, TRUTH)
    assert found.shape == (10, 10)
    filled = {(3, 3): 1, (3, 5): 2, (5, 5): 1, (5, 3): 1, (8, 8): 1}
    assert {(int(a), int(b)): int(found[a, b]) for a, b in np.argwhere(found)} == filled


def test_the_images_of_a_cell_the_most_confident_first() -> None:
    assert predictions.cell_images(LOGITS, TRUTH, 3, 5) == (
        ImagePrediction(2, 3, 5, near(0.8)),
        ImagePrediction(1, 3, 5, near(0.6)),
    )
    assert predictions.cell_images(LOGITS, TRUTH, 0, 9) == ()


def test_the_most_confident_errors() -> None:
    found = predictions.confident_errors(LOGITS, TRUTH)
    assert [error.index for error in found] == [2, 4, 1]
    assert predictions.confident_errors(LOGITS, TRUTH, 2) == found[:2]
    equally = logits([1, 2, 3], 0.9)
    assert [a.index for a in predictions.confident_errors(equally, labels(0, 2, 0))] == [0, 2]
    assert predictions.confident_errors(logits([1]), labels(1)) == ()


def test_precision_recall_and_f1_by_hand() -> None:
    scores = predictions.class_metrics(predictions.confusion_matrix(LOGITS, TRUTH))
    assert [score.label for score in scores] == list(range(10))
    # 3: one hit, three true, two predicted; 5: one hit, two true, three predicted.
    assert scores[3] == ClassMetrics(3, 3, 1 / 2, 1 / 3, near(0.4))
    assert scores[5] == ClassMetrics(5, 2, 1 / 3, 1 / 2, near(0.4))
    assert scores[8] == ClassMetrics(8, 1, 1.0, 1.0, 1.0)
    assert scores[0] == ClassMetrics(0, 0, None, None, None)


def test_a_class_that_is_never_predicted_has_no_precision_but_an_f1() -> None:
    scores = predictions.class_metrics(predictions.confusion_matrix(logits([1]), labels(2)))
    assert scores[2] == ClassMetrics(2, 1, None, 0.0, 0.0)
    assert scores[1] == ClassMetrics(1, 0, 0.0, None, 0.0)


def test_the_metrics_are_those_recomputed_from_the_logits() -> None:
    (model,), truth = random_models(1, 700, seed=5)
    table = predictions.confusion_matrix(model, truth)
    assert np.trace(table) / 700 == pytest.approx(evaluation.accuracy(model, truth))
    pairs = [(int(label), int(row.argmax())) for label, row in zip(truth, model, strict=True)]
    for label in range(10):
        for predicted in range(10):
            places = [place for place, pair in enumerate(pairs) if pair == (label, predicted)]
            assert table[label, predicted] == len(places)
            cell = predictions.cell_images(model, truth, label, predicted)
            assert sorted(one.index for one in cell) == places
    wrong = predictions.confident_errors(model, truth, count=1000)
    assert len(wrong) == sum(a != b for a, b in pairs)
    confidence = [np.exp(model[w.index]).max() / np.exp(model[w.index]).sum() for w in wrong]
    assert [w.confidence for w in wrong] == pytest.approx(confidence)
    assert confidence == sorted(confidence, reverse=True)
