"""Floats up to rounding, as parts of values that are compared whole."""

from typing import cast

import pytest


def near(value: float, rel: float | None = None, abs: float | None = None) -> float:  # noqa: A002
    """`pytest.approx`, which is none by its type, where a field or a tuple wants a float.

    It only serves to be compared with: `Interval(near(0.1), near(0.3)) == found`.
    """
    return cast(float, pytest.approx(value, rel=rel, abs=abs))
