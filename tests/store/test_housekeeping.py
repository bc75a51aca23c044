"""Leftovers of killed writers go, files of living ones and of others stay, and all are private."""

import os
import time
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import housekeeping
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished

STAGE = ".weights.safetensors.0123456789abcdef0123456789abcdef.part"
LONG_AGO, JUST_NOW, IN_A_YEAR = -3600.0, -10.0, 3e7

needs_posix = pytest.mark.skipif(os.name != "posix", reason="the rights of POSIX")


def left(path: Path, seconds: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    then = time.time() + seconds
    os.utime(path, (then, then))
    return path


def left_folder(path: Path, seconds: float) -> Path:
    """A folder with one file; both were changed at the same time."""
    file = left(path / "images", seconds)
    os.utime(path, (file.stat().st_mtime, file.stat().st_mtime))
    return path


def test_abandoned_files_are_removed_everywhere(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
    gone = [
        left(run.folder / STAGE, LONG_AGO),
        left(home / "backups" / STAGE.replace("weights", "studio-20260102"), LONG_AGO),
        left(home / "settings.json.4711.part", LONG_AGO),
        left(home / "digits" / STAGE, IN_A_YEAR),
        left_folder(home / "datasets" / STAGE, LONG_AGO),
        left_folder(home / "datasets" / STAGE[20:].replace("part", "new"), LONG_AGO),
        left_folder(home / "selftest-ab12_cd3", LONG_AGO),
        left(paths.speeds_file().with_name(STAGE), LONG_AGO),
        left(paths.mnist_cache() / STAGE, LONG_AGO),
        left_folder(paths.dataset_cache(STAGE.replace(".part", ".new")), LONG_AGO),
        left(paths.partial_downloads() / ".images.0123456789ab.part", LONG_AGO - 24 * 3600),
        left_folder(paths.partial_downloads() / "0123", LONG_AGO - 24 * 3600),
    ]  # fmt: skip
    stays = [
        left(run.folder / ".other.0123456789abcdef0123456789abcdef.part", JUST_NOW),
        left(home / "backups" / "thesis.part", LONG_AGO),
        left(home / "mine" / STAGE, LONG_AGO),
        left_folder(home / "selftest-ab12_cd4", JUST_NOW),
        left(paths.partial_downloads() / ".labels.0123456789ab.part", LONG_AGO),
        left(home / "runs" / "notes" / STAGE, LONG_AGO),
    ]
    (home / housekeeping.MARK).unlink()
    with RunStore(home):
        pass
    assert [path.exists() for path in gone] == [False] * len(gone)
    assert [path.exists() for path in stays] == [True] * len(stays)


def test_files_of_a_run_that_trains_stay(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        stage = left(run.folder / STAGE, LONG_AGO)
        assert housekeeping.sweep(home) == ()
        store.release(run.id)
        assert housekeeping.sweep(home) == (stage,)


def test_all_folders_are_swept_at_most_once_an_hour(home: Path) -> None:
    with RunStore(home):
        pass
    stage = left(home / "backups" / STAGE, LONG_AGO)
    with RunStore(home):
        assert stage.exists()
    left(home / housekeeping.MARK, IN_A_YEAR)
    with RunStore(home):
        assert not stage.exists()


@needs_posix
def test_a_new_home_is_private(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        store.record(finished(run.id))
    for folder in (home, home / "runs", run.folder):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert (home / "studio.sqlite").stat().st_mode & 0o777 == 0o600


@needs_posix
def test_an_existing_home_becomes_private(
    home: Path, spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_studio.paths.usual_home", lambda: home)
    with RunStore(home) as store:
        run = store.create(spec)
        store.record(finished(run.id))
    outside = left(tmp_path / "outside.txt", LONG_AGO)
    (run.folder / "link").symlink_to(outside)
    other = left(home / "thesis.txt", LONG_AGO)
    files = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    outside.chmod(0o644)
    (home / housekeeping.MARK).unlink()
    with RunStore(home):
        pass
    for path in set(files) - {other, home / housekeeping.MARK}:
        assert path.stat().st_mode & 0o777 == 0o600, path
    for folder in (home, home / "runs", home / "backups", run.folder):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
    assert other.stat().st_mode & 0o777 == 0o644
    assert outside.stat().st_mode & 0o777 == 0o644


@needs_posix
def test_a_chosen_home_that_exists_keeps_its_own_rights(home: Path) -> None:
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    with RunStore(home):
        pass
    assert home.stat().st_mode & 0o777 == 0o755
