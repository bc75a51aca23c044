import inspect

import pytest

from mnist_studio import errors
from mnist_studio.errors import MnistStudioError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_problem_and_a_remedy(kind: type[MnistStudioError]) -> None:
    error = kind("The disk is full.", "Make room.")
    assert isinstance(error, MnistStudioError)
    assert (error.problem, error.remedy) == ("The disk is full.", "Make room.")
    assert str(error) == "The disk is full. Make room."


def test_the_remedy_may_be_empty() -> None:
    assert str(MnistStudioError("The disk is full.")) == "The disk is full."


def test_a_sentence_never_fills_the_screen() -> None:
    error = MnistStudioError("x" * 1_000_000, "Correct it.")
    assert error.problem == "x" * errors.MOST_CHARACTERS + "…"
    assert len(str(error)) < 2100
