import json
from pathlib import Path

import pytest

from mnist_studio import paths
from tests.cli.conftest import Main


def test_a_run_goes_to_another_home_and_stays_the_same(
    run: str, tmp_path: Path, here: Main, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, shown = tmp_path / "my.mnistrun", here("runs", "show", run, "--json").json
    said = here("runs", "export", run, file)
    assert said.code == 0
    assert "Saved one run" in said.errors
    assert "Already in your store: one run" in here("runs", "import", file).errors
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "elsewhere"))
    said = here("runs", "import", file)
    assert (said.code, said.output) == (0, f"{run}\n")
    (again,) = here("runs", "show", run, "--json").json
    assert again | {"folder": ""} == shown[0] | {"folder": ""}
    assert here("runs", "import", file, "--json").json[0]["known"] == [run]


def test_a_filter_chooses_runs_and_mistakes_are_named(run: str, tmp_path: Path, here: Main) -> None:
    file = tmp_path / "all.mnistrun"
    assert here("runs", "export", "--filter", "recipe:mlp-128", file).code == 0
    for words, why in (
        ((file,), "Name what to export"),
        ((run, file, "--filter", "acc>1"), "Name what to export"),
        (("--filter", "recipe:none", file), "No run matches"),
        (("--filter", "acc>1", tmp_path / "all.npz"), "holds several runs"),
        (("--experiment", "2026", file), "No experiment begins"),
    ):
        said = here("runs", "export", *words)
        assert said.code == 2
        assert why in said.errors
    (tmp_path / "torn.mnistrun").write_bytes(b"PK")
    said = here("runs", "import", tmp_path / "torn.mnistrun")
    assert said.code == 1
    assert "not a run file" in said.errors


def test_weights_become_a_run_of_a_recipe(run: str, tmp_path: Path, here: Main) -> None:
    file = tmp_path / "model.npz"
    here("runs", "export", run, file)
    said = here("runs", "import", file)
    assert said.code == 2
    assert "--recipe NAME" in said.errors
    said = here("runs", "import", file, "--recipe", "mlp-128", "--dataset", "builtin")
    assert said.code == 0
    assert "Test accuracy" in said.errors
    assert "imported" in here("runs", "show", said.output.strip()).output
    (line,) = here("runs", "show", said.output.strip(), "--json").json
    assert json.dumps(line["terminal"]).count("Imported from model.npz") == 1


def test_logs_of_chosen_runs_are_folders(run: str, tmp_path: Path, here: Main) -> None:
    by_id = here("runs", "export", run, tmp_path / "one", "--log-format", "csv,jsonl")
    (folder,) = (tmp_path / "one").iterdir()
    assert (by_id.code, by_id.output) == (0, f"{folder}\n")
    assert sorted(path.name for path in folder.iterdir()) == [
        "batches.csv", "epochs.csv", "run.jsonl", "settings.csv",
    ]  # fmt: skip
    found = here("runs", "export", tmp_path / "all", "--filter", "acc>0", "--log-format", "csv")
    assert found.code == 0
    assert [path.name for path in (tmp_path / "all").iterdir()] == [folder.name]
    wrong = here("runs", "export", run, tmp_path / "x", "--log-format", "cvs")
    assert wrong.code == 2
    assert "Did you mean csv" in wrong.errors
