import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_studio.errors import SpecError
from mnist_studio.spec import schedules
from mnist_studio.spec.schedules import Constant, Exponential, OneCycle, Plateau, Schedule


def test_constant() -> None:
    assert [schedules.factor(Constant(), step, 10, 30) for step in (0, 9, 10, 29)] == [1.0] * 4


def test_exponential_moves_once_an_epoch() -> None:
    factors = [schedules.factor(Exponential(0.5), step, 10, 30) for step in (0, 9, 10, 19, 20)]
    assert factors == [1.0, 1.0, 0.5, 0.5, 0.25]


def test_exponential_with_a_period_falls_step_by_step() -> None:
    decay = Exponential(0.5, period=4)
    assert [schedules.factor(decay, step, 10, 30) for step in (0, 2, 4, 8)] == pytest.approx(
        [1.0, 0.5**0.5, 0.5, 0.25]
    )


def test_plateau_waits_for_its_patience_and_then_anew() -> None:
    plateau = Plateau(factor=0.5, patience=2, lowest=0.2)
    seen = [0.90, 0.95, 0.94, 0.95, 0.93, 0.92, 0.96, 0.9, 0.9, 0.9, 0.9]
    factors = [schedules.factor(plateau, 10 * epoch, 10, 200, seen) for epoch in range(12)]
    assert factors == [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2]


def test_one_cycle_begins_peaks_and_ends_where_it_says() -> None:
    cycle = OneCycle(warmup=0.25, start=25.0, final=1e4)
    assert schedules.factor(cycle, 0, 10, 100) == pytest.approx(1 / 25)
    assert schedules.factor(cycle, 24, 10, 100) == pytest.approx(1.0)
    assert schedules.factor(cycle, 99, 10, 100) == pytest.approx(1 / 25e4)


@pytest.mark.parametrize("step", [0, 1, 7, 13, 28, 29, 30, 31, 60, 98, 99])
def test_one_cycle_follows_its_equation(step: int) -> None:
    # rate = b + (a - b) (1 + cos(pi p)) / 2, p the part of the way from a to b; with 100 steps and
    # a warm-up of 0.3 the way up ends in step 29 and the way down in step 99.
    if step <= 29:
        start, end, part = 0.1, 1.0, step / 29
    else:
        start, end, part = 1.0, 0.001, (step - 29) / 70
    expected = end + (start - end) * (1 + math.cos(math.pi * part)) / 2
    cycle = OneCycle(warmup=0.3, start=10.0, final=100.0)
    assert schedules.factor(cycle, step, 10, 100) == pytest.approx(expected, rel=1e-12)


def test_one_cycle_in_numbers() -> None:
    # Half-way up: (1 + 1/25) / 2; half-way down: (1 + 1/25e4) / 2.
    cycle = OneCycle(warmup=0.31)
    assert schedules.factor(cycle, 15, 10, 100) == pytest.approx(0.52, abs=1e-12)
    cycle = OneCycle(warmup=0.30)
    assert schedules.factor(cycle, 64, 10, 100) == pytest.approx(0.500002, abs=1e-12)


@given(
    warmup=st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True),
    steps=st.integers(min_value=1, max_value=200),
)
def test_one_cycle_stays_within_its_range_for_any_number_of_steps(
    warmup: float, steps: int
) -> None:
    cycle = OneCycle(warmup=warmup)
    factors = [schedules.factor(cycle, step, 1, steps) for step in range(steps)]
    assert all(1 / 25e4 - 1e-9 <= factor <= 1 + 1e-9 for factor in factors)


@pytest.mark.parametrize(("warmup", "steps"), [(0.25, 4), (0.5, 2), (0.2, 5), (0.3, 1), (0.3, 3)])
def test_a_warm_up_of_at_most_one_step_only_goes_down(warmup: float, steps: int) -> None:
    factors = [schedules.factor(OneCycle(warmup=warmup), step, 1, steps) for step in range(steps)]
    assert factors == sorted(factors, reverse=True)
    assert factors[-1] == pytest.approx(1 / 25e4, rel=1e-6)


@pytest.mark.parametrize(
    "schedule",
    [
        Exponential(0.0),
        Exponential(1.1),
        Exponential(math.nan),
        OneCycle(warmup=0.0),
        OneCycle(warmup=1.0),
        OneCycle(warmup=math.nan),
        OneCycle(start=0.5),
        OneCycle(start=math.nan),
        OneCycle(start=math.inf),
        OneCycle(final=0.0),
        OneCycle(final=math.inf),
    ],
)
def test_impossible_constants_are_refused(schedule: Schedule) -> None:
    with pytest.raises(SpecError) as raised:
        schedules.check(schedule)
    assert raised.value.remedy


@pytest.mark.parametrize("schedule", [Constant(), Exponential(), Exponential(1.0), OneCycle()])
def test_the_defaults_are_accepted(schedule: Schedule) -> None:
    schedules.check(schedule)
