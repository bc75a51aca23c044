"""Keeps the home clean and private: files of killed writers go, and only the owner can read it.

A writer stages a file under a name of its own, ``.NAME.HASH.part``, and renames it. One that was
killed leaves it behind. No writer pauses for as long as ``QUIET_SECONDS``, so an older one is
abandoned; one that is dated in the future counts as such too, because a clock may be wrong.
"""

import logging
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mnist_studio import paths
from mnist_studio.data.files import PRIVATE, PRIVATE_FILE
from mnist_studio.errors import StoreError
from mnist_studio.store import folders, locks

QUIET_SECONDS = 15 * 60
DOWNLOAD_SECONDS = 24 * 3600
"""How long what was received of a download can be resumed."""

INTERVAL_SECONDS = 3600
"""Shortest time between two sweeps of all folders."""

MARK = "swept"
"""File in the home whose modification time is that of the last sweep."""

_STAGE = re.compile(
    r"\.(.+\.)?[0-9a-f]{32}\.(part|new)(-journal)?|settings\.json\.\d+\.part|selftest-[a-z0-9_]{8}"
)
_FOLDERS = ("runs", "experiments", "backups", "digits", "recipes", "set-aside", "datasets")
"""Folders in the home that MNIST Studio makes, and nobody else has business in."""
_FILES = re.compile(
    r"studio\.(sqlite|log).*|settings\.json.*|own_images\.jsonl|draw(ing|n_classes)\.json"
    r"|\..+\.part|[a-z]+\.(lock|request)|swept"
)
_LOG = logging.getLogger(__name__)


def sweep_if_due(home: Path) -> None:
    """Removes abandoned files and makes the home private, at most once an hour.

    What fails, because a file belongs to somebody else for instance, is tried again later.
    """
    mark = home / MARK
    try:
        due = not mark.exists() or abs(time.time() - mark.stat().st_mtime) >= INTERVAL_SECONDS
        if due:
            mark.touch(PRIVATE_FILE)
    except OSError as error:
        # A full disk: what is removed may help, and the next opening does it again.
        _LOG.info("The home folder could not be cleaned up: %s", error)
        due = True
    if due:
        sweep(home)
        make_private(home)


def sweep(home: Path) -> tuple[Path, ...]:
    """Removes abandoned files and returns them."""
    return tuple(path for path in leftovers(home) if _removed(path))


def leftovers(home: Path) -> tuple[Path, ...]:
    """The files of writers that were killed, in the home and in the caches."""
    return (
        *(path for path in _stages(home) if _abandoned(path)),
        *(path for path in _downloads(home) if _abandoned(path, DOWNLOAD_SECONDS)),
    )


def make_private(home: Path) -> None:
    """Lets only the owner read what MNIST Studio stored. Links and other files are left alone.

    The home itself is changed only if it is the usual one: a chosen folder may have other uses.
    """
    if os.name == "nt":
        return  # There the folders of a user are private already.
    if home == paths.usual_home():
        _restrict(home, PRIVATE)
    if home == paths.home():
        # Nobody else gets into them, so what they contain can have any mode.
        _restrict(paths.cache(), PRIVATE)
        _restrict(paths.environments(), PRIVATE)
    for name in _FOLDERS:
        for folder, _, files in os.walk(home / name):
            _restrict(Path(folder), PRIVATE)
            for file in files:
                _restrict(Path(folder) / file, PRIVATE_FILE)
    with suppress(OSError):
        for entry in home.iterdir():
            if _FILES.fullmatch(entry.name):
                _restrict(entry, PRIVATE_FILE)


def _restrict(path: Path, mode: int) -> None:
    """Removes the rights of others, and never adds one."""
    try:
        now = path.lstat()
        if not stat.S_ISLNK(now.st_mode) and stat.S_IMODE(now.st_mode) & ~mode:
            path.chmod(stat.S_IMODE(now.st_mode) & mode)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            _LOG.info("The permissions of “%s” cannot be changed: %s", path, error)


def _stages(home: Path) -> Iterator[Path]:
    places = [home, *(home / name for name in _FOLDERS), home / "recipes" / "trash"]
    places += folders.all_in(home / "experiments")
    if home == paths.home():
        places += [paths.cache(), *_subfolders(paths.cache())]
    for place in places:
        yield from _stages_in(place)
    for run in folders.all_in(home / "runs"):
        found = [path for path in _stages_in(run) if _abandoned(path)]
        if found and not _in_use(run):
            yield from found


def _downloads(home: Path) -> tuple[Path, ...]:
    """What was received of downloads, and archives that were not imported."""
    return _children(paths.partial_downloads()) if home == paths.home() else ()


def _subfolders(place: Path) -> tuple[Path, ...]:
    return tuple(path for path in _children(place) if path.is_dir() and not path.is_symlink())


def _children(place: Path) -> tuple[Path, ...]:
    """What a folder contains; nothing if it is missing or cannot be read."""
    try:
        return tuple(place.iterdir())
    except OSError:
        return ()


def _stages_in(place: Path) -> Iterator[Path]:
    yield from (path for path in _children(place) if _STAGE.fullmatch(path.name))


def _in_use(run: Path) -> bool:
    """Whether a supervisor holds the lock of a run, so that its child may be writing."""
    try:
        return (run / locks.NAME).exists() and not locks.is_free(run)
    except (StoreError, OSError):
        return True


def _abandoned(path: Path, seconds: float = QUIET_SECONDS) -> bool:
    """Whether nothing was written for long; of a folder, the newest of its files counts."""
    try:
        changed = [path.lstat().st_mtime, *(each.lstat().st_mtime for each in path.rglob("*"))]
    except OSError:
        return False
    return min(abs(time.time() - when) for when in changed) > seconds


def _removed(path: Path) -> bool:
    try:
        # An import that was killed leaves a folder; see ``store.run_import``.
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    except OSError as error:
        _LOG.info("“%s” cannot be removed: %s", path, error)
        return False
    return True
