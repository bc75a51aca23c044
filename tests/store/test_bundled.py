import logging
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.data.datasets import sources
from mnist_studio.errors import StoreError, UnknownName
from mnist_studio.events import Finished
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.upgrades import RUN_VERSION
from mnist_studio.store import artifacts, bundled, step_curve
from mnist_studio.store.bundled import DESCRIPTION, FILES, MANIFEST, BundledModels
from mnist_studio.store.packing import pack
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished

NAME, ID = "tiny", "bundled-tiny"
LONG: dict[str, object] = {
    "epochs": 40,
    "averaged_epochs": 10,
    "augment_generated": False,
    "validation": 10_000,
}
TRAINED: dict[str, dict[str, object]] = {"record": LONG, "robust": LONG, "fast-99": {"epochs": 4}}
"""Settings of the training of every bundled model that are not those of its recipe."""
SHIPPED = paths.resources() / "models"


def kept(home: Path, spec: RunSpec, title: str = "") -> str:
    """A finished run with weights and test logits, in that home."""
    with RunStore(home) as store:
        run = store.create(spec)
        artifacts.save_weights(run.folder, initial_weights(spec.model, 42))
        artifacts.save_test_logits(run.folder, np.eye(10, dtype=np.float32))
        for number in (1, 2):
            store.record(epoch(run.id, number))
        store.record(finished(run.id))
        if title:
            store.rename(run.id, title)
        return run.id


def packed(home: Path, root: Path, name: str = NAME) -> Path:
    with RunStore(home) as store:
        run = next(run for run in store.runs() if not run.bundled)
        return pack(run, store.epochs(run.id), root, name)


@pytest.fixture
def model(tmp_path: Path, models: Path, spec: RunSpec) -> Path:
    """The folder of a model that comes with the studio, as the tests' studio sees it."""
    kept(tmp_path / "maker", msgspec.structs.replace(spec, device="cpu", threads=3), "Mine")
    return packed(tmp_path / "maker", models)


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_an_empty_home_has_the_model_and_stays_empty(
    model: Path, home: Path, spec: RunSpec
) -> None:
    with RunStore(home) as store:
        (run,) = store.runs()
        assert (run.id, run.folder, run.status) == (ID, model, "finished")
        assert run.title == "MLP 10 with Adam · Keras, bundled"
        assert run.trained
        assert run.bundled
        assert not run.resumable
        assert run.terminal == finished(ID)
        # Device and threads were those of the machine that trained it.
        assert run.spec == spec
        assert store.epochs(ID) == (epoch(ID, 1), epoch(ID, 2))
        assert store.run("bundled-t") == run
    assert not (home / "runs").exists()


def test_its_artifacts_are_those_of_the_run(model: Path, home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.run(ID)
    for name, array in initial_weights(spec.model, 42).items():
        np.testing.assert_array_equal(artifacts.load_weights(run.folder, run.spec)[name], array)
    np.testing.assert_array_equal(artifacts.load_test_logits(run.folder), np.eye(10))
    assert len(step_curve.load(run.folder).losses) == 0


def test_it_comes_after_the_users_own_however_old(model: Path, home: Path, spec: RunSpec) -> None:
    own = kept(home, spec)
    with RunStore(home) as store:
        store._database.write("UPDATE runs SET created = 0")
        assert [run.id for run in store.runs()] == [own, ID]
        assert [run.bundled for run in store.runs()] == [False, True]


def test_a_beginning_must_mean_one_run(model: Path, home: Path, tmp_path: Path) -> None:
    packed(tmp_path / "maker", model.parent, "tiny-2")
    with RunStore(home) as store:
        with pytest.raises(UnknownName, match="2 runs begin with “bundled”"):
            store.run("bundled")
        with pytest.raises(UnknownName):
            store.run("")


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.rename(ID, "Mine"),
        lambda store: store.delete("bundled"),
        lambda store: store.reopen(ID),
        lambda store: store.record(epoch(ID, 3)),
        lambda store: store.record(finished(ID)),
    ],
    ids=["rename", "delete", "reopen", "epoch", "end"],
)
def test_it_cannot_be_changed(model: Path, home: Path, change: Callable[[RunStore], None]) -> None:
    before = contents(model.parent)
    with RunStore(home) as store:
        with pytest.raises(StoreError, match="it is a bundled model"):
            change(store)
        assert [run.id for run in store.runs()] == [ID]
    assert contents(model.parent) == before


def test_its_clock_is_another_machines(model: Path, home: Path) -> None:
    with RunStore(home) as store:
        membership = store.experiments.memberships()[ID]
    assert membership.experiment == ""
    assert not membership.timing_comparable


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", ["changed", "torn", "missing", "a folder"])
def test_a_damaged_model_is_left_out_with_a_warning(
    model: Path, home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, file: str,
    damage: str,
) -> None:  # fmt: skip
    packed(tmp_path / "maker", model.parent, "whole")
    path = model / file
    content = path.read_bytes()
    if damage == "changed":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "torn":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.unlink()
        if damage == "a folder":
            path.mkdir()

    with RunStore(home) as store:
        assert [run.id for run in store.runs()] == ["bundled-whole"]
        with pytest.raises(UnknownName):
            store.run(ID)
        (problem,) = store.problems
    assert str(path) in problem.problem
    assert problem.remedy == "Reinstall MNIST Studio."
    (warning,) = (one for one in caplog.records if one.levelno == logging.WARNING)
    assert "“tiny” cannot be loaded" in warning.getMessage()
    assert str(path) in warning.getMessage()
    assert "Reinstall MNIST Studio." in warning.getMessage()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"[" * 100_000, b"[]", b"{}", b'{"version":1}',
        b'{"version":2,"models":{}}', b'{"version":1,"models":{"tiny":{}}}',
        b'{"version":1,"models":{"../tiny":{}, "a\\u0000b":{}, "":{}, "/":{}}}',
        b'{"version":1,"models":{"tiny":{"run.json":"x","weights.safetensors":"",'
        b'"test-logits.safetensors":""}}}',
    ],
)  # fmt: skip
def test_any_manifest_is_read_without_a_crash(
    model: Path, home: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (model.parent / MANIFEST).write_bytes(content)
    with RunStore(home) as store:
        assert store.runs() == ()
    assert "cannot be loaded" in caplog.text


def test_models_without_a_manifest_are_missed_and_no_models_are_not(
    model: Path, home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert BundledModels(tmp_path / "nowhere").by_id == {}
    assert caplog.text == ""
    (model.parent / MANIFEST).unlink()
    assert BundledModels(model.parent).by_id == {}
    assert "cannot be loaded" in caplog.text


@pytest.mark.parametrize(
    "changes",
    [{"version": 99}, {"id": "bundled-other"}, {"id": "20260101-000000-aaaa"}, {"spec": {}},
     {"spec": {"version": RUN_VERSION + 1, "run": {}}}, {"finished": None}, {"epochs": [1]}],
)  # fmt: skip
def test_a_description_that_cannot_be_understood_is_reported(
    model: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, object]
) -> None:
    description = msgspec.json.decode((model / DESCRIPTION).read_bytes())
    (model / DESCRIPTION).write_bytes(msgspec.json.encode(description | changes))
    manifest = msgspec.json.decode((model.parent / MANIFEST).read_bytes())
    manifest["models"][NAME][DESCRIPTION] = bundled.digest((model / DESCRIPTION).read_bytes())
    (model.parent / MANIFEST).write_bytes(msgspec.json.encode(manifest))

    assert BundledModels(model.parent).by_id == {}
    assert "“tiny” cannot be loaded" in caplog.text


def test_packing_again_replaces_and_keeps_the_others(model: Path, tmp_path: Path) -> None:
    root = model.parent
    before = contents(root)
    packed(tmp_path / "maker", root, "other")
    assert list(BundledModels(root).by_id) == ["bundled-other", ID]
    assert contents(model) == {path: before[path] for path in contents(model)}
    packed(tmp_path / "maker", root)
    assert list(BundledModels(root).by_id) == ["bundled-other", ID]


def test_a_packed_model_does_not_name_the_computer(model: Path) -> None:
    described = msgspec.json.decode((model / DESCRIPTION).read_bytes())
    assert described["spec"]["run"].get("device", "auto") == "auto"
    assert described["spec"]["run"].get("threads", 0) == 0
    assert described["title"].endswith(", bundled")


def test_only_finished_runs_with_their_artifacts_are_packed(
    home: Path, tmp_path: Path, spec: RunSpec
) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        with pytest.raises(StoreError, match="cannot be packed"):
            pack(run, (), tmp_path / "root", NAME)
        store.record(finished(run.id))
        with pytest.raises(StoreError, match="is missing"):
            pack(store.run(run.id), (), tmp_path / "root", NAME)
        with pytest.raises(StoreError, match="cannot be packed"):
            pack(store.run(run.id), (), tmp_path / "root", "../tiny")
    assert not (tmp_path / "root").exists()


def test_a_damaged_manifest_is_not_overwritten(model: Path, tmp_path: Path) -> None:
    (model.parent / MANIFEST).write_bytes(b"{")
    with pytest.raises(StoreError, match=r"models\.json is damaged"):
        packed(tmp_path / "maker", model.parent, "other")
    assert (model.parent / MANIFEST).read_bytes() == b"{"
    assert not (model.parent / "other").exists()


def shipped() -> tuple[Run, ...]:
    return tuple(model.run for model in BundledModels(SHIPPED).by_id.values())


def test_every_shipped_model_is_whole_and_of_its_recipe(caplog: pytest.LogCaptureFixture) -> None:
    runs = shipped()
    assert {run.folder.name for run in runs} == set(TRAINED)
    assert {path.parent.name for path in SHIPPED.glob(f"*/{DESCRIPTION}")} == {
        run.folder.name for run in runs
    }
    assert caplog.text == ""
    for run in runs:
        spec = run_spec(RECIPES[run.folder.name])
        training = msgspec.structs.replace(spec.training, **TRAINED[run.folder.name])
        assert run.spec == msgspec.structs.replace(
            spec, training=training, handwriting_styles=6_000
        )
        artifacts.load_weights(run.folder, run.spec)


def test_the_shipped_predictions_give_the_stated_accuracy(shared_mnist: Path) -> None:
    labels = sources.load_test("mnist", shared_mnist).labels
    for run in shipped():
        logits = artifacts.load_test_logits(run.folder)
        assert isinstance(run.terminal, Finished)
        assert accuracy(logits, labels) == pytest.approx(run.terminal.test_accuracy, abs=1e-9)


def test_the_shipped_models_take_a_few_megabytes() -> None:
    assert sum(len(content) for content in contents(SHIPPED).values()) < 5_000_000
