import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.analysis import time_breakdown
from mnist_studio.analysis.time_breakdown import PHASE_TITLES
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.events import Cancelled, Crashed, Epoch, Failed, Machine, Measures, Stopped
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ContinuedFrom
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import COMMAND, TRAIN, Main, studio


def test_the_list_has_every_run(run: str, here: Main) -> None:
    for words in (("runs",), ("runs", "list")):
        said = here(*words)
        assert said.code == 0
        assert run in said.output
        assert "finished" in said.output
    (line,) = here("runs", "--json").json
    assert list(line) == [
        "run", "title", "status", "created", "folder", "spec", "terminal", "tags", "note",
        "archived", "timing_marks",
    ]  # fmt: skip
    assert line["terminal"]["type"] == "finished"
    assert line["spec"]["training"]["epochs"] == 1


def test_a_filter_may_stand_in_place_of_an_action(run: str, here: Main) -> None:
    for words in (
        ("recipe:mlp lr<0.1 acc>1",), ("recipe:mlp", "acc>1", "--json"), ("--json", "acc>1"),
        ("list", "--filter", "acc>1"),
    ):  # fmt: skip
        assert run in here("runs", *words).output
    assert "No run matches" in here("runs", "acc>100").errors
    assert "no field “homework”" in here("runs", "homework:1").errors
    for mistyped in ("lists", "homework"):
        said = here("runs", mistyped)
        assert (said.code, "invalid choice" in said.errors) == (2, True)


def test_a_run_with_a_known_bug_is_listed_and_shown_with_it(here: Main) -> None:
    trained = here(*TRAIN, "--known-bug", "double-softmax", "--json").json[-1]["run"]
    told = "MLP 128 · NumPy · softmax applied twice"
    assert told in here("runs").output
    assert told in here("runs", "show", trained).output
    here("runs", "delete", trained)


def test_a_run_is_shown_with_its_time_breakdown(run: str, here: Main) -> None:
    said = here("runs", "show", run[:-1])
    shown = {line[:16].strip(): line[16:] for line in said.output.splitlines()}
    assert said.code == 0
    assert shown["run"] == run
    (line,) = here("runs", "show", run, "--json").json
    end = line["terminal"]
    phases = list(end["seconds"])
    titles = [PHASE_TITLES[phase].lower() for phase in phases]
    assert sorted(set(shown) & set(titles)) == sorted(titles)
    parts = [float(shown[title].removesuffix(" s")) for title in titles]
    whole = sum(end["seconds"][phase] for phase in ("build", "compile", "data", "train"))
    assert shown["training time"].startswith(f"{whole:.3f} s: ")
    wall = float(shown["wall time"].removesuffix(" s"))
    assert sum(parts) == pytest.approx(wall, abs=0.001 * len(parts))
    assert wall == pytest.approx(end["measures"]["wall_seconds"], abs=0.0005)
    assert shown["prediction speed"].endswith("images/s in batches of 250")
    assert shown["peak memory"].endswith(" MB")
    assert "latency of one image " in said.output
    assert here("runs", "show", "nothing").code == 2


def test_the_json_of_a_run_that_is_shown_has_its_epochs(run: str, here: Main) -> None:
    (line,) = here("runs", "show", run, "--json").json
    (listed,) = here("runs", "--json").json
    epochs = line.pop("epochs")
    assert line == listed
    assert [(epoch["type"], epoch["epoch"]) for epoch in epochs] == [("epoch", 1)]
    assert epochs[0]["test_accuracy"] == line["terminal"]["test_accuracy"]


FULL = "The disk is full."
DIVERGED = "The loss became NaN or infinite in step 12. The learning rate 50 is too high."


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        (Failed, "failed", FULL),
        (Failed, "diverged", DIVERGED),
        (Cancelled, "discarded", FULL),
        (Crashed, "crashed", FULL),
    ],
)
def test_a_run_that_did_not_end_well_is_shown_with_its_reason(
    kind: type[Failed], status: str, reason: str, here: Main
) -> None:
    spec = run_spec(RECIPES["tiny-10"])
    with RunStore() as store:
        run = store.create(spec)
        epoch = Epoch(
            run=run.id, framework="numpy", epoch=2, step=4, train_loss=1.0, train_accuracy=0.5,
            validation_loss=None, validation_accuracy=None, test_loss=1.0, test_accuracy=0.625,
            learning_rate=0.1, train_seconds=1.0,
        )  # fmt: skip
        store.record(epoch)
        store.record(kind(run=run.id, framework="numpy", reason=reason))
        run = store.run(run.id)
    (title,) = RunData(Selection((run,), {run.id: (epoch,)})).titles.values()
    assert title == f"{run.name} ({status} after 2 of 10 epochs)"
    shown = here("runs", "show", run.id).output
    assert f"status          {status}\n" in shown
    assert f"reason          {reason}\n" in shown
    assert "last epoch      2, test accuracy 62.50 %\n" in shown
    (line,) = here("runs", "show", run.id, "--json").json
    assert line["terminal"]["reason"] == reason
    assert [found["epoch"] for found in line["epochs"]] == [2]


def test_a_resumed_run_and_one_of_an_older_version_are_shown() -> None:
    machine = Machine(processors=2, on_battery=True)
    stopped = Stopped(
        run="run", framework="numpy", epochs=0, step=3, test_accuracy=None, test_loss=None,
        seconds={"train": 9.0, "start": 1.0}, device="CPU",
    )  # fmt: skip
    whole, *phases = time_breakdown.lines(stopped)
    assert whole == ("training time", "9.000 s: building, compiling, data, and training steps")
    assert phases == [("startup", "1.000 s"), ("training steps", "9.000 s")]
    figures = Measures(
        wall_seconds=3.0, earlier_seconds=7.0, train_images_per_second=None,
        peak_memory_bytes=None, machine=machine,
    )  # fmt: skip
    told = dict(time_breakdown.lines(replace(stopped, measures=figures)))
    assert told["trained earlier"] == "7.000 s, included in the training time"
    assert told["note"] == "The computer ran on battery."
    assert "prediction speed" not in told


def test_an_empty_list_says_how_to_start(here: Main) -> None:
    said = here("runs")
    assert (said.code, said.output) == (0, "")
    assert "mnist-studio train" in said.errors


def test_a_run_can_be_renamed_by_the_start_of_its_id(run: str, here: Main) -> None:
    assert here("runs", "rename", run[:-1], "Meine Ziffern").code == 0
    assert here("runs", "--json").json[0]["title"] == "Meine Ziffern"
    said = here("runs", "rename", run, " ")
    assert said.code == 1
    assert said.errors


def test_a_run_can_be_deleted_with_its_folder(run: str, home: Path, here: Main) -> None:
    assert here("runs", "delete", run).code == 0
    assert here("runs", "--json").output == ""
    assert not (home / "runs" / run).exists()
    assert here("runs", "delete", run).code == 2


def test_weights_are_exported_by_the_suffix(run: str, tmp_path: Path, here: Main) -> None:
    with RunStore() as store:
        kept = store.run(run)
    assert here("runs", "export", run, tmp_path / "model.npz").code == 0
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        weights = artifacts.load_weights(kept.folder, kept.spec)
        assert all(np.array_equal(archive[name], weights[name]) for name in weights)
    assert here("runs", "export", run, tmp_path / "model.safetensors").code == 0


def test_an_impossible_export_is_reported(run: str, tmp_path: Path, here: Main) -> None:
    said = here("runs", "export", run, tmp_path / "model.pb")
    assert said.code == 2
    assert ".mnistrun, .safetensors, .onnx, .npz, .pt, or .keras" in said.errors
    (tmp_path / "file").touch()
    said = here("runs", "export", run, tmp_path / "file" / "model.npz")
    assert said.code == 1
    assert "could not be written" in said.errors


def test_a_finished_run_is_not_resumed(run: str, here: Main) -> None:
    said = here("runs", "resume", run)
    assert said.code == 1
    assert "This run is finished, so it cannot be resumed." in said.errors
    assert "--epochs" in said.errors


@pytest.mark.needs("pytorch")
def test_a_finished_run_continues_in_another_framework_on_the_same_curve(run: str) -> None:
    said = studio("runs", "continue", run, "--framework", "pytorch", "--epochs", 2, "--json")
    assert said.code == 0, said.errors
    epochs = [event for event in said.json if event["type"] == "epoch"]
    assert [(event["epoch"], event["framework"]) for event in epochs] == [
        (1, "numpy"), (2, "pytorch"),
    ]  # fmt: skip
    steps = [event["step"] for event in said.json if event["type"] == "progress"]
    assert (steps[0] > 21, steps[-1]) == (True, 42)
    with RunStore() as store:
        new = store.run(said.json[-1]["run"])
        assert new.spec.continued_from == ContinuedFrom(run, "numpy", 21)
        assert store.run(run).status == new.status == "finished"
        assert [epoch.step for epoch in store.epochs(new.id)] == [21, 42]


def test_a_finished_run_is_trained_longer_as_a_new_one(run: str) -> None:
    said = studio("runs", "continue", run, "--epochs", 3, "--json")
    assert said.code == 0, said.errors
    assert said.json[-1]["epochs"] == 3
    assert said.json[-1]["framework"] == "numpy"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--framework", "pytorch"), "is finished"),
        (("--epochs", 0), "1 epochs or more"),
        (("--framework", "pytorhc"), "pytorch"),
    ],
)
def test_a_run_that_cannot_be_continued_is_reported(
    run: str, here: Main, words: tuple[object, ...], told: str
) -> None:
    said = here("runs", "continue", run, *words)
    assert said.code == 2
    assert told in said.errors


@pytest.mark.skipif(os.name == "nt", reason="sends signals")
def test_a_stopped_run_resumes_where_it_was(here: Main) -> None:
    process = subprocess.Popen(
        [*COMMAND, *map(str, TRAIN), "--epochs", "400", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    for line in process.stdout:
        if '"epoch"' in line:
            os.killpg(process.pid, signal.SIGINT)
            break
    process.communicate(timeout=60)
    with RunStore() as store:
        (stopped,) = store.runs()
    assert isinstance(stopped.terminal, Stopped)

    process = subprocess.Popen(
        [*COMMAND, "runs", "resume", stopped.id, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    first = next(line for line in process.stdout if '"progress"' in line)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == 130
    with RunStore() as store:
        (again,) = store.runs()
    assert isinstance(again.terminal, Stopped)
    assert again.terminal.step > stopped.terminal.step
    assert f'"step":{stopped.terminal.step + 1},' in first


def test_a_run_without_a_checkpoint_is_not_resumed(home: Path, here: Main) -> None:
    failed = studio("train", "tiny-10", "--framework", "numpy", "--device", "cuda", "--json")
    said = here("runs", "resume", failed.json[-1]["run"])
    assert said.code == 1
    assert "no checkpoint" in said.errors
    said = here("runs", "export", failed.json[-1]["run"], home / "model.npz")
    assert said.code == 1
    assert "no weights to export" in said.errors
