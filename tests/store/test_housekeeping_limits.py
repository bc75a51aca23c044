"""Which files are abandoned, exactly: by name, place, and time."""

import os
import time
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.store import folders, housekeeping, locks
from tests.store.test_housekeeping import LONG_AGO, STAGE, left, needs_posix

NOW = 2_000_000_000.0


@pytest.fixture
def _frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)


def at(path: Path, seconds: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (NOW + seconds, NOW + seconds))
    return path


@pytest.mark.usefixtures("_frozen")
@pytest.mark.parametrize(
    ("seconds", "gone"), [(-901, True), (-900, False), (0, False), (900, False), (901, True)]
)
def test_a_file_is_abandoned_after_a_quarter_of_an_hour(
    tmp_path: Path, seconds: float, gone: bool
) -> None:
    assert housekeeping._abandoned(at(tmp_path / "a", seconds)) is gone


@pytest.mark.usefixtures("_frozen")
def test_the_newest_file_of_a_folder_counts(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    at(folder / "old", -10_000)
    young = at(folder / "deep" / "young", -10)
    for path in (folder, folder / "deep"):
        os.utime(path, (NOW - 10_000, NOW - 10_000))
    assert not housekeeping._abandoned(folder)
    os.utime(young, (NOW - 1000, NOW - 1000))
    assert housekeeping._abandoned(folder)
    assert not housekeeping._abandoned(folder, 1000)
    assert housekeeping._abandoned(folder, 999)
    assert not housekeeping._abandoned(tmp_path / "gone")


@pytest.mark.usefixtures("_frozen")
@pytest.mark.parametrize(
    ("seconds", "swept"), [(-3600, True), (-3599, False), (0, False), (3599, False), (3600, True)]
)
def test_a_sweep_is_due_after_an_hour(home: Path, seconds: float, swept: bool) -> None:
    mark = at(home / housekeeping.MARK, seconds)
    stage = at(home / STAGE, -10_000)
    housekeeping.sweep_if_due(home)
    assert stage.exists() is not swept
    # Of the file system, which has its own clock.
    assert (mark.stat().st_mtime != NOW + seconds) is swept


def test_a_home_without_a_mark_is_swept_and_gets_one(home: Path) -> None:
    home.mkdir()
    stage = left(home / STAGE, LONG_AGO)
    housekeeping.sweep_if_due(home)
    assert not stage.exists()
    assert (home / housekeeping.MARK).stat().st_mode & 0o777 == 0o600


def test_a_home_whose_mark_cannot_be_written_is_swept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    stage = left(home / STAGE, LONG_AGO)

    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(Path, "touch", full)
    housekeeping.sweep_if_due(home)
    assert not stage.exists()


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        (f".x.{'0a' * 16}.part", True), (f".x.{'0a' * 16}.new", True),
        (f".x.{'0a' * 16}.part-journal", True), (f".x.{'0A' * 16}.part", False),
        (f".x.{'0a' * 15}.part", False), (f"x.{'0a' * 16}.part", False),
        (f".x.{'0a' * 16}.old", False), (f"..{'0a' * 16}.part", False),
        ("settings.json.17.part", True), ("settings.json.part", False),
        ("settings.json.x.part", False), ("selftest-ab12_cd3", True), ("selftest-ab12", False),
        ("selftest-AB12_cd3", False), ("thesis.part", False),
    ],
)  # fmt: skip
def test_only_names_of_our_own_are_removed(home: Path, name: str, ours: bool) -> None:
    path = left(home / name, LONG_AGO)
    assert housekeeping.leftovers(home) == ((path,) if ours else ())
    assert housekeeping.sweep(home) == ((path,) if ours else ())
    assert path.exists() is not ours


def test_downloads_stay_for_a_day(home: Path) -> None:
    folder = paths.partial_downloads()
    old = left(folder / "a", -24 * 3600 - 60)
    left(folder / "b", -24 * 3600 + 60)
    assert housekeeping.leftovers(home) == (old,)


def test_a_run_whose_lock_cannot_be_tried_is_in_use(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = home / "runs" / "20260102-030405-abcd"
    stage = left(run / STAGE, LONG_AGO)
    assert not housekeeping._in_use(run)
    (run / locks.NAME).touch()
    assert not housekeeping._in_use(run)
    for error in (StoreError("It is full.", "Free some space."), OSError(28, "full")):

        def refuse(folder: Path, error: Exception = error) -> bool:
            raise error

        monkeypatch.setattr(locks, "is_free", refuse)
        assert housekeeping._in_use(run)
        assert housekeeping.leftovers(home) == ()
    monkeypatch.undo()
    assert stage.exists()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a link needs a right")
def test_links_are_removed_and_not_followed(home: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (victim / "deep").mkdir(parents=True)
    (victim / "deep" / "important.txt").touch()
    home.mkdir()
    link = home / STAGE
    link.symlink_to(victim, target_is_directory=True)
    os.utime(link, (1000, 1000), follow_symlinks=False)
    for path in (victim, victim / "deep", victim / "deep" / "important.txt"):
        os.utime(path, (1000, 1000))
    assert housekeeping.sweep(home) == (link,)
    assert not link.is_symlink()
    assert (victim / "deep" / "important.txt").exists()


def test_a_file_that_resists_is_not_counted_and_the_next_one_is_removed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = left(home / STAGE, LONG_AGO)
    second = left(home / "backups" / STAGE, LONG_AGO)
    unlink = Path.unlink

    def resist(path: Path, missing_ok: bool = False) -> None:
        if path == first:
            raise PermissionError(13, "in use")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", resist)
    assert housekeeping.sweep(home) == (second,)
    assert first.exists()


@needs_posix
@pytest.mark.parametrize(
    ("name", "private"),
    [
        ("studio.sqlite", True), ("studio.sqlite-journal", True), ("studio.log", True),
        ("studio.log.1", True), ("settings.json", True), ("settings.json.bak", True),
        ("own_images.jsonl", True), ("drawing.json", True), ("drawn_classes.json", True),
        (".a.part", True), ("rebuild.lock", True), ("a.request", True), ("swept", True),
        ("studio", False), ("thesis.txt", False), ("draw.json", False), ("A.lock", False),
        ("mystudio.log", False),
    ],
)  # fmt: skip
def test_only_files_of_our_own_become_private(home: Path, name: str, private: bool) -> None:
    home.mkdir()
    (home / name).touch()
    (home / name).chmod(0o644)
    housekeeping.make_private(home)
    assert (home / name).stat().st_mode & 0o777 == (0o600 if private else 0o644)


@needs_posix
@pytest.mark.parametrize(
    ("name", "private"),
    [(name, True) for name in housekeeping._FOLDERS] + [("thesis", False), ("models", False)],
)
def test_only_folders_of_our_own_become_private(home: Path, name: str, private: bool) -> None:
    file = home / name / "deep" / "a.txt"
    file.parent.mkdir(parents=True)
    file.touch()
    for path in (file, file.parent, home / name):
        path.chmod(0o755)
    housekeeping.make_private(home)
    assert file.stat().st_mode & 0o777 == (0o600 if private else 0o755)
    assert file.parent.stat().st_mode & 0o777 == (0o700 if private else 0o755)
    assert (home / name).stat().st_mode & 0o777 == (0o700 if private else 0o755)


@needs_posix
def test_no_right_is_added(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    for mode, after in ((0o444, 0o400), (0o777, 0o600), (0o400, 0o400), (0o600, 0o600)):
        path.chmod(mode)
        housekeeping._restrict(path, 0o600)
        assert path.stat().st_mode & 0o777 == after
    housekeeping._restrict(tmp_path / "gone", 0o600)
    before = path.stat().st_ctime_ns
    housekeeping._restrict(path, 0o600)
    assert path.stat().st_ctime_ns == before


@needs_posix
def test_caches_are_private_only_with_their_home(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    for folder in (paths.cache(), paths.environments()):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    (tmp_path / "elsewhere").mkdir()
    housekeeping.make_private(tmp_path / "elsewhere")
    assert paths.cache().stat().st_mode & 0o777 == 0o755
    housekeeping.make_private(home)
    for folder in (paths.cache(), paths.environments()):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_leftovers_of_runs_and_experiments_are_found(home: Path) -> None:
    run = home / "runs" / folders.new_id()
    experiment = home / "experiments" / folders.new_id()
    wanted = {left(folder / STAGE, LONG_AGO) for folder in (run, experiment)}
    left(home / "experiments" / "notes" / STAGE, LONG_AGO)
    assert {*housekeeping.leftovers(home)} == wanted
