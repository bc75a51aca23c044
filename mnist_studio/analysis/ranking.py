"""Which of several values is the best, and how a sentence names it. Ties are named as ties.

Values that look equal as they are written are equal: a sentence must not announce a winner that its
own numbers do not show. Whether a difference is real is another question; see ``verdict``.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from mnist_studio.analysis.view import Unit
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.formatting import counted, listed, word

MAX_NAMES = 3
"""More names that share a value are only counted."""

Key = TypeVar("Key", bound=Hashable)


def best(values: Mapping[Key, float], unit: Unit, highest: bool = True) -> tuple[Key, ...]:
    """The keys of the best value, in the given order; several if their values look equal.

    Args:
        values: of each key; at least one.
        unit: in which the values are written.
        highest: whether the highest value is the best, else the lowest.

    Raises:
        ValueError: there are no values.
    """
    extreme = (max if highest else min)(values.values())
    text = cell_text(extreme, unit)
    return tuple(key for key, value in values.items() if cell_text(value, unit) == text)


def names(found: Sequence[str], total: int, noun: str) -> str:
    """Names as the subject of a sentence: ``A``, ``A and B``, ``four of six models``.

    All of several are ``all six models``, or ``both models``.

    Args:
        found: names that share something.
        total: number of names that could have shared it.
        noun: what they are, in the singular.
    """
    if len(found) == total == 2:
        return f"both {noun}s"
    if len(found) == total > 1:
        return f"all {counted(total, noun)}"
    if len(found) > MAX_NAMES:
        return f"{word(len(found))} of {counted(total, noun)}"
    return listed(list(found))


def sentence_start(text: str) -> str:
    """The text with a capital first letter; the rest, such as names, stays."""
    return text[:1].upper() + text[1:]
