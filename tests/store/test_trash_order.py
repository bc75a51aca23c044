"""The order and the size of the trash, and its first error."""

import os
import time
from pathlib import Path

import pytest

from mnist_studio.errors import StoreError, UnknownName
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import folders, trash
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished


@pytest.fixture
def runs(store: RunStore, spec: RunSpec) -> list[Run]:
    made = [store.create(spec) for _ in range(3)]
    for run in made:
        store.record(finished(run.id))
        store.release(run.id)
    return made


def test_the_last_run_in_comes_first_and_then_the_highest_id(
    store: RunStore, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = runs
    for moment, moved in ((100.0, [second]), (300.0, [first]), (200.0, [third])):
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        store.move_to_trash([run.id for run in moved])
    found = store.trash.runs()
    assert [run.id for run in found] == [first.id, third.id, second.id]
    assert [run.annotations.trashed for run in found] == [300.0, 200.0, 100.0]
    store.trash.restore([run.id for run in runs])
    monkeypatch.setattr(time, "time", lambda: 400.0)
    store.move_to_trash([run.id for run in runs])
    assert [run.id for run in store.trash.runs()] == sorted((run.id for run in runs), reverse=True)


def test_the_size_is_that_of_all_files_and_links_are_not_followed(
    store: RunStore, runs: list[Run], tmp_path: Path
) -> None:
    (tmp_path / "large").write_bytes(bytes(100_000))
    folder = runs[0].folder
    before = trash.size_of(folder)
    (folder / "deep").mkdir()
    (folder / "deep" / "a").write_bytes(bytes(1000))
    (folder / "link").symlink_to(tmp_path / "large")
    size = trash.size_of(folder)
    assert size == before + 1000 + (folder / "link").lstat().st_size
    store.move_to_trash([run.id for run in runs[:2]])
    assert store.trash.size() == sum(trash.size_of(run.folder) for run in runs[:2])
    assert trash.size_of(folder / "gone") == 0


def test_a_file_that_is_deleted_meanwhile_has_no_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").write_bytes(bytes(10))
    walk: list[tuple[str, list[str], list[str]]] = [(str(tmp_path), [], ["gone", "there"])]
    monkeypatch.setattr(os, "walk", lambda folder: walk)
    assert trash.size_of(tmp_path) == 10


def test_the_first_error_is_raised_after_all_others_are_gone(
    store: RunStore, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.move_to_trash([run.id for run in runs])
    newest = store.trash.runs()
    move = folders.move_to_trash

    def resist(folder: Path) -> None:
        if folder.name in (newest[0].id, newest[1].id):
            raise StoreError(f"{folder.name} is in use.", "Close it.")
        move(folder)

    monkeypatch.setattr(folders, "move_to_trash", resist)
    with pytest.raises(StoreError, match=f"{newest[0].id} is in use"):
        store.trash.empty()
    assert [run.id for run in store.trash.runs()] == [run.id for run in newest[:2]]
    monkeypatch.undo()


def test_only_runs_in_the_trash_are_restored_and_all_or_none(
    store: RunStore, runs: list[Run]
) -> None:
    store.move_to_trash([runs[0].id])
    with pytest.raises(UnknownName, match="in the trash"):
        store.trash.restore([runs[0].id, runs[1].id])
    assert len(store.trash.runs()) == 1
    store.trash.restore([runs[0].id[:19], runs[0].id])
    assert store.trash.runs() == ()


def test_a_run_in_the_trash_is_not_moved_there_again(store: RunStore, runs: list[Run]) -> None:
    store.move_to_trash([runs[0].id])
    (before,) = store.trash.runs()
    with pytest.raises(UnknownName, match="is in the trash"):
        store.move_to_trash([runs[1].id, runs[0].id])
    assert store.trash.runs() == (before,)
