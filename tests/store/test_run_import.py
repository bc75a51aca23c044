import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import annotations, folders, packing, run_file
from mnist_studio.store.check import check
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rebuild import rebuild
from mnist_studio.store.run_import import Imported, opened
from mnist_studio.store.runs import RunStore
from tests.random_networks import tried_networks
from tests.store.example_events import failed
from tests.store.made_runs import made_run


def imported(path: Path, home: Path) -> Imported:
    with opened(path, home) as unpacked, RunStore(home) as store:
        return store.imports.add(unpacked)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        each.name: each.read_bytes()
        for each in folder.iterdir()
        if run_file.is_portable(each.name) and each.name != "record.json"
    }


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The home of another computer."""
    return tmp_path / "elsewhere"


def test_runs_of_every_recipe_and_random_networks_come_back_bit_for_bit(
    store: RunStore, tmp_path: Path, elsewhere: Path
) -> None:
    plain = run_spec(RECIPES["tiny-10"])
    specs = [
        run_spec(RECIPES[name]) if name in RECIPES else replace(plain, model=model)
        for name, model in tried_networks().items()
    ]
    runs = [made_run(store, spec) for spec in specs]
    store.annotate([runs[0].id], annotations.with_tags(["homework"]))
    path = tmp_path / "all.mnistrun"
    run_file.write(path, store.portable([run.id for run in runs]))

    done = imported(path, elsewhere)

    assert done == Imported(tuple(run.id for run in runs), ())
    with RunStore(elsewhere) as other:
        for run in runs:
            there = other.run(run.id)
            assert dataclasses.replace(there, folder=run.folder) == store.run(run.id)
            assert other.epochs(run.id) == store.epochs(run.id)
            assert files_of(there.folder) == files_of(run.folder)
            assert not other.experiments.memberships()[run.id].timing_comparable
        again = tmp_path / "again.mnistrun"
        run_file.write(again, other.portable([run.id for run in runs]))
    found = check(elsewhere)
    assert found.problems == ()


def test_a_run_that_is_here_already_stays(store: RunStore, spec: RunSpec, tmp_path: Path) -> None:
    run = made_run(store, spec)
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id]))
    store.rename(run.id, "Mine")
    with opened(path) as unpacked:
        assert store.imports.add(unpacked) == Imported((), (run.id,))
    assert store.run(run.id).title == "Mine"


def test_another_run_of_the_same_id_gets_a_new_one(
    store: RunStore, spec: RunSpec, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(store, spec)
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id]))
    monkeypatch.setattr(folders, "new_id", lambda: run.id)
    with RunStore(elsewhere) as other:
        made_run(other, run_spec(RECIPES["featherweight"]))
        monkeypatch.undo()
        with opened(path, elsewhere) as unpacked:
            (new,) = other.imports.add(unpacked).runs
        assert new != run.id
        there = other.run(new)
        assert there.terminal is not None
        assert there.terminal.run == new
        assert {epoch.run for epoch in other.epochs(new)} == {new}
        assert files_of(there.folder) == files_of(run.folder)


def test_a_title_that_is_taken_gets_an_ending(
    store: RunStore, spec: RunSpec, tmp_path: Path, elsewhere: Path
) -> None:
    run = made_run(store, spec)
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id]))
    with RunStore(elsewhere) as other:
        made_run(other, spec)
    imported(path, elsewhere)
    with RunStore(elsewhere) as other:
        assert other.run(run.id).title == f"{run.title} · imported"


def test_a_failed_run_comes_back_with_its_reason(
    store: RunStore, spec: RunSpec, tmp_path: Path, elsewhere: Path
) -> None:
    run = store.create(spec)
    store.record(replace(failed(run.id), framework=spec.framework))
    store.release(run.id)
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id]))
    imported(path, elsewhere)
    with RunStore(elsewhere) as other:
        assert other.run(run.id).terminal == store.run(run.id).terminal


def test_an_experiment_comes_back_with_its_runs(
    store: RunStore, spec: RunSpec, tmp_path: Path, elsewhere: Path
) -> None:
    experiment = store.experiments.add(
        ExperimentSpec("Seeds", grid=Grid((spec.recipe,), ("numpy",)), seeds=(1, 2))
    )
    membership = Membership(experiment.id, 2, "their-laptop")
    runs = [
        made_run(store, replace(spec, training=replace(spec.training, seed=seed)), membership)
        for seed in (1, 2)
    ]
    path = tmp_path / "seeds.mnistrun"
    run_file.write(path, store.portable([run.id for run in runs]), experiment)
    assert b"their-laptop" not in path.read_bytes()

    done = imported(path, elsewhere)

    with RunStore(elsewhere) as other:
        (there,) = other.experiments.all()
        assert there.spec == experiment.spec
        assert done.experiment == there.id
        assert [member.run.id for member in other.experiments.members(there.id)] == [
            run.id for run in runs
        ]
        assert {
            member.membership.concurrency for member in other.experiments.members(there.id)
        } == {2}
    assert check(elsewhere).problems == ()


def test_a_bundled_model_can_be_exported(
    store: RunStore, spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(store, spec)
    packing.pack(run, store.epochs(run.id), tmp_path / "models", "tiny")
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(tmp_path / "models"))
    path = tmp_path / "model.mnistrun"
    with RunStore(tmp_path / "elsewhere") as other:
        (model,) = other.runs()
        run_file.write(path, other.portable([model.id]))
        with opened(path, tmp_path / "elsewhere") as unpacked:
            (new,) = other.imports.add(unpacked).runs
        assert other.run(new).spec == model.spec
        assert other.epochs(new)[0].run == new


def test_imported_runs_survive_a_rebuild(
    store: RunStore, spec: RunSpec, tmp_path: Path, elsewhere: Path
) -> None:
    run = made_run(store, spec)
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id]))
    imported(path, elsewhere)
    with RunStore(elsewhere) as other:
        before = other.run(run.id), other.epochs(run.id)
    (elsewhere / "studio.sqlite").unlink()
    assert rebuild(elsewhere).runs == 1
    with RunStore(elsewhere) as other:
        assert (other.run(run.id), other.epochs(run.id)) == before


def test_nothing_changes_if_the_database_refuses(
    store: RunStore, spec: RunSpec, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(store, spec)
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id]))

    def full(*_: object) -> None:
        raise StoreError("The disk is full.", "Free some space.")

    with RunStore(elsewhere) as other:
        monkeypatch.setattr("mnist_studio.store.run_import.insert", full)
        with pytest.raises(StoreError), opened(path, elsewhere) as unpacked:
            other.imports.add(unpacked)
        assert not any(not one.bundled for one in other.runs())
        assert not list((elsewhere / "runs").iterdir())


def test_a_run_that_a_killed_import_left_is_listed_by_the_next_one(
    store: RunStore, spec: RunSpec, tmp_path: Path, elsewhere: Path
) -> None:
    run = made_run(store, spec)
    path = tmp_path / "my.mnistrun"
    run_file.write(path, store.portable([run.id]))
    imported(path, elsewhere)
    with closing(sqlite3.connect(paths.database(elsewhere), isolation_level=None)) as connection:
        connection.execute("DELETE FROM runs")

    assert imported(path, elsewhere) == Imported((run.id,), ())
    with RunStore(elsewhere) as other:
        assert other.run(run.id).title == run.title
        assert other.epochs(run.id) == store.epochs(run.id)
    assert check(elsewhere).problems == ()
