"""Exceptions in methods that Qt calls, such as ``paintEvent``, on Python 3.11."""

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

from shiboken6 import Shiboken


def guard_overrides() -> None:
    """Has every class of Qt that is defined from now on raise only finished exceptions.

    Up to Python 3.11, an exception that C code raises, such as ``int("a")``, is a class and a text
    until Python code catches it. If it leaves a method that Qt calls, PySide takes the text for
    the exception, and the process crashes without a report. Here, each such method catches its
    exceptions and raises them again. Later Pythons have no unfinished exceptions.
    """
    setattr(Shiboken.Object, "__init_subclass__", classmethod(_guard))  # noqa: B010 - not known


def _guard(cls: type[Any], /, **options: Any) -> None:
    """Runs for each new class."""
    # The next class behind Qt's, such as Generic, has one of its own.
    super(Shiboken.Object, cls).__init_subclass__(**options)
    of_qt = [base for base in cls.__mro__[1:] if base.__module__.startswith("PySide6.")]
    for name, method in list(vars(cls).items()):
        if (
            isinstance(method, FunctionType)
            and not name.startswith("__")
            and any(name in vars(base) for base in of_qt)
        ):
            setattr(cls, name, _finishing(method))


def _finishing(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def finished(*arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments, **options)
        except BaseException:  # To catch it is what finishes it.
            raise

    return finished
