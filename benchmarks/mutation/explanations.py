"""Explanations of faults that no test can notice, or need not."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Explanation:
    """Why a kind of fault is not noticed.

    Attributes:
        function: a pattern that the start of mutmut's name matches; empty for every function.
        change: a pattern that is found in the changed lines.
        why: the reason.
    """

    function: str
    change: str
    why: str


def read_explanations(path: Path) -> tuple[Explanation, ...]:
    """All explanations of a file."""
    found = tomllib.loads(path.read_text("utf-8"))["explanation"]
    return tuple(
        Explanation(each.get("function", ""), each.get("change", ""), each["why"]) for each in found
    )


def explanation_of(
    explanations: Sequence[Explanation], name: str, change: str
) -> Explanation | None:
    """The first explanation that fits a fault, if any."""
    for each in explanations:
        if re.match(each.function, name) and re.search(each.change, change):
            return each
    return None
