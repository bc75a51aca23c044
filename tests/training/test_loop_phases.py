"""When a training evaluates, warns, waits and saves, and what it counts as training."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mnist_studio.events import Checkpoint, Epoch, Event, Finished, Log, Phase, Progress, Stopped
from mnist_studio.frameworks.base import Chunk, StepResults
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.run import FULL_BATCH
from mnist_studio.spec.schedules import Plateau
from mnist_studio.spec.steps import learning_rate
from mnist_studio.training import prefetch
from mnist_studio.training.chunks import ChunkMaker
from mnist_studio.training.clock import PhaseClock
from mnist_studio.training.divergence import advice
from mnist_studio.training.loop import Training
from mnist_studio.training.session import Control
from tests.training.conftest import Benches, OnEvent, Sizer


def at_step(step: int, act: Callable[[Control], None]) -> OnEvent:
    """Acts when a step is reported."""

    def on_event(event: Event, control: Control) -> None:
        if isinstance(event, Progress) and event.step == step:
            act(control)

    return on_event


def test_a_stop_within_an_epoch_does_not_begin_an_evaluation(bench: Benches) -> None:
    one = bench(on_event=at_step(2, Control.stop))
    ended = one.train(1)
    assert isinstance(ended, Stopped)
    assert [event.phase for event in one.of(Phase)] == ["compile", "train", "save"]
    assert "evaluate" not in ended.seconds
    # The weights are saved as a phase of their own.
    assert "save" in ended.seconds
    assert [event.step for event in one.of(Checkpoint)] == [2]


def test_a_chunk_that_is_slow_to_prepare_does_not_end_the_training(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefetch, "POLL_SECONDS", 0.001)
    make = ChunkMaker.make

    def slow(self: ChunkMaker, *arguments: object) -> Chunk:
        time.sleep(0.01)
        return make(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ChunkMaker, "make", slow)
    one = bench(epochs=1)
    finished = one.train(1)
    assert isinstance(finished, Finished)
    # Waiting is the time of the data, not of the training.
    assert finished.seconds["data"] > 0.01


def test_a_stop_takes_effect_while_a_chunk_is_prepared(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bench()

    def stopping(self: ChunkMaker, *arguments: object) -> Chunk:
        one.control.stop()
        *_, should_continue = arguments
        while should_continue():  # type: ignore[operator]
            time.sleep(0.001)
        return self.empty(64)

    monkeypatch.setattr(ChunkMaker, "make", stopping)
    ended = one.train()
    assert isinstance(ended, Stopped)
    assert (ended.step, one.of(Progress)) == (0, [])


def test_the_rate_of_a_plateau_falls_within_a_run(bench: Benches) -> None:
    one = bench(epochs=4, schedule=Plateau(0.5, patience=1), validation=30)
    rates: list[float] = []
    train = one.learner.train

    def recorded(chunk: Chunk) -> StepResults:
        rates.extend(chunk.rates.tolist())
        return train(chunk)

    one.learner.train = recorded  # type: ignore[method-assign]
    # A validation accuracy that never rises, so that every epoch after the second halves the rate.
    one.learner.logits = lambda images: np.zeros((len(images), 10))  # type: ignore[method-assign]
    one.train(1)
    found = [epoch.validation_accuracy for epoch in one.of(Epoch)]
    accuracies = [accuracy for accuracy in found if accuracy is not None]
    assert len(accuracies) == len(set(found)) * 4 == 4
    expected = [
        learning_rate(one.spec.training, step, 180, accuracies[: step // 3]) for step in range(12)
    ]
    assert rates == expected
    assert [epoch.learning_rate for epoch in one.of(Epoch)] == expected[2::3]
    assert expected[0] > expected[-1]


@pytest.mark.parametrize(
    ("batch_size", "first", "others"),
    [(64, 64, {18}), (210, 210, set()), (FULL_BATCH, 210, set()), (70, 70, set())],
)
def test_every_batch_size_is_compiled_once_before_its_first_step(
    bench: Benches, batch_size: int, first: int, others: set[int]
) -> None:
    one = bench(batch_size=batch_size, epochs=2)
    compiled: list[int] = []
    train = one.learner.train

    def recorded(chunk: Chunk) -> StepResults:
        steps, batch = chunk.indices.shape
        assert one.session.clock.phase == ("train" if steps else "compile")
        assert (batch in compiled) == bool(steps)
        if not steps:
            compiled.append(batch)
        return train(chunk)

    one.learner.train = recorded  # type: ignore[method-assign]
    training = Training(one.session, one.learner)
    training.prepare()
    # The first step need not wait for the others.
    assert compiled == [first]
    training.run()
    assert set(compiled) == {first} | others


def test_an_epoch_at_chance_level_is_a_warning_of_this_run(bench: Benches) -> None:
    one = bench("low", epochs=1, optimizer=Adam(learning_rate=0.5))
    one.learner.train = lambda chunk: StepResults(  # type: ignore[method-assign]
        np.ones(len(chunk.indices)), np.zeros(len(chunk.indices), np.int64)
    )
    one.train(1)
    (warning,) = one.of(Log)
    assert warning == Log(run="run", framework="numpy", level="warning", text=warning.text)
    assert warning.text == advice(one.spec, 0.0, 4)
    assert "0.5 is too high" in warning.text


def test_a_good_epoch_warns_of_nothing(bench: Benches) -> None:
    one = bench("high", epochs=1)
    one.learner.train = lambda chunk: StepResults(  # type: ignore[method-assign]
        np.ones(len(chunk.indices)), np.full(len(chunk.indices), chunk.indices.shape[1])
    )
    one.train(1)
    assert one.of(Log) == []


def test_a_chunk_takes_the_seconds_of_its_steps(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watch that moves while the learner trains, and while it is synchronized."""
    now, updates = [0.0], []
    one = bench(epochs=1)
    one.session = replace(one.session, clock=PhaseClock("import", lambda: now[0]))
    train = one.learner.train

    def slow(chunk: Chunk) -> StepResults:
        now[0] += 1.5 * len(chunk.indices)
        return train(chunk)

    def synchronized() -> None:
        now[0] += 0.5

    class Recording(Sizer):
        def update(self, steps: int, seconds: float) -> None:
            updates.append((steps, seconds))
            super().update(steps, seconds)

    one.learner.train = slow  # type: ignore[method-assign]
    one.learner.synchronize = synchronized  # type: ignore[method-assign]
    training = Training(one.session, one.learner)
    training._sizer = Recording(2, 1)  # type: ignore[assignment]
    training.prepare()
    training.run()
    # Two steps of 64, one of 64, and the last one of 18.
    assert updates == [(2, 3.5), (1, 2.0), (1, 2.0)]
    progress = one.of(Progress)
    assert progress[0].images_per_second == pytest.approx(128 / 3.5)
    assert progress[-1].images_per_second == pytest.approx(210 / 7.5)
    assert [event.train_seconds for event in progress] == [3.5, 5.5, 7.5]


def test_a_chunk_that_is_slow_to_prepare_stays_short_too(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates: list[float] = []

    class Recording(Sizer):
        def update(self, steps: int, seconds: float) -> None:
            updates.append(seconds)
            super().update(steps, seconds)

    make = prefetch.Prefetcher._make

    def slow(self: prefetch.Prefetcher, first: int, most: int) -> prefetch.PreparedChunk:
        return replace(make(self, first, most), seconds=1234.5)

    monkeypatch.setattr(prefetch.Prefetcher, "_make", slow)
    one = bench(epochs=1)
    training = Training(one.session, one.learner)
    training._sizer = Recording(2)  # type: ignore[assignment]
    training.prepare()
    training.run()
    assert set(updates) == {1234.5}


def test_events_name_their_run_and_framework(bench: Benches) -> None:
    one = bench(epochs=1)
    one.train(1)
    assert {(event.run, event.framework) for event in one.events} == {("run", "numpy")}
