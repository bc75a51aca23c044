"""Runs as one readable text file (TOML), to save, share, and train again.

    format = 6

    [[run]]
    recipe = "mlp-128"
    framework = "keras"
    ...

A file contains all settings, defaults too, so that it means the same in another version. Settings
that are missing, as in a file written by hand, have their defaults.
"""

import re
import tomllib
from collections.abc import Sequence
from typing import Any

import msgspec
import tomli_w

from mnist_studio.errors import SpecError
from mnist_studio.spec import known_bugs
from mnist_studio.spec.error_paths import in_words, place_of
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.run_checks import check
from mnist_studio.spec.upgrades import RUN_VERSION, upgrade_run

SUFFIX = ".toml"
MOST_BYTES = 1_000_000
MOST_RUNS = 1000
MOST_DOTS = 32
"""In one key. ``tomllib`` takes time by the square of it, and no key that we know has ten."""
MOST_DIGITS = 64
"""Of one number. Python neither reads nor writes a whole number of thousands of digits."""

_HEAD = """\
# MNIST Studio runs. Open this file on the Train page or run: mnist-studio train FILE
"""


_QUOTED = re.compile(
    r""""{3}(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5}|\Z)|'{3}(?:[^']++|'(?!''))*+(?:'{3,5}|\Z)"""
    r"""|"(?:[^"\\\n]++|\\.)*+"?|'[^'\n]*+'?|#[^\n]*+""",
    re.DOTALL,
)
"""Texts and comments. No part of it goes back, so that no file takes time by the square of it."""
_LONG_NUMBER = re.compile(rf"(?<![\w.-])[+-]?\d\w{{{MOST_DIGITS},}}")
_DOTS = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MOST_DOTS},}}")


class _RunsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    run: tuple[RunSpec, ...]


def write(runs: Sequence[RunSpec]) -> str:
    """The text of a file with these runs, in which ``read`` finds the same.

    Raises:
        SpecError: a run continues from the checkpoint of another run, which no file can contain.
    """
    if any(run.continued_from for run in runs):
        raise SpecError(
            "This run continues from the checkpoint of another run, which a file cannot contain.",
            "Save the settings of that run instead.",
        )
    content = without_none(msgspec.to_builtins(_RunsFile(RUN_VERSION, tuple(runs))))
    return _HEAD + tomli_w.dumps(content, indent=2)


def read(text: str) -> tuple[RunSpec, ...]:
    """The runs of a file, checked.

    Raises:
        SpecError: it is not TOML, of a newer version, or not valid; names the line, the key, and
            what was expected.
    """
    content = parsed(text)
    if {"experiment", "study"} & content.keys():
        raise SpecError(
            "This file contains an experiment, not runs.",
            "Open it on the Experiments page, or run: mnist-studio experiment FILE.",
        )
    if "recipe" in content and "run" not in content:
        raise SpecError(
            "This file contains a recipe, not runs.",
            "Import it: mnist-studio recipes import FILE, or in the network editor.",
        )
    check_format(content, RUN_VERSION)
    if isinstance(content.get("run"), list):
        content["run"] = [upgrade_run(run, content["format"]) for run in content["run"]]
    try:
        file = msgspec.convert(content, _RunsFile)
    except msgspec.ValidationError as error:
        place, problem = place_of(text, str(error), _RunsFile)
        raise SpecError(f"{place}: {problem}.", "Correct that line.") from error
    _check_count(len(file.run))
    for number, run in enumerate(file.run):
        _check_run(text, number, run)
    return file.run


def parsed(text: str) -> dict[str, Any]:
    """The content of a settings file.

    Raises:
        SpecError: it is too long, has a key or number that is too long, or is not TOML.
    """
    if len(text) > MOST_BYTES:
        raise SpecError(
            f"The file has {len(text):,} characters, but the limit is {MOST_BYTES:,}.",
            "Select a file that MNIST Studio saved.",
        )
    if text.lstrip("\ufeff \t\r\n")[:9].lower().startswith(("<!doctype", "<html")):
        raise SpecError("This is a web page, not TOML.", "Save the file itself from that page.")
    _check_lengths(text)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpecError(f"This is not TOML: {error}.", "Correct that line.") from error


def _check_lengths(text: str) -> None:
    """Refuses long keys and numbers before they are parsed; in texts and comments they are fine."""
    bare = _QUOTED.sub(lambda found: "" if found[0][0] == "#" else "q", text)
    for pattern, what in (
        (_DOTS, f"key has more than {MOST_DOTS} dots"),
        (_LONG_NUMBER, f"number has more than {MOST_DIGITS} digits"),
    ):
        if found := pattern.search(bare):
            problem = f"This {what}: “{found[0][:20]}…”."
            raise SpecError(problem, "Select a file that MNIST Studio saved.")


def check_format(content: dict[str, Any], newest: int) -> None:
    """Checks the format of a file.

    Raises:
        SpecError: the format is missing, or newer than the newest known one.
    """
    version = content.get("format")
    if not isinstance(version, int):
        raise SpecError("The file has no format.", f"Begin the file with: format = {newest}")
    if version > newest:
        raise SpecError(
            f"The file uses format {version}, but this version of MNIST Studio supports formats "
            f"only up to {newest}.",
            "Update MNIST Studio.",
        )


def _check_count(runs: int) -> None:
    if not 1 <= runs <= MOST_RUNS:
        raise SpecError(
            f"A file must have 1 to {MOST_RUNS:,} runs, got {runs:,}.",
            "Begin each run with [[run]].",
        )


def _check_run(text: str, number: int, run: RunSpec) -> None:
    try:
        check(run)
        known_bugs.check(run)
    except SpecError as error:
        place = in_words(text, ("run", number, *error.path))
        raise SpecError(f"{place} ({run.recipe}): {error.problem}", error.remedy) from error


def without_none(value: Any) -> Any:
    """A value without None, which TOML lacks: a missing key is read as the default, None."""
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [without_none(item) for item in value]
    return value
