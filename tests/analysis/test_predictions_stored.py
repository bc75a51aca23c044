"""The metrics equal those that a few plain lines compute from stored predictions."""

from itertools import combinations
from math import exp
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.analysis import evaluation, paired, predictions
from mnist_studio.analysis.evaluation import Logits
from mnist_studio.store import artifacts
from tests.analysis.example_logits import random_models

IMAGES = 1_000


@pytest.fixture
def runs(tmp_path: Path) -> tuple[dict[str, Logits], list[int], dict[str, list[int]]]:
    """Three runs' logits read back from their folders, the labels, and each run's answers."""
    models, truth = random_models(3, IMAGES, seed=21)
    stored = {}
    for name, logits in zip("abc", models, strict=True):
        (tmp_path / name).mkdir()
        artifacts.save_test_logits(tmp_path / name, logits.astype(np.float32))
        stored[name] = artifacts.load_test_logits(tmp_path / name)
    plain = {
        name: [max(range(10), key=row.__getitem__) for row in logits.tolist()]
        for name, logits in stored.items()
    }
    return stored, truth.tolist(), plain


StoredRuns = tuple[dict[str, Logits], list[int], dict[str, list[int]]]


def test_accuracies_confusions_and_scores(runs: StoredRuns) -> None:
    stored, truth, answers = runs
    for name, logits in stored.items():
        both = list(zip(truth, answers[name], strict=True))
        right = sum(label == answer for label, answer in both)
        assert evaluation.accuracy(logits, np.array(truth)) == right / IMAGES
        table = predictions.confusion_matrix(logits, np.array(truth))
        assert all(table[cell] == both.count(cell) for cell in np.ndindex(10, 10))
        for score in predictions.class_metrics(table):
            hits = both.count((score.label, score.label))
            assert score.recall == hits / truth.count(score.label)
            assert score.precision == hits / answers[name].count(score.label)
            assert score.f1 == pytest.approx(2 / (1 / score.precision + 1 / score.recall))


def test_differences_and_disagreements(runs: StoredRuns) -> None:
    stored, truth, answers = runs
    hits = {n: [a == t for a, t in zip(answers[n], truth, strict=True)] for n in answers}
    found = paired.pairs(stored, np.array(truth))
    for pair, (a, b) in zip(found, combinations("abc", 2), strict=True):
        alone = [sum(x and not y for x, y in zip(hits[p], hits[q], strict=True))
                 for p, q in ((a, b), (b, a))]  # fmt: skip
        assert [pair.agreement.only_a, pair.agreement.only_b] == alone
        assert pair.difference.value == pytest.approx((sum(hits[a]) - sum(hits[b])) / IMAGES)
    differing = {
        n for n, given in enumerate(zip(*answers.values(), strict=True)) if len({*given}) > 1
    }
    splits = predictions.disagreements(list(stored.values()), np.array(truth))
    assert {split.index for split in splits} == differing


def test_calibration(runs: StoredRuns) -> None:
    stored, truth, answers = runs
    for name, logits in stored.items():
        sums = dict.fromkeys(range(15), 0.0)
        for row, answer, label in zip(logits.tolist(), answers[name], truth, strict=True):
            sure = exp(row[answer]) / sum(map(exp, row))
            sums[min(14, int(sure * 15))] += sure - (answer == label)
        error = sum(map(abs, sums.values())) / IMAGES
        assert predictions.calibration(logits, np.array(truth)).error == pytest.approx(error)
