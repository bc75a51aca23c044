"""The words that no text of the product may contain, and the search for them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mnist_studio"

_BANNED = {
    # The private dialect.
    r"honest(ly|y)?": "comparable timing",
    r"told|tells?|telling": "show, report, say",
    r"anew": "again",
    r"beside": "concurrently, next to, besides",
    r"parted|where (it|they) parts?": "split, diverge",
    r"stands?( in for)?(?! (for|out)\b)": "is; falls back to",
    r"shall": "will, must",
    r"fed": "network input, given",
    r"merely": "only",
    r"(?<!make )(?<!makes )(?<!making )sure(ly|ness)?": "confident, confidence",
    r"turned(?! (on|off|into)\b)": "rotated",
    r"bent": "elastic distortion",
    r"zoomed": "scaled",
    r"kept apart": "held out",
    r"taught as": "target label",
    r"had by": "",
    r"(what )?shall become of": "",
    # Former terms.
    r"stud(y|ies)": "experiment",
    r"faults?": "known bug",
    r"(?<!MNIST )(?<!mnist-)(?<!mnist_)studio('s)?": "MNIST Studio, or leave it out",
    r"as published": "with the source's bugs",
    r"as written|idiomatic|neutral loop": "native script, shared loop",
    r"abreast": "concurrently",
    r"predictors?": "inference process",
    r"Pythons": "Environments",
    r"Sources? [A-H]\b": "the project's name",
    r"learnt": "learned",
    r"own[- ]images? (set|file)s?|(your )?own images": "your images",
    r"(gradient|clip) limit": "clipping threshold",
    r"(the|whole) pad('s)?": "the canvas",
    r"shares? (of|larger|taken)": "fraction of",
    r"switch(ed|es)? (\w+ ){0,4}(on|off)": "turn on, turn off",
    r"say(s|ing)? so": "mention, show",
    # British spelling.
    r"(colou?r)(?<!color)s?|gr[e]y|centred?|behaviours?|catalogues?|neighbours?|artefacts?":
        "American spelling",
    r"(optimi|normali|initiali|visuali|generali|recogni|standardi|summari|serial)is(e|ed|es|er|ing|ation)":
        "American spelling",
    r"cancell(ed|ing|s)": "canceled",
    # Phrases that are no English.
    r"(?<!there )is no (?!longer|more|less|one\b|different|better|worse)\w+": "is not a valid ...",
    r"\w+n['’]t": "cannot, is not, does not",
    r"lack the permission": "do not have permission",
    r"a (8|11|18)(?![\d,.])": "an 8",
}  # fmt: skip
_WORDS = tuple(
    (re.compile(rf"(?<![\w-])({pattern})(?![\w-])", re.IGNORECASE), instead)
    for pattern, instead in _BANNED.items()
)
_COMMA = re.compile(r", (because|so that)\b")
"""A clause that is essential to the sentence has no comma before it."""
_BARE_DECIMAL = re.compile(r"(?<![\w.)\]}/*\\])\.\d")


@dataclass(frozen=True)
class Violation:
    """A place where a text breaks the guide."""

    place: str
    word: str
    instead: str
    text: str

    def __str__(self) -> str:
        """One line: where, the word, the word to use, the text around it."""
        instead = f" -> {self.instead}" if self.instead else ""
        return f"{self.place}: “{self.word}”{instead}   in: {self.text}"


def violations(place: str, text: str, decimals: str | None = None) -> Iterator[Violation]:
    """Banned words, superfluous commas, and bare decimals of a text.

    Args:
        place: where it was found.
        text: to search for words.
        decimals: to search for bare decimals; the same text if not given.
    """
    for pattern, instead in _WORDS:
        for found in pattern.finditer(text):
            yield Violation(place, found.group(), instead, _around(text, found.start()))
    for found in _COMMA.finditer(text):
        yield Violation(place, found.group(), found.group()[1:], _around(text, found.start()))
    number = text if decimals is None else decimals
    for found in _BARE_DECIMAL.finditer(number):
        yield Violation(place, found.group(), f"0{found.group()}", _around(number, found.start()))


def strings(path: Path) -> Iterator[tuple[str, str]]:
    """Every string of a module that a reader may see, with its place.

    Docstrings are left out, and so are strings without a space that begin with a small letter:
    keys, names of files and the like. A placeholder of an f-string becomes ``X``.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = _hidden(tree)
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if " " in text.strip() or text[:1].isupper():
            yield f"{path.relative_to(ROOT)}:{node.lineno}", text


def prose(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every line of a Markdown file: its place, its words, the line itself.

    Code is not read for words, nor is what is emphasized: the changelog names former terms so.
    """
    fenced = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            words = re.sub(r"`[^`]*`|\]\([^)]*\)|<[^>]*>|(?<!\*)\*[^*]+\*(?!\*)", "", line)
            yield f"{path.relative_to(ROOT)}:{number}", words, re.sub(r"\]\([^)]*\)", "", line)


def _hidden(tree: ast.Module) -> set[int]:
    """Docstrings, annotations, and the constants inside f-strings, which are read as one text."""
    hidden = set()
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if (annotation := getattr(node, name, None)) is not None:
                hidden |= {id(part) for part in ast.walk(annotation)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            hidden.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            hidden |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            hidden.add(id(node.format_spec))
    return hidden


def _around(text: str, place: int) -> str:
    return " ".join(text[max(0, place - 60) : place + 60].split())
