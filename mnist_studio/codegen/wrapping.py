"""Long lines of Python broken as ruff and Black break them, so that templates need not do it."""

from collections.abc import Iterator

WIDTH = 88
"""Columns of a line: the default of ruff and Black."""

_INDENT = " " * 4


def wrap(code: str) -> str:
    """Code whose long lines are broken at brackets; docstrings and comments stay as they are."""
    lines: list[str] = []
    in_docstring = False
    for line in code.split("\n"):
        in_docstring ^= line.count('"""') == 1
        lines += [line] if in_docstring or line.lstrip().startswith("#") else _broken(line)
    return "\n".join(lines)


def _broken(line: str) -> Iterator[str]:
    """One line, or several: the content of its last bracket on one line or an item a line."""
    bracket = _last_bracket(line) if len(line) > WIDTH else None
    if bracket is None:
        yield line
        return
    start, end = bracket
    outer = line[: len(line) - len(line.lstrip())]
    inner, content = outer + _INDENT, line[start + 1 : end]
    items = _items(content)
    is_call = line[:start].endswith(("]", ")")) or line[start - 1 : start].isidentifier()
    yield line[: start + 1]
    if len(items) == 1 or (is_call and len(inner + content) <= WIDTH):
        yield from _broken(inner + content)
    else:
        for item in items:
            yield from _broken(f"{inner}{item},")
    yield outer + line[end:]


def _last_bracket(line: str) -> tuple[int, int] | None:
    """The places of the last bracket that is in no other, if it has any content."""
    found, start = None, 0
    for place, character, depth in _scan(line):
        if character in "([{" and depth == 1:
            start = place
        elif character in ")]}" and depth == 0 and place > start + 1:
            found = (start, place)
    return found


def _items(content: str) -> list[str]:
    """The content of a bracket split at its commas; a comprehension is a single item."""
    if " for " in content:
        return [content]
    commas = [place for place, character, depth in _scan(content) if (character, depth) == (",", 0)]
    starts, ends = [0, *(place + 1 for place in commas)], [*commas, len(content)]
    items = [content[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    return [item for item in items if item]


def _scan(text: str) -> Iterator[tuple[int, str, int]]:
    """Every character outside of strings: its place, itself, and the depth of brackets after it."""
    quote, depth = "", 0
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        else:
            depth += (character in "([{") - (character in ")]}")
            yield place, character, depth
