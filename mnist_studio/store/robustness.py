"""Robustness of a run to corruptions, computed once and stored in its folder.

The folders of bundled models are never written: their results are in the cache.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mnist_studio import paths
from mnist_studio.data.files import write_bytes
from mnist_studio.data.pipeline.corruptions import Kind
from mnist_studio.errors import StoreError
from mnist_studio.store.artifacts import ROBUSTNESS, WEIGHTS
from mnist_studio.store.disk import reading, writing

VERSION = 1
LARGEST = 10_000_000
"""Of the corruptions and of the file; results of another version are computed again."""


@dataclass(frozen=True)
class RobustnessCurve:
    """The accuracy of a run under one corruption.

    Attributes:
        kind: of the corruption.
        strengths: ascending, in the unit of ``data.pipeline.corruptions.CORRUPTIONS[kind]``.
        accuracies: at each strength, fractions.
    """

    kind: Kind
    strengths: tuple[float, ...]
    accuracies: tuple[float, ...]


@dataclass(frozen=True)
class Robustness:
    """All curves of a run.

    Attributes:
        step: of its weights.
        digits: number of the first test images that were used.
        engine: the framework that predicted.
        accuracy: on these images without corruption.
        curves: one per kind.
    """

    step: int
    digits: int
    engine: str
    accuracy: float
    curves: tuple[RobustnessCurve, ...]


class _RobustnessFile(msgspec.Struct, frozen=True):
    """The content of the file: at most one result for each number of images."""

    version: int
    results: tuple[Robustness, ...] = ()


def save(folder: Path, robustness: Robustness) -> None:
    """Saves the result of a run; replaces one of as many images, or of other weights.

    Raises:
        StoreError: the file cannot be written, or the run was deleted.
    """
    if not folder.is_dir():  # A file would create it again.
        raise StoreError(f"The folder {folder} no longer exists.", "Select another run.")
    others = (
        one
        for one in _load(folder)
        if one.step == robustness.step and one.digits != robustness.digits
    )
    path = _path(folder)
    with writing(path):
        write_bytes(path, msgspec.json.encode(_RobustnessFile(VERSION, (*others, robustness))))


def load(folder: Path, step: int, digits: int) -> Robustness | None:
    """The result of a run's weights of that step on that number of images; None if there is none.

    Raises:
        StoreError: the file cannot be read.
    """
    found = (one for one in _load(folder) if (one.step, one.digits) == (step, digits))
    return next(found, None)


def _path(folder: Path) -> Path:
    if folder.parent != paths.models():
        return folder / ROBUSTNESS
    # Another version may bundle other weights under that name and step.
    with reading(folder / WEIGHTS):
        weights = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return paths.robustness_cache() / f"{folder.name}-{weights[:16]}.json"


def _load(folder: Path) -> tuple[Robustness, ...]:
    """The stored results; damaged ones are computed again."""
    path = _path(folder)
    if not path.exists():
        return ()
    with reading(path), path.open("rb") as stream:
        content = stream.read(LARGEST)
    try:
        file = msgspec.json.decode(content, type=_RobustnessFile)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ()
    return file.results if file.version == VERSION else ()
