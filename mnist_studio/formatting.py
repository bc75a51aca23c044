"""Numbers and nouns as text: the one way to write them in window, command line and reports."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite

NOTHING = "–"
"""Stands for a value that is missing."""

ALMOST_CERTAIN = 0.9995
"""A probability from here on would be rounded to 100.0 %."""

LEAST_P = 0.0001
"""A p-value below this is only called smaller."""

LEAST_PLAIN = 1e-6
"""Below this a number has more zeros than one can count, and is a power of ten."""

_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""What commands a terminal, reverses text, or is forbidden in XML."""

_REPLACEMENT = "\ufffd"

_MOST_NAMED = 4
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def printable(text: str) -> str:
    """A text from outside, such as a title, as one line that is safe on every output.

    A terminal would obey its control characters, and an SVG with them could not be opened.
    """
    return text if text.isprintable() else _CONTROLS.sub(_REPLACEMENT, _BREAKS.sub(" ", text))


def printable_lines(text: str) -> str:
    """Like ``printable``, line by line."""
    return "\n".join(map(printable, text.split("\n")))


def has_controls(text: str) -> bool:
    """Whether a text has characters that ``printable`` would replace."""
    return bool(_CONTROLS.search(text))


def percent(fraction: float | None) -> str:
    """An accuracy: ``99.10 %``."""
    return NOTHING if fraction is None else f"{fraction * 100:.2f} %"


def percent_done(fraction: float) -> str:
    """How much of a long job is done: ``45 %``."""
    return f"{fraction * 100:.0f} %"


def confidence(probability: float | None) -> str:
    """A probability of a model: ``97.2 %``, ``>99.9 %``; one below 1 is never called 100 %."""
    if probability is None:
        return NOTHING
    return f"{probability * 100:.1f} %" if probability < ALMOST_CERTAIN else ">99.9 %"


def confidence_figure(probability: float) -> str:
    """Like ``confidence`` without the sign, where there is little room: ``97.2``, ``>99.9``."""
    return confidence(probability).removesuffix(" %")


def percentage_points(fraction: float, signed: bool = False) -> str:
    """A difference of accuracies: ``0.12 pp``; signed ``+0.12 pp``."""
    return f"{points(fraction, signed)} pp"


def points(fraction: float, signed: bool = False) -> str:
    """A difference of accuracies in percentage points, without the unit: ``0.12``, ``+0.12``."""
    text = f"{fraction * 100:{'+' if signed else ''}.2f}"
    return "0.00" if text in ("-0.00", "+0.00") else text.replace("-", "−")


def percentage_points_interval(low: float, high: float) -> str:
    """An interval of a difference of accuracies: ``+0.02 to +0.21 pp``."""
    return f"{points(low, signed=True)} to {percentage_points(high, signed=True)}"


def loss(value: float | None) -> str:
    """A loss with four digits after the point: ``0.1234``."""
    return NOTHING if value is None else f"{value:.4f}"


def p_value(value: float | None) -> str:
    """A p-value with four digits after the point: ``0.0312``, ``<0.0001``; never a power of ten."""
    if value is None:
        return NOTHING
    return f"<{LEAST_P}" if value < LEAST_P else f"{value:.4f}"


def number(value: float, digits: int = 4) -> str:
    """A number without a unit: ``0.1235``, ``0.00009613``, ``12,346``.

    Only numbers below ``LEAST_PLAIN``, such as rounding errors, are powers of ten: ``1.5e-9``.

    Args:
        value: of a measure or of a setting.
        digits: significant ones; all of a large number are written.
    """
    text = f"{value:.{digits}g}"
    if "e" not in text or not isfinite(value):
        return text
    if abs(value) > 1:
        return f"{value:,.0f}"
    if abs(value) >= LEAST_PLAIN:
        return f"{Decimal(text):f}"
    front, _, power = text.partition("e")
    return f"{front}e{int(power)}"


def count(value: float | None) -> str:
    """A whole number with thousands separated: ``60,000``."""
    return NOTHING if value is None else f"{value:,.0f}"


def short_count(value: float) -> str:
    """A large number with two or three digits: ``320``, ``5.1 k``, ``216 k``, ``6.4 M``."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= 0.9995 * size:
            scaled = value / size
            return f"{scaled:.1f} {unit}" if scaled < 99.95 else f"{scaled:,.0f} {unit}"
    return f"{value:.0f}"


def duration(seconds: float | None) -> str:
    """A time: ``0.41 s``, ``12.3 s``, ``1:23``, ``1:02:03``."""
    if seconds is None:
        return NOTHING
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    return clock(seconds)


def rough_duration(seconds: float) -> str:
    """An estimated time, no more exact than it is: ``3 s``, ``40 s``, ``12 min``, ``1.5 h``."""
    if seconds < 0.95:
        return "less than 1 s"
    if seconds < 94.5:
        return f"{seconds:.0f} s"
    if seconds < 94.5 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def clock(seconds: float | None) -> str:
    """A time that runs: ``0:41``, ``1:02:03``."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def images_per_second(value: float | None) -> str:
    """A speed of training or prediction: ``41,200 images/s``."""
    return NOTHING if value is None else f"{value:,.0f} images/s"


def milliseconds(value: float | None) -> str:
    """A latency: ``0.056 ms``, ``0.41 ms``, ``12 ms``."""
    if value is None:
        return NOTHING
    decimals = 3 if value < 0.0995 else 2 if value < 9.995 else 0
    return f"{value:.{decimals}f} ms"


def megabytes(size: int) -> str:
    """A size of files: ``0.4 MB``, ``12 MB``, ``1,234 MB``."""
    value = size / 1e6
    return f"{value:.1f} MB" if value < 9.95 else f"{value:,.0f} MB"


def memory(size: int) -> str:
    """A size in memory: ``312 B``, ``12.4 kB``, ``103 MB``."""
    return f"{short_count(size)}B" if size >= 1000 else f"{size} B"


def moment(timestamp: float) -> str:
    """A point in local time: ``2025-03-14 15:09``."""
    return f"{datetime.fromtimestamp(timestamp):%Y-%m-%d %H:%M}"


def word(number: int) -> str:
    """A number up to ten as a word, a larger one in digits."""
    return _WORDS[number] if number < len(_WORDS) else f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``one run``, ``six models``.

    Args:
        number: how many.
        one: the singular.
        many: the plural, where it is not the singular with an s.
    """
    return f"{word(number)} {one if number == 1 else many or f'{one}s'}"


def with_article(noun: str) -> str:
    """A noun, a name or a number with its article: ``an 8``, ``a 7``, ``an experiment``."""
    return f"{'an' if _starts_with_a_vowel(noun) else 'a'} {noun}"


def class_noun(name: str) -> str:
    """A class in a sentence: ``a 7``, but ``Sneaker``."""
    return with_article(name) if name.isdecimal() else name


def classes_in_words(names: Sequence[str]) -> str:
    """The classes of a model, shortly: ``the digits 0 to 9``, ``Coat, Bag, and Shirt``."""
    if list(names) == list("0123456789"):
        return "the digits 0 to 9"
    if len(names) <= _MOST_NAMED:
        return listed(names)
    return f"{len(names)} classes from {names[0]} to {names[-1]}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items in a row: ``NumPy``, ``NumPy and Keras``, ``NumPy, PyTorch, and Keras``."""
    if len(items) < 2:
        return "".join(items)
    comma = "," if len(items) > 2 else ""
    return f"{', '.join(items[:-1])}{comma} {last} {items[-1]}"


def _starts_with_a_vowel(noun: str) -> bool:
    first = noun.lower()
    if first[:1].isdigit():
        return first.startswith("8") or first in ("11", "18")
    return first[:1] in tuple("aeiou") and not first.startswith(("uni", "use", "one"))


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would evaluate text that starts like this."""


def spreadsheet_text(text: str) -> str:
    """A text for CSV, without control characters, that no spreadsheet takes for a formula."""
    safe = "\t".join(map(printable, text.split("\t")))
    return f"'{safe}" if text.startswith(_FORMULA) else safe
