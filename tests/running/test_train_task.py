"""The task of a training, in this process."""

from dataclasses import replace as with_values
from pathlib import Path
from time import perf_counter

import pytest
from msgspec.structs import replace

from mnist_studio.data.datasets import builtin, sources
from mnist_studio.events import Event, Log
from mnist_studio.running.messages import TrainRequest
from mnist_studio.running.train_task import train
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.workers.task import Context


def test_a_damaged_copy_of_the_data_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = "a is damaged: it is empty. MNIST Studio used a.gz instead."
    dataset = with_values(builtin.load(), notes=(note,))
    monkeypatch.setattr(sources, "load", lambda name, folder: dataset)
    spec = run_spec(RECIPES["tiny-gd"])
    spec = replace(spec, dataset="builtin", training=replace(spec.training, epochs=1))
    sent: list[Event] = []
    request = TrainRequest("run", spec, str(tmp_path), "", perf_counter())
    train(request, Context(send=sent.append))
    logs = [event for event in sent if isinstance(event, Log)]
    assert [(log.level, log.text) for log in logs] == [("warning", note)]


def test_generated_handwriting_styles_are_added_to_the_training_set(tmp_path: Path) -> None:
    spec = run_spec(RECIPES["tiny-10"])
    training = replace(spec.training, epochs=1, epoch_steps=0, batch_size=50)
    spec = replace(spec, framework="numpy", dataset="builtin", training=training)
    steps = []
    for count in (0, 100):
        chosen = replace(spec, handwriting_styles=count)
        request = TrainRequest("run", chosen, str(tmp_path), "", perf_counter())
        steps.append(train(request, Context(send=lambda event: None)).step)
    assert steps[1] == steps[0] + 2
