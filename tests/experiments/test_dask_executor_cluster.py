"""Experiments on a real scheduler and real workers, processes on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.data.datasets import own, sources
from mnist_studio.data.datasets.own import OwnDatasets
from mnist_studio.events import Finished
from mnist_studio.experiments.stored_cells import stored_cells
from mnist_studio.spec import datasets as spec_datasets
from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import ExperimentSpec, Grid, expand_cells
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.runs import RunStore
from tests.data.datasets.made import new_dataset
from tests.experiments.conftest import SMALL, members
from tests.trained_runs import alive

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="sends signals"),
    # Not imported here: it is large, and only the processes of these tests need it.
    pytest.mark.skipif(find_spec("distributed") is None, reason="Dask is not here"),
]

ROOT = Path(__file__).parents[2]
STUDY = replace(SMALL, title="remote", seeds=(1, 2, 3, 4))
START_SECONDS = 120.0


def process(home: Path, *words: object) -> "subprocess.Popen[str]":
    home.mkdir(exist_ok=True)
    variables = {"PYTHONPATH": str(ROOT), paths.HOME_VARIABLE: str(home)}
    return subprocess.Popen(
        [sys.executable, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, encoding="utf-8", errors="replace", env=os.environ | variables,
        start_new_session=True,
    )  # fmt: skip


class Cluster:
    """A scheduler and its workers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        port = self.address.split(":")[1]
        self.processes = [
            process(
                folder / "scheduler", "-m", "distributed.cli.dask_scheduler", "--host",
                "127.0.0.1", "--port", port, "--no-dashboard", "--no-jupyter",
            )
        ]  # fmt: skip
        until(self._answers)
        self.workers: list[subprocess.Popen[str]] = []

    def _answers(self) -> bool:
        host, port = self.address.split(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            return False
        return True

    def add_worker(self) -> None:
        home = self._folder / f"worker-{len(self.workers)}"
        worker = process(
            home, "-m", "distributed.cli.dask_worker", f"tcp://{self.address}", "--nthreads", 1,
            "--no-nanny", "--no-dashboard", "--local-directory", home,
        )  # fmt: skip
        self.workers.append(worker)
        self.processes.append(worker)

    def end(self) -> None:
        for one in reversed(self.processes):
            one.kill()
            one.communicate()


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def begun(tmp_path: Path, home: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Begins an experiment on the command line."""
    processes = []

    def begin(experiment: ExperimentSpec, address: str, *words: object) -> "subprocess.Popen[str]":
        file = tmp_path / "experiment.toml"
        file.write_text(experiment_files.write(experiment), "utf-8")
        executor = ("--executor", f"dask://{address}")
        processes.append(
            process(home, "-m", "mnist_studio", "experiment", file, "--json", *executor, *words)
        )
        return processes[-1]

    yield begin
    for one in processes:
        one.kill()
        one.communicate()


def lines(experiment: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert experiment.stdout
    return map(json.loads, experiment.stdout)


def ended(experiment: "subprocess.Popen[str]") -> tuple[int, str]:
    """Exit code and complaints."""
    _, errors = experiment.communicate(timeout=120)
    return experiment.returncode, errors


Begin = Callable[..., "subprocess.Popen[str]"]


def whole(experiment: ExperimentSpec) -> None:
    """Every cell has one finished run, with all that one that was trained here would have."""
    digits = sources.load_test("builtin")
    found = members(experiment)
    assert {one.run.spec for one in found} == set(expand_cells(experiment))
    with RunStore() as store:
        assert len(store.runs()) == len(found) == len(expand_cells(experiment))
        for one in found:
            run, end = one.run, one.run.terminal
            assert isinstance(end, Finished)
            assert end.run == run.id
            epochs = store.epochs(run.id)
            assert [epoch.epoch for epoch in epochs] == list(range(1, end.epochs + 1))
            assert {epoch.run for epoch in epochs} == {run.id}
            assert len(step_curve.load(run.folder).losses) == end.step
            assert artifacts.load_checkpoint(run.folder, run.spec).step == end.step
            artifacts.load_weights(run.folder, run.spec)
            logits = artifacts.load_test_logits(run.folder)
            assert accuracy(logits, digits.labels) == end.test_accuracy
            assert one.membership.host == socket.gethostname()
            assert not one.membership.timing_comparable


def test_a_worker_killed_midway_costs_nothing(
    cluster: Cluster, begun: Begin, tmp_path: Path
) -> None:
    for _ in range(2):
        cluster.add_worker()
    experiment = replace(STUDY, epochs=40)
    logs = tmp_path / "logs"
    running = begun(experiment, cluster.address, "--log", logs, "--log-format", "csv,jsonl")
    first: dict[str, Any] = {}
    killed = False
    for line in lines(running):
        first = first or line
        # A worker that has told of several epochs is amid a training.
        event = line.get("event") or {}
        if not killed and event.get("type") == "epoch" and event["epoch"] == 5:
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            killed = True
    assert killed
    assert ended(running) == (0, "")
    assert first["type"] == "started"
    assert first["host"] == f"dask://{cluster.address}"
    whole(experiment)
    # What the killed worker trained is not in its log twice.
    with RunStore() as store:
        for run in store.runs():
            (folder,) = logs.glob(f"*-{run.id}")
            epochs = (folder / "epochs.csv").read_text().splitlines()[1:]
            assert [int(row.partition(",")[0]) for row in epochs] == [*range(1, 41)]
            batches = (folder / "batches.csv").read_text().splitlines()[1:]
            steps = [int(row.partition(",")[0]) for row in batches]
            assert steps == sorted({*steps})
            *_, end = (folder / "run.jsonl").read_text().splitlines()
            assert json.loads(end)["type"] == "finished"


def test_a_worker_may_come_late_and_a_supervisor_may_be_killed(
    cluster: Cluster, begun: Begin
) -> None:
    cluster.add_worker()
    running = begun(STUDY, cluster.address)
    for line in lines(running):
        if (line.get("event") or {}).get("type") == "finished":
            break
    running.kill()
    running.communicate()
    before = [one.run for one in members(STUDY) if one.run.status == "finished"]
    assert before
    cluster.add_worker()
    again = begun(STUDY, cluster.address)
    assert ended(again) == (0, "")
    assert all(run in [one.run for one in members(STUDY)] for run in before)
    whole(STUDY)


def test_ctrl_c_ends_the_trainings_of_the_workers_too(cluster: Cluster, begun: Begin) -> None:
    cluster.add_worker()
    # So many epochs of a larger network cannot end while this test waits, however long.
    large = replace(STUDY, grid=Grid(recipes=("compact-cnn",), frameworks=("numpy",)))
    running = begun(replace(large, epochs=10_000), cluster.address)
    for line in lines(running):
        if (line.get("event") or {}).get("type") == "epoch":
            break
    (training,) = trainings(cluster.workers[0].pid)
    os.killpg(running.pid, signal.SIGINT)
    code, errors = ended(running)
    assert code == 130, errors
    assert f"--executor dask://{cluster.address}" in errors
    until(lambda: not alive(training))


def trainings(worker: int) -> list[int]:
    """The ids of the trainings that a worker has."""
    return [
        child.pid
        for child in psutil.Process(worker).children()
        if {"train", "--json"} <= set(child.cmdline())
    ]


def test_a_worker_reports_what_it_lacks_and_is_sent_a_dataset_of_yours(
    cluster: Cluster, begun: Begin
) -> None:
    OwnDatasets().add("letters", new_dataset(("A", "B", "C"), 30))
    own.load()
    cluster.add_worker()
    experiment = replace(STUDY, seeds=(1,), datasets=("own/letters", "mnist"))
    running = begun(experiment, cluster.address)
    failed = [line for line in lines(running) if line.get("state") == "failed"]
    assert ended(running)[0] == 1
    assert "worker-0" in failed[0]["reason"]
    with RunStore() as store:
        cells = stored_cells(store, store.experiments.add(experiment))
    assert {cell.spec.dataset: cell.state for cell in cells} == {
        "mnist": "failed",
        "own/letters": "finished",
    }
    (run,) = (one.run for one in members(experiment) if one.run.status == "finished")
    assert run.spec.class_names == ("A", "B", "C")
    assert artifacts.load_test_logits(run.folder, 3).shape == (3, 3)
    spec_datasets.hand_in(())


def test_a_missing_cluster_is_reported_soon(begun: Begin) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    begin = time.monotonic()
    code, errors = ended(begun(STUDY, address))
    assert code == 1
    assert f"There is no Dask cluster at {address}." in errors
    assert "Traceback" not in errors
    assert time.monotonic() - begin < 60


def test_a_cluster_without_workers_is_reported(cluster: Cluster, begun: Begin) -> None:
    code, errors = ended(begun(STUDY, cluster.address))
    assert code == 1
    assert "has no workers" in errors


def test_a_scheduler_that_dies_ends_the_session_and_nothing_is_lost(
    cluster: Cluster, begun: Begin
) -> None:
    cluster.add_worker()
    experiment = replace(STUDY, epochs=10_000)
    running = begun(experiment, cluster.address)
    for line in lines(running):
        if (line.get("event") or {}).get("type") == "epoch":
            break
    cluster.processes[0].kill()
    code, errors = ended(running)
    assert code == 1
    assert f"The Dask cluster at {cluster.address} cannot be reached. When it is back" in errors
    assert "Traceback" not in errors
    assert [one.run.status for one in members(experiment)] == ["failed"]
