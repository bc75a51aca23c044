"""The parity check: do all frameworks compute the same training from the same start?

``mnist_studio.parity(...)`` checks a recipe; see ``mnist_studio.api.parity_checks.parity``.
"""

import sys
from importlib import import_module
from types import ModuleType


class _Callable(ModuleType):
    """Lets the Python API have a function with the name of this package.

    Python binds a package to its name as soon as it is imported, whatever had that name before.
    """

    def __call__(self, *arguments: object, **named: object) -> object:
        """Runs ``mnist_studio.api.parity_checks.parity``."""
        # The Python API is above this package, and is loaded only if it is used.
        return import_module("mnist_studio.api.parity_checks").parity(*arguments, **named)


sys.modules[__name__].__class__ = _Callable
