from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from mnist_studio.data.datasets import idx
from mnist_studio.data.datasets.catalog import MNIST
from mnist_studio.frameworks import registry
from mnist_studio.store import epoch_records
from mnist_studio.store.runs import RunStore
from mnist_studio.training import machine
from tests.cli.conftest import DIGITS, TRAIN, Main, studio

TERMINAL = {"finished", "stopped", "cancelled", "failed", "crashed"}


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
