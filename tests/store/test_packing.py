"""What a bundled model is made of, and what is refused."""

import dataclasses
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.errors import StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, bundled
from mnist_studio.store.bundled import DESCRIPTION, FILES, MANIFEST, BundledModels
from mnist_studio.store.packing import pack
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.store.example_events import failed
from tests.store.made_runs import made_run


@pytest.fixture
def run(store: RunStore, spec: RunSpec) -> Run:
    return made_run(store, replace(spec, device="cpu", threads=2))


def test_the_files_are_as_documented(store: RunStore, run: Run, tmp_path: Path) -> None:
    root = tmp_path / "models"
    for name in ("b", "a"):
        assert pack(run, store.epochs(run.id), root, name) == root / name
    manifest = (root / MANIFEST).read_bytes()
    assert manifest.startswith(b'{\n "version": 1,\n')
    assert manifest.endswith(b"}\n")
    described = msgspec.json.decode(manifest)
    assert list(described["models"]) == ["a", "b"]
    for name in ("a", "b"):
        assert described["models"][name] == {
            file: bundled.digest((root / name / file).read_bytes()) for file in FILES
        }
        assert sorted(path.name for path in (root / name).iterdir()) == sorted(FILES)
    content = msgspec.json.decode((root / "a" / DESCRIPTION).read_bytes())
    assert (content["version"], content["id"], content["title"], content["created"]) == (
        1, "bundled-a", "MLP 10 with Adam · Keras, bundled", run.created,
    )  # fmt: skip
    assert content["finished"]["run"] == "bundled-a"
    assert [epoch["run"] for epoch in content["epochs"]] == ["bundled-a"]
    for file in (artifacts.WEIGHTS, artifacts.TEST_LOGITS):
        assert (root / "a" / file).read_bytes() == (run.folder / file).read_bytes()
    model = BundledModels(root).by_id["bundled-a"]
    assert (model.run.spec.device, model.run.spec.threads) == ("auto", 0)
    assert (model.run.folder, model.run.created) == (root / "a", run.created)
    assert BundledModels(root).problems == ()


def test_newer_models_come_first(store: RunStore, run: Run, tmp_path: Path) -> None:
    for name, created in (("a", 1.0), ("b", 3.0), ("c", 2.0)):
        older = dataclasses.replace(run, created=created)
        pack(older, store.epochs(run.id), tmp_path / "models", name)
    assert list(BundledModels(tmp_path / "models").by_id) == [
        "bundled-b", "bundled-c", "bundled-a",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "-a", "A", "a b", "../a", "a/b", "ä"])
def test_an_impossible_name_is_refused(
    store: RunStore, run: Run, tmp_path: Path, name: str
) -> None:
    with pytest.raises(StoreError) as raised:
        pack(run, (), tmp_path / "models", name)
    assert raised.value.problem == (
        f"{run.name} cannot be packed as “{name}”: it has not finished."
    )
    assert raised.value.remedy == "Train it."
    assert not (tmp_path / "models").exists()


def test_only_whole_files_are_packed(store: RunStore, run: Run, tmp_path: Path) -> None:
    artifacts.save_test_logits(run.folder, np.zeros((4, 9), np.float32))
    with pytest.raises(StoreError, match="does not have 10 logits"):
        pack(run, (), tmp_path / "models", "a")
    (run.folder / artifacts.WEIGHTS).write_bytes(b"x")
    with pytest.raises(StoreError, match=rf"{artifacts.WEIGHTS} is damaged"):
        pack(run, (), tmp_path / "models", "a")
    assert not (tmp_path / "models").exists()


def test_a_run_that_failed_is_not_packed(store: RunStore, spec: RunSpec, tmp_path: Path) -> None:
    run = store.create(spec)
    store.record(failed(run.id))
    with pytest.raises(StoreError, match="it has not finished"):
        pack(store.run(run.id), (), tmp_path / "models", "a")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"version": 2}, "it was written by a newer version"),
        ({"id": "bundled-b"}, "it belongs to bundled-b"),
        ({"created": "x"}, "Expected `float`, got `str` - at `$.created`"),
    ],
)
def test_each_damage_of_a_description_is_named(
    store: RunStore, run: Run, tmp_path: Path, changes: dict[str, object], problem: str
) -> None:
    root = tmp_path / "models"
    path = pack(run, store.epochs(run.id), root, "a") / DESCRIPTION
    path.write_bytes(msgspec.json.encode(msgspec.json.decode(path.read_bytes()) | changes))
    models = BundledModels(root)
    (error,) = models.problems
    assert error.problem == (
        f"The bundled model “a” cannot be loaded. {path} is damaged: its hash does not match."
    )
    manifest = msgspec.json.decode((root / MANIFEST).read_bytes())
    manifest["models"]["a"][DESCRIPTION] = bundled.digest(path.read_bytes())
    (root / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    (error,) = BundledModels(root).problems
    assert error.problem == (
        f"The bundled model “a” cannot be loaded. {path} is damaged: {problem}."
    )
    assert error.remedy == "Reinstall MNIST Studio."


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"version":2,"models":{}}', "it was written by a newer version."),
        (b"{", "Input data was truncated."),
    ],
)
def test_a_damaged_manifest_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    (error,) = BundledModels(tmp_path).problems
    assert error.problem == (
        f"The bundled models cannot be loaded. {tmp_path / MANIFEST} is damaged: {problem}"
    )
    assert error.remedy == "Reinstall MNIST Studio."


def test_a_manifest_that_does_not_list_the_files_is_named(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b'{"version":1,"models":{"a":{},"../b":{}}}')
    assert [error.problem for error in BundledModels(tmp_path).problems] == [
        f"The bundled model “{name}” cannot be loaded. {folder} is damaged: models.json does not "
        f"list its files."
        for name, folder in (("a", tmp_path / "a"), ("b", tmp_path / "../b"))
    ]
