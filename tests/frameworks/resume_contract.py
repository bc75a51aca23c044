"""What every framework must do when a training is resumed: go on to the same bits."""

from pathlib import Path

import msgspec
import pytest

from mnist_studio.data.images import LabeledImages
from mnist_studio.events import Epoch, Event, Finished, Progress
from mnist_studio.frameworks.base import Framework, Learner, Weights
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, step_curve
from mnist_studio.training.clock import CheckpointClock
from mnist_studio.training.session import Control, DataSplit
from tests.frameworks.examples import DEVICE, DROPPED, digits, run, trained
from tests.training.conftest import Bench, OnEvent, ignore

STEPS = 4
"""In an epoch: 120 images in batches of 32."""

KILLED = 6
"""The step after which the process is gone, within the second epoch."""


class Killed(Exception):
    """The process is gone."""


class ResumeContract:
    """A training that ends within an epoch and is resumed from its folder."""

    def test_a_run_killed_within_an_epoch_resumes_to_the_same_bits(
        self, framework: Framework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(CheckpointClock, "due", True)

        def kill(event: Event, _: Control) -> None:
            if isinstance(event, Progress) and event.step == KILLED:
                raise Killed

        whole = _bench(framework, tmp_path / "whole")
        whole.train(1)
        killed = _bench(framework, tmp_path / "killed", kill)
        with pytest.raises(Killed):
            killed.train(1)
        saved = artifacts.load_checkpoint(killed.folder, killed.spec).step
        assert STEPS < saved <= KILLED
        again = _bench(framework, killed.folder)
        again.events.extend(killed.of(Epoch))
        assert isinstance(again.train(1, resume=True), Finished)
        for name in (step_curve.STEPS, artifacts.WEIGHTS, artifacts.TEST_LOGITS):
            assert (whole.folder / name).read_bytes() == (again.folder / name).read_bytes()


def _bench(framework: Framework, folder: Path, on_event: OnEvent = ignore) -> Bench:
    """Three epochs of a network with dropout, by Adam, which has a state to lose."""
    folder.mkdir(exist_ok=True)
    place = next(device for device in framework.devices() if device.kind == DEVICE)

    def made(spec: RunSpec, weights: Weights) -> Learner:
        return framework.learner(spec, weights, place)

    whole = run(DROPPED, Adam(), "float32", batch_size=32)
    spec = trained(whole, epochs=3, best_epoch=True, averaged_epochs=3)
    spec = msgspec.structs.replace(spec, threads=1)
    images = LabeledImages(*digits())
    return Bench(spec, folder, DataSplit(images, images, images), on_event, made)
