"""Numbers as people type them: with a decimal point or comma, an exponent, or groups of digits."""

import re
from math import isfinite

from mnist_studio.errors import UsageError

_ALIKE = str.maketrans(
    {"−": "-", "–": "-", "’": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "_": " "}
)
"""Characters that look like one of those below, or serve the same purpose."""

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([ '.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d*)?")
_PLAIN = re.compile(r"([+-]?)(\d*)(?:[.,](\d*))?(?:[eE]([+-]?\d+))?")


def parse(text: str, whole: bool) -> float:
    """The number that a text means.

    A single group of three digits after a comma, such as 1,000, is a thousand among whole numbers.
    Among decimal numbers it could also be 1, so it is refused.

    Args:
        text: as typed.
        whole: whether only whole numbers are meant.

    Raises:
        UsageError: the text is no number, is ambiguous, or is not whole.
    """
    plain = text.strip().translate(_ALIKE)
    match = _GROUPED.fullmatch(plain)
    if match and (whole or not _is_decimal(plain, match.group(1))):
        plain = _ungrouped(text, plain, match.group(1), whole)
    found = _PLAIN.fullmatch(plain)
    if not found or not (found[2] or found[3]):
        raise UsageError(
            f"“{text.strip()}” is not a number.", "Type a number such as 0.05 or 1e-3."
        )
    sign, front, behind, power = found.groups(default="")
    value = float(f"{sign}{front or 0}.{behind or 0}e{power or 0}")
    if whole and isfinite(value) and value != int(value):
        raise UsageError(
            f"“{text.strip()}” is not a whole number.", "Type a number without decimals."
        )
    return value


def _is_decimal(plain: str, separator: str) -> bool:
    """Whether the separator is a decimal point, or a comma after a leading zero."""
    once = plain.count(separator) == 1
    leading_zero = plain.lstrip("+-").startswith("0")
    return (
        once
        and (separator == "." or (separator == "," and leading_zero))
        and (len(re.findall(r"[.,]", plain)) == 1)
    )


def _ungrouped(text: str, plain: str, separator: str, whole: bool) -> str:
    """The text without separators of groups."""
    joined = plain.replace(separator, "")
    if not whole and separator == "," and plain.count(",") == 1 and "." not in plain:
        point = plain.replace(",", ".")
        raise UsageError(
            f"“{text.strip()}” can mean {float(point):g} or {joined}.",
            f"Type {float(point):g} or {joined}.",
        )
    return joined
