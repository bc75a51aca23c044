"""Titles and names of runs: what is trained, the framework, and what differs from the recipe."""

import time
from collections.abc import Collection, Iterator, Sequence

from mnist_studio.errors import StoreError
from mnist_studio.formatting import counted, has_controls
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.known_bugs import listed
from mnist_studio.spec.labels import recipe_labels
from mnist_studio.spec.recipes import RECIPES, recipe_title
from mnist_studio.spec.run import RunSpec

LONGEST = 80
"""Characters of a title."""
_TIMES = ("%H:%M", "%H:%M:%S", "%Y-%m-%d %H:%M:%S")
MORE = "…"
"""Replaces labels that do not fit into a title."""


def base(spec: RunSpec) -> str:
    """Recipe and framework: ``MLP 128 · PyTorch``, ``MLP 128 · PyTorch, native script``."""
    native = ", native script" if spec.style == "native" else ""
    return f"{recipe_title(spec.recipe)} · {framework_title(spec.framework)}{native}"


def of(spec: RunSpec) -> str:
    """The title of a run: ``MLP 128 · PyTorch · lr 0.01, seed 3``."""
    return _fitted(base(spec), recipe_labels(spec))


def name(title: str, spec: RunSpec) -> str:
    """The name of a run, the same in window, command line, and reports.

    It is the title in the store. A title of the user gets the known bugs, if there are any, such as
    ``Mine · with known bug: no shuffling``: the one that a run gets when it is created has them
    already. Several bugs are only counted, because names have little room.
    """
    if not spec.known_bugs or title.startswith(base(spec)):
        return title
    recipe = RECIPES.get(spec.recipe)
    if recipe and set(spec.known_bugs) == set(recipe.source_bugs(spec.framework)):
        return f"{title} · with the source's bugs"
    if len(spec.known_bugs) == 1:
        return f"{title} · with known bug: {listed(spec.known_bugs)}"
    return f"{title} · with {counted(len(spec.known_bugs), 'known bug')}"


def unique(spec: RunSpec, started: float, taken: Collection[str]) -> str:
    """The title of a new run; where another run has it, with its seed or the time of its start.

    Args:
        spec: of the run.
        started: seconds since 1970.
        taken: titles of all other runs.
    """
    candidates = tuple(_candidates(spec, started))
    return next((title for title in candidates if title not in taken), candidates[-1])


def free(title: str, taken: Collection[str]) -> str:
    """A title that no other run has: the same, or with ``imported`` and a number after it."""
    endings = ("", " · imported", *(f" · imported {number}" for number in range(2, len(taken) + 3)))
    candidates = (f"{title[: LONGEST - len(ending)]}{ending}" for ending in endings)
    return next(candidate for candidate in candidates if candidate not in taken)


def with_labels(title: str, labels: Sequence[str]) -> str:
    """A title from ``base`` with labels: ``MLP 128 · PyTorch · lr 0.01, seed 3``."""
    return f"{title} · {', '.join(labels)}" if labels else title


def tidy(title: str) -> str:
    """A title as one line without spaces around it.

    Raises:
        StoreError: it is empty or too long, or has control characters.
    """
    # Lone surrogates, which a terminal may pass on, cannot be stored.
    clean = " ".join(title.encode(errors="replace").decode().split())
    if not 1 <= len(clean) <= LONGEST:
        raise StoreError(
            f"The title must have 1 to {LONGEST} characters, got {len(clean)}.",
            "Enter a shorter title." if clean else "Enter a title.",
        )
    if has_controls(clean):
        raise StoreError(
            "The title contains control characters.", "Use letters, digits, and punctuation."
        )
    return clean


def _candidates(spec: RunSpec, started: float) -> Iterator[str]:
    first, labels = of(spec), recipe_labels(spec)
    yield first
    seed = next((label for label in labels if label.startswith("seed ")), "")
    if seed and seed not in first:
        # Runs whose only difference did not fit: the winner of a search with other seeds.
        yield _fitted(base(spec), [label for label in labels if label != seed], seed)
    for form in _TIMES:
        moment = time.strftime(form, time.localtime(started))
        yield _fitted(base(spec), labels, moment)
    yield _fitted(base(spec), labels, f"{moment}.{started % 1 * 1000:03.0f}")


def _fitted(title: str, labels: Sequence[str], end: str = "") -> str:
    """A title with as many labels as fit, and after them its end, if there is one."""
    last = (end,) if end else ()
    for count in range(len(labels), -1, -1):
        more = (MORE,) if count < len(labels) else ()
        text = with_labels(title, (*labels[:count], *more, *last))
        if len(text) <= LONGEST:
            return text
    return f"{text[: LONGEST - 1]}{MORE}"
