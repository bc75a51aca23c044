"""Hides installed packages from a Python, for tests without a framework.

``MNIST_STUDIO_TESTS_WITHOUT=torch,tensorflow python -m pytest tests/cli/test_selftest_light.py``

Python imports a module of this name at its start, so child processes hide the same packages. It is
on their path through ``PYTHONPATH``, which ``tests/conftest.py`` sets.
"""

import os
import sys
from collections.abc import Collection, Iterator
from typing import Any

VARIABLE = "MNIST_STUDIO_TESTS_WITHOUT"
TOGETHER = {"torch": ("torch", "torchvision"), "tensorflow": ("tensorflow", "keras")}


class Hiding:
    """A finder of modules that does not find some of them."""

    def __init__(self, finder: Any, hidden: Collection[str]) -> None:
        self._finder = finder
        self._hidden = hidden

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """What the finder finds, nothing for a hidden module."""
        if name.partition(".")[0] in self._hidden:
            return None
        return self._finder.find_spec(name, path, target)

    def find_distributions(self, *context: Any) -> Iterator[Any]:
        """The installed distributions without the hidden ones."""
        find = getattr(self._finder, "find_distributions", None)
        for found in find(*context) if find else ():
            if found.metadata["Name"] not in self._hidden:
                yield found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


def hide(packages: str) -> None:
    """Hides packages, named with commas between them."""
    names = [name.strip() for name in packages.split(",") if name.strip()]
    hidden = {one for name in names for one in TOGETHER.get(name, (name,))}
    if hidden and not any(isinstance(finder, Hiding) for finder in sys.meta_path):
        sys.meta_path[:] = [Hiding(finder, hidden) for finder in sys.meta_path]


hide(os.environ.get(VARIABLE, ""))
