"""What every function of the Python API begins with: the home, your recipes and datasets."""

import os
import warnings
from pathlib import Path

from mnist_studio import paths
from mnist_studio.api.processes import PROCESSES
from mnist_studio.spec import datasets
from mnist_studio.spec import recipes as known_recipes
from mnist_studio.spec.recipes import RECIPES, Recipe
from mnist_studio.store import own_recipes


def use_home(folder: str | Path) -> None:
    """Uses another folder for runs, settings, and your images, in this process from now on.

    Without it, the home is that of the window and the command line: ``MNIST_STUDIO_HOME``, or the
    user's folder for data.

    Args:
        folder: which is created when something is stored.
    """
    PROCESSES.close()
    os.environ[paths.HOME_VARIABLE] = str(paths.expanded(str(folder)).absolute())
    known_recipes.hand_in(())
    datasets.hand_in(())


def recipes() -> tuple[Recipe, ...]:
    """All recipes, with your own. A recipe's ``name`` is what ``train`` takes."""
    load_yours()
    return tuple(RECIPES.values())


def load_yours() -> None:
    """Makes your own recipes and datasets known. What cannot be used is a warning."""
    for problem in own_recipes.load_all_yours():
        warnings.warn(str(problem), stacklevel=3)


def close() -> None:
    """Ends the background processes that predict and explain. The next call starts them again."""
    PROCESSES.close()
