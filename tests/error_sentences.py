"""Every error that the product raises in a test must consist of sentences.

A wording is free, but an error that says “None”, or whose problem does not end, is a fault. Import
the fixture in the conftest of a package whose errors are checked.
"""

import re
import sys
from collections.abc import Iterator

import pytest

from mnist_studio import errors
from mnist_studio.errors import MnistStudioError

_NOTHING = re.compile(r"\bNone\b(?! of\b)")
_SHOUTED = re.compile(r"\b[A-Z]{2,} [A-Z]{2,} [A-Z]{2,}\b")

found: list[str] = []
"""Errors that were raised since it was emptied and are not sentences."""

without_remedy: list[tuple[str, str]] = []
"""Module and problem of the errors since then that do not say what to do."""

_init = MnistStudioError.__init__


@pytest.fixture(autouse=True)
def errors_are_sentences(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test in which the product raises an error that is not made of sentences."""
    found.clear()
    without_remedy.clear()
    monkeypatch.setattr(MnistStudioError, "__init__", _noting)
    yield
    assert not found


def why_no_sentences(problem: object, remedy: object) -> str:
    """What is wrong with the texts of an error; empty if nothing is."""
    if not isinstance(problem, str) or not isinstance(remedy, str):
        return "not text"
    both = f"{problem} {remedy}"
    if not problem.rstrip("”’)").endswith((".", "!", "?", "…")):
        return "the problem does not end as a sentence"
    if remedy[:1].islower() and not remedy.startswith("mnist-studio "):
        return "the remedy does not begin as a sentence"
    if _NOTHING.search(both) or "XX" in both:
        return "a missing value"
    return "three words in capitals" if _SHOUTED.search(both) else ""


def _noting(self: MnistStudioError, problem: str, remedy: str = "") -> None:
    module = _raising_module()
    if module.startswith("mnist_studio."):
        if why := why_no_sentences(problem, remedy):
            found.append(f"{type(self).__name__}({problem!r}, {remedy!r}): {why}")
        if not remedy:
            without_remedy.append((module, problem))
    _init(self, problem, remedy)


def _raising_module() -> str:
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__") == errors.__name__ and frame.f_back:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))
