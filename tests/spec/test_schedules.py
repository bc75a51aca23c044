import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_studio.errors import SpecError
from mnist_studio.spec import schedules
from mnist_studio.spec.schedules import (
    Constant,
    Cosine,
    Exponential,
    OneCycle,
    Plateau,
    Schedule,
    StepDecay,
)


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
    factors = [schedules.factor(schedule, step, 10, 30) for step in range(30)]
    assert min(factors) > 0
    assert max(factors) == pytest.approx(1.0)


def test_step_decay_waits_for_epochs_or_milestones() -> None:
    every = [schedules.factor(StepDecay(0.5, 2), step, 10, 60) for step in (0, 19, 20, 39, 40)]
    assert every == [1.0, 1.0, 0.5, 0.5, 0.25]
    milestones = StepDecay(0.5, 2, milestones=(1, 4))
    factors = [schedules.factor(milestones, step, 10, 60) for step in (9, 10, 39, 40, 59)]
    assert factors == [1.0, 0.5, 0.5, 0.25, 0.25]


def test_cosine_follows_its_equation() -> None:
    factors = [schedules.factor(Cosine(0.2), step, 10, 40) for step in range(40)]
    expected = [0.2 + 0.8 * (1 + math.cos(math.pi * step / 40)) / 2 for step in range(40)]
    assert factors == pytest.approx(expected, rel=1e-12)


def test_a_warm_up_rises_linearly_and_steps_are_counted_from_its_end() -> None:
    warm = [schedules.factor(Constant(), step, 10, 40, warmup=4) for step in range(6)]
    assert warm == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    cosine = [schedules.factor(Cosine(), step, 10, 40, warmup=8) for step in (0, 7, 8, 24, 39)]
    alone = [schedules.factor(Cosine(), step, 10, 32) for step in (0, 16, 31)]
    assert cosine == pytest.approx([1 / 8, 1.0, *alone])
    by_epoch = [schedules.factor(StepDecay(0.5, 1), s, 10, 40, warmup=20) for s in (9, 10, 19, 20)]
    assert by_epoch == pytest.approx([0.5, 0.5 * 11 / 20, 0.5, 0.25])


def test_a_warm_up_longer_than_the_run_never_ends() -> None:
    factors = [schedules.factor(Cosine(), step, 2, 4, warmup=8) for step in range(4)]
    assert factors == [1 / 8, 2 / 8, 3 / 8, 4 / 8]


@pytest.mark.parametrize(
    "schedule",
    [Constant(), Exponential(0.9), StepDecay(0.9, 1), Cosine(), OneCycle(), Plateau()],
    ids=str,
)
@pytest.mark.parametrize(("epochs", "points"), [(2, 50), (40, 50), (10_000, 400)])
def test_a_curve_for_drawing_has_the_ends_and_at_most_the_points(
    schedule: Schedule, epochs: int, points: int
) -> None:
    steps = 20 * epochs
    curve = schedules.curve(schedule, 20, steps, warmup=7, points=points)
    assert len(curve) <= points
    numbers = [step for step, _ in curve]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (0, steps - 1)
    for step, value in curve:
        assert value == schedules.factor(schedule, step, 20, steps, warmup=7)


def test_a_curve_has_a_point_on_either_side_of_a_jump() -> None:
    curve = dict(schedules.curve(StepDecay(0.1, 7), 1000, 20_000, points=60))
    assert (curve[6999], curve[7000]) == (1.0, 0.1)
    accuracies = [0.9, 0.8, 0.8, 0.8]
    plateau = Plateau(0.5, patience=3)
    curve = dict(schedules.curve(plateau, 1000, 20_000, accuracies, points=60))
    assert (curve[3999], curve[4000]) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("schedule", "problem"),
    [
        (StepDecay(0.0), "Step factor"),
        (StepDecay(every=0), "Epochs between two steps must be 1 to 10,000, got 0"),
        (StepDecay(milestones=(5, 3)), "increasing numbers of epochs from 1 to 10,000, got 5, 3"),
        (StepDecay(milestones=(0,)), "Milestones"),
        (Cosine(1.5), "lowest factor of the cosine schedule must be 0 to 1"),
        (Cosine(math.nan), "lowest factor"),
    ],
    ids=str,
)
def test_impossible_constants_of_newer_schedules_are_named(
    schedule: Schedule, problem: str
) -> None:
    with pytest.raises(SpecError, match=problem):
        schedules.check(schedule)
