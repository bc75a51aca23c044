"""A dataset that a warm process has loaded for the run that may follow.

Unpacking and verifying MNIST takes longer than the first steps of a small network. What was
loaded is used only while every file of the dataset is as it was, and for one run only.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mnist_studio.data.datasets import sources
from mnist_studio.data.images import Dataset
from mnist_studio.errors import DataError
from mnist_studio.spec.run import DatasetName

FileState = tuple[str, int, int, int, int]
"""Path, inode, size, and times of the last change of content and of attributes in ns."""


@dataclass(frozen=True)
class _Loaded:
    name: DatasetName
    files: tuple[FileState, ...]
    dataset: Dataset


_loaded: _Loaded | None = None


def load_ahead(name: DatasetName) -> Dataset | None:
    """Loads a dataset from its usual place, for ``take``, unless it is loaded as it is now.

    Returns:
        None if it cannot be loaded. The run that needs it reports why.
    """
    global _loaded  # noqa: PLW0603 - a warm process waits for one run
    with suppress(DataError, OSError):
        before = _files(name)
        if _loaded and _loaded.name == name and _loaded.files == before:
            return _loaded.dataset
        _loaded = None
        dataset = sources.load(name) if before else None
        if dataset and before == _files(name):
            _loaded = _Loaded(name, before, dataset)
            return dataset
    return None


def take(name: DatasetName, folder: Path | None) -> Dataset:
    """A dataset: the one that was loaded ahead if its files have not changed, else read now.

    Args:
        name: of the dataset.
        folder: named by the user; None for the usual places.

    Raises:
        DataError: as ``sources.load``.
    """
    global _loaded
    ahead, _loaded = _loaded, None
    if ahead and folder is None and ahead.name == name:
        with suppress(DataError, OSError):
            if ahead.files == _files(name):
                return ahead.dataset
    return sources.load(name, folder)


def _files(name: DatasetName) -> tuple[FileState, ...]:
    """The state of every file that ``sources.load`` may read; empty if they are not known."""
    states = ((path, path.stat()) for path in sources.files(name))
    return tuple(
        (str(path), one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns)
        for path, one in states
    )
