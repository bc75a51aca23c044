"""Measured results of the recipes that come with MNIST Studio, with and without known bugs.

They are those of ``docs/recipes.md``: ``python -m benchmarks.recipes`` writes both.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.spec.run import DatasetName, FrameworkName, KnownBugName
from mnist_studio.store.disk import reading

FILE = "results.json"


class RecipeResult(msgspec.Struct, frozen=True):
    """The test accuracies of a recipe in one framework.

    Attributes:
        recipe: its id.
        dataset: that it was trained and tested on.
        framework: that trained it.
        epochs: of each run; fewer than in the recipe where a CPU takes too long.
        known_bugs: that were switched on.
        accuracies: after the last epoch, fractions, by seed.
    """

    recipe: str
    dataset: DatasetName
    framework: FrameworkName
    epochs: int
    known_bugs: tuple[KnownBugName, ...]
    accuracies: Mapping[int, float]


@lru_cache(maxsize=1)
def results() -> tuple[RecipeResult, ...]:
    """All results; read once.

    Raises:
        StoreError: the file is missing or damaged.
    """
    path = paths.resources() / FILE
    with reading(path):
        content = path.read_bytes()
    try:
        return msgspec.json.decode(content, type=tuple[RecipeResult, ...])
    except msgspec.DecodeError as error:
        raise StoreError(f"{path} is damaged: {error}.", "Reinstall MNIST Studio.") from error


def write(rows: Sequence[RecipeResult]) -> None:
    """Writes the file that ``results`` reads, one line for each result."""
    lines = ",\n".join(msgspec.json.encode(row).decode() for row in rows)
    (paths.resources() / FILE).write_text(f"[\n{lines}\n]\n", "utf-8")
