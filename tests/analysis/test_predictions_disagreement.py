import numpy as np
import pytest

from mnist_studio.analysis.predictions import Disagreement, disagreements
from tests.analysis.example_logits import labels, logits, random_models
from tests.approximately import near

TRUTH = labels(1, 2, 3, 4)
A = logits([1, 2, 3, 4], [0.9, 0.9, 0.9, 0.9])
B = logits([1, 7, 8, 5], [0.9, 0.8, 0.9, 0.9])
C = logits([1, 2, 9, 4], [0.9, 0.9, 0.9, 0.9])


def test_the_largest_disagreements_come_first() -> None:
    found = disagreements([A, B, C], TRUTH)
    # Digit 2 splits all three pairs; 1 and 3 two of three, 3 with more confidence.
    assert [(one.index, one.fraction) for one in found] == [
        (2, 1.0),
        (3, near(2 / 3)),
        (1, near(2 / 3)),
    ]
    assert found[0] == Disagreement(2, 3, (3, 8, 9), (near(0.9),) * 3, 1.0)
    assert found[2].confidences == pytest.approx((0.9, 0.8, 0.9))
    assert disagreements([A, B, C], TRUTH, count=1) == found[:1]


def test_models_that_agree_have_none() -> None:
    assert disagreements([A, A, A], TRUTH) == ()
    assert disagreements([A, C], labels(0, 0, 0, 0))[0].index == 2


def test_they_are_those_recomputed_from_the_logits() -> None:
    models, truth = random_models(4, 300, seed=6)
    answers = np.array([model.argmax(axis=1) for model in models])
    split = {i: len(set(answers[:, i].tolist())) > 1 for i in range(300)}
    found = disagreements(models, truth)
    assert {one.index for one in found} == {index for index, differ in split.items() if differ}
    for one in found:
        given = answers[:, one.index].tolist()
        apart = sum(a != b for n, a in enumerate(given) for b in given[n + 1 :])
        assert one.fraction == pytest.approx(apart / 6)
        assert one.predicted == tuple(given)
    assert [one.fraction for one in found] == sorted((one.fraction for one in found), reverse=True)
