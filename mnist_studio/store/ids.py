"""Ids of runs, of which an unambiguous beginning is enough."""

from collections.abc import Iterable

from mnist_studio.errors import UnknownName
from mnist_studio.store.database import Database


def full_id(database: Database, bundled: Iterable[str], beginning: str) -> str:
    """The one id that begins so.

    Args:
        database: of the user's runs.
        bundled: ids of the models that came with the studio.
        beginning: of an id, or all of it.

    Raises:
        UnknownName: no id begins so, or several do.
    """
    query = "SELECT id FROM runs WHERE substr(id, 1, ?) = ?"
    # Nothing is the beginning of every id, but never what was meant; no id is beyond ASCII,
    # and SQLite takes no lone surrogates.
    possible = beginning and beginning.isascii()
    rows = database.rows(query, len(beginning), beginning) if possible else []
    came = [model for model in bundled if possible and model.startswith(beginning)]
    match [*(str(run_id) for (run_id,) in rows), *came]:
        case [run_id]:
            return run_id
        case []:
            raise UnknownName(f"There is no run “{beginning}”.", "Look at the list of runs.")
        case several:
            raise UnknownName(
                f"{len(several)} runs begin with “{beginning}”.", "Write more of the id."
            )
