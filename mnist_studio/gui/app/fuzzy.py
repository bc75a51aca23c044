"""Matches what a person types with titles: parts of words, in any order, with gaps. No Qt."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

START, WORD, INSIDE, SCATTERED = 100.0, 80.0, 50.0, 20.0
"""Scores of a part at the start of the title, of a word, inside a word, and with gaps."""


def score(typed: str, title: str) -> float | None:
    """How well a title matches; None if it does not. Each typed word must match.

    Short titles win among equals, so that the page *Train* comes before every run.
    """
    total, whole = 0.0, title.casefold()
    for part in typed.casefold().split():
        found = _part(part, whole)
        if found is None:
            return None
        total += found
    return total - 0.1 * len(whole)


def best(typed: str, items: Iterable[T], title: Callable[[T], str], most: int) -> list[T]:
    """The items whose title matches, best first; equally good ones stay in their order."""
    rated = [(score(typed, title(item)), item) for item in items]
    found = [(rating, item) for rating, item in rated if rating is not None]
    if typed.strip():
        found.sort(key=lambda pair: -pair[0])
    return [item for _, item in found[:most]]


def _part(part: str, title: str) -> float | None:
    place = title.find(part)
    if place == 0:
        return START
    if place > 0:
        return WORD if f" {part}" in f" {_words(title)}" else INSIDE
    return _scattered(part, title)


def _words(title: str) -> str:
    """The title with a space before each word, also after a dash or a bracket."""
    return "".join(letter if letter.isalnum() else " " for letter in title)


def _scattered(part: str, title: str) -> float | None:
    """The score of letters in this order with gaps, such as “cnf” in “confusion”."""
    if len(part) < 2:
        return None
    at = first = title.find(part[0])
    for letter in part[1:]:
        if at < 0:
            return None
        at = title.find(letter, at + 1)
    return None if at < 0 else SCATTERED - min(at - first - len(part), SCATTERED)
