from math import inf, nan
from typing import get_args

import numpy as np
import pytest

from mnist_studio.errors import TrainingFailed
from mnist_studio.frameworks.base import StepResults
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.layers import Dense, Flatten, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimizer, RmsProp, Sgd
from mnist_studio.spec.run import KnownBugName, Precision, RunSpec, TrainingSpec
from mnist_studio.training.divergence import advice, check_finite, check_loss, likely_cause
from tests.error_sentences import why_no_sentences

MODEL = ModelSpec((Flatten(), Dense(16), Relu(), Dense(10)))


def _run(optimizer: Optimizer, *bugs: KnownBugName, precision: Precision = "float32") -> RunSpec:
    training = TrainingSpec(optimizer, precision=precision)
    return effective(RunSpec("", MODEL, training, known_bugs=bugs))


def _steps(*losses: float) -> StepResults:
    return StepResults(np.array(losses), np.zeros(len(losses), np.int64))


@pytest.mark.parametrize("broken", [nan, inf, -inf])
def test_the_first_broken_step_is_named(broken: float) -> None:
    with pytest.raises(TrainingFailed, match=r"in step 1,003\.") as raised:
        check_finite(_run(Sgd(learning_rate=50)), 1001, _steps(2.3, 0.1, broken, nan))
    assert "learning rate 50 is too high" in raised.value.remedy


def test_finite_losses_pass_however_large() -> None:
    largest = np.finfo(np.float64).max
    check_finite(_run(Adam()), 1, _steps(0.0, largest))
    check_loss(_run(Adam()), 7, largest)
    with pytest.raises(TrainingFailed):
        check_finite(_run(Adam()), 1, _steps(largest, inf))


def test_a_loss_of_other_digits_is_checked_too() -> None:
    with pytest.raises(TrainingFailed, match="test set became NaN or infinite after step 1,200"):
        check_loss(_run(Adam()), 1200, nan)


@pytest.mark.parametrize(
    ("optimizer", "cause"),
    [
        (
            Adam(learning_rate=1e6),
            "The learning rate 1,000,000 is too high for adam. Try 0.01 or less",
        ),
        (Sgd(learning_rate=2), "The learning rate 2 is too high for sgd. Try 1 or less"),
        (Sgd(learning_rate=0.1, momentum=0.99), "The momentum 0.99"),
        (Sgd(learning_rate=0.5), "Try a learning rate of 0.05"),
        (RmsProp(learning_rate=1e-5), "Try a smaller network or another seed"),
        (Adadelta(), "Try a smaller network or another seed"),
    ],
)
def test_the_likely_cause_comes_with_a_number_to_try(optimizer: Optimizer, cause: str) -> None:
    assert cause in likely_cause(_run(optimizer))


def test_a_known_bug_and_the_precision_can_be_the_cause() -> None:
    bug = "The known bug “Wrong bias gradients” makes the updates too large. Turn it off."
    assert likely_cause(_run(Adam(), "bias-gradients")) == bug
    assert "2 is too high for adam" in likely_cause(_run(Adam(learning_rate=2), "bias-gradients"))
    rounded = "The values are rounded to bfloat16. Train in float32."
    assert likely_cause(_run(Adam(), precision="bfloat16")) == rounded


@pytest.mark.parametrize(
    "optimizer",
    [Adam(learning_rate=5.0), Sgd(momentum=0.99), Adadelta(), RmsProp(learning_rate=1e-9), Adam()],
)
def test_causes_and_advice_are_sentences(optimizer: Optimizer) -> None:
    run = _run(optimizer)
    given = advice(run, 0.1, 10_000)
    for text in (likely_cause(run), given):
        assert why_no_sentences(text, text) == ""


def test_chance_level_is_reported_with_its_likely_cause() -> None:
    def given_advice(rate: float, accuracy: float = 0.1, steps: int = 100) -> str:
        training = TrainingSpec(optimizer=Adam(learning_rate=rate))
        return advice(RunSpec("", MODEL, training), accuracy, steps)

    assert "0.5 is too high" in given_advice(0.5)
    assert given_advice(1e-6).endswith("The learning rate 0.000001 is very low. Try 0.0001.")
    assert "output 0" in given_advice(1e-3)
    assert not given_advice(0.5, accuracy=0.2)
    # An epoch of one step is at chance level, because its accuracy is that of the first weights.
    assert not given_advice(1e-3, steps=1)
    assert not given_advice(1e-6, steps=99)
    assert "0.5 is too high" in given_advice(0.5, steps=1)


def test_a_known_bug_explains_chance_level_before_the_rate() -> None:
    def given_advice(rate: float, *bugs: KnownBugName) -> str:
        training = TrainingSpec(optimizer=Adam(learning_rate=rate))
        return advice(effective(RunSpec("", MODEL, training, known_bugs=bugs)), 0.1, 100)

    assert "start at 0" in given_advice(0.5, "zero-initial")
    assert "applies softmax twice" in given_advice(1e-6, "double-softmax")
    assert "too high" in given_advice(0.5, "double-softmax")


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_every_optimizer_has_a_rate_that_is_rarely_meant(optimizer: type) -> None:
    highest = likely_cause(_run(optimizer(learning_rate=999))).rsplit(" ", 3)[1]
    assert 0 < float(highest) < 999
