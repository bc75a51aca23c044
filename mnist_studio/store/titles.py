"""The titles of runs."""

from collections.abc import Collection
from itertools import chain, count

from mnist_studio.errors import StoreError
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.run import RunSpec

LONGEST = 80


def of(spec: RunSpec) -> str:
    """The title of a new run: ``compact-cnn · PyTorch``, perhaps with ``as written``."""
    written = " as written" if spec.style == "native" else ""
    return f"{spec.recipe} · {framework_title(spec.framework)}{written}"


def free(title: str, taken: Collection[str]) -> str:
    """The title itself or, where it is taken, with the first number that is free: ``… 2``."""
    numbered = chain((title,), (f"{title} {number}" for number in count(2)))
    return next(one for one in numbered if one not in taken)


def tidy(title: str) -> str:
    """A title as one line without spaces around.

    Raises:
        StoreError: it is empty or too long.
    """
    # Lone surrogates, which a terminal may hand over, cannot be stored.
    clean = " ".join(title.encode(errors="replace").decode().split())
    if not 1 <= len(clean) <= LONGEST:
        raise StoreError(
            f"A title of {len(clean)} characters cannot be kept.",
            f"Choose one of 1 to {LONGEST} characters.",
        )
    return clean
