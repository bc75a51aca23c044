"""All runs are read again and again, but only what has changed is decoded."""

from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import rows
from mnist_studio.store.annotations import with_note
from mnist_studio.store.artifacts import CHECKPOINT
from mnist_studio.store.database import connect
from mnist_studio.store.rows import Row, Run
from mnist_studio.store.runs import RunStore
from tests.store.made_runs import made_run


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the runs whose rows were decoded."""
    found: list[str] = []
    run_of = rows.run_of

    def noticed(row: Row, *rest: object) -> Run:
        found.append(row[0])
        return run_of(row, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "run_of", noticed)
    return found


def test_unchanged_runs_are_the_same_objects(
    store: RunStore, spec: RunSpec, decoded: list[str]
) -> None:
    first, second = made_run(store, spec), made_run(store, spec)
    before = store.runs()
    decoded.clear()
    after = store.runs()
    assert decoded == []
    assert {run.id for run in before} >= {first.id, second.id}
    assert all(one is other for one, other in zip(before, after, strict=True))


def test_only_a_changed_row_is_decoded(store: RunStore, spec: RunSpec, decoded: list[str]) -> None:
    first, second = made_run(store, spec), made_run(store, spec)
    store.runs()
    decoded.clear()
    store.rename(first.id, "Another")
    assert {run.id: run.title for run in store.runs() if not run.bundled} == {
        first.id: "Another",
        second.id: second.title,
    }
    assert decoded == [first.id]


def test_a_note_and_a_checkpoint_are_noticed_without_a_changed_row(
    store: RunStore, spec: RunSpec, decoded: list[str]
) -> None:
    run = made_run(store, spec)
    (before,) = (each for each in store.runs() if each.id == run.id)
    assert before.checkpoint
    decoded.clear()
    store.annotate([run.id], with_note("good"))
    (run.folder / CHECKPOINT).unlink()
    (after,) = (each for each in store.runs() if each.id == run.id)
    assert (after.annotations.note, after.checkpoint) == ("good", False)
    assert decoded == []


def test_a_row_that_is_damaged_between_two_readings_is_left_out(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    run = made_run(store, spec)
    assert run.id in {each.id for each in store.runs()}
    # The same bytes, of another type.
    connection = connect(paths.database(home))
    connection.execute("UPDATE runs SET title = CAST(title AS BLOB)")
    connection.close()
    assert run.id not in {each.id for each in store.runs()}


def test_a_deleted_run_is_forgotten_and_the_trash_is_its_own(
    store: RunStore, spec: RunSpec, decoded: list[str]
) -> None:
    run = made_run(store, spec)
    store.runs()
    store.move_to_trash([run.id])
    assert run.id not in {each.id for each in store.runs()}
    assert [each.id for each in store.trash.runs()] == [run.id]
    store.trash.restore([run.id])
    decoded.clear()
    assert run.id in {each.id for each in store.runs()}
    assert decoded == [run.id]
