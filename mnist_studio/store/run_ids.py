"""The one run whose id begins with a text."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

from mnist_studio.errors import UnknownName
from mnist_studio.store import folders
from mnist_studio.store.database import Database
from mnist_studio.store.rows import IN_TRASH

Where = Literal["listed", "trash", "anywhere"]
"""Which runs an id is searched among."""
_WHERE = {"listed": f"NOT {IN_TRASH}", "trash": IN_TRASH, "anywhere": "1"}


def full_id(
    database: Database, bundled: Iterable[str], beginning: str, where: Where = "anywhere"
) -> str:
    """The one id with that prefix.

    Args:
        database: of the user's runs.
        bundled: ids of the bundled models.
        beginning: prefix of an id, or the whole id.
        where: the runs to search.

    Raises:
        UnknownName: no id has that prefix, or several do.
    """
    query = (
        "SELECT id FROM runs WHERE typeof(id) = 'text' AND substr(id, 1, ?) = ? "
        f"AND {_WHERE[where]}"
    )
    # The empty prefix would match every id; ids are ASCII, and SQLite accepts no lone surrogates.
    possible = beginning and beginning.isascii()
    rows = database.rows(query, len(beginning), beginning) if possible else []
    came = [model for model in bundled if possible and model.startswith(beginning)]
    own = [run_id for (run_id,) in rows if folders.is_id(run_id)]
    match [*own, *came]:
        case [run_id]:
            return str(run_id)
        case []:
            raise _unknown(database, beginning, where)
        case several:
            raise UnknownName(
                f"{len(several)} runs begin with “{beginning}”.", "Enter more characters of the ID."
            )


def _unknown(database: Database, beginning: str, where: Where) -> UnknownName:
    if where == "trash":
        return UnknownName(
            f"There is no run “{beginning}” in the trash.",
            "List the runs in the trash: mnist-studio runs --trash",
        )
    with suppress(UnknownName):
        found = full_id(database, (), beginning, "trash")
        return UnknownName(
            f"The run {found} is in the trash.",
            f"Restore it: mnist-studio runs restore {found}",
        )
    return UnknownName(f"There is no run “{beginning}”.", "Check the list of runs.")
