"""Some failing writes of ``python -m benchmarks writes``, which tries all of them on demand."""

import errno
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from benchmarks import faults
from benchmarks.user_actions import ACTIONS, Action
from benchmarks.writes import Try, Writes, main
from mnist_studio import settings
from mnist_studio.settings import Settings

needs_library = pytest.mark.skipif(not faults.POSSIBLE, reason="needs Linux and a C compiler")


@needs_library
def test_a_user_loses_nothing_when_a_write_fails(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--actions", "import", "label", "drawing", "--minutes", "0.1"]) == 0
    figures, *_, losses = capfd.readouterr().out.splitlines()
    assert figures.endswith("failing writes of 3 actions")
    assert int(figures.split()[0]) > 2
    assert losses == "losses: 0"


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_changes_or_opens_the_store(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path))
    monkeypatch.setenv("MNIST_STUDIO_MODELS", str(tmp_path / "no-models"))
    writes = Writes(tmp_path, tmp_path / "faults")
    before, after = writes.unbroken(ACTIONS[name])[:2]
    assert (before == after) == (name in ("open", "backup", "rebuild", "go-back"))


def _next(tries: Iterator[Callable[[], object]]) -> object:
    return next(tries)()


def test_what_is_done_by_halves_or_fails_in_silence_is_a_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path))
    monkeypatch.setenv("MNIST_STUDIO_MODELS", str(tmp_path / "no-models"))
    writes = Writes(tmp_path, tmp_path / "faults")
    drawing = ACTIONS["drawing"].work
    for failing in (lambda: None, partial(settings.save, Settings(theme="light"))):
        tries = iter((drawing, failing, drawing))
        action = Action(partial(_next, tries))
        monkeypatch.setattr("benchmarks.writes.ACTIONS", {"drawing": action})
        writes.attempt(Try("drawing", 1, errno.EIO, stays=False))
    silent, by_halves = writes.losses
    assert "nothing was reported" in silent
    assert "neither as before nor as after" in by_halves
