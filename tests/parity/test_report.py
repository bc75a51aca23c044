"""A check that cannot fail is no evidence."""

from math import inf, nan
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from mnist_studio.data.images import LabeledImages
from mnist_studio.parity import comparisons
from mnist_studio.parity.comparisons import LossCurves, accuracy, first_step, short_curves
from mnist_studio.parity.report import (
    LARGEST_INFORMATIVE,
    Check,
    ParityReport,
    Result,
    all_passed,
    median_size,
    relative,
    result_of,
)
from mnist_studio.parity.sentences import check_sentence, verdict
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName


def check(result: Result, framework: FrameworkName = "pytorch") -> Check:
    passed = result == "passed"
    return Check(framework, "numpy", "outputs", "float32", 0.1, 0.2, 0.2, result, passed)


@pytest.mark.parametrize(
    ("value", "tolerance", "relative_tolerance", "result"),
    [
        (0.0, 1e-5, 1e-5, "passed"),
        (1e-5, 1e-5, 1e-5, "passed"),
        (2e-5, 1e-5, 1e-5, "failed"),
        # What robust gave: gradients 9e-2 within 4.5e-1.
        (9e-2, 4.5e-1, 4.5e-1, "not informative"),
        (9e-2, 0.1, 0.1, "passed"),
        (9e-2, 0.1001, 0.1001, "not informative"),
        (0.0, 0.0, 0.0, "passed"),
        # A difference that exceeds even a large tolerance is a failure.
        (0.5, 4.5e-1, 4.5e-1, "failed"),
        (nan, 4.5e-1, 4.5e-1, "failed"),
        (nan, 1e-5, 1e-5, "failed"),
        (1.0, 5.0, nan, "not informative"),
        (1.0, 5.0, inf, "not informative"),
        (inf, inf, inf, "not informative"),
    ],
)
def test_a_tolerance_too_large_to_show_a_mistake_is_not_informative(
    value: float, tolerance: float, relative_tolerance: float, result: Result
) -> None:
    assert LARGEST_INFORMATIVE == 0.1
    assert result_of(value, tolerance, relative_tolerance) == result


@pytest.mark.parametrize(
    ("results", "passed"),
    [
        (("passed", "passed"), True),
        (("passed", "not informative"), True),
        (("not informative", "not informative"), False),
        (("passed", "failed"), False),
        (("failed", "not informative"), False),
    ],
)
def test_what_is_not_informative_neither_passes_nor_fails(
    results: tuple[Result, ...], passed: bool
) -> None:
    assert all_passed([check(result) for result in results]) is passed


def test_every_framework_needs_a_check_that_passed() -> None:
    shown = check("passed", "pytorch")
    assert not all_passed([shown, check("not informative", "keras")])
    assert all_passed([shown, check("not informative", "keras"), check("passed", "keras")])


def test_a_tolerance_of_values_that_are_all_zero_is_small_only_if_it_is_zero() -> None:
    assert relative(0.2, 4.0) == 0.05
    assert relative(0.0, 0.0) == 0.0
    assert relative(1e-9, 0.0) == inf
    assert median_size(np.array([[-3.0, 1.0, 2.0]])) == 2.0


def side(**own: Any) -> Any:
    """A framework that trains nothing and gives what it is given."""
    return SimpleNamespace(
        run=SimpleNamespace(training=SimpleNamespace(seed=1)),
        begin=lambda seed: None,
        train=lambda first, last: None,
        **own,
    )


def predicting(*columns: int) -> Any:
    """A learner whose predictions are these digits."""
    return SimpleNamespace(logits=lambda images: np.eye(10)[list(columns)])


def fixture(tested: int) -> Any:
    """Images of which none is looked at; all are zeros."""
    images = LabeledImages(np.zeros((tested, 28, 28), np.uint8), np.zeros(tested, np.uint8))
    return SimpleNamespace(train=images, test=images, batch=8)


@pytest.mark.parametrize(
    ("rounding", "result"), [(1e-3, "passed"), (0.019, "passed"), (0.021, "not informative")]
)
def test_gradients_that_float32_rounds_too_far_show_nothing(
    monkeypatch: pytest.MonkeyPatch, rounding: float, result: Result
) -> None:
    """The tolerance is five times the distance from float64, so a fifth of 10 % is the limit."""
    monkeypatch.setattr(comparisons, "gradients", lambda side, fixture: side.found)
    exact = {"dense.kernel": np.array([1.0, 0.5])}
    rounded = {"dense.kernel": np.array([1.0 + rounding, 0.5])}
    sides: Any = {
        "numpy": side(learner=predicting(0), found=exact),
        "pytorch": side(learner=predicting(0), found=rounded),
    }
    _, found = first_step(sides, "float32", fixture(1), {"numpy": exact, "pytorch": exact})
    assert found.quantity == "gradients"
    assert found.tolerance == pytest.approx(5 * rounding)
    assert (found.relative_tolerance, found.result) == (found.tolerance, result)
    assert found.passed is (result == "passed")


@pytest.mark.parametrize(
    ("rounding", "result"), [(1e-6, "passed"), (0.039, "passed"), (0.041, "not informative")]
)
def test_curves_that_float32_rounds_too_far_show_nothing(
    monkeypatch: pytest.MonkeyPatch, rounding: float, result: Result
) -> None:
    exact = LossCurves(np.full((7, 10), 2.0), np.zeros((7, 0)))
    rounded = LossCurves(exact.losses + rounding, exact.statistics)
    monkeypatch.setattr(comparisons, "curves", lambda side: side)
    sides: Any = {"numpy": exact, "pytorch": rounded}
    (found,) = short_curves(sides, {"numpy": exact, "pytorch": exact})
    assert found.value == pytest.approx(1.0)
    assert found.tolerance == 5.0
    assert found.relative_tolerance == pytest.approx(5 * rounding / 2.0)
    assert found.result == result


def test_curves_without_rounding_are_compared_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = LossCurves(np.full((7, 10), 2.0), np.zeros((7, 0)))
    other = LossCurves(exact.losses + 1e-9, exact.statistics)
    monkeypatch.setattr(comparisons, "curves", lambda side: side)
    sides: Any = {"numpy": exact, "pytorch": exact}
    (found,) = short_curves(sides, {"numpy": exact, "pytorch": exact})
    assert (found.relative_tolerance, found.result) == (0.0, "passed")
    sides = {"numpy": exact, "pytorch": other}
    (found,) = short_curves(sides, {"numpy": exact, "pytorch": other})
    assert (found.value, found.result) == (inf, "failed")


@pytest.mark.parametrize(
    ("correct", "result"), [(900, "passed"), (650, "passed"), (630, "not informative")]
)
def test_an_accuracy_with_a_large_standard_error_shows_nothing(
    correct: int, result: Result
) -> None:
    """Of 1,000 images, three standard errors are a tenth of an accuracy of 64 %."""
    predictions = predicting(*[0] * correct, *[1] * (1000 - correct))
    sides: Any = {"numpy": side(learner=predictions), "pytorch": side(learner=predictions)}
    (found,) = accuracy(sides, "float32", fixture(1000))
    assert (found.value, found.unit) == (0.0, "fraction")
    assert found.relative_tolerance == pytest.approx(found.tolerance / (correct / 1000))
    assert found.result == result


def report(*results: Result) -> ParityReport:
    checks = tuple(map(check, results))
    run = run_spec(RECIPES["tiny-10"])
    return ParityReport(run, "", 8, 1, 1, checks, (), (), 1.0, "cpu", all_passed(checks))


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        (("passed", "passed"), "PyTorch matches NumPy: all 2 checks passed."),
        (
            ("passed", "passed", "not informative"),
            "PyTorch matches NumPy: all 2 informative checks passed. One check is not informative: "
            "its tolerance is more than 10 % of the compared values.",
        ),
        (
            ("not informative", "not informative"),
            "The checks do not show whether PyTorch matches NumPy. Two checks are not informative: "
            "their tolerances are more than 10 % of the compared values.",
        ),
        (
            ("passed", "failed", "not informative"),
            "PyTorch does not match NumPy: 1 of 3 checks exceeded the tolerance. One check is not "
            "informative: its tolerance is more than 10 % of the compared values.",
        ),
    ],
)
def test_the_verdict_counts_only_what_shows_something(
    results: tuple[Result, ...], sentence: str
) -> None:
    assert verdict(report(*results)) == sentence


@pytest.mark.parametrize(
    ("result", "word"),
    [("passed", "passed"), ("failed", "FAILED"), ("not informative", "not informative")],
)
def test_a_line_ends_with_the_result(result: Result, word: str) -> None:
    assert check_sentence(check(result)).endswith(f", tolerance 2.0e-01, {word}")


def test_json_has_the_result() -> None:
    (found,) = msgspec.to_builtins(report("not informative"))["checks"]
    assert (found["result"], found["passed"]) == ("not informative", False)
