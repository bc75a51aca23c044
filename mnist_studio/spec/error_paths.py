"""The line of a TOML text that an error of msgspec refers to, and what was expected there.

msgspec reports a path, such as ``$.run[0].training.batch_size``; users look for a line.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import inspect

from mnist_studio.errors import SpecError

Path = tuple[str | int, ...]

_COMPLAINT = re.compile(r"(?P<problem>.*?)(?: - at `\$(?P<path>[^`]*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]*)`(?:, got `(?P<got>[^`]*)`)?")
_TYPE_NAMES = {
    "int": "a whole number", "float": "a number", "str": "text in quotes",
    "bool": "true or false", "array": "a list", "object": "a table", "null": "nothing",
}  # fmt: skip
"""The types of msgspec in plain language."""
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<index>\d+)\]")
_HEADER = re.compile(r"\s*(?P<array>\[)?\[\s*(?P<keys>[^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*(?P<key>[A-Za-z0-9_-]+)\s*=")


@contextmanager
def error_path(*path: str | int) -> Iterator[None]:
    """Prepends a path to the path of every ``SpecError`` that is raised inside."""
    try:
        yield
    except SpecError as error:
        error.path = (*path, *error.path)
        raise


def place_of(text: str, complaint: str, expected: Any) -> tuple[str, str]:
    """The position, such as ``Line 7, run[0].training.batch_size``, and what is wrong there.

    Args:
        text: TOML.
        complaint: error message of msgspec about it.
        expected: the type that the text should have.
    """
    path, problem = explained(complaint, expected)
    return in_words(text, path), problem


def explained(complaint: str, expected: Any) -> tuple[Path, str]:
    """The path that an error message of msgspec refers to, and what is wrong there.

    Args:
        complaint: the message.
        expected: the type that the value should have.
    """
    found = _COMPLAINT.fullmatch(complaint)
    assert found is not None  # Every text matches.
    path, problem = _path(found["path"] or ""), found["problem"]
    unknown = _UNKNOWN.match(problem)
    if unknown:
        path = (*path, unknown["name"])
        problem = "unknown key"
    elif problem.startswith("Invalid"):
        known = ", ".join(_choices(inspect.type_info(expected), path))
        problem = f"{problem}; expected one of {known}" if known else problem
    return path, _plain(problem)


def _plain(problem: str) -> str:
    """An error message of msgspec with its types in plain language."""
    if missing := _MISSING.match(problem):
        return f"the key “{missing['name']}” is missing"
    found = _EXPECTED.match(problem)
    if found is None:
        return problem
    got = f", found {_kind(found['got'])}" if found["got"] else ""
    return f"expected {_kind(found['wanted'])}{got}{problem[found.end() :]}"


def _kind(name: str) -> str:
    """One type or several: ``int | null``."""
    return " or ".join(_TYPE_NAMES.get(one, one) for one in name.split(" | "))


def in_words(text: str, path: Path) -> str:
    """The position of ``path`` in a TOML text: ``Line 7, run[0].training.batch_size``."""
    words, line = _words(path), _line(text, path)
    return f"Line {line}, {words}" if words else f"Line {line}"


def _path(text: str) -> Path:
    return tuple(
        step["key"] if step["key"] is not None else int(step["index"])
        for step in _STEP.finditer(text)
    )


def _words(path: Path) -> str:
    return "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in path
    ).removeprefix(".")


def _choices(kind: inspect.Type, path: Path) -> list[str]:
    """The names that are allowed at ``path`` in a value of a type."""
    if isinstance(kind, inspect.UnionType):
        return [name for part in kind.types for name in _choices(part, path)]
    match kind, path:
        case inspect.LiteralType(values=values), ():
            return [str(value) for value in values]
        case inspect.StructType(tag=tag), (key,) if key == kind.tag_field:
            return [str(tag)]
        case inspect.StructType(fields=fields), (key, *rest):
            return [n for f in fields if f.name == key for n in _choices(f.type, tuple(rest))]
        case inspect.VarTupleType(item_type=item), (int(), *rest):
            return _choices(item, tuple(rest))
        case _:
            return []


def _line(text: str, path: Path) -> int:
    """The line of the longest prefix of ``path`` that has one, else the first line."""
    lines = dict(reversed(list(_lines(text))))
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    """Every key, table, and array item that begins a line, by its path."""
    counts: dict[Path, int] = {}
    table: Path = ()
    key: Path = ()
    items = 0
    for number, line in enumerate(text.splitlines(), start=1):
        header, assigned = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _table(header, counts)
            yield table, number
        elif assigned:
            key, items = (*table, assigned["key"]), 0
            yield key, number
            yield from (((*key, inner), number) for inner in _inner_keys(line))
        elif line.strip().startswith("{"):
            item = (*key, items)
            items += 1
            yield item, number
            yield from (((*item, inner), number) for inner in _inner_keys(line))


def _inner_keys(line: str) -> list[str]:
    """The keys of an inline table."""
    return re.findall(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", line)


def _table(header: re.Match[str], counts: dict[Path, int]) -> Path:
    """The path of ``[a.b]`` or ``[[a.b]]``; tables under an array belong to its last item."""
    path: Path = ()
    keys = [key.strip() for key in header["keys"].split(".")]
    for place, key in enumerate(keys):
        path = (*path, key)
        if header["array"] and place == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def check_within(key: str, name: str, value: int, low: int, high: int) -> None:
    """Checks a whole number.

    Args:
        key: of the setting.
        name: of the setting in a sentence, such as “Batch size”.
        value: to check.
        low: lowest allowed value.
        high: highest allowed value.

    Raises:
        SpecError: the value is not in its range.
    """
    if not low <= value <= high:
        raise SpecError(
            f"{name} must be {low:,} to {high:,}, got {value:,}.",
            "Choose a number in this range.",
            (key,),
        )
