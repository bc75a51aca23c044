"""What an import checks of each run, and what it writes of it."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as serialize

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.events import encode
from mnist_studio.spec import codec, experiment_files
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import (
    annotations,
    artifacts,
    epoch_records,
    epoch_weights,
    robustness,
    run_file,
    run_record,
    step_curve,
    tensors,
)
from mnist_studio.store.experiments import Membership
from mnist_studio.store.run_file import EXPERIMENT, MANIFEST
from mnist_studio.store.run_file_reader import GET_AGAIN
from mnist_studio.store.run_import import LAST_STEP, Imported, opened
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished, stopped
from tests.store.made_run_files import contents, in_record, why, written
from tests.store.made_runs import STEPS, made_run
from tests.store.test_epoch_records import RECORD

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run file of one run of an experiment; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("imports")
    path = folder / "good.mnistrun"
    spec = run_spec(RECIPES["featherweight"])
    with RunStore(folder / "home") as store:
        experiment = store.experiments.add(
            ExperimentSpec("Seeds", grid=Grid((spec.recipe,), ("numpy",)), seeds=(1,))
        )
        run = made_run(store, spec, Membership(experiment.id, 3))
        run_file.write(path, store.portable([run.id]), experiment)
    return path


def run_in(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        (run,) = json.loads(archive.read(MANIFEST))["runs"]
    return str(run)


def changed(good: Path, path: Path, change: Change) -> tuple[str, str]:
    """Why a file with another record is refused."""
    files = contents(good)
    in_record(files, change)
    problem, remedy = why(written(path, files))
    return problem.removeprefix(f"the run {run_in(good)} is not valid. "), remedy


def with_epoch(**values: object) -> Change:
    return lambda record: record["epochs"][0].update(values)


def with_end(**values: object) -> Change:
    return lambda record: record["terminal"].update(values)


OTHER = "20200101-000000-aaaa"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda record: record.update(run=OTHER), f"Its record belongs to {OTHER}."),
        (lambda record: record.update(status="running"), "It has not ended."),
        (lambda record: record.update(epochs=record["epochs"] * 2), "Its epochs are not in order."),
        (with_epoch(epoch=0), "Its epochs are not in order."),
        (with_epoch(epoch=2), "Its epochs are not in order."),
        (with_epoch(run=OTHER), "Its events belong to another run."),
        (with_end(run=OTHER), "Its events belong to another run."),
        (with_epoch(step=-1), "Its number of steps is impossible."),
        (with_epoch(step=LAST_STEP + 1), "Its number of steps is impossible."),
        (with_end(step=LAST_STEP + 1), "Its number of steps is impossible."),
        (with_end(step=-1), "Its number of steps is impossible."),
        (lambda record: record.update(step=LAST_STEP + 1), "Its number of steps is impossible."),
        (
            lambda record: record.update(steps={"count": STEPS, "sha256": "0" * 64}),
            "Its steps are not those of its record.",
        ),
    ],
)
def test_each_contradiction_has_its_sentence(
    good: Path, tmp_path: Path, change: Change, problem: str
) -> None:
    assert changed(good, tmp_path / "x.mnistrun", change) == (problem, GET_AGAIN)


@pytest.mark.parametrize(
    "change",
    [with_epoch(step=LAST_STEP), with_epoch(step=0), lambda record: record.update(step=LAST_STEP)],
)
def test_steps_may_be_as_many_as_their_limit(good: Path, tmp_path: Path, change: Change) -> None:
    files = contents(good)
    in_record(files, change)
    with opened(written(tmp_path / "x.mnistrun", files)) as unpacked:
        assert len(unpacked.runs) == 1


def test_what_a_run_wrote_is_what_its_record_says_after_the_import(
    good: Path, store: RunStore
) -> None:
    with opened(good) as unpacked:
        done = store.imports.add(unpacked)
    run = store.run(done.runs[0])
    record = run_record.read(run.folder)
    assert record.steps == step_curve.summary(run.folder)
    assert record.steps is not None
    assert record.steps.count == STEPS
    assert set(record.files) == set(artifacts.ARRAYS)
    assert record.belongs == run_record.Belongs(done.experiment, 3, "another machine")
    assert done == Imported((run.id,), (), store.experiments.all()[0].id)


def test_steps_that_contradict_the_end_are_not_sealed(
    good: Path, tmp_path: Path, store: RunStore
) -> None:
    files = contents(good)
    in_record(files, lambda record: [record.update(steps=None), record["terminal"].update(step=2)])
    with opened(written(tmp_path / "x.mnistrun", files)) as unpacked:
        (run,) = store.imports.add(unpacked).runs
    assert run_record.read(store.run(run).folder).steps is None


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        (artifacts.WEIGHTS, b"x", f"{artifacts.WEIGHTS} is damaged"),
        (artifacts.CHECKPOINT, b"x", f"{artifacts.CHECKPOINT} is damaged"),
        (artifacts.TEST_LOGITS, b"x", f"{artifacts.TEST_LOGITS} is damaged"),
        ("epoch-0001.safetensors", b"x", "epoch-0001.safetensors is damaged"),
        ("epoch-0001-record.safetensors", b"x", "epoch-0001-record.safetensors is damaged"),
    ],
)
def test_every_kind_of_file_is_read(
    good: Path, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    run = run_in(good)
    files = {**contents(good), f"runs/{run}/{name}": content}
    found, remedy = why(written(tmp_path / "x.mnistrun", files))
    assert found.startswith(f"the run {run} is not valid. {problem}: ")
    assert remedy == GET_AGAIN


def test_logits_need_the_classes_of_the_run(good: Path, tmp_path: Path) -> None:
    tensors.save(tmp_path / "logits", {"logits": np.zeros((4, 3), np.float32)})
    content = (tmp_path / "logits").read_bytes()
    files = {**contents(good), f"runs/{run_in(good)}/{artifacts.TEST_LOGITS}": content}
    problem, _ = why(written(tmp_path / "x.mnistrun", files))
    assert problem.endswith("it does not have 10 logits of each image.")


def test_files_of_epochs_need_the_name_of_their_epoch(good: Path, tmp_path: Path) -> None:
    run, files = run_in(good), contents(good)
    name = f"runs/{run}/epoch-0001.safetensors"
    moved = {each: text for each, text in files.items() if each != name}
    moved[f"runs/{run}/epoch-0002.safetensors"] = files[name]
    problem, _ = why(written(tmp_path / "x.mnistrun", moved))
    assert problem.endswith("it does not have the weights of epoch 2.")
    epoch_records.save(tmp_path, RECORD)
    content = epoch_records.FILES.path_of(tmp_path, RECORD.epoch).read_bytes()
    for number, refused in ((RECORD.epoch, False), (RECORD.epoch + 1, True)):
        more = {**files, f"runs/{run}/epoch-{number:04}-record.safetensors": content}
        path = written(tmp_path / "x.mnistrun", more)
        if refused:
            assert why(path)[0].endswith(f"it is not the record of epoch {number}.")
        else:
            with opened(path):
                pass


@pytest.mark.parametrize("end", [finished, stopped])
def test_a_run_that_trained_needs_weights(good: Path, tmp_path: Path, end: Any) -> None:
    run = run_in(good)
    files = contents(good)
    terminal = json.loads(encode(end(run)))
    in_record(
        files, lambda record: record.update(terminal=terminal, status=terminal["type"], steps=None)
    )
    path = written(tmp_path / "x.mnistrun", dict(files))
    with opened(path) as unpacked:
        assert unpacked.runs[0].status == terminal["type"]
    del files[f"runs/{run}/{artifacts.WEIGHTS}"]
    assert why(written(path, files)) == (
        f"the run {run} is not valid. It has no weights.", GET_AGAIN,
    )  # fmt: skip


def test_a_failed_run_needs_no_weights(good: Path, tmp_path: Path, store: RunStore) -> None:
    run, files = run_in(good), contents(good)
    terminal = {"type": "failed", "run": run, "framework": "numpy", "reason": "No memory."}
    in_record(files, lambda record: record.update(terminal=terminal, status="failed"))
    del files[f"runs/{run}/{artifacts.WEIGHTS}"]
    with opened(written(tmp_path / "x.mnistrun", files)) as unpacked:
        (new,) = store.imports.add(unpacked).runs
    assert store.run(new).status == "failed"


def test_results_of_corruptions_come_along(good: Path, tmp_path: Path, store: RunStore) -> None:
    result = robustness.Robustness(STEPS, 2000, "numpy", 0.9, ())
    robustness.save(tmp_path, result)
    content = (tmp_path / artifacts.ROBUSTNESS).read_bytes()
    files = {**contents(good), f"runs/{run_in(good)}/{artifacts.ROBUSTNESS}": content}
    with opened(written(tmp_path / "x.mnistrun", files)) as unpacked:
        (new,) = store.imports.add(unpacked).runs
    assert robustness.load(store.run(new).folder, STEPS, 2000) == result


def test_title_tags_and_note_become_tidy(good: Path, tmp_path: Path, store: RunStore) -> None:
    files = contents(good)
    added = {"tags": ["b", "#a", "B"], "note": " two\nlines "}
    in_record(files, lambda record: record.update(title="  My   run ", annotations=added))
    with opened(written(tmp_path / "x.mnistrun", files)) as unpacked:
        (new,) = store.imports.add(unpacked).runs
    run = store.run(new)
    assert run.title == "My run"
    assert run.annotations == run_record.Annotations(("a", "b"), "two\nlines")
    assert run_record.read(run.folder).annotations == run.annotations


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.parametrize("part", ["run", "experiment"])
def test_settings_that_are_unknown_ask_for_an_update_only_if_the_file_is_newer(
    good: Path, tmp_path: Path, newer: bool, part: str
) -> None:
    files = contents(good)
    if part == "run":
        in_record(files, lambda record: record.update(spec="{}"))
    else:
        files[EXPERIMENT] = json.dumps({"id": OTHER, "text": "nonsense ="}).encode()
    manifest = json.loads(files[MANIFEST])
    files[MANIFEST] = json.dumps(manifest | {"written_by": "99.0.0" if newer else "0.0.1"}).encode()
    problem, remedy = why(written(tmp_path / "x.mnistrun", files))
    if newer:
        assert problem.startswith("x.mnistrun was written by MNIST Studio 99.0.0, which is newer")
        assert remedy == "Update MNIST Studio."
    else:
        what = f"the run {run_in(good)}" if part == "run" else "its experiment"
        assert problem.startswith(f"{what} is not valid. ")
        assert problem.count(".") <= 2 + problem.count("record.json")
        assert remedy == GET_AGAIN


@pytest.mark.parametrize("part", ["run", "experiment"])
def test_a_newer_version_of_settings_asks_for_an_update(
    good: Path, tmp_path: Path, part: str
) -> None:
    files = contents(good)
    if part == "run":
        in_record(files, lambda record: record.update(spec='{"version": 99, "run": {}}'))
    else:
        files[EXPERIMENT] = json.dumps({"id": OTHER, "text": "format = 99"}).encode()
    problem, remedy = why(written(tmp_path / "x.mnistrun", files))
    assert "which is newer than this version" in problem
    assert remedy == "Update MNIST Studio."


def test_a_file_that_is_no_json_is_named(good: Path, tmp_path: Path) -> None:
    run, path = run_in(good), tmp_path / "x.mnistrun"
    for name, shown in ((f"runs/{run}/record.json", "record.json"), (EXPERIMENT, EXPERIMENT)):
        for content in (b"{", b"\xff", b"[" * 100_000, b"[]"):
            problem, remedy = why(written(path, {**contents(good), name: content}))
            assert problem.startswith(f"“{shown}” is not valid: ")
            assert remedy == GET_AGAIN


def test_the_same_run_is_known_by_its_results_and_not_by_its_title(
    good: Path, store: RunStore
) -> None:
    with opened(good) as unpacked:
        (first,) = store.imports.add(unpacked).runs
    store.rename(first, "Mine")
    store.annotate([first], annotations.with_tags(["mine"]))
    store.move_to_trash([first])
    with opened(good) as unpacked:
        assert store.imports.add(unpacked).known == (first,)


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(created=record["created"] + 1),
        with_epoch(test_accuracy=0.125),
        with_end(test_accuracy=0.125),
    ],
)
def test_a_run_with_other_results_is_another_run(
    good: Path, tmp_path: Path, store: RunStore, change: Change
) -> None:
    with opened(good) as unpacked:
        (first,) = store.imports.add(unpacked).runs
    files = contents(good)
    in_record(files, change)
    with opened(written(tmp_path / "x.mnistrun", files)) as unpacked:
        done = store.imports.add(unpacked)
    assert done.known == ()
    assert done.runs != (first,)
    assert store.run(done.runs[0]).title == f"{store.run(first).title} · imported"


def test_a_run_with_other_weights_or_a_damaged_record_is_another_run(
    good: Path, store: RunStore, spec: RunSpec
) -> None:
    with opened(good) as unpacked:
        (first,) = store.imports.add(unpacked).runs
    folder = store.run(first).folder
    content = (folder / artifacts.WEIGHTS).read_bytes()
    (folder / artifacts.WEIGHTS).write_bytes(serialize({"a": np.zeros(3)}))
    with opened(good) as unpacked:
        assert store.imports.add(unpacked).known == ()
    (folder / artifacts.WEIGHTS).write_bytes(content)
    (folder / run_record.RECORD).write_bytes(b"{}")
    with opened(good) as unpacked:
        assert store.imports.add(unpacked).known == ()


def test_a_run_whose_folder_is_gone_but_that_is_listed_gets_a_new_id(
    good: Path, store: RunStore, home: Path
) -> None:
    with opened(good) as unpacked:
        (first,) = store.imports.add(unpacked).runs
    folder = store.run(first).folder
    folder.rename(home / "elsewhere")
    with opened(good) as unpacked:
        (second,) = store.imports.add(unpacked).runs
    assert second != first
    assert epoch_weights.epochs_kept(store.run(second).folder) == (1,)


def test_the_stage_of_an_import_is_in_the_folder_of_the_runs(good: Path, tmp_path: Path) -> None:
    with opened(good, tmp_path / "elsewhere") as unpacked:
        assert unpacked.path == good
        assert unpacked.folder.parent == paths.runs(tmp_path / "elsewhere")
        assert unpacked.folder.name.startswith(".import.")
        assert unpacked.folder.name.endswith(".part")
        assert unpacked.experiment is not None
        assert unpacked.experiment.title == "Seeds"
    assert not unpacked.folder.exists()


def test_an_imported_experiment_is_the_one_that_is_there_already(
    good: Path, store: RunStore
) -> None:
    spec = experiment_files.read(json.loads(contents(good)[EXPERIMENT])["text"])
    there = store.experiments.add(spec)
    with opened(good) as unpacked:
        assert store.imports.add(unpacked).experiment == there.id
    assert len(store.experiments.all()) == 1


def test_a_description_that_could_not_run_is_refused(good: Path, tmp_path: Path) -> None:
    record = json.loads(next(
        text for name, text in contents(good).items() if name.endswith("record.json")
    ))  # fmt: skip
    spec = json.loads(record["spec"])
    spec["run"]["threads"] = -1
    text = json.dumps(spec)
    codec.parse(text)
    problem, _ = changed(good, tmp_path / "x.mnistrun", lambda record: record.update(spec=text))
    assert "thread" in problem


def test_a_move_that_fails_changes_nothing(
    good: Path, store: RunStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resist(*_: object) -> None:
        raise PermissionError(13, "in use")

    with opened(good) as unpacked:
        monkeypatch.setattr(Path, "rename", resist)
        with pytest.raises(StoreError, match="could not be written"):
            store.imports.add(unpacked)
        monkeypatch.undo()
    assert not [run for run in store.runs() if not run.bundled]
