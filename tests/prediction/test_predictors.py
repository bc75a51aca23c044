import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace as changed

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.data.datasets import builtin
from mnist_studio.events import Finished
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Framework, Learner
from mnist_studio.prediction import engines, predict_task
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.prediction.predictors import MOST_MODELS, Predictors, newest
from mnist_studio.prediction.state import EngineState, Prediction
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.trained_runs import copy_of, until

IMAGES = builtin.load().test.images


class Desk:
    """Predictors, and all that they told."""

    def __init__(self, idle_seconds: float = 60.0) -> None:
        self.answers: list[Prediction] = []
        self.states: list[EngineState] = []
        self.predictors = Predictors(self.answers.append, self.states.append, idle_seconds)

    def ask(self, image: np.ndarray = IMAGES[0]) -> int:
        return self.predictors.predict(image)

    def engines(self, request: int) -> set[str]:
        return {answer.engine for answer in self.answers if answer.request == request}

    def runs(self, request: int) -> set[str]:
        return {answer.run for answer in self.answers if answer.request == request}

    def answered(self, request: int, run: str) -> bool:
        return run in self.runs(request)

    def told(self, framework: str) -> list[str]:
        return [state.state for state in self.states if state.framework == framework]

    def warm(self, framework: str, seconds: float = 60.0) -> None:
        """Asks until that framework's child is warm."""
        self.ask()
        until(lambda: "warm" in self.told(framework), seconds)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.predictors.close()
    assert not _threads()


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("predict ")]


def _children() -> list[BaseProcess]:
    return multiprocessing.active_children()


def test_models_are_opened_before_the_first_request(
    run: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = predict_task.open_model

    def noted(framework: Framework, place: ModelRef) -> Learner:
        opened.append(threading.current_thread().name)
        return real(framework, place)

    monkeypatch.setattr(predict_task, "open_model", noted)
    desk.predictors.load_models([run])
    until(lambda: opened == ["predict fallback"])
    # That costs no process: those start when somebody draws.
    assert not _children()
    desk.ask()
    until(lambda: bool(desk.answers))
    assert len(opened) == 1


def test_predictions_are_the_softmax_of_the_logits(run: Run, desk: Desk) -> None:
    desk.predictors.load_models([run])
    wanted = probabilities(artifacts.load_test_logits(run.folder))
    for place in range(3):
        request = desk.ask(IMAGES[place])
        until(partial(desk.runs, request))
        answer = next(answer for answer in desk.answers if answer.request == request)
        assert sum(answer.probabilities) == pytest.approx(1.0)
        np.testing.assert_allclose(answer.probabilities, wanted[place], atol=1e-4)
        assert answer.milliseconds > 0
        assert (answer.run, answer.framework, answer.engine) == (run.id, "numpy", "numpy")


def test_numpy_predicts_until_the_own_framework_is_ready(
    run: Run, store: RunStore, desk: Desk
) -> None:
    registry.version("pytorch") or pytest.skip("PyTorch is not here")
    desk.predictors.load_models([copy_of(run, store, "pytorch")])
    first = desk.ask()
    until(lambda: desk.engines(first), 5.0)
    assert desk.answers[0].engine == "numpy"
    until(lambda: "pytorch" in desk.engines(first), 60.0)
    second = desk.ask()
    until(lambda: desk.engines(second))

    assert desk.told("pytorch") == ["starting", "warm"]
    assert desk.engines(second) == {"pytorch"}
    stand_in, own = desk.answers[0], desk.answers[-1]
    np.testing.assert_allclose(own.probabilities, stand_in.probabilities, atol=1e-4)
    assert "torch" not in sys.modules


def test_a_newer_request_replaces_those_that_wait(run: Run, desk: Desk) -> None:
    desk.predictors.load_models([run])
    desk.warm("numpy")
    requests = [desk.ask(IMAGES[place]) for place in range(300)]
    until(lambda: desk.runs(requests[-1]))

    answered = [answer.request for answer in desk.answers]
    assert answered[-1] == requests[-1]
    assert answered == sorted(answered)
    assert len(set(answered)) < len(requests)


@pytest.mark.needs("pytorch")
@pytest.mark.needs("keras")
def test_an_unusable_model_is_reported_once_while_the_others_predict(
    run: Run, store: RunStore, desk: Desk
) -> None:
    damaged = copy_of(run, store)
    path = damaged.folder / artifacts.WEIGHTS
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    desk.predictors.load_models([damaged, run])
    for _ in range(5):
        request = desk.ask()
        until(partial(desk.answered, request, run.id))
    desk.warm("numpy")
    until(lambda: any(state.state == "warm" and state.text for state in desk.states))

    troubles = [state.text for state in desk.states if state.text]
    assert all(damaged.id in text and "is damaged" in text for text in troubles)
    assert len(troubles) <= 2  # Once by the stand-in, once by the child.
    assert {answer.run for answer in desk.answers} == {run.id}


def test_several_digits_are_predicted_at_once(run: Run, desk: Desk) -> None:
    desk.predictors.load_models([run])
    wanted = probabilities(artifacts.load_test_logits(run.folder))
    request = desk.ask(IMAGES[:3])
    until(lambda: desk.runs(request))
    answer = next(answer for answer in desk.answers if answer.request == request)
    np.testing.assert_allclose(answer.digits, wanted[:3], atol=1e-4)
    assert answer.probabilities == answer.digits[0]


def test_children_leave_while_memory_is_short_and_come_back(
    run: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [4 * engines.NEEDED_BYTES]
    monkeypatch.setattr("mnist_studio.prediction.engines.available_memory", lambda: left[0])
    monkeypatch.setattr("mnist_studio.prediction.engines.MEMORY_CHECK_SECONDS", 0.05)
    desk.predictors.load_models([run])
    desk.warm("numpy")
    left[0] = engines.RESERVED_BYTES - 1
    until(lambda: not _children())
    until(lambda: desk.states[-1].state == "cold")
    assert "Memory is low" in desk.states[-1].text
    for _ in range(3):
        request = desk.ask()
        until(partial(desk.runs, request))
    assert not _children()
    assert [state.text for state in desk.states].count(desk.states[-1].text) == 1
    left[0] = engines.NEEDED_BYTES
    desk.ask()
    until(lambda: desk.states[-1].state == "warm", 60.0)
    assert len(_children()) == 1


def test_pinned_models_predict_however_old_they_are(run: Run) -> None:
    many = [replace(run, id=f"run{age:02}", created=run.created - age) for age in range(30)]
    held = [one.id for one in newest(many, {"run25", "run29", "gone"})]
    assert held == [f"run{age:02}" for age in (*range(18), 25, 29)]
    everything = {one.id for one in many}
    assert len(newest(many, everything)) == 30


def test_the_newest_twenty_of_a_framework_predict(run: Run, desk: Desk) -> None:
    many = [replace(run, id=f"run{age:02}", created=run.created - age) for age in range(25)]
    desk.predictors.load_models([*many[::-1], replace(run, id="failed", status="failed")])
    request = desk.ask()
    newest = {one.id for one in many[:MOST_MODELS]}
    until(lambda: desk.runs(request) == newest)
    desk.warm("numpy")
    assert {answer.run for answer in desk.answers} == newest


def test_only_the_loaded_models_predict(run: Run, store: RunStore, desk: Desk) -> None:
    other = copy_of(run, store)
    desk.predictors.load_models([run])
    desk.warm("numpy")
    desk.predictors.load_models([other])
    request = desk.ask()
    until(lambda: desk.runs(request))
    assert desk.runs(request) == {other.id}


def test_an_image_before_any_model_is_predicted_later(run: Run, desk: Desk) -> None:
    request = desk.ask()
    desk.predictors.load_models([run])
    until(lambda: desk.runs(request) == {run.id})
    assert desk.answers[0].request == request


def test_a_resumed_run_predicts_with_its_new_weights(run: Run, desk: Desk) -> None:
    desk.predictors.load_models([run])
    desk.warm("numpy")
    weights = artifacts.load_weights(run.folder, run.spec)
    artifacts.save_weights(run.folder, {name: 0 * array for name, array in weights.items()})
    assert isinstance(run.terminal, Finished)
    desk.predictors.load_models([replace(run, terminal=changed(run.terminal, step=42))])
    request = desk.ask()
    until(lambda: desk.runs(request))
    assert desk.answers[-1].probabilities == pytest.approx([0.1] * 10)


@pytest.mark.needs("pytorch")
@pytest.mark.needs("keras")
def test_an_idle_child_leaves_and_comes_back_when_needed(run: Run) -> None:
    desk = Desk(idle_seconds=0.2)
    try:
        desk.predictors.load_models([run])
        desk.warm("numpy")
        until(lambda: desk.told("numpy")[-1] == "cold")
        assert not _children()
        # The frameworks without models have had images to wait for, and started nothing.
        assert {state.framework for state in desk.states} == {"numpy"}
        request = desk.ask()
        until(lambda: desk.runs(request))
        until(lambda: desk.told("numpy").count("warm") == 2)
    finally:
        desk.predictors.close()
    assert not _threads()


@pytest.mark.needs("pytorch")
@pytest.mark.needs("keras")
def test_a_framework_that_is_not_installed_is_missing_and_numpy_predicts(
    run: Run, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: None if n == "keras" else versions(n))
    desk = Desk()
    try:
        desk.predictors.load_models([copy_of(run, store, "keras")])
        request = desk.ask()
        until(lambda: desk.runs(request))
        assert desk.engines(request) == {"numpy"}
        assert desk.states[0].state == "missing"
        assert desk.states[0].text == "Keras is not installed. NumPy computes its predictions."
    finally:
        desk.predictors.close()


@pytest.mark.skipif(sys.platform != "linux", reason="sends signals")
def test_a_killed_process_is_reported_and_replaced(run: Run, desk: Desk) -> None:
    desk.predictors.load_models([run])
    desk.warm("numpy")
    (child,) = _children()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    request = desk.ask()
    until(lambda: desk.runs(request))
    until(lambda: desk.told("numpy")[-1] == "warm" and "failed" in desk.told("numpy"))
    assert [child.pid] != [other.pid for other in _children()]


@pytest.mark.needs("pytorch")
@pytest.mark.needs("keras")
def test_a_framework_that_cannot_be_imported_fails_and_numpy_predicts(
    run: Run, store: RunStore, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch.so is missing')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    desk.predictors.load_models([copy_of(run, store, "pytorch")])
    request = desk.ask()
    until(lambda: desk.engines(request) == {"numpy"})
    until(lambda: desk.told("pytorch").count("failed") == 3)
    assert "libtorch.so is missing" in desk.states[-1].text
    later = desk.ask()
    until(lambda: desk.engines(later) == {"numpy"})


def test_closing_leaves_nothing_behind_also_while_a_child_starts(run: Run) -> None:
    waits: list[Callable[[Desk], object]] = [
        lambda desk: None,
        lambda desk: until(lambda: "starting" in desk.told("numpy")),
        lambda desk: until(lambda: "warm" in desk.told("numpy")),
    ]
    for wait in waits:
        desk = Desk()
        desk.predictors.load_models([run])
        desk.ask()
        wait(desk)
        begun = time.monotonic()
        desk.predictors.close()
        desk.predictors.close()
        assert time.monotonic() - begun < 5.0
        assert not _threads()
        assert not _children()
