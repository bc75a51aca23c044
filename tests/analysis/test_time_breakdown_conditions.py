import pytest

from mnist_studio.analysis.time_breakdown import BUSY, SLOW, timing_doubts
from mnist_studio.events import Machine


def test_a_quiet_or_unknown_machine_causes_no_doubts() -> None:
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
            "The processors ran at 55 % of their maximum clock frequency.",
        ),
        (
            Machine(processors=4, throttle_count=1200),
            "The processors were throttled 1,200 times because of heat.",
        ),
        (Machine(processors=4, on_battery=True), "The computer ran on battery."),
    ],
)
def test_what_makes_a_run_slower_causes_a_doubt(machine: Machine, sentence: str) -> None:
    assert timing_doubts(machine) == (sentence,)


def test_several_doubts_are_listed_together() -> None:
    machine = Machine(
        processors=2, others_processors=2.0, frequency_fraction=0.1, throttle_count=1,
        on_battery=True,
    )  # fmt: skip
    assert len(timing_doubts(machine)) == 5
    assert timing_doubts(machine)[1].startswith("In that case, one CPU thread is often faster")
