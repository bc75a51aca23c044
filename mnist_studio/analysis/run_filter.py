"""One line that filters runs: ``recipe:cnn lr<0.01 acc>99 tag:homework "some words" -seed:3``.

Every term must hold. A term is a field with a value, or a word that the title, ID, recipe, tags, or
note contain. A minus sign before a term excludes what it finds. ``docs/runs.md`` explains it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mnist_studio.analysis import filter_values
from mnist_studio.analysis.filter_values import COMPARISONS, Span
from mnist_studio.analysis.run_fields import ARCHIVED, FIELDS, IS, Field, RunFacts, Value, fields
from mnist_studio.errors import FilterError
from mnist_studio.events import Epoch

if TYPE_CHECKING:
    from mnist_studio.store.rows import Run

LONGEST = 1_000
ANY = "*"

_TERM = re.compile(r"([^\W\d][\w./]*)(?:(\s*)(!=|<=|>=|==|[=<>≠≤≥])\s*|(:)\s*)", re.ASCII)
_WORD = re.compile(r'[^\s"]+')
_QUOTED = re.compile(r'"([^"]*)"')
_VALUE = re.compile(r'(?:"[^"]*"|[^\s"])+')
_SAME = {"==": "=", "≠": "!=", "≤": "<=", "≥": ">="}
_SEPARATORS = re.compile(r"[,|]")


@dataclass(frozen=True)
class Words:
    """Text that a run must have somewhere, in lower case."""

    text: str

    def holds(self, facts: RunFacts) -> bool:
        """Whether a run has it."""
        return self.text in facts.words


@dataclass(frozen=True)
class TextCondition:
    """A field of text: one of the values must be in it, or equal it.

    Attributes:
        field: whose values are compared.
        operator: ``:`` contains, ``=`` equals, ``!=`` does not equal.
        texts: in lower case; ``*`` is any value.
    """

    field: Field
    operator: str
    texts: tuple[str, ...]

    def holds(self, facts: RunFacts) -> bool:
        """Whether a run has such a value."""
        values = [str(value).casefold() for value in self.field.values(facts)]
        found = any(self._fits(value, text) for value in values for text in self.texts)
        return found != (self.operator == "!=")

    def _fits(self, value: str, text: str) -> bool:
        if text == ANY:
            return True
        return text in value if self.operator == ":" else text == value


@dataclass(frozen=True)
class NumberCondition:
    """A field of numbers or dates: a value of the run must compare so with one of the spans."""

    field: Field
    operator: str
    spans: tuple[Span, ...]

    def holds(self, facts: RunFacts) -> bool:
        """Whether a run has such a value. Without any value, only ``!=`` holds."""
        compare = COMPARISONS[self.operator]
        values = [float(value) for value in self.field.values(facts)]
        found = any(compare(value, span) for value in values for span in self.spans)
        return found != (self.operator == "!=")


@dataclass(frozen=True)
class Excluded:
    """Runs for which a term does not hold."""

    term: "Words | TextCondition | NumberCondition"

    def holds(self, facts: RunFacts) -> bool:
        """Whether the term does not hold."""
        return not self.term.holds(facts)


Term = Words | TextCondition | NumberCondition | Excluded


@dataclass(frozen=True)
class RunFilter:
    """Terms of which each must hold.

    Attributes:
        terms: none for all runs.
    """

    terms: tuple[Term, ...] = ()

    def matches(self, facts: RunFacts) -> bool:
        """Whether a run is found. Archived runs are found only if the filter asks for them."""
        if facts.run.annotations.archived and not self.finds_archived:
            return False
        return self.holds(facts)

    def holds(self, facts: RunFacts) -> bool:
        """Whether every term holds for a run, archived or not."""
        return all(term.holds(facts) for term in self.terms)

    @property
    def finds_archived(self) -> bool:
        """Whether a term asks for archived runs."""
        return any(_asks_for_archived(term) for term in self.terms)


def parse(text: str) -> RunFilter:
    """The filter that a line describes; an empty one finds all runs but the archived ones.

    Raises:
        FilterError: names the first wrong character, and the nearest name.
    """
    if len(text) > LONGEST:
        raise FilterError(
            f"A filter has at most {LONGEST:,} characters", "Shorten it.", LONGEST + 1
        )
    return RunFilter(tuple(_terms(text)))


def matching(
    runs: Iterable["Run"], epochs: Callable[[str], Sequence[Epoch]], text: str
) -> tuple["Run", ...]:
    """The runs that a filter finds, in their order; all but the archived ones for an empty one.

    Args:
        runs: to search.
        epochs: of the run of an ID. They are read only where a term may need them.
        text: of the filter.

    Raises:
        FilterError: the filter is not valid.
    """
    wanted = parse(text)
    found = epochs if wanted.terms else lambda run_id: ()
    return tuple(run for run in runs if wanted.matches(RunFacts(run, found(run.id))))


def _asks_for_archived(term: Term) -> bool:
    match term:
        case Excluded(inner):
            return _asks_for_archived(inner)
        case TextCondition(field, _, texts):
            return field.name == IS and any(text in ARCHIVED for text in texts)
    return False


def _terms(text: str) -> Iterator[Term]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        excluded = text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace()
        term, at = _term(text, at + excluded)
        yield Excluded(term) if excluded else term


def _term(text: str, at: int) -> tuple[Words | TextCondition | NumberCondition, int]:
    """The term that begins at a character, and where it ends."""
    if text[at] == '"':
        found = _QUOTED.match(text, at)
        if not found:
            raise _unclosed(at)
        return Words(found[1].casefold()), found.end()
    if head := _TERM.match(text, at):
        return _condition(text, head)
    word = _WORD.match(text, at)
    assert word, "neither a space nor a quotation mark"
    if wrong := re.search(r"[<>=≠≤≥:]", word[0]):
        raise FilterError(
            f"“{wrong[0]}” needs the name of a field before it",
            "Example: lr<0.01. To search for the text itself, write it in quotation marks.",
            at + wrong.start() + 1,
        )
    if word[0].startswith("#") and len(word[0]) > 1:
        return TextCondition(fields()["tag"], "=", (word[0][1:].casefold(),)), word.end()
    return Words(word[0].casefold()), word.end()


def _condition(text: str, head: re.Match[str]) -> tuple[TextCondition | NumberCondition, int]:
    name, operator = head[1], head[3] or head[4]
    field = fields().get(name.lower())
    if field is None:
        raise _unknown(name, head.start() + 1)
    value = _VALUE.match(text, head.end())
    if not value:
        if head.end() < len(text):
            raise _unclosed(head.end())
        raise FilterError(
            f"“{head[0].strip()}” needs a value", _hint(field), len(text.rstrip()) + 1
        )
    parts = tuple(_parts(value[0], head.end()))
    for part, at in parts:
        if not part:
            raise FilterError(f"“{name}” needs a value here", _hint(field), at)
    return _checked(field, _SAME.get(operator, operator), parts, head.end(2) + 1), value.end()


def _parts(value: str, at: int) -> Iterator[tuple[str, int]]:
    """The values of a list, and where each begins; quotation marks protect separators."""
    begin = 0
    covered = _QUOTED.sub(lambda found: "x" * len(found[0]), value)
    for end in (*(found.start() for found in _SEPARATORS.finditer(covered)), len(value)):
        yield value[begin:end].replace('"', ""), at + begin + 1
        begin = end + 1


def _checked(
    field: Field, operator: str, parts: tuple[tuple[str, int], ...], place: int
) -> TextCondition | NumberCondition:
    if len(parts) > 1 and operator not in (":", "=", "!="):
        raise FilterError(f"“{operator}” takes one value", _decimal_point(field), parts[1][1] - 1)
    if field.kind == "text":
        return _text_condition(field, operator, parts, place)
    if any(part == ANY for part, _ in parts):
        return NumberCondition(field, operator, (Span(*(_ALL * 2)),))
    if len(parts) > 1 and field.kind not in ("whole", "date"):
        raise FilterError("A comma cannot be in a number", _decimal_point(field), parts[1][1] - 1)
    return NumberCondition(field, operator, tuple(_span(field, *part) for part in parts))


_ALL = (float("-inf"), float("inf"))


def _text_condition(
    field: Field, operator: str, parts: tuple[tuple[str, int], ...], place: int
) -> TextCondition:
    if operator not in (":", "=", "!="):
        raise FilterError(
            f"“{field.name}” is text and cannot be compared with “{operator}”",
            f"Write {field.name}: or {field.name}=.",
            place,
        )
    for text, at in parts:
        _check_choice(field, operator, text, at)
    return TextCondition(field, operator, tuple(text.casefold() for text, _ in parts))


def _check_choice(field: Field, operator: str, text: str, at: int) -> None:
    """Refuses a value that no run can have, which is a typing error."""
    known = [choice.casefold() for choice in field.choices]
    sought = text.casefold()
    possible = any(sought in one for one in known) if operator == ":" else sought in known
    # A value of your own, such as “own/letters”, is not known here.
    possible |= any(one.endswith("/") and sought.startswith(one) for one in known)
    if not known or possible or text == ANY:
        return
    names = tuple(dict.fromkeys(known))
    near = get_close_matches(sought, names, n=1, cutoff=0.4)
    meant = f"Did you mean “{near[0]}”? " if near else ""
    raise FilterError(
        f"“{field.name}” cannot be “{text}”", f"{meant}Known: {', '.join(names)}.", at
    )


def _span(field: Field, text: str, at: int) -> Span:
    low, dots, high = text.partition("..")
    try:
        first = filter_values.span(low, field.kind)
        return first.to(filter_values.span(high, field.kind)) if dots else first
    except ValueError as error:
        what = "date" if field.kind == "date" else "number"
        raise FilterError(
            f"“{text}” is not a valid {what} for “{field.name}”",
            str(error) or _hint(field),
            at,
        ) from error


def _hint(field: Field) -> str:
    if field.kind != "text":
        return f"Write it like this: {filter_values.example(field.kind)}."
    if field.choices:
        return f"Known: {', '.join(dict.fromkeys(map(str.lower, field.choices)))}."
    return f"Example: {field.name}:word."


def _decimal_point(field: Field) -> str:
    return f"Write decimals with a point, and a range like {field.name}:1..2."


def _unclosed(at: int) -> FilterError:
    return FilterError("A quotation mark is not closed", 'Write " at the end, too.', at + 1)


def _unknown(name: str, position: int) -> FilterError:
    names = tuple(fields())
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    meant = f"Did you mean “{near[0]}”? " if near else ""
    text = "To search for the text itself, write it in quotation marks."
    return FilterError(f"There is no field “{name}”", f"{meant}{text}", position)


@dataclass(frozen=True)
class Completion:
    """What could replace a part of a filter that is being typed.

    Attributes:
        start: of the part.
        end: of the part.
        candidates: texts and what they are.
    """

    start: int
    end: int
    candidates: tuple[tuple[str, str], ...]


_TYPED = re.compile(r'-?([\w./]*)(?:([:=])([^\s"<>=:]*))?\Z', re.ASCII)


def complete(
    text: str, cursor: int, known: Callable[[str], Iterable[str]] = lambda name: ()
) -> Completion:
    """What could be typed before the cursor.

    Args:
        text: the filter so far.
        cursor: place in it.
        known: values of a field in the stored runs, such as tags, by the name of the field.
    """
    begin = max(text.rfind(" ", 0, cursor), text.rfind(",", 0, cursor)) + 1
    if "," in text[begin - 1 : begin]:
        head = text.rfind(" ", 0, cursor) + 1
        name = re.split(r"[:=]", text[head:begin].lstrip("-"))[0]
        return _values(name, text[begin:cursor], begin, cursor, known)
    found = _TYPED.fullmatch(text[begin:cursor])
    if not found or text.count('"', 0, cursor) % 2:
        return Completion(cursor, cursor, ())
    if found[2]:
        return _values(found[1], found[3], begin + found.start(3), cursor, known)
    return Completion(begin + found.start(1), cursor, tuple(_names(found[1].lower())))


def _names(typed: str) -> Iterator[tuple[str, str]]:
    """The fields whose name, or one of whose other names, begins so."""
    for field in dict.fromkeys((*FIELDS, *fields().values())):
        fits = [name for name in (field.name, *field.others) if name.startswith(typed)]
        if fits and (typed or field in FIELDS):
            yield f"{fits[0]}{':' if field.kind == 'text' else ''}", field.explain


def _values(
    name: str, typed: str, start: int, end: int, known: Callable[[str], Iterable[str]]
) -> Completion:
    field = fields().get(name.lower())
    if field is None:
        return Completion(end, end, ())
    values: tuple[Value, ...] = (*map(str.lower, field.choices), *known(field.name))
    fits = (str(one) for one in dict.fromkeys(values) if typed.lower() in str(one).lower())
    return Completion(start, end, tuple((_quoted(one), "") for one in fits))


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"[\s,|]", value) else value


def field_lines() -> tuple[tuple[str, str], ...]:
    """The fields that have a name of their own, with their other names, and what each is."""
    return tuple((", ".join((field.name, *field.others)), field.explain) for field in FIELDS)
