import dataclasses
import hashlib
import json
import zipfile
from pathlib import Path

import msgspec
import pytest

from mnist_studio import __version__
from mnist_studio.errors import CancelledByUser, DataError, StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import annotations, artifacts, packing, run_file
from mnist_studio.store.artifacts import WEIGHTS
from mnist_studio.store.experiments import Membership
from mnist_studio.store.run_record import Annotations, Belongs, RunRecord
from mnist_studio.store.runs import RunStore
from tests.store.made_runs import made_run
from tests.store.test_experiments import STUDY


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


def test_the_record_in_the_file_names_its_files_and_no_place(
    store: RunStore, spec: RunSpec, tmp_path: Path
) -> None:
    experiment = store.experiments.add(STUDY)
    run = made_run(store, spec, Membership(experiment.id, 3, "worker"))
    store.annotate([run.id], annotations.with_tags(["mine"]))
    store.annotate([run.id], annotations.with_archived(True))
    path = tmp_path / "my.mnistrun"

    def record() -> RunRecord:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(f"runs/{run.id}/record.json")
        return msgspec.json.decode(content, type=RunRecord)

    run_file.write(path, store.portable([run.id]))
    files = run_file.portable_names(run.folder)
    assert set(files) == {*artifacts.ARRAYS, "epoch-0001.safetensors"}
    assert record().files == files == tuple(sorted(files))
    assert record().belongs == Belongs("", 3)
    assert record().annotations == Annotations(("mine",))
    run_file.write(path, store.portable([run.id]), experiment)
    assert record().belongs == Belongs(experiment.id, 3)
    with zipfile.ZipFile(path) as archive:
        about = json.loads(archive.read("experiment.json"))
    assert about == {"id": experiment.id, "text": experiment.text}


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("record.json", True), ("weights.safetensors", True), ("checkpoint.safetensors", True),
        ("test-logits.safetensors", True), ("steps.f32", True), ("robustness.json", True),
        ("epoch-0001.safetensors", True), ("epoch-123456789.safetensors", True),
        ("epoch-0001-record.safetensors", True), ("epoch-001.safetensors", False),
        ("epoch-1234567890.safetensors", False), ("epoch-0001-other.safetensors", False),
        ("features.safetensors", False), ("console.txt", False), ("script.py", False),
        ("lock", False), ("xepoch-0001.safetensors", False), ("epoch-0001.safetensorsx", False),
    ],
)  # fmt: skip
def test_only_what_belongs_into_a_run_file_is_portable(name: str, portable: bool) -> None:
    assert run_file.is_portable(name) is portable
    assert run_file.is_entry(f"runs/20260102-030405-abcd/{name}") is portable
    assert not run_file.is_entry(f"other/20260102-030405-abcd/{name}")
    assert not run_file.is_entry(f"runs/x/{name}")
    assert not run_file.is_entry(name)
    assert not run_file.is_entry(f"runs/20260102-030405-abcd/x/{name}")


def test_the_manifest_and_the_experiment_are_entries() -> None:
    assert run_file.is_entry("manifest.json")
    assert run_file.is_entry("experiment.json")
    assert not run_file.is_entry("")


def test_the_manifest_lists_all_files_with_size_and_hash(
    store: RunStore, spec: RunSpec, tmp_path: Path
) -> None:
    runs = [made_run(store, spec) for _ in range(2)]
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id for run in runs]))
    with zipfile.ZipFile(path) as archive:
        content = {info.filename: archive.read(info) for info in archive.infolist()}
        kinds = {info.filename: info.compress_type for info in archive.infolist()}
        dates = {info.date_time for info in archive.infolist()}
    manifest = json.loads(content.pop("manifest.json"))
    assert manifest["files"] == {
        name: {"size": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        for name, text in content.items()
    }
    assert manifest["runs"] == [run.id for run in runs]
    assert manifest["written_by"] == __version__
    for name, kind in kinds.items():
        deflated = name.endswith(".json")
        assert kind == (zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED), name
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_progress_counts_the_bytes_of_all_files(
    store: RunStore, spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_file._BLOCK == 1 << 20
    run = made_run(store, spec)
    sizes = [(run.folder / name).stat().st_size for name in run_file.portable_names(run.folder)]
    monkeypatch.setattr(run_file, "_BLOCK", 1000)
    fractions: list[float] = []
    run_file.write(tmp_path / "my.mnistrun", store.portable([run.id]), progress=fractions.append)
    blocks = [min(1000, size - at) for size in sizes for at in range(0, size, 1000)]
    done, expected = 0, []
    for block in blocks:
        done += block
        expected.append(done / sum(sizes))
    assert fractions == expected
    fractions.clear()
    with pytest.raises(CancelledByUser) as raised:
        run_file.write(
            tmp_path / "my.mnistrun", store.portable([run.id]), None, fractions.append,
            lambda: len(fractions) == 3,
        )  # fmt: skip
    assert raised.value.remedy == "No file was written."
    assert len(fractions) == 3


def test_progress_never_passes_one(tmp_path: Path, spec: RunSpec, store: RunStore) -> None:
    fractions: list[float] = []
    meter = run_file._Meter([], fractions.append, lambda: False)
    for _ in range(2):
        meter.add(1)
    assert fractions == [1.0, 1.0]


def test_a_bundled_model_gets_an_id_of_its_time_and_name(
    models: Path, tmp_path: Path, spec: RunSpec
) -> None:
    with RunStore(tmp_path / "maker") as store:
        run = made_run(store, spec)
        packing.pack(run, store.epochs(run.id), models, "tiny")
    with RunStore(tmp_path / "home") as store:
        (model,) = store.runs()
        epochs = store.epochs(model.id)
    model = dataclasses.replace(model, created=1767322245.25)
    record = run_file.bundled_record(model, epochs)
    name = hashlib.sha256(b"bundled-tiny").hexdigest()[:4]
    assert record.run == f"20260102-025045-{name}"
    assert (record.title, record.created) == (model.title, 1767322245.25)
    assert record.status == "finished"
    assert record.run_spec() == model.spec
    assert record.terminal is not None
    assert {record.terminal.run, *(epoch.run for epoch in record.epochs)} == {record.run}
    assert len(record.epochs) == 1


def test_a_run_that_trains_can_be_stopped_first(
    store: RunStore, spec: RunSpec, tmp_path: Path
) -> None:
    run = store.create(spec)
    with pytest.raises(StoreError) as raised:
        run_file.write(tmp_path / "my.mnistrun", store.portable([run.id]))
    assert (raised.value.problem, raised.value.remedy) == (
        f"The run {run.id} cannot be exported because it is training.", "Stop it first.",
    )  # fmt: skip
