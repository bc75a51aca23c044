"""An experiment as a readable text file (TOML), to save, share, and run again.

    format = 2

    [experiment]
    title = "Which is faster?"
    seeds = [1, 2, 3]

    [experiment.grid]
    recipes = ["mlp-128", "compact-cnn"]
    frameworks = ["numpy", "pytorch", "keras"]

or, in place of the grid, ``[[experiment.pairs]]`` with a recipe and a framework each, or a search:

    [experiment.search]
    recipe = "mlp-128"
    trials = 20

    [[experiment.search.settings]]
    setting = "optimizer.learning_rate"
    low = 0.0001
    high = 0.1
    log = true
"""

import msgspec
import tomli_w

from mnist_studio.errors import SpecError
from mnist_studio.spec import files
from mnist_studio.spec.error_paths import in_words, place_of
from mnist_studio.spec.experiment import ExperimentError, ExperimentSpec, check_experiment, complete
from mnist_studio.spec.upgrades import EXPERIMENT_VERSION, upgrade_experiment

SUFFIX = files.SUFFIX

_HEAD = """\
# MNIST Studio experiment. Open it on the Experiments page, or run:
# mnist-studio experiment FILE
"""


class _ExperimentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    experiment: ExperimentSpec


def write(experiment: ExperimentSpec) -> str:
    """The text of a file with this experiment, in which ``read`` finds the same."""
    content = files.without_none(
        msgspec.to_builtins(_ExperimentFile(EXPERIMENT_VERSION, experiment))
    )
    return _HEAD + tomli_w.dumps(content, indent=2)


def read(text: str) -> ExperimentSpec:
    """The experiment of a file, checked, with the recipes of yours that it names.

    Raises:
        SpecError: it is not TOML, of a newer version, or not valid; names the line, the key, and
            what was expected.
    """
    experiment = complete(parse(text))
    try:
        check_experiment(experiment)
    except ExperimentError as error:
        place = in_words(text, ("experiment", *error.path))
        raise SpecError(f"{place}: {error.problem}", error.remedy) from error
    return experiment


def parse(text: str) -> ExperimentSpec:
    """Like ``read`` without checking the values, so that stored experiments stay readable.

    Raises:
        SpecError: it is not TOML, of a newer version, or has wrong keys.
    """
    content = files.parsed(text)
    if "run" in content:
        raise SpecError(
            "This file contains runs, not an experiment.",
            "Open it on the Train page, or run: mnist-studio train FILE.",
        )
    if "recipe" in content:
        raise SpecError(
            "This file contains a recipe, not an experiment.",
            "Import it: mnist-studio recipes import FILE.",
        )
    files.check_format(content, EXPERIMENT_VERSION)
    content = upgrade_experiment(content, content["format"])
    try:
        return msgspec.convert(content, _ExperimentFile).experiment
    except msgspec.ValidationError as error:
        place, problem = place_of(text, str(error), _ExperimentFile)
        raise SpecError(f"{place}: {problem}.", "Correct that line.") from error
