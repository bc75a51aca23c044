"""A database that is missing or empty next to runs is noticed, not replaced by a new one."""

import shutil
from pathlib import Path

import pytest

from mnist_studio.errors import StoreDamaged
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished


@pytest.fixture
def database(home: Path, spec: RunSpec) -> Path:
    with RunStore(home) as store:
        store.record(finished(store.create(spec).id))
    return home / "studio.sqlite"


@pytest.mark.parametrize("left", ["runs", "backups", "both"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_a_lost_database_is_noticed(database: Path, left: str, how: str) -> None:
    if left != "both":
        shutil.rmtree(database.parent / {"runs": "backups", "backups": "runs"}[left])
    if how == "missing":
        database.unlink()
    else:
        database.write_bytes(b"")
    remains = {"runs": "one run", "backups": "one backup", "both": "one run and one backup"}[left]
    with pytest.raises(StoreDamaged, match=f"is {how}, but .* still has {remains}") as raised:
        RunStore(database.parent)
    assert "mnist-studio store rebuild" in raised.value.remedy
    assert "mnist-studio store restore" in raised.value.remedy
    assert not database.exists() if how == "missing" else database.read_bytes() == b""


def test_a_folder_without_content_is_no_loss(home: Path) -> None:
    folder = home / "runs" / "20260102-030405-abcd"
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    (home / "runs" / "notes").mkdir()
    (home / "runs" / "notes" / "thesis.txt").write_text("not a run")
    with RunStore(home) as store:
        assert store.runs() == ()
