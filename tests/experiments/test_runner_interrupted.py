"""Experiments whose processes are killed: the command line, as users have it."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.experiments.stored_cells import stored_cells
from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import ExperimentSpec, expand_cells
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.experiments.conftest import SMALL, members

ROOT = Path(__file__).parents[2]
STUDY = replace(SMALL, title="killed", seeds=(1, 2, 3, 4), epochs=12)
ROUNDS = 3

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sends signals and reads /proc")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "experiment.toml"
    path.write_text(experiment_files.write(STUDY), "utf-8")
    return path


def begun(file: Path, *words: object) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "mnist_studio",
        "experiment",
        str(file),
        "--json",
    ]
    return subprocess.Popen(
        [*command, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def lines(process: "subprocess.Popen[str]") -> Iterator[dict[str, object]]:
    assert process.stdout
    return map(json.loads, process.stdout)


def trainers(supervisor: int) -> list[int]:
    """The processes in which a supervisor trains."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
            command = (folder / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == supervisor and "spawn_main" in command:
            found.append(int(folder.name))
    return found


def cells(experiment: ExperimentSpec = STUDY) -> tuple[ExperimentCell, ...]:
    with RunStore() as store:
        store.recover()
        return stored_cells(store, store.experiments.add(experiment))


def finished_runs() -> dict[str, tuple[Run, int]]:
    """The finished runs, and when their weights were written."""
    return {
        one.run.id: (one.run, (one.run.folder / artifacts.WEIGHTS).stat().st_mtime_ns)
        for one in members(STUDY)
        if one.run.status == "finished"
    }


@pytest.mark.parametrize("chance", [1, 2])
def test_killed_three_times_at_random_it_comes_to_its_end(file: Path, chance: int) -> None:
    dice = random.Random(chance)
    before: dict[str, tuple[Run, int]] = {}
    for _ in range(ROUNDS):
        process = begun(file)
        for _ in zip(range(dice.randrange(5, 60)), lines(process), strict=False):
            pass
        process.kill()
        process.communicate()
        now = finished_runs()
        assert before.items() <= now.items()
        before = now

    process = begun(file)
    ended = list(lines(process))[-1]
    _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert ended["outcome"] == "complete"
    assert before.items() <= finished_runs().items()
    # Every cell has one run, finished and whole, and nothing else was left behind.
    runs = [one.run for one in members(STUDY)]
    assert sorted(run.spec.training.seed for run in runs) == [1, 2, 3, 4]
    assert {run.spec for run in runs} == set(expand_cells(STUDY))
    with RunStore() as store:
        assert {run.id for run in store.runs()} == {run.id for run in runs}
        for run in runs:
            assert [epoch.epoch for epoch in store.epochs(run.id)] == list(range(1, 13))
            steps = step_curve.load(run.folder).losses
            assert len(steps) == store.epochs(run.id)[-1].step


def test_an_interrupted_run_resumes_from_its_checkpoint_and_learns_the_same(file: Path) -> None:
    process = begun(file)
    for line in lines(process):
        event = line.get("event")
        if isinstance(event, dict) and event["type"] == "checkpoint" and event["step"] > 100:
            break
    process.kill()
    process.communicate()
    first = cells()[0]
    assert first.state == "failed"
    assert 0 < first.fraction < 1

    process = begun(file)
    overall = next(line for line in lines(process) if line["type"] == "progress")
    assert overall["fraction"] == pytest.approx(first.fraction / 4)
    process.communicate()
    again = cells()[0]
    assert (again.state, again.run) == ("finished", first.run)

    whole = replace(STUDY, title="never interrupted", seeds=(1,))
    file.write_text(experiment_files.write(whole), "utf-8")
    begun(file).communicate()
    (alone,) = members(whole)
    with RunStore() as store:
        interrupted = store.run(first.run)
    weights = artifacts.load_weights(interrupted.folder, interrupted.spec)
    for name, array in artifacts.load_weights(alone.run.folder, alone.run.spec).items():
        assert (array == weights[name]).all()


def test_a_killed_training_is_resumed_in_the_same_session(file: Path) -> None:
    process = begun(file)
    killed = False
    events = []
    for line in lines(process):
        events.append(line)
        event = line.get("event")
        if not killed and isinstance(event, dict) and event["type"] == "checkpoint":
            (trainer,) = trainers(process.pid)
            os.kill(trainer, signal.SIGKILL)
            killed = True
    process.communicate()
    assert process.returncode == 0
    retried = [e for e in events if e["type"] == "cell" and e["state"] == "waiting"]
    assert len(retried) == 1
    assert "process was killed" in str(retried[0]["reason"])
    assert [cell.state for cell in cells()] == ["finished"] * 4
    assert len(members(STUDY)) == 4


def test_two_processes_never_train_the_same_cell(file: Path) -> None:
    first, second = begun(file), begun(file)
    outcomes = []
    for process in (first, second):
        output, errors = process.communicate()
        outcomes.append((process.returncode, "already running" in errors))
        assert output or errors
    assert sorted(outcomes) == [(0, False), (1, True)]
    assert len(members(STUDY)) == 4
    assert [cell.state for cell in cells()] == ["finished"] * 4


def test_ctrl_c_stops_and_says_how_to_resume(file: Path) -> None:
    process = begun(file, "--jobs", 2)
    for line in lines(process):
        event = line.get("event")
        if isinstance(event, dict) and event["type"] == "epoch":
            os.killpg(process.pid, signal.SIGINT)
            break
    output, errors = process.communicate()
    assert process.returncode == 130
    assert json.loads(output.splitlines()[-1])["outcome"] == "stopped"
    assert "Stopping. The weights so far are saved." in errors
    assert f"mnist-studio experiment {file} --jobs 2" in errors
    left = [cell for cell in cells() if cell.state != "finished"]
    assert left
    process = begun(file, "--jobs", 2)
    process.communicate()
    assert process.returncode == 0
    assert [cell.state for cell in cells()] == ["finished"] * 4
