"""Measuring how fast this computer trains."""

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.errors import CancelledByUser
from mnist_studio.running import speed, speed_task
from mnist_studio.running.speed import MeasuredSpeed, SpeedRequest, TrainingSpeed
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.workers.task import Context


def spec(recipe: str = "tiny-10", dataset: str = "builtin") -> RunSpec:
    return replace(run_spec(RECIPES[recipe]), framework="numpy", dataset=dataset)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_task, "STEP_SECONDS", 0.02)
    monkeypatch.setattr(speed_task, "EVALUATION_SECONDS", 0.01)


def test_a_run_takes_its_steps_and_evaluations() -> None:
    found = TrainingSpeed(step=0.1, image=0.001, preparation=2.0, start=1.0)
    # Ten epochs of 21 steps on 1,297 images, each with an evaluation on 500 images.
    assert speed.seconds(spec(), found) == pytest.approx(1 + 2 + 10 * 21 * 0.1 + 10 * 500 * 0.001)


def test_the_kind_of_a_run_does_not_depend_on_chance_or_length() -> None:
    training = replace(spec().training, seed=3, epochs=9)
    assert speed.kind(replace(spec(), training=training)) == speed.kind(spec())
    training = replace(spec().training, batch_size=3)
    assert speed.kind(replace(spec(), training=training)) != speed.kind(spec())


def test_every_run_is_measured_with_what_it_needs() -> None:
    specs = (spec(), spec("bobnet"), spec("fast-99"), spec("tiny-gd"))
    sent: list[MeasuredSpeed] = []
    speed_task.measure(SpeedRequest(specs, (1297,) * 4), Context(send=sent.append))
    assert [found.place for found in sent] == [0, 1, 2, 3]
    for found in sent:
        assert 0 < found.speed.step < 10
        assert 0 < found.speed.image < 1
        assert found.speed.processors > 0
    assert np.all(np.diff([found.elapsed for found in sent]) > 0)


def test_a_process_measures_and_can_be_cancelled() -> None:
    found: dict[RunSpec, TrainingSpeed] = {}
    # The validation set of the second one needs more images than there are.
    speed.measure([spec(), spec("deep-cnn")], found.__setitem__, lambda: False)
    assert list(found) == [speed.kind(spec())]
    assert found[speed.kind(spec())].start > 0
    with pytest.raises(CancelledByUser):
        speed.measure([spec()], found.__setitem__, lambda: True)
