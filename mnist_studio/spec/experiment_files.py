"""A study as a readable text file (TOML), to keep, to share, and to run again.

    format = 1

    [study]
    title = "Which is faster?"
    seeds = [1, 2, 3]

    [study.grid]
    recipes = ["mlp-128", "compact-cnn"]
    frameworks = ["numpy", "pytorch", "keras"]

or, in place of the grid, ``[[study.pairs]]`` with a recipe and a framework each.
"""

import msgspec
import tomli_w

from mnist_studio.errors import SpecError
from mnist_studio.spec import files
from mnist_studio.spec.error_paths import in_words, place_of
from mnist_studio.spec.experiment import ExperimentError, ExperimentSpec, check_experiment

SUFFIX = files.SUFFIX
VERSION = 1

_HEAD = """\
# A study for MNIST Studio: open this file in its window, or say: mnist-studio study FILE
"""


class _ExperimentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    study: ExperimentSpec


def write(study: ExperimentSpec) -> str:
    """The text of a file with this study, in which ``read`` finds the same."""
    content = files.without_none(msgspec.to_builtins(_ExperimentFile(VERSION, study)))
    return _HEAD + tomli_w.dumps(content, indent=2)


def read(text: str) -> ExperimentSpec:
    """The study of a file, checked.

    Raises:
        SpecError: not TOML, of a newer version, or with what cannot work: says the line, the key
            and what was expected.
    """
    study = parse(text)
    try:
        check_experiment(study)
    except ExperimentError as error:
        place = in_words(text, ("study", *error.path))
        raise SpecError(f"{place}: {error.problem}", error.remedy) from error
    return study


def parse(text: str) -> ExperimentSpec:
    """Like ``read``, but takes what is well-formed as it is: what was once kept stays readable.

    Raises:
        SpecError: not TOML, of a newer version, or with wrong keys.
    """
    content = files.parsed(text)
    if "run" in content:
        raise SpecError(
            "This file has runs, not a study.",
            "Open it at the Train page, or say: mnist-studio train FILE.",
        )
    files.check_format(content, VERSION)
    try:
        return msgspec.convert(content, _ExperimentFile).study
    except msgspec.ValidationError as error:
        place, problem = place_of(text, str(error), _ExperimentFile)
        raise SpecError(f"{place}: {problem}.", "Correct that place.") from error
