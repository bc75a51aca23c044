"""Runs as one readable text file (TOML), to keep, to share, and to train again.

    format = 4

    [[run]]
    recipe = "mlp-128"
    framework = "keras"
    ...

A file says everything, defaults too, so that it means the same in another version. What it leaves
out, as one written by hand may, is the default.
"""

import tomllib
from collections.abc import Sequence
from typing import Any

import msgspec
import tomli_w

from mnist_studio.errors import SpecError
from mnist_studio.spec import known_bugs
from mnist_studio.spec.error_paths import in_words, place_of
from mnist_studio.spec.run import RunSpec, check
from mnist_studio.spec.upgrades import RUN_VERSION, upgrade_run

SUFFIX = ".toml"
MOST_BYTES = 1_000_000
MOST_RUNS = 1000

_HEAD = """\
# Runs for MNIST Studio: open this file in its window, or say: mnist-studio train FILE
"""


class _RunsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    run: tuple[RunSpec, ...]


def write(runs: Sequence[RunSpec]) -> str:
    """The text of a file with these runs, in which ``read`` finds the same.

    Raises:
        SpecError: a run goes on from another one's checkpoint, which no file can hold.
    """
    if any(run.continued_from for run in runs):
        raise SpecError(
            "This run goes on from the checkpoint of another one, which no file can hold.",
            "Save the settings of the run that it continues.",
        )
    content = without_none(msgspec.to_builtins(_RunsFile(RUN_VERSION, tuple(runs))))
    return _HEAD + tomli_w.dumps(content, indent=2)


def read(text: str) -> tuple[RunSpec, ...]:
    """The runs of a file, checked.

    Raises:
        SpecError: not TOML, of a newer version, or with what cannot work: says the line, the key
            and what was expected.
    """
    content = parsed(text)
    if {"experiment", "study"} & content.keys():
        raise SpecError(
            "This file has an experiment, not runs.",
            "Open it at the Experiments page, or say: mnist-studio experiment FILE.",
        )
    check_format(content, RUN_VERSION)
    if isinstance(content.get("run"), list):
        content["run"] = [upgrade_run(run, content["format"]) for run in content["run"]]
    try:
        file = msgspec.convert(content, _RunsFile)
    except msgspec.ValidationError as error:
        place, problem = place_of(text, str(error), _RunsFile)
        raise SpecError(f"{place}: {problem}.", "Correct that place.") from error
    _check_count(len(file.run))
    for number, run in enumerate(file.run):
        _check_run(text, number, run)
    return file.run


def parsed(text: str) -> dict[str, Any]:
    """The content of a settings file.

    Raises:
        SpecError: far too long, or not TOML.
    """
    if len(text) > MOST_BYTES:
        raise SpecError(
            f"The file has {len(text):,} characters, far more than settings need.",
            "Choose a file with settings that the studio saved.",
        )
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SpecError(f"This is not TOML: {error}.", "Correct that place.") from error


def check_format(content: dict[str, Any], newest: int) -> None:
    """Refuses a file without a format, or of one that is newer than the newest known.

    Raises:
        SpecError: says which.
    """
    version = content.get("format")
    if not isinstance(version, int):
        raise SpecError(
            "The file does not say its format.", f"Let it begin with: format = {newest}"
        )
    if version > newest:
        raise SpecError(
            f"The file has format {version}; this studio knows up to {newest}.",
            "Update MNIST Studio.",
        )


def _check_count(runs: int) -> None:
    if not 1 <= runs <= MOST_RUNS:
        raise SpecError(
            f"The file has {runs:,} runs.", f"Give it 1 to {MOST_RUNS:,}, each under [[run]]."
        )


def _check_run(text: str, number: int, run: RunSpec) -> None:
    try:
        check(run)
        known_bugs.check(run)
    except SpecError as error:
        place = in_words(text, ("run", number, *error.path))
        raise SpecError(f"{place} ({run.recipe}): {error.problem}", error.remedy) from error


def without_none(value: Any) -> Any:
    """TOML has no null: what is None is left out, and read as the default, which it is."""
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [without_none(item) for item in value]
    return value
