"""Explanations of mutants that no test can notice, or need not."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Explanation:
    """Why a kind of mutant is not noticed.

    Attributes:
        function: a pattern that the start of mutmut's name matches; empty for every function.
        change: a pattern that is found in the changed lines.
        case_only: whether the lines must differ in upper and lower case alone.
        why: the reason.
    """

    function: str
    change: str
    case_only: bool
    why: str

    def fits(self, name: str, change: str) -> bool:
        """Whether it explains a mutant with this name and these changed lines."""
        if self.case_only and not _differs_in_case(change):
            return False
        return bool(re.match(self.function, name) and re.search(self.change, change))


def _differs_in_case(change: str) -> bool:
    lines = change.casefold().splitlines()
    before = [line[1:] for line in lines if line.startswith("-")]
    return before == [line[1:] for line in lines if line.startswith("+")]


def read_explanations(path: Path) -> tuple[Explanation, ...]:
    """All explanations of a file."""
    found = tomllib.loads(path.read_text("utf-8"))["explanation"]
    return tuple(
        Explanation(
            each.get("function", ""),
            each.get("change", ""),
            each.get("case_only", False),
            each["why"],
        )
        for each in found
    )


def explanation_of(
    explanations: Sequence[Explanation], name: str, change: str
) -> Explanation | None:
    """The first explanation that fits a mutant, if any."""
    return next((each for each in explanations if each.fits(name, change)), None)
