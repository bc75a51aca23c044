"""What the files of rows that were set aside contain, and how they are called."""

import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from mnist_studio.spec.run import RunSpec
from mnist_studio.store import bad_rows, run_record
from mnist_studio.store.bad_rows import BadRow
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished
from tests.store.test_check import change


@pytest.fixture
def run(home: Path, spec: RunSpec) -> Run:
    with RunStore(home) as store:
        made = store.create(spec)
        store.record(epoch(made.id))
        store.record(finished(made.id))
        return store.run(made.id)


def row_in(file: Path) -> dict[str, object]:
    content = msgspec.json.decode(file.read_bytes())
    assert content["table"] == "runs"
    row: dict[str, object] = content["row"]
    return row


def test_a_file_has_table_row_and_the_time_in_its_name(home: Path, run: Run) -> None:
    (file,) = bad_rows.set_aside([BadRow("runs", 1)], home)
    assert file.parent == home / "set-aside"
    found = re.fullmatch(r"(\d{8}-\d{6})-runs-1\.json", file.name)
    assert found
    written = datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=5)
    row = row_in(file)
    assert (row["id"], row["title"], row["created"]) == (run.id, run.title, run.created)
    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o77 == 0
    assert b"\n" in file.read_bytes()  # For people, not in one line.


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("title", b"\x00\x01", {"base64": "AAE="}),
        ("created", float("inf"), "inf"),
        ("created", -float("inf"), "-inf"),
        ("created", 0.5, 0.5),
        ("terminal", None, None),
        ("title", 7, "7"),
    ],
)
def test_values_that_json_lacks_are_written_as_text(
    home: Path, run: Run, column: str, value: object, shown: object
) -> None:
    change(home, f"UPDATE runs SET {column} = ?", value)
    (file,) = bad_rows.set_aside([BadRow("runs", 1)], home)
    assert row_in(file)[column] == shown


def test_a_row_that_is_gone_leaves_no_file(home: Path, run: Run) -> None:
    assert bad_rows.set_aside([BadRow("runs", 99)], home) == ()
    assert not (home / "set-aside").exists()
    files = bad_rows.set_aside([BadRow("runs", 99), BadRow("runs", 1)], home)
    assert len(files) == 1


def test_the_run_of_a_readable_record_is_listed_again_with_its_epochs(home: Path, run: Run) -> None:
    bad_rows.set_aside([BadRow("runs", 1)], home)
    with RunStore(home) as store:
        assert store.run(run.id) == run
        assert store.epochs(run.id) == (epoch(run.id),)


@pytest.mark.parametrize("content", [None, b"{}"])
def test_a_run_without_a_readable_record_is_not_listed_and_costs_no_other(
    home: Path, run: Run, spec: RunSpec, content: bytes | None
) -> None:
    with RunStore(home) as store:
        other = store.create(spec)
        store.record(finished(other.id))
    if content is None:
        (run.folder / run_record.RECORD).unlink()
    else:
        (run.folder / run_record.RECORD).write_bytes(content)
    assert len(bad_rows.set_aside([BadRow("runs", 1), BadRow("runs", 2)], home)) == 2
    with RunStore(home) as store:
        assert [each.id for each in store.runs()] == [other.id]
    assert run.folder.is_dir()


def test_a_listed_run_stays_as_the_database_has_it(home: Path, run: Run) -> None:
    change(home, "UPDATE runs SET title = 'Mine'")
    assert bad_rows.set_aside([], home) == ()
    with RunStore(home) as store:
        assert store.run(run.id).title == "Mine"
