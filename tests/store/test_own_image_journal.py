"""Own images as a file of the home: every change is in it, and a rebuild needs nothing else."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreDamaged
from mnist_studio.store import own_image_journal
from mnist_studio.store.own_image_journal import OwnImageJournal
from mnist_studio.store.rebuild import rebuild
from mnist_studio.store.runs import RunStore
from tests.store.example_own_images import written

ONE, TWO, THREE = (written(number) for number in range(3))


def labels(home: Path) -> dict[str, int]:
    with RunStore(home) as store:
        return dict(store.own_images.summary())


@pytest.fixture
def journal(home: Path) -> OwnImageJournal:
    """After two images were added, one got another label, and one was deleted."""
    with RunStore(home) as store:
        store.own_images.add((ONE, TWO))
        store.own_images.add((ONE,))
        store.own_images.relabel(ONE.key, 7)
        store.own_images.add((THREE,))
        store.own_images.delete((TWO.key,))
    return OwnImageJournal(paths.own_image_journal(home))


EXPECTED = {ONE.key: 7, THREE.key: 1}


def test_images_come_back_without_database_and_backups(
    home: Path, journal: OwnImageJournal
) -> None:
    paths.database(home).unlink()
    shutil.rmtree(paths.backups(home))
    with pytest.raises(StoreDamaged, match="two labeled images"):
        RunStore(home)
    assert rebuild(home).own_images == 2
    assert labels(home) == EXPECTED
    assert {image.key: image for image in journal.read()}[THREE.key] == THREE


def test_a_damaged_line_costs_itself_only(home: Path, journal: OwnImageJournal) -> None:
    lines = journal.path.read_bytes().splitlines(keepends=True)
    at = next(place for place, line in enumerate(lines) if THREE.key.encode() in line)
    lines[at] = lines[at].replace(b"0.9", b"0.8")
    journal.path.write_bytes(b"".join([b"\xff{\n", *lines, lines[0][:20]]))
    assert {image.key: image.label for image in journal.read()} == {ONE.key: 7}
    # The cut line does not swallow the next one, and what is missing is written again.
    assert labels(home) == EXPECTED
    with RunStore(home) as store:
        store.own_images.add((TWO,))
    assert TWO.key in {image.key for image in journal.read()}


def test_a_store_of_an_earlier_version_gets_its_file(home: Path, journal: OwnImageJournal) -> None:
    journal.path.unlink()
    assert labels(home) == EXPECTED
    assert {image.key: image.label for image in journal.read()} == EXPECTED
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_an_older_database_removes_nothing_from_the_file(
    home: Path, journal: OwnImageJournal
) -> None:
    with RunStore(home) as store:
        store._database.write("DELETE FROM own_images")
    assert labels(home) == {}
    assert {image.key: image.label for image in journal.read()} == EXPECTED


def test_outdated_lines_are_removed(
    home: Path, journal: OwnImageJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_image_journal, "SPARE_LINES", 0)
    with RunStore(home) as store:
        for label in range(10):
            store.own_images.relabel(ONE.key, label)
    RunStore(home).close()
    assert len(journal.path.read_bytes().splitlines()) == 2
    assert {image.key: image.label for image in journal.read()} == EXPECTED | {ONE.key: 9}


def test_every_line_is_a_document_and_no_line_is_empty(
    home: Path, journal: OwnImageJournal
) -> None:
    lines = journal.path.read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert [line[:1] for line in lines] == [b"["] * 4 + [b"{"]
    assert lines[4] == b'{"deleted":"%s"}' % TWO.key.encode()
    # A cut line is ended before the next one is written.
    journal.path.write_bytes(b"[1")
    journal.add([ONE])
    cut, added, end = journal.path.read_bytes().split(b"\n")
    assert (cut, end) == (b"[1", b"")
    assert ONE.key.encode() in added
    assert journal.read() == (ONE,)


def test_nothing_makes_no_file(home: Path) -> None:
    home.mkdir()
    journal = OwnImageJournal(paths.own_image_journal(home))
    journal.add([])
    journal.delete([])
    journal.complete([])
    assert not journal.path.exists()
    assert journal.read() == ()


def test_a_new_label_is_added_to_the_file_and_a_known_one_is_not(journal: OwnImageJournal) -> None:
    before = journal.path.read_bytes()
    journal.complete(journal.read())
    assert journal.path.read_bytes() == before
    changed = replace(THREE, label=9)
    journal.complete([changed])
    assert journal.path.read_bytes().startswith(before)
    assert {image.key: image.label for image in journal.read()} == EXPECTED | {THREE.key: 9}


def test_lines_are_removed_when_there_are_too_many_and_not_before(
    journal: OwnImageJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are two images in five lines, of which twice as many as images may stay."""
    assert own_image_journal.SPARE_LINES == 1000
    before = journal.path.read_bytes()
    monkeypatch.setattr(own_image_journal, "SPARE_LINES", 1)
    journal.complete([])
    assert journal.path.read_bytes() == before
    monkeypatch.setattr(own_image_journal, "SPARE_LINES", 0)
    journal.complete([])
    assert len(journal.path.read_bytes().splitlines()) == 2
    assert {image.key: image.label for image in journal.read()} == EXPECTED


def test_lines_that_mean_nothing_are_logged(
    journal: OwnImageJournal, caplog: pytest.LogCaptureFixture
) -> None:
    with journal.path.open("ab") as file:
        file.write(b'{"deleted":7}\n{"deleted":"unknown"}\n\n  \n[]\n')
    assert {image.key: image.label for image in journal.read()} == EXPECTED
    assert caplog.text.count("a line cannot be read") == 2
