import pytest

from mnist_studio.analysis.time_breakdown import (
    BUSY,
    SLOW,
    marked,
    other_lines,
    timing_doubts,
    timing_marks,
)
from mnist_studio.events import Cancelled, Finished, Machine, Measures


@pytest.fixture
def quiet_machine() -> None:
    """These tests are about busy machines."""


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


def ended(machine: Machine, automatic_threads: int = 0) -> Finished:
    measures = Measures(
        wall_seconds=1.0, earlier_seconds=0.0, train_images_per_second=None,
        peak_memory_bytes=None, machine=machine, automatic_threads=automatic_threads,
    )  # fmt: skip
    return Finished(
        run="a", framework="numpy", epochs=1, step=1, test_accuracy=0.9, test_loss=0.1,
        seconds={}, device="CPU", latency_ms=1.0, measures=measures,
    )  # fmt: skip


def test_a_time_is_marked_with_what_may_have_made_it_longer() -> None:
    quiet, busy = Machine(processors=2), Machine(processors=2, others_processors=0.5)
    assert marked("12.6 s", ended(quiet)) == "12.6 s"
    assert marked("12.6 s", ended(busy)) == "12.6 s (busy)"
    everything = Machine(
        processors=2, others_processors=2.0, frequency_fraction=0.1, throttle_count=1,
        on_battery=True,
    )  # fmt: skip
    assert timing_marks(ended(everything)) == ("busy", "hot", "low clock", "on battery")
    assert marked("–", Cancelled(run="a", framework="numpy", reason="")) == "–"
    assert marked("–", None) == "–"


def test_the_number_of_threads_that_was_chosen_is_listed() -> None:
    lines = dict(other_lines(ended(Machine(processors=2), automatic_threads=1)))
    assert lines["automatic threads"] == "one CPU thread, since the steps of this network are short"
    assert "automatic threads" not in dict(other_lines(ended(Machine(processors=2))))
