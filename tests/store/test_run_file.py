import json
import zipfile
from pathlib import Path

import pytest

from mnist_studio.errors import CancelledByUser, DataError, StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import run_file
from mnist_studio.store.artifacts import WEIGHTS
from mnist_studio.store.runs import RunStore
from tests.store.made_runs import made_run


def test_a_run_file_is_a_zip_of_json_and_safetensors(
    store: RunStore, spec: RunSpec, tmp_path: Path
) -> None:
    run = made_run(store, spec)
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id]))
    with zipfile.ZipFile(path) as archive:
        names = {name.removeprefix(f"runs/{run.id}/") for name in archive.namelist()}
        manifest = json.loads(archive.read("manifest.json"))
        record = json.loads(archive.read(f"runs/{run.id}/record.json"))
    assert names == {
        "manifest.json", "record.json", "weights.safetensors", "checkpoint.safetensors",
        "test-logits.safetensors", "steps.f32", "epoch-0001.safetensors",
    }  # fmt: skip
    assert (manifest["format"], manifest["version"]) == ("mnist-studio-runs", 1)
    assert manifest["runs"] == [run.id]
    assert record["title"] == run.title
    assert "somebody" not in path.read_bytes().decode("latin-1")


def test_equal_runs_give_equal_files(store: RunStore, spec: RunSpec, tmp_path: Path) -> None:
    run = made_run(store, spec)
    first, second = tmp_path / "a.mnistrun", tmp_path / "b.mnistrun"
    for path in (first, second):
        run_file.write(path, store.portable([run.id]))
    assert first.read_bytes() == second.read_bytes()


def test_a_run_that_trains_is_not_written(store: RunStore, spec: RunSpec, tmp_path: Path) -> None:
    run = store.create(spec)
    with pytest.raises(StoreError, match="because it is training"):
        run_file.write(tmp_path / "my.mnistrun", store.portable([run.id]))
    assert not (tmp_path / "my.mnistrun").exists()


def test_a_canceled_export_leaves_the_old_file(
    store: RunStore, spec: RunSpec, tmp_path: Path
) -> None:
    runs = store.portable([made_run(store, spec).id])
    path = tmp_path / "my.mnistrun"
    path.write_text("old")
    with pytest.raises(CancelledByUser):
        run_file.write(path, runs, is_cancelled=lambda: True)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir() if each.name != "home"] == [path.name]


def test_a_file_that_cannot_be_written_or_read_is_reported(
    store: RunStore, spec: RunSpec, tmp_path: Path
) -> None:
    run = made_run(store, spec)
    (tmp_path / "file").write_text("")
    with pytest.raises((StoreError, DataError), match="could not be written"):
        run_file.write(tmp_path / "file" / "my.mnistrun", store.portable([run.id]))
    fractions: list[float] = []
    run_file.write(tmp_path / "my.mnistrun", store.portable([run.id]), progress=fractions.append)
    assert fractions[-1] == 1
    (run.folder / WEIGHTS).unlink()
    (run.folder / WEIGHTS).mkdir()
    run_file.write(tmp_path / "my.mnistrun", store.portable([run.id]))


def test_every_entry_is_a_plain_file_that_others_can_read(
    store: RunStore, spec: RunSpec, tmp_path: Path
) -> None:
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([made_run(store, spec).id]))
    with zipfile.ZipFile(path) as archive:
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644}
        assert {info.create_system for info in archive.infolist()} == {3}
