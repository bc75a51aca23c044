"""The training time: what belongs to it, and that it is one value wherever it is computed."""

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from mnist_studio.analysis import time_breakdown
from mnist_studio.analysis.time_breakdown import training_time, training_time_after
from mnist_studio.events import Epoch, Finished, Machine, Measures
from mnist_studio.spec.recipes import RECIPES, run_spec
from tests.analysis.example_epochs import epochs

SECONDS = {
    "start": 1.0, "import": 2.0, "data": 0.5, "build": 0.25, "compile": 1.25, "train": 4.0,
    "evaluate": 3.0, "save": 0.5, "paused": 60.0, "other": 0.5,
}  # fmt: skip
TRAINING = run_spec(RECIPES["mlp-128"]).training


def finished(earlier: float = 0.0, preparation: float = 0.0) -> Finished:
    measures = Measures(
        wall_seconds=73.0, earlier_seconds=earlier, earlier_preparation_seconds=preparation,
        train_images_per_second=1000.0, peak_memory_bytes=None, machine=Machine(processors=2),
    )  # fmt: skip
    return Finished(
        run="r", framework="keras", epochs=1, step=938, test_accuracy=0.9, test_loss=0.3,
        seconds=dict(SECONDS), device="cpu", latency_ms=1.0, measures=measures,
    )  # fmt: skip


def old(*accuracies: float) -> tuple[Epoch, ...]:
    """Epochs of an earlier version."""
    return tuple(replace(epoch, preparation_seconds=None) for epoch in epochs(*accuracies))


def test_building_compiling_data_and_steps_belong_to_it_and_nothing_else() -> None:
    assert training_time(finished()) == 6.0
    assert training_time(replace(finished(), measures=None)) == 6.0


def test_it_is_the_same_in_the_breakdown() -> None:
    ended = finished(earlier=1.5, preparation=0.75)
    found = time_breakdown.time_breakdown(ended, TRAINING, 60_000)
    assert found.training_time == training_time(ended) == 6.75
    assert found.earlier == 2.25
    assert dict(found.parts)["train"] == 2.5


def test_every_line_of_a_run_has_the_seconds_of_its_last_process() -> None:
    lines = dict(time_breakdown.lines(finished(earlier=1.5, preparation=0.75)))
    assert lines["training time"].startswith("6.750 s: building, compiling, data, and training ")
    assert lines["training steps"] == "2.500 s"
    assert lines["trained earlier"] == "2.250 s, included in the training time"
    assert lines["wall time"] == "73.000 s"


def test_an_epoch_has_the_preparation_until_then() -> None:
    first, second = epochs(0.5, 0.6)
    assert training_time_after(first, None) == training_time_after(first, finished()) == 3.0
    assert training_time_after(second, None) == 5.0


def test_an_epoch_of_an_earlier_version_takes_the_preparation_of_its_run() -> None:
    first, second = old(0.5, 0.6)
    assert training_time_after(first, finished()) == 4.0
    assert training_time_after(second, finished()) == training_time(finished())
    assert training_time_after(first, None) is None


@dataclass(frozen=True)
class Loop:
    """Seconds of a loop by phase."""

    build: float
    data: float
    train: float

    def ended(self) -> Finished:
        seconds = {"build": self.build, "data": self.data, "train": self.train}
        return replace(finished(), seconds=seconds)


@pytest.mark.parametrize("moved", [0.0, 1.0, 3.0])
def test_moving_work_out_of_the_steps_changes_nothing(moved: float) -> None:
    inside, prepared = Loop(0.5, 0.5, 5.0), Loop(0.5 + moved / 2, 0.5 + moved / 2, 5.0 - moved)
    assert training_time(inside.ended()) == training_time(prepared.ended())
