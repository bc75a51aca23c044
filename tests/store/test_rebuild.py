"""A lost or damaged database comes back from folders and backups, with nothing lost."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.data.own_images import OwnImage
from mnist_studio.errors import CancelledByUser, StoreDamaged, StoreError, StoreTooNew
from mnist_studio.events import Epoch
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import backup, run_record, step_curve
from mnist_studio.store.check import check
from mnist_studio.store.experiments import Experiment, Membership
from mnist_studio.store.rebuild import rebuild
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished, stopped
from tests.store.example_own_images import written

EXPERIMENT = ExperimentSpec(
    title="Which?", grid=Grid(("tiny-10",), ("numpy", "keras")), seeds=(1,), datasets=("builtin",)
)


@dataclass(frozen=True)
class Everything:
    """All that a store answers."""

    runs: tuple[Run, ...]
    epochs: tuple[tuple[Epoch, ...], ...]
    experiments: tuple[Experiment, ...]
    memberships: dict[str, Membership]
    own_images: tuple[OwnImage, ...]


def everything(home: Path) -> Everything:
    with RunStore(home) as store:
        runs = store.runs()
        return Everything(
            runs,
            tuple(store.epochs(run.id) for run in runs),
            store.experiments.all(),
            dict(store.experiments.memberships()),
            store.own_images.all(),
        )


@pytest.fixture
def filled(home: Path, spec: RunSpec) -> Everything:
    """A store with a finished, a stopped, a resumed and a crashed run."""
    with RunStore(home) as store:
        experiment = store.experiments.add(EXPERIMENT)
        first = store.create(spec, Membership(experiment.id, 2, "worker"))
        for number in (1, 2):
            store.record(epoch(first.id, number))
        store.record(finished(first.id))
        second = store.create(spec)
        step_curve.append(second.folder, [1.0] * 7, [0.5] * 7)
        store.record(stopped(second.id))
        store.rename(second.id, "Größe")
        third = store.create(spec)
        store.record(epoch(third.id))
        store.own_images.add([written(1), written(2)])
    with RunStore(home) as store:
        assert store.recover() == (third.id,)
    return everything(home)


def garbage(path: Path) -> None:
    path.write_bytes(b"\0" * 9000)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096])


def zero_a_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 3] = bytes(4096)
    path.write_bytes(content)


@pytest.mark.parametrize(
    "harm", [Path.unlink, lambda path: path.write_bytes(b""), garbage, cut, zero_a_page]
)
def test_nothing_is_lost_with_the_database(
    home: Path, filled: Everything, harm: Callable[[Path], object]
) -> None:
    harm(home / "studio.sqlite")
    with pytest.raises(StoreDamaged):
        RunStore(home)
    result = rebuild(home)
    assert (result.runs, result.from_folders, result.unreadable) == (3, 3, ())
    assert everything(home) == filled


def test_nothing_needs_a_backup(home: Path, filled: Everything) -> None:
    (home / "studio.sqlite").unlink()
    shutil.rmtree(home / "backups")
    assert rebuild(home).own_images == len(filled.own_images)
    found = everything(home)
    assert (found.runs, found.epochs, found.experiments, found.own_images) == (
        filled.runs, filled.epochs, filled.experiments, filled.own_images,
    )  # fmt: skip


def test_own_images_of_a_whole_database_need_no_backup(home: Path, filled: Everything) -> None:
    shutil.rmtree(home / "backups")
    result = rebuild(home)
    assert result.backup is None
    assert result.replaced is not None
    assert everything(home) == filled


def test_a_rebuild_of_a_whole_store_changes_nothing(home: Path, filled: Everything) -> None:
    for _ in range(2):
        rebuild(home)
        assert everything(home) == filled


def test_restoring_an_old_backup_merges_it_with_newer_folders(
    home: Path, spec: RunSpec, filled: Everything
) -> None:
    old = backup.all_in(home / "backups")[0].path
    kept = old.rename(old.with_name("studio-20200101-000000.sqlite"))
    with RunStore(home) as store:
        new = store.create(spec)
        store.record(epoch(new.id))
        store.record(finished(new.id))
        store.rename(filled.runs[0].id, "renamed since")
        store.own_images.add([written(3)])
    newest = everything(home)
    garbage(home / "studio.sqlite")
    for copy in set((home / "backups").glob("studio-*")) - {kept}:
        copy.unlink()

    result = rebuild(home, kept)

    assert (result.runs, result.backup) == (4, kept)
    found = everything(home)
    assert (found.runs, found.epochs) == (newest.runs, newest.epochs)
    # The backup is older than the third image, and nothing else has it.
    assert found.own_images == filled.own_images


def test_deleted_runs_do_not_come_back_by_themselves(home: Path, filled: Everything) -> None:
    deleted = filled.runs[0].id
    newest = backup.all_in(home / "backups")[0].path
    copy = newest.rename(newest.with_name("studio-20200101-000000.sqlite"))
    with RunStore(home) as store:
        store.delete(deleted)
    for harmed in (False, True):
        if harmed:
            garbage(home / "studio.sqlite")
        rebuild(home)
        assert deleted not in [run.id for run in everything(home).runs]
    result = rebuild(home, copy)
    assert result.without_folder == 1
    assert deleted in [run.id for run in everything(home).runs]


def test_the_former_database_is_kept_with_its_journal(home: Path, filled: Everything) -> None:
    database = home / "studio.sqlite"
    garbage(database)
    journal = home / "studio.sqlite-journal"
    journal.write_bytes(b"of the damaged file only")
    result = rebuild(home)
    assert result.replaced is not None
    assert result.replaced.read_bytes() == b"\0" * 9000
    saved = result.replaced.with_name(f"{result.replaced.name}-journal")
    assert saved.read_bytes() == b"of the damaged file only"
    assert not journal.exists()
    assert everything(home) == filled


def test_a_damaged_record_costs_only_what_no_database_knows(home: Path, filled: Everything) -> None:
    for run in filled.runs:
        (run.folder / run_record.RECORD).write_bytes(b"{}")
    shutil.rmtree(home / "backups")
    assert rebuild(home).from_folders == 0
    assert everything(home) == filled
    for run in filled.runs:
        (run.folder / run_record.RECORD).write_bytes(b"{}")
    (home / "studio.sqlite").unlink()
    shutil.rmtree(home / "backups")
    assert len(rebuild(home).unreadable) == 3


def test_a_damaged_backup_is_refused_and_nothing_changes(home: Path, filled: Everything) -> None:
    copy = backup.all_in(home / "backups")[0].path
    zero_a_page(copy)
    with pytest.raises(StoreDamaged):
        rebuild(home, copy)
    assert everything(home) == filled


def test_a_cancelled_rebuild_changes_nothing(home: Path, filled: Everything) -> None:
    before = sorted(home.iterdir())
    with pytest.raises(CancelledByUser):
        rebuild(home, is_cancelled=lambda: True)
    assert sorted(home.iterdir()) == sorted({*before, home / "rebuild.lock"})
    assert everything(home) == filled


def test_nothing_is_rebuilt_while_a_run_trains(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        with pytest.raises(StoreError, match="still running"):
            rebuild(home)
        assert store.run(run.id) == run


def test_the_database_of_a_newer_version_is_not_replaced(home: Path, filled: Everything) -> None:
    path = home / "studio.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew):
        rebuild(home)


def test_a_flipped_bit_in_an_id_makes_no_second_run(home: Path, filled: Everything) -> None:
    """The row stays readable; only the index of the table still has the former id."""
    path = home / "studio.sqlite"
    old = filled.runs[0].id.encode()
    new = old[:-1] + (b"0" if old[-1:] != b"0" else b"1")
    content = path.read_bytes()
    # The row has the title behind the id, and the index has not.
    title = filled.runs[0].title.encode()
    assert content.count(old + title) == 1
    path.write_bytes(content.replace(old + title, new + title))
    assert check(home).problems
    rebuild(home)
    assert everything(home) == filled


def test_a_record_without_its_experiment_is_completed(home: Path, filled: Everything) -> None:
    """Those of earlier versions have none, and the database knows it."""
    run = filled.runs[-1]
    assert run.id in filled.memberships
    record = run_record.read(run.folder)
    run_record.write(run.folder, replace(record, belongs=None))
    rebuild(home)
    assert everything(home).memberships == filled.memberships
    assert run_record.read(run.folder).belongs is None


@pytest.mark.parametrize("links", [True, False])
def test_a_rebuild_that_fails_at_its_end_leaves_the_database(
    home: Path, filled: Everything, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = (home / "studio.sqlite").read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", refuse)
        if not links:
            broken.setattr(os, "link", refuse)
        with pytest.raises(StoreError, match="could not be written"):
            rebuild(home)
    assert (home / "studio.sqlite").read_bytes() == before
    assert not list((home / "backups").glob("replaced-*"))
    assert everything(home) == filled
