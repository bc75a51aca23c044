import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from mnist_studio.data.datasets import idx
from mnist_studio.data.datasets.catalog import MNIST
from mnist_studio.frameworks import registry
from mnist_studio.store import artifacts, epoch_records
from mnist_studio.store.runs import RunStore
from mnist_studio.training import machine
from tests.cli.conftest import COMMAND, TRAIN, Main, studio
from tests.trained_runs import until

TERMINAL = {"finished", "stopped", "cancelled", "failed", "crashed"}
linux = pytest.mark.skipif(sys.platform != "linux", reason="sends signals")
needs_pytorch = pytest.mark.skipif(
    registry.version("pytorch") is None, reason="PyTorch is not here"
)

DIGITS = "Dataset: the 1,797 built-in images from UCI instead of MNIST, as requested.\n"


def test_events_are_json_lines_of_which_the_last_ends_the_run() -> None:
    said = studio(*TRAIN, "--validation", 97, "--json")
    events = said.json
    assert said.code == 0
    assert said.errors == DIGITS
    assert all({"type", "run", "framework"} <= event.keys() for event in events)
    assert len({event["run"] for event in events}) == 1
    assert [event["type"] for event in events if event["type"] in TERMINAL] == ["finished"]
    (epoch,) = (event for event in events if event["type"] == "epoch")
    assert epoch["validation_accuracy"] > 0.8
    assert events[-1]["type"] == "finished"
    assert events[-1]["test_accuracy"] == epoch["test_accuracy"] > 0.8
    assert events[-1]["seconds"]["train"] > 0


def test_people_read_the_progress_on_standard_error() -> None:
    said = studio(*TRAIN)
    assert said.code == 0
    assert said.output == ""
    assert "epoch 1: training loss" in said.errors
    assert "finished: test accuracy" in said.errors
    assert "built-in" in said.errors


def test_all_frameworks_agree_on_the_same_digits() -> None:
    missing = [name for name in registry.ENTRIES if registry.version(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not here")
    said = studio(*TRAIN, "--framework", "all", "--record", "--json")
    ends = [event for event in said.json if event["type"] in TERMINAL]
    assert said.code == 0
    assert [(end["type"], end["framework"]) for end in ends] == [
        ("finished", "numpy"), ("finished", "pytorch"), ("finished", "keras"),
    ]  # fmt: skip
    accuracies = [end["test_accuracy"] for end in ends]
    assert max(accuracies) - min(accuracies) <= 0.02
    assert min(accuracies) > 0.8
    with RunStore() as store:
        first, *others = (epoch_records.load(store.run(end["run"]).folder, 1) for end in ends)
    for other in others:
        for one, same in zip(first.norms, other.norms, strict=True):
            assert one.layer == same.layer
            assert structs.astuple(one)[1:] == pytest.approx(structs.astuple(same)[1:], rel=1e-3)
        np.testing.assert_allclose(first.kernels, other.kernels, atol=1e-3)


@pytest.mark.needs("pytorch")
@pytest.mark.needs("keras")
def test_frameworks_that_are_broken_do_not_keep_the_others_from_training(tmp_path: Path) -> None:
    for package in ("torch", "tensorflow"):
        (tmp_path / f"{package}.py").write_text("raise ImportError('half of it is missing')\n")
    said = studio(*TRAIN, "--framework", "all", "--json", path=tmp_path)
    ends = [event for event in said.json if event["type"] in TERMINAL]
    assert said.code == 1
    assert [(end["type"], end["framework"]) for end in ends] == [
        ("finished", "numpy"), ("failed", "pytorch"), ("failed", "keras"),
    ]  # fmt: skip
    assert "half of it is missing" in ends[1]["reason"]
    assert "pip install --force-reinstall tensorflow" in ends[2]["reason"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("mlp128",), "Did you mean mlp-128?"),
        (("mlp-128", "--framework", "pytroch"), "Did you mean pytorch?"),
        (("mlp-128", "--dataset", "buitlin"), "Did you mean builtin?"),
        (("mlp-128", "--device", "cdua"), "Did you mean cuda?"),
        (("mlp-128", "--precision", "float23"), "Did you mean float32?"),
        (("mlp-128", "--epochs", 0), "Number of epochs must be 1 to 10,000, got 0."),
        (("mlp-128", "--batch-size", -1), "Batch size must be"),
        (
            ("mlp-128", "--learning-rate", "nan"),
            "Learning rate must be above 0 and at most 1000, got nan.",
        ),
        (("mlp-128", "--learning-rate", "1e6"), "above 0 and at most 1000"),
        (("mlp-128", "--learning-rate", "0"), "Learning rate must be above 0"),
        (("mlp-128", "--seed", -1), "Seed must be"),
        (("mlp-128", "--threads", -1), "threads must be"),
        (("mlp-128", "--validation", -5), "validation images must be"),
    ],
)
def test_the_impossible_is_refused_in_a_sentence(
    here: Main, words: tuple[object, ...], message: str
) -> None:
    said = here("train", *words)
    assert said.code == 2
    assert said.output == ""
    assert message in said.errors
    assert said.errors.startswith("mnist-studio: ")
    with RunStore() as store:
        assert store.runs() == ()


def test_a_training_that_cannot_fit_into_memory_is_refused(
    here: Main, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "total_memory_bytes", lambda: 100_000_000)
    said = here("train", "mlp-128", "--framework", "numpy", "--dataset", "builtin")
    assert said.code == 2
    assert "GB of memory, but this computer has 0.1 GB. Choose a smaller" in said.errors


@pytest.mark.parametrize("words", [("train", "tiny-10"), ("experiment", "batch-sizes", "--yes")])
def test_a_folder_without_digits_fails_with_its_name_and_leaves_no_run(
    tmp_path: Path, here: Main, words: tuple[str, ...]
) -> None:
    for folder in (tmp_path, tmp_path / "mistyped"):
        said = here(*words, "--data", folder, "--json")
        assert (said.code, said.output) == (1, "")
        assert said.errors.splitlines()[-1].startswith(f"mnist-studio: The folder {folder} does")
        with RunStore() as store:
            assert store.runs() == ()


@pytest.mark.parametrize("words", [("train", "tiny-10"), ("experiment", "batch-sizes", "--yes")])
def test_a_folder_of_another_dataset_leaves_no_run(
    tmp_path: Path, here: Main, words: tuple[str, ...]
) -> None:
    for file in MNIST.files:
        shape = (9, 28, 28) if "images" in file.name else (9,)
        (tmp_path / file.name).write_bytes(idx.build(np.ones(shape, np.uint8)))
    said = here(*words, "--data", tmp_path, "--json")
    assert (said.code, said.output) == (1, "")
    assert "mnist-studio: train-labels-idx1-ubyte is damaged: it unpacks to 17" in said.errors
    with RunStore() as store:
        assert store.runs() == ()


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


def test_a_home_with_a_space_and_beyond_ascii_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path / "zu Hause – 家"))
    assert studio(*TRAIN, "--json", cwd=tmp_path).code == 0
    (listed,) = studio("runs", "--json").json
    assert listed["folder"].startswith(str(tmp_path / "zu Hause – 家"))
    assert listed["status"] == "finished"


def test_a_settings_file_trains_the_same_run_again(run: str, tmp_path: Path, here: Main) -> None:
    file = tmp_path / "mine.toml"
    assert here("runs", "settings", run, "--output", file).code == 0
    assert here("runs", "settings", run).output == file.read_text("utf-8")
    events = here("train", file, "--json").json
    former = next(line for line in here("runs", "--json").json if line["run"] == run)
    assert events[-1]["type"] == "finished"
    assert events[-1]["test_loss"] == former["terminal"]["test_loss"]


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (None, (), "does not exist. Check the spelling."),
        ("format = 2\nrun = 3\n", (), "Line 2, run"),
        ("format = 99\n", (), "Update MNIST Studio"),
        ("format = 2\n", ("--epochs", 3), "--epochs cannot change it"),
    ],
)
def test_a_wrong_settings_file_is_reported(
    content: str | None, options: tuple[object, ...], sentence: str, tmp_path: Path, here: Main
) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_text(content, "utf-8")
    said = here("train", file, *options)
    assert said.code == 2
    assert sentence in said.errors


def test_faults_are_switched_on_by_name_or_as_published(here: Main) -> None:
    small = ("--framework", "numpy", "--dataset", "builtin", "--epochs", 1, "--json")
    assert (
        here("train", "mlp-128", "--known-bug", "unshuffled", *small).json[-1]["type"] == "finished"
    )
    assert here("train", "tiny-gd", "--with-source-bugs", *small).json[-1]["type"] == "finished"
    bugs = [tuple(line["spec"]["known_bugs"]) for line in here("runs", "--json").json]
    assert {("unshuffled",), ("bias-gradients",)} <= set(bugs)


def test_a_fault_that_makes_no_sense_is_refused(here: Main) -> None:
    said = here("train", "compact-cnn", "--known-bug", "batch-decay")
    assert said.code == 2
    assert "decays exponentially" in said.errors
    assert "Did you mean" in here("train", "mlp-128", "--known-bug", "unshufled").errors


def test_a_log_follows_a_training_and_its_options_are_checked(tmp_path: Path, here: Main) -> None:
    said = here(*TRAIN, "--log", tmp_path, "--log-format", "csv,jsonl")
    assert said.code == 0
    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith("mlp-128-numpy-")
    assert '"type":"finished"' in (folder / "run.jsonl").read_text("utf-8").splitlines()[-1]
    wrong = here(*TRAIN, "--log-format", "csv")
    assert (wrong.code, wrong.errors) == (
        2, "mnist-studio: --log-format needs a folder. Name it with: --log DIR\n",
    )  # fmt: skip
