"""The titles of runs."""

from mnist_studio.errors import StoreError
from mnist_studio.frameworks.registry import entry
from mnist_studio.spec.run import RunSpec

LONGEST = 80


def of(spec: RunSpec) -> str:
    """The title of a new run: ``compact-cnn · PyTorch``."""
    return f"{spec.recipe} · {entry(spec.framework).title}"


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
