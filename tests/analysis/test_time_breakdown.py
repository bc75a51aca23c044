from typing import get_args

import pytest
from msgspec.structs import replace

from mnist_studio.analysis import time_breakdown
from mnist_studio.events import Finished, Machine, Measures, PhaseName
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import Sampling
from mnist_studio.spec.steps import batch_sizes

TRAINING = replace(run_spec(RECIPES["mlp-128"]).training, batch_size=64)


def finished(step: int, **seconds: float) -> Finished:
    return Finished(
        run="r", framework="keras", epochs=1, step=step, test_accuracy=0.9, test_loss=0.3,
        seconds={name.removesuffix("_"): value for name, value in seconds.items()},
        device="cpu", latency_ms=1.0,
    )  # fmt: skip


def test_the_parts_add_up_to_the_wall_time() -> None:
    ended = finished(
        938, start=0.5, import_=1.5, data=0.25, build=1.0, compile=2.0, train=4.0, evaluate=0.5,
        record=0.25, save=0.125, paused=10.0,
    )  # fmt: skip
    found = time_breakdown.time_breakdown(ended, TRAINING, 60_000)
    assert found.parts == (
        ("start-up", 2.0),
        ("build", 3.0),
        ("data", 0.25),
        ("train", 4.0),
        ("evaluate", 0.5),
        ("record", 0.25),
        ("save", 0.125),
        ("paused", 10.0),
        ("other", 0.0),
    )
    assert found.wall == sum(ended.seconds.values()) == 20.125
    assert found.busy == 10.125
    assert found.images_per_second == 60_000 / 4.0


def test_every_phase_of_a_run_belongs_to_one_part() -> None:
    phases = [phase for _, of in time_breakdown.PARTS for phase in of]
    assert sorted(phases) == sorted(get_args(PhaseName))


def test_a_smaller_last_batch_and_a_half_epoch_are_counted() -> None:
    assert time_breakdown.images_trained(TRAINING, 100, 2) == 100
    assert time_breakdown.images_trained(TRAINING, 100, 3) == 164
    drawn = replace(TRAINING, sampling="with_replacement")
    assert time_breakdown.images_trained(drawn, 100, 3) == 192
    assert time_breakdown.images_trained(TRAINING, 100, 0) == 0


@pytest.mark.parametrize("sampling", ["shuffled", "stored", "with_replacement"])
@pytest.mark.parametrize("digits", [64, 65, 100, 640])
def test_images_are_those_of_the_batches(sampling: Sampling, digits: int) -> None:
    training = replace(TRAINING, sampling=sampling)
    for steps in range(25):
        expected = sum(batch_sizes(training, digits, 0, steps))
        assert time_breakdown.images_trained(training, digits, steps) == expected


def test_a_run_that_did_not_train_has_no_speed() -> None:
    found = time_breakdown.time_breakdown(finished(0, start=1.0), TRAINING, 60_000)
    assert found.images_per_second is None
    assert found.wall == pytest.approx(1.0)


def test_a_resumed_run_has_its_last_process_and_earlier_seconds() -> None:
    machine = Machine(
        processors=2, others_processors=0.0, frequency_fraction=None, throttle_count=None,
        on_battery=None,
    )  # fmt: skip
    measures = Measures(
        wall_seconds=5.5, earlier_seconds=30.0, train_images_per_second=15_000.0,
        peak_memory_bytes=None, machine=machine,
    )  # fmt: skip
    ended = replace(finished(1876, start=1.0, train=34.0, evaluate=0.5), measures=measures)
    found = time_breakdown.time_breakdown(ended, TRAINING, 60_000)
    assert dict(found.parts)["train"] == 4.0
    assert found.wall == sum(seconds for _, seconds in found.parts) == measures.wall_seconds
    assert found.earlier == 30.0
    assert found.images_per_second == 15_000.0
