"""Error rates of comparisons over seeds, simulated with a fixed seed."""

from itertools import combinations

import numpy as np
import pytest

from mnist_studio.analysis import seeds
from mnist_studio.analysis.verdict import THRESHOLD

RECIPES, SEEDS = 10, 5
PAIRS = RECIPES * (RECIPES - 1) // 2
STUDIES = 600
"""The standard error of a rate of 5 % is then 0.9 percentage points."""
ANY = 1e-8
"""A threshold so small that every significant difference is relevant."""

Study = list[dict[int, float]]


def studies(spread: float) -> list[Study]:
    """Accuracies of ten identical recipes by seed, which differ by chance only.

    Args:
        spread: standard deviation over seeds, a fraction.
    """
    drawn = np.random.default_rng(20_240_131).normal(0.98, spread, (STUDIES, RECIPES, SEEDS))
    return [[dict(enumerate(one)) for one in study] for study in drawn.tolist()]


def false_alarms(found: list[Study], threshold: float, comparisons: int) -> float:
    """The fraction of studies in which some pair of identical recipes is “different”."""
    return float(np.mean([_any_different(study, threshold, comparisons) for study in found]))


def _any_different(study: Study, threshold: float, comparisons: int) -> bool:
    return any(
        seeds.compare(("A", "B"), a, b, threshold, comparisons).verdict.kind == "different"
        for a, b in combinations(study, 2)
    )


@pytest.fixture(scope="module")
def identical() -> list[Study]:
    return studies(0.004)


def test_ten_identical_recipes_are_rarely_called_different(identical: list[Study]) -> None:
    assert false_alarms(identical, ANY, PAIRS) <= 0.06
    assert false_alarms(identical[:200], THRESHOLD, PAIRS) <= 0.05


def test_without_the_correction_most_studies_would_have_a_false_alarm(
    identical: list[Study],
) -> None:
    assert false_alarms(identical[:100], ANY, 1) > 0.6
    assert false_alarms(identical[:100], THRESHOLD, 1) > 0.3


def test_a_real_difference_is_still_found() -> None:
    drawn = np.random.default_rng(7).normal(0.0, 0.001, (200, SEEDS))
    kinds = [
        seeds.compare(
            ("A", "B"), dict(enumerate((0.98 + one).tolist())), dict.fromkeys(range(SEEDS), 0.96),
            comparisons=PAIRS,
        ).verdict.kind
        for one in drawn
    ]  # fmt: skip
    assert np.mean([kind == "different" for kind in kinds]) > 0.98
