"""A training that is stopped, logged out, or read by nobody keeps what it has."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mnist_studio.frameworks import registry
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import COMMAND, DIGITS, TRAIN
from tests.trained_runs import until

linux = pytest.mark.skipif(sys.platform != "linux", reason="sends signals")
needs_pytorch = pytest.mark.skipif(
    registry.version("pytorch") is None, reason="PyTorch is not here"
)


def _begun(*words: object, **options: Any) -> "subprocess.Popen[str]":
    """A training in a process group of its own, as a shell starts it."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [*COMMAND, *map(str, words)], **(streams | options), text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


@linux
@pytest.mark.parametrize(
    ("at", "end", "framework"),
    [
        ("progress", "stopped", "numpy"),
        ("started", "cancelled", "numpy"),
        # NumPy is imported sooner than a busy machine lets this process read that it is.
        pytest.param("import", "cancelled", "pytorch", marks=needs_pytorch),
    ],
)
def test_ctrl_c_stops_and_keeps_the_weights(at: str, end: str, framework: str) -> None:
    process = _begun(*TRAIN, "--epochs", 10_000, "--framework", framework, "--json")
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if f'"{at}"' in line:
            os.killpg(process.pid, signal.SIGINT)
            break
    output, errors = process.communicate(timeout=60)

    assert process.returncode == 130
    note = "Stopping. The weights so far are saved. Press Ctrl+C again to cancel.\n"
    assert errors == DIGITS + note
    assert f'"type":"{end}"' in [*lines, *output.splitlines()][-1]
    with RunStore() as store:
        (run,) = store.runs()
    assert run.status == end
    assert run.trained == (end == "stopped")


@linux
def test_ctrl_c_skips_the_frameworks_that_wait() -> None:
    process = _begun(*TRAIN, "--epochs", 10_000, "--framework", "all", "--json")
    assert process.stdout
    for line in process.stdout:
        if '"progress"' in line:
            os.killpg(process.pid, signal.SIGINT)
            break
    process.communicate(timeout=60)
    assert process.returncode == 130
    with RunStore() as store:
        assert [(run.spec.framework, run.status) for run in store.runs()] == [("numpy", "stopped")]


UNWRITTEN = (
    "mnist-studio: The output could not be written: {}. "
    "The training was stopped, and its weights are saved.\n"
)


@linux
def test_a_reader_that_leaves_stops_the_training_and_keeps_the_weights() -> None:
    process = _begun(*TRAIN, "--epochs", 10_000, "--json")
    assert process.stdout
    for line in process.stdout:
        if '"progress"' in line:
            break
    process.stdout.close()
    assert process.stderr
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1
    assert errors == DIGITS + UNWRITTEN.format("Broken pipe")
    _assert_stopped()


@linux
def test_a_full_disk_behind_the_output_stops_the_training_and_keeps_the_weights() -> None:
    with Path("/dev/full").open("w") as full:
        process = _begun(*TRAIN, "--epochs", 10_000, "--framework", "all", "--json", stdout=full)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    with RunStore() as store:
        (run,) = store.runs()
    # The first event fails, so the stop may come before the training does.
    assert run.status in ("stopped", "cancelled")
    ends = {
        "stopped": UNWRITTEN,
        "cancelled": "mnist-studio: The output could not be written: {}. Stopped before training "
        "began. There was nothing to save.\n",
    }
    assert errors == DIGITS + ends[run.status].format("No space left on device")


@linux
@needs_pytorch
def test_a_reader_that_leaves_before_the_training_does_not_read_that_weights_are_saved() -> None:
    process = _begun(*TRAIN, "--framework", "pytorch", "--json")
    assert process.stdout
    assert '"started"' in process.stdout.readline()
    process.stdout.close()
    assert process.stderr
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1
    with RunStore() as store:
        (run,) = store.runs()
    assert (run.status, run.trained) == ("cancelled", False)
    assert errors == DIGITS + (
        "mnist-studio: The output could not be written: Broken pipe. Stopped before training "
        "began. There was nothing to save.\n"
    )


@linux
def test_without_a_reader_of_its_progress_a_training_continues() -> None:
    process = _begun(*TRAIN, "--epochs", 3)
    assert process.stderr
    process.stderr.close()
    assert process.wait(60) == 0
    assert process.stdout
    process.stdout.close()


def _unread(*words: object) -> "subprocess.Popen[str]":
    """A training whose output fits into its pipe for a few epochs only."""
    process = _begun(*TRAIN, "--batch-size", 16, "--json", *words)
    assert process.stdout
    fcntl = pytest.importorskip("fcntl")
    fcntl.fcntl(process.stdout, 1031, 4096)  # F_SETPIPE_SZ
    return process


@linux
def test_a_reader_that_waits_neither_holds_up_the_training_nor_loses_an_epoch() -> None:
    process = _unread("--epochs", 10)
    until(lambda: _status() == "finished", 120)
    assert process.poll() is None  # More is waiting than fits into the pipe.
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    events = [json.loads(line) for line in output.splitlines()]
    epochs = [event["epoch"] for event in events if event["type"] == "epoch"]
    assert epochs == [*range(1, 11)]
    assert events[-1]["type"] == "finished"


@linux
def test_after_ctrl_c_nobody_needs_to_wait_for_a_reader() -> None:
    process = _unread("--epochs", 10_000)
    until(lambda: _epochs() > 10, 120)
    process.send_signal(signal.SIGINT)
    until(lambda: _status() == "stopped", 60)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    process.communicate()


@linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_log_out_stops_and_keeps_the_weights(number: signal.Signals) -> None:
    process = _begun(*TRAIN, "--epochs", 10_000, "--json", preexec_fn=_obey_hang_up)
    assert process.stdout
    for line in process.stdout:
        if '"progress"' in line:
            # A log-out reaches the child too.
            os.killpg(process.pid, number)
            break
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert errors == DIGITS + "Stopping. The weights so far are saved.\n"
    _assert_stopped()


@linux
def test_a_training_under_nohup_outlives_its_terminal() -> None:
    process = _begun(*TRAIN, "--epochs", 3, "--json", preexec_fn=_ignore_hang_up)
    assert process.stdout
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 0


def _status() -> str:
    with RunStore() as store:
        return "".join(run.status for run in store.runs())


def _epochs() -> int:
    with RunStore() as store:
        return sum(len(store.epochs(run.id)) for run in store.runs())


def _obey_hang_up() -> None:
    """Also where the tests themselves run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _ignore_hang_up() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _assert_stopped() -> None:
    with RunStore() as store:
        (run,) = store.runs()
        assert run.status == "stopped"
        assert run.trained
    weights = artifacts.load_weights(run.folder, run.spec)
    assert weights
