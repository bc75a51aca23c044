"""What a user requests to check: a recipe as a run, frameworks, and precisions.

Command line and Python API share it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from msgspec.structs import replace

from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.parity.check import PRECISIONS, installed
from mnist_studio.running.run_request import ALL, chosen_dataset, known
from mnist_studio.spec import changes as of_settings
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.changes import Change
from mnist_studio.spec.run import FrameworkName, KnownBugName, Precision, RunSpec, with_dataset
from mnist_studio.spec.run_checks import check


def requested_run(
    name: str,
    dataset: str | None = None,
    data: Path | None = None,
    bugs: Sequence[str] = (),
    source_bugs: bool = False,
    changes: Sequence[Change] = (),
) -> RunSpec:
    """The run to check, which is valid itself.

    Args:
        name: of its recipe.
        dataset: its name; None for the default one.
        data: folder with MNIST that the user named.
        bugs: known bugs to turn on.
        source_bugs: whether all known bugs of the recipe's source are turned on.
        changes: of single settings.

    Raises:
        UnknownName: a recipe, dataset, or known bug that does not exist.
        SpecError: a known bug that does not apply to the recipe, or a change that cannot work.
    """
    recipe = recipes.recipe(name)
    published = recipe.known_bugs if source_bugs else ()
    named = [known("known bug", bug, get_args(KnownBugName)) for bug in bugs]
    spec = replace(
        with_dataset(recipes.run_spec(recipe), chosen_dataset(dataset, data)),
        known_bugs=(*published, *(bug for bug in named if bug not in published)),
    )
    spec = of_settings.changed(spec, changes)
    check(spec)
    known_bugs.check(spec)
    return spec


def requested_frameworks(names: Sequence[str]) -> Sequence[FrameworkName]:
    """The frameworks that a user names; all that are installed for ``all`` or without a name.

    Raises:
        UnknownName: one does not exist.
    """
    chosen = [known("framework", name, (*FRAMEWORKS, ALL)) for name in names]
    return installed() if not chosen or ALL in chosen else chosen


def requested_precisions(name: str | None) -> Sequence[Precision]:
    """The precision that a user names; both without a name.

    Raises:
        UnknownName: it does not exist, or parity cannot be checked in it.
    """
    return PRECISIONS if name is None else (known("precision", name, PRECISIONS),)
