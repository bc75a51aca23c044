import io
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import MANY_RUNS, ExperimentSpec, Grid
from mnist_studio.spec.ready_made import EXPERIMENTS
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import COMMAND, Main, studio

SMALL = ExperimentSpec(
    title="small",
    grid=Grid(("tiny-10",), ("numpy",)),
    seeds=(1, 2),
    datasets=("builtin",),
    epochs=1,
    device="cpu",
    threads=1,
)
HUGE = replace(SMALL, title="huge", seeds=tuple(range(MANY_RUNS + 1)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(SMALL, tmp_path)


def written(experiment: ExperimentSpec, folder: Path) -> Path:
    path = folder / f"{experiment.title}.toml"
    path.write_text(experiment_files.write(experiment), "utf-8")
    return path


def test_the_ready_made_experiments_are_listed_with_their_sources(here: Main) -> None:
    said = here("experiment", "--list")
    assert said.code == 0
    for one in EXPERIMENTS.values():
        assert one.name in said.output
        assert one.source.name.split(" ")[0] in said.output
    lines = here("experiment", "--list", "--json").json
    assert [line["experiment"] for line in lines] == list(EXPERIMENTS)
    assert {line["experiment"]: line["runs"] for line in lines}["implementations"] == 10


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_ready_made_experiment_can_be_written_as_a_file(
    name: str, here: Main, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    assert here("experiment", name, "--write", path).code == 0
    assert experiment_files.read(path.read_text("utf-8")) == EXPERIMENTS[name].experiment
    with RunStore() as store:
        assert store.experiments.all() == ()


def test_an_experiment_is_trained_with_a_line_per_run(file: Path) -> None:
    said = studio("experiment", file)
    assert (said.code, said.output) == (0, "")
    assert said.errors.startswith("small: 2 runs.\n")
    with RunStore() as store:
        (name,) = (run.name for run in store.runs() if run.spec.training.seed == 1)
    assert f"1/2 {name}: finished: test accuracy" in said.errors
    assert said.errors.endswith("2 of 2 runs are finished.\n")
    again = studio("experiment", file)
    assert again.code == 0
    assert again.errors == "small: 2 runs, 2 already finished.\n2 of 2 runs are finished.\n"


def test_events_are_json_lines_of_which_the_last_ends_the_experiment(file: Path) -> None:
    said = studio("experiment", file, "--json", "--jobs", 2)
    assert (said.code, said.errors) == (0, "")
    assert said.json[0]["type"] == "started"
    assert said.json[0]["concurrency"] == 2
    assert [cell["spec"]["training"]["seed"] for cell in said.json[0]["cells"]] == [1, 2]
    assert [line for line in said.json if line["type"] == "ended"] == [
        {"type": "ended", "outcome": "complete", "finished": 2, "total": 2}
    ]


def test_times_of_parallel_runs_are_not_comparable(file: Path) -> None:
    said = studio("experiment", file, "--jobs", 2)
    assert said.code == 0
    assert "2 runs train in parallel, so their times are not comparable." in said.errors


@pytest.mark.needs("keras")
def test_a_run_that_fails_is_tried_again_and_reported(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text("raise ImportError('half of it is missing')\n")
    path = written(replace(SMALL, grid=Grid(("tiny-10",), ("keras", "numpy"))), tmp_path)
    said = studio("experiment", path, path=tmp_path)
    assert said.code == 1
    assert said.errors.count("will be tried again: ") == 2
    assert said.errors.count("failed: ") == 2
    assert "half of it is missing" in said.errors
    assert said.errors.endswith("2 of 4 runs are finished.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "No experiment was specified."),
        (("from-scrach",), "Did you mean from-scratch?"),
        (("nowhere.toml",), "does not exist"),
        (("from-scratch", "--jobs", 0), "--jobs must be 1 to 64, got 0."),
        (("from-scratch", "--executor", "ray://x"), "“ray://x” is not a valid executor."),
        (
            ("from-scratch", "--executor", "dask://h:1", "--data", "."),
            "workers of a cluster cannot read",
        ),
        (("from-scratch", "--executor", "dask://h:1", "--record"), "record nothing"),
        (("from-scratch", "--jobs", "many"), "--jobs"),
    ],
)
def test_wrong_usage_is_reported(here: Main, words: tuple[object, ...], message: str) -> None:
    said = here("experiment", *words)
    assert said.code == 2
    assert message in said.errors
    assert said.output == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format = 1\n[experiment]\ntitle = 'x'\n[experiment.grid]\nrecipes = []\n", "Line 5"),
        (
            "format = 1\n[experiment]\ntitle = 'x'\nseed = [1]\n",
            "Line 4, experiment.seed: unknown key",
        ),
        ("format = 99\n[experiment]\ntitle = 'x'\n", "Update MNIST Studio"),
        ("what?", "This is not TOML"),
    ],
)
def test_a_wrong_file_is_reported(here: Main, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    said = here("experiment", path)
    assert said.code == 2
    assert message in said.errors
    with RunStore() as store:
        assert store.experiments.all() == ()


def test_a_file_of_runs_is_sent_to_train(here: Main, tmp_path: Path, run: str) -> None:
    path = tmp_path / "run.toml"
    assert here("runs", "settings", run, "--output", path).code == 0
    said = here("experiment", path)
    assert said.code == 2
    assert "mnist-studio train FILE" in said.errors


def test_an_experiment_of_mnist_without_mnist_is_refused_before_it_starts(here: Main) -> None:
    said = here("experiment", "from-scratch")
    assert said.code == 1
    assert "The experiment needs MNIST" in said.errors
    with RunStore() as store:
        assert store.runs() == ()


def test_a_huge_experiment_is_not_begun_without_being_asked_for(here: Main, tmp_path: Path) -> None:
    path = written(HUGE, tmp_path)
    said = here("experiment", path)
    assert said.code == 2
    assert "This experiment has 301 runs. Add --yes" in said.errors


def test_how_long_a_huge_experiment_takes_is_estimated_from_earlier_runs(
    here: Main, tmp_path: Path
) -> None:
    assert here("experiment", written(SMALL, tmp_path)).code == 0
    said = here("experiment", written(HUGE, tmp_path))
    assert said.code == 2
    assert "This experiment has 301 runs, which take about " in said.errors
    assert "by earlier runs. Add --yes" in said.errors


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "begins"), [("y\n", True), ("\n", False), ("", False)])
def test_people_are_asked(
    answer: str, begins: bool, here: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", _Terminal(answer))
    # MNIST is not there, so that what begins ends at once.
    said = here("experiment", written(replace(HUGE, datasets=("mnist",)), tmp_path))
    assert "Train them? [y/N]" in said.errors
    assert ("needs MNIST" in said.errors) == begins
    assert ("was not started" in said.errors) != begins


def test_yes_is_an_answer(here: Main, tmp_path: Path) -> None:
    path = written(replace(HUGE, datasets=("mnist",)), tmp_path)
    said = here("experiment", path, "--yes")
    assert "Train them?" not in said.errors
    assert "needs MNIST" in said.errors


@pytest.mark.skipif(sys.platform != "linux", reason="writes to /dev/full")
def test_a_full_disk_behind_the_output_stops_an_experiment(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        "format = 2\n[experiment]\ntitle = 'x'\nepochs = 1000\nseeds = [1, 2]\n"
        "datasets = ['builtin']\n[[experiment.pairs]]\nrecipe = 'tiny-10'\nframework = 'numpy'\n"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "experiment", str(file), "--json"], stdout=full, stderr=subprocess.PIPE,
            text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode == 1
    assert "mnist-studio: The output could not be written: No space left on device." in done.stderr
    assert f"To resume: mnist-studio experiment {file}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="writes to /dev/full")
def test_a_full_disk_behind_a_complete_experiment_does_not_call_it_stopped(file: Path) -> None:
    assert studio("experiment", file, "--quiet").code == 0
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "experiment", str(file), "--json"], stdout=full, stderr=subprocess.PIPE,
            text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.endswith("No space left on device. The experiment is complete.\n")
