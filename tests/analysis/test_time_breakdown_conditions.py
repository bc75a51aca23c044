import pytest

from mnist_studio.analysis.time_breakdown import BUSY, SLOW, timing_doubts
from mnist_studio.events import Machine


def test_nothing_is_said_of_a_quiet_machine_or_one_that_tells_nothing() -> None:
    quiet = Machine(
        processors=8, others_processors=8 * BUSY, frequency_fraction=SLOW, throttle_count=0,
        on_battery=False,
    )  # fmt: skip
    assert timing_doubts(quiet) == ()
    assert timing_doubts(Machine(processors=8)) == ()


@pytest.mark.parametrize(
    ("machine", "sentence"),
    [
        (
            Machine(processors=4, others_processors=1.25),
            "Other programs used 1.2 of 4 processors.",
        ),
        (
            Machine(processors=4, frequency_fraction=0.55),
            "The processors ran at 55 % of their highest clock frequency.",
        ),
        (
            Machine(processors=4, throttle_count=1200),
            "The processors were throttled 1,200 times because of heat.",
        ),
        (Machine(processors=4, on_battery=True), "The computer ran on battery."),
    ],
)
def test_what_makes_a_run_slower_is_said(machine: Machine, sentence: str) -> None:
    assert timing_doubts(machine) == (sentence,)


def test_everything_is_said_at_once() -> None:
    machine = Machine(
        processors=2, others_processors=2.0, frequency_fraction=0.1, throttle_count=1,
        on_battery=True,
    )  # fmt: skip
    assert len(timing_doubts(machine)) == 5
    assert timing_doubts(machine)[1].startswith("In that case one CPU thread is often faster")
