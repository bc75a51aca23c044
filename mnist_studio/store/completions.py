"""Names for the completion of a shell, which asks at every press of Tab.

It must answer at once, so this module reads the database and the folders alone: it imports neither
NumPy nor the types of runs, and changes nothing.
"""

import json
import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from mnist_studio import paths

MOST = 200
"""Names of one kind that a shell shows."""

Name = tuple[str, str]
"""A word, and what it means."""

_RUNS = """
    SELECT id, title FROM runs LEFT JOIN annotations ON annotations.run = runs.id
    WHERE (trashed IS NOT NULL) = ? AND substr(id, 1, ?) = ? ORDER BY created DESC LIMIT ?
"""
_EXPERIMENTS = """
    SELECT id, title FROM experiments WHERE substr(id, 1, ?) = ? ORDER BY created DESC LIMIT ?
"""


def names(kind: str, prefix: str) -> Iterator[Name]:
    """The names of a kind of ``KINDS`` that begin with a prefix, newest first."""
    return KINDS[kind](prefix)


def _query(statement: str, *values: object) -> list[Name]:
    """Rows of the database; none without one, or if it cannot be read."""
    file = paths.database()
    # A shell has no place for an error, and the command itself says what is wrong.
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database,
    ):
        return database.execute(statement, values).fetchall()
    return []


def _runs(prefix: str) -> Iterator[Name]:
    yield from _query(_RUNS, 0, len(prefix), prefix, MOST)
    with suppress(OSError, ValueError, KeyError, TypeError):
        # Bundled models are runs too.
        models = json.loads((paths.models() / "models.json").read_bytes())["models"]
        bundled = (f"bundled-{name}" for name in models)
        yield from ((name, "bundled model") for name in bundled if name.startswith(prefix))


def _trashed(prefix: str) -> Iterator[Name]:
    yield from _query(_RUNS, 1, len(prefix), prefix, MOST)


def _experiments(prefix: str) -> Iterator[Name]:
    yield from _query(_EXPERIMENTS, len(prefix), prefix, MOST)


def _recipes(prefix: str) -> Iterator[Name]:
    """Your own recipes, whose names are in their files."""
    for file in sorted(paths.own_recipes().glob("*.toml"))[:MOST]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            name = str(tomllib.loads(file.read_text("utf-8"))["recipe"]["name"])
            if name.startswith(prefix):
                yield name, "your recipe"


def _datasets(prefix: str) -> Iterator[Name]:
    """Your own datasets, each the name of a folder."""
    for folder in _folders(paths.own_datasets()):
        name = f"own/{folder.name}"
        if name.startswith(prefix):
            yield name, "your dataset"


def _folders(place: Path) -> list[Path]:
    with suppress(OSError):
        found = (one for one in place.iterdir() if one.is_dir())
        return sorted(one for one in found if not one.name.startswith("."))[:MOST]
    return []


KINDS: Mapping[str, Callable[[str], Iterator[Name]]] = {
    "run": _runs, "trashed": _trashed, "experiment": _experiments, "recipe": _recipes,
    "dataset": _datasets,
}  # fmt: skip
