"""Hebrew and Arabic in the order and the forms in which they are drawn, from left to right.

SVG viewers do this themselves. Source: Unicode Standard Annex 9, for lines that as a whole are
read from left to right and have no embeddings; forms from the Unicode Character Database.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from unicodedata import bidirectional, combining, decomposition

_FORM_BLOCKS = (range(0xFB50, 0xFE00), range(0xFE70, 0xFEFF))
_FORMS = {
    (False, False): "<isolated>", (False, True): "<initial>",
    (True, True): "<medial>", (True, False): "<final>",
}  # fmt: skip
"""The form of a letter that is joined to the one before and to the one after."""

_STRETCH = "\u0640"
"""A line that joins on both sides and has one form."""

_PAIRS = ("\u0644\u0622", "\u0644\u0623", "\u0644\u0625", "\u0644\u0627")
"""Lam with alef. Other pairs are not one letter in every font."""

_RIGHT, _NUMBERS = ("R", "AL"), ("EN", "AN")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def visual(text: str) -> str:
    """A line as it is drawn."""
    if text.isascii() or not any(bidirectional(one) in _RIGHT for one in text):
        return text
    parts = _joined(_letters(text))
    drawn: list[str] = []
    at = 0
    while at < len(parts):
        end = _end(parts, at)
        drawn += _reversed(parts[at:end]) if end > at else [parts[at]]
        at = max(end, at + 1)
    return "".join(drawn)


def _letters(text: str) -> list[str]:
    """Letters with the marks on them, and pairs that are one letter when they are drawn."""
    found: list[str] = []
    for one in text:
        if found and (combining(one) or found[-1] + one in _forms()):
            found[-1] += one
        else:
            found.append(one)
    return found


def _joined(letters: Sequence[str]) -> list[str]:
    """Arabic letters in the forms that join their neighbors."""
    bases = [_base(letter) for letter in letters]
    links = [
        _joins(one, "<initial>") and _joins(other, "<final>") for one, other in pairwise(bases)
    ]
    return [
        _forms().get(base, {}).get(_FORMS[before, after], base) + letter[len(base) :]
        for letter, base, before, after in zip(
            letters, bases, [False, *links], [*links, False], strict=True
        )
    ]


def _base(letter: str) -> str:
    """A letter without the marks on it."""
    return letter.rstrip("".join(one for one in letter if combining(one)))


def _joins(base: str, form: str) -> bool:
    return base == _STRETCH or form in _forms().get(base, {})


@cache
def _forms() -> Mapping[str, Mapping[str, str]]:
    """Letter, or pair of letters -> the characters of its forms."""
    found: dict[str, dict[str, str]] = {}
    for code in (code for block in _FORM_BLOCKS for code in block):
        form, *codes = decomposition(chr(code)).split() or [""]
        base = "".join(chr(int(one, 16)) for one in codes)
        if form in _FORMS.values() and (len(base) == 1 or base in _PAIRS):
            found.setdefault(base, {}).setdefault(form, chr(code))
    return found


def _end(parts: Sequence[str], start: int) -> int:
    """Where the part that is read from right to left ends; the start if there is none."""
    if bidirectional(parts[start][0]) not in _RIGHT:
        return start
    end = start
    for at in range(start, len(parts)):
        direction = bidirectional(parts[at][0])
        if direction == "L":
            break
        opening = _CLOSING.get(parts[at])
        closes = end == at and opening in parts[start:at]
        if closes or direction in (*_RIGHT, *_NUMBERS):
            end = at + 1
    return end


def _reversed(parts: Sequence[str]) -> list[str]:
    """From right to left, but each number from left to right."""
    text = "".join(part if len(part) > 1 else part.translate(_MIRRORED) for part in parts)
    letters = _letters(text)
    back = "".join(reversed(letters))
    return [_NUMBER.sub(lambda found: found[0][::-1], back)]
