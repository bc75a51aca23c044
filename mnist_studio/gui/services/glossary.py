"""The glossary: one file of terms with plain sentences, for tooltips and the Help page. No Qt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from mnist_studio import paths

LONGEST = 40
"""Characters of the longest name; a longer text is no term."""

_ENTRY = re.compile(r"^- \*\*(.+?)\*\*(?: \((.+?)\))?: (.+(?:\n  .+)*)", re.MULTILINE)


@dataclass(frozen=True)
class Term:
    """A term of the field.

    Attributes:
        name: as the glossary lists it.
        aliases: other names, such as its plural.
        meaning: one to three sentences.
    """

    name: str
    aliases: tuple[str, ...]
    meaning: str


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a glossary in Markdown, one list item each."""
    return tuple(
        Term(name, tuple((aliases or "").split(", ")) if aliases else (), " ".join(meaning.split()))
        for name, aliases, meaning in _ENTRY.findall(text)
    )


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """All terms, in alphabetical order."""
    return parse((paths.resources() / "docs" / "glossary.md").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _meanings() -> Mapping[str, Term]:
    return MappingProxyType(
        {name.casefold(): term for term in terms() for name in (term.name, *term.aliases)}
    )


def meaning(name: str) -> str:
    """What a term means; empty if the glossary does not have it."""
    term = _meanings().get(name.strip(" :").casefold())
    return term.meaning if term else ""
