"""The measured speeds of this computer, in a file of the cache."""

import logging
import os
from collections.abc import Mapping

import msgspec

from mnist_studio import paths
from mnist_studio.data import files
from mnist_studio.errors import StoreError
from mnist_studio.running.speed import TrainingSpeed
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.disk import reading, writing

MOST_BYTES = 4_000_000
"""Limit for the file: the speeds of all recipes in all frameworks take 100,000."""

Speeds = Mapping[RunSpec, TrainingSpeed]
_LOG = logging.getLogger(__name__)


class _Content(msgspec.Struct, frozen=True):
    """The content of the file.

    Attributes:
        processors: of the computer. With another number, the speeds are those of another one.
        speeds: by the ``speed.kind`` of a run.
    """

    processors: int
    speeds: tuple[tuple[RunSpec, TrainingSpeed], ...]


def load() -> Speeds:
    """The stored speeds; none if they cannot be read, which is logged: they are measured again."""
    file = paths.speeds_file()
    if not file.exists():
        return {}
    try:
        with reading(file), file.open("rb") as opened:
            found = msgspec.json.decode(opened.read(MOST_BYTES), type=_Content)
    except (StoreError, msgspec.DecodeError, RecursionError) as error:
        _LOG.warning("the measured speeds cannot be read: %s", error)
        return {}
    return dict(found.speeds) if found.processors == os.cpu_count() else {}


def add(speeds: Speeds) -> None:
    """Adds speeds to the stored ones.

    Raises:
        StoreError: the disk is full or does not allow it.
    """
    together = {**load(), **speeds}
    file = paths.speeds_file()
    content = _Content(os.cpu_count() or 1, tuple(together.items()))
    with writing(file):
        files.write_bytes(file, msgspec.json.encode(content))
