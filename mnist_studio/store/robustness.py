"""How well a run reads digits that were made harder, kept in its folder so that it is known.

The folders of models that come with the studio are never written: of these it is kept in the cache.
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
"""Of the perturbations and of the file; what another version left is computed again."""


@dataclass(frozen=True)
class RobustnessCurve:
    """A run's accuracy on digits made harder in one way.

    Attributes:
        kind: of the perturbation.
        strengths: ascending, in the unit of ``data.pipeline.corruptions.CORRUPTIONS[kind]``.
        accuracies: on the digits at each, fractions.
    """

    kind: Kind
    strengths: tuple[float, ...]
    accuracies: tuple[float, ...]


@dataclass(frozen=True)
class Robustness:
    """All curves of a run.

    Attributes:
        step: of its weights.
        digits: how many of the first test digits were answered.
        engine: the framework that answered.
        accuracy: on these digits as they are.
        curves: one a kind.
    """

    step: int
    digits: int
    engine: str
    accuracy: float
    curves: tuple[RobustnessCurve, ...]


class _RobustnessFile(msgspec.Struct, frozen=True):
    """What the file holds: at most one result for each number of digits."""

    version: int
    results: tuple[Robustness, ...] = ()


def save(folder: Path, robustness: Robustness) -> None:
    """Keeps the result of a run; the former one of as many digits, or of other weights, goes.

    Raises:
        StoreError: the disk is full or refuses, or the run was deleted meanwhile.
    """
    if not folder.is_dir():  # A file would bring it back.
        raise StoreError(f"{folder} is not there any more.", "Choose another run.")
    others = (
        one
        for one in _load(folder)
        if one.step == robustness.step and one.digits != robustness.digits
    )
    path = _path(folder)
    with writing(path):
        write_bytes(path, msgspec.json.encode(_RobustnessFile(VERSION, (*others, robustness))))


def load(folder: Path, step: int, digits: int) -> Robustness | None:
    """The result of a run's weights of that step on so many digits; None if there is none.

    Raises:
        StoreError: the file cannot be read.
    """
    found = (one for one in _load(folder) if (one.step, one.digits) == (step, digits))
    return next(found, None)


def _path(folder: Path) -> Path:
    if folder.parent != paths.models():
        return folder / ROBUSTNESS
    # Another version of the studio may have other weights of that name and step.
    with reading(folder / WEIGHTS):
        weights = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return paths.robustness_cache() / f"{folder.name}-{weights[:16]}.json"


def _load(folder: Path) -> tuple[Robustness, ...]:
    """What is there and can be understood; anything else is computed again."""
    path = _path(folder)
    if not path.exists():
        return ()
    with reading(path):
        content = path.read_bytes()
    try:
        file = msgspec.json.decode(content, type=_RobustnessFile)
    except msgspec.DecodeError:
        return ()
    return file.results if file.version == VERSION else ()
