"""What the user adds to a run: tags, a note, and whether it is archived or in the trash."""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from mnist_studio.errors import StoreError
from mnist_studio.formatting import has_controls, printable
from mnist_studio.store.run_record import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS, Annotations

Change = Callable[[Annotations], Annotations]


def tags_of(text: str) -> tuple[str, ...]:
    """The tags of a text, which are separated by spaces or commas.

    Raises:
        StoreError: a tag is too long, or there are too many.
    """
    return tidy_tags(text.replace(",", " ").split())


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are stored: in alphabetical order, each once whatever its case.

    Raises:
        StoreError: a tag is empty, is too long, or contains a space, or there are too many.
    """
    # Lone surrogates, which a terminal may pass on, cannot be stored.
    clean = [tag.lstrip("#").encode(errors="replace").decode() for tag in tags]
    found = {tag.casefold(): tag for tag in reversed(clean)}
    for tag in found.values():
        _check_tag(tag)
    if len(found) > MOST_TAGS:
        raise StoreError(
            f"A run has at most {MOST_TAGS} tags, got {len(found)}.", "Remove some of them."
        )
    return tuple(found[key] for key in sorted(found))


def with_tags(add: Iterable[str] = (), remove: Iterable[str] = ()) -> Change:
    """Adds and removes tags.

    Raises:
        StoreError: a tag to add is not valid.
    """
    added = tidy_tags(add)
    removed = frozenset(tag.lstrip("#").casefold() for tag in remove)

    def change(old: Annotations) -> Annotations:
        stay = (tag for tag in old.tags if tag.casefold() not in removed)
        return replace(old, tags=tidy_tags((*stay, *added)))

    return change


def with_note(text: str) -> Change:
    """Replaces the note; an empty text removes it.

    Raises:
        StoreError: it is too long.
    """
    clean = text.strip().encode(errors="replace").decode()
    note = "\n".join(map(printable, clean.splitlines()))
    if len(note) > LONGEST_NOTE:
        raise StoreError(
            f"A note has at most {LONGEST_NOTE:,} characters, got {len(note):,}.", "Shorten it."
        )
    return lambda old: replace(old, note=note)


def with_archived(archived: bool) -> Change:
    """Archives a run, or lists it again."""
    return lambda old: replace(old, archived=archived)


def with_trashed(trashed: float | None) -> Change:
    """Moves a run to the trash, or back."""
    return lambda old: replace(old, trashed=trashed)


def _check_tag(tag: str) -> None:
    if not tag or len(tag) > LONGEST_TAG:
        raise StoreError(
            f"A tag has 1 to {LONGEST_TAG} characters, got {len(tag)}.", "Choose another tag."
        )
    if has_controls(tag) or any(each.isspace() or each in ',"' for each in tag):
        raise StoreError(
            f"The tag “{printable(tag)}” contains a space, a comma, or a quotation mark.",
            "Use hyphens instead.",
        )
