"""The actions of ``mnist-studio runs`` that organize many runs: tags, archive, and trash."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from mnist_studio.cli import options, output
from mnist_studio.errors import UsageError
from mnist_studio.formatting import counted, megabytes
from mnist_studio.store import annotations
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

_ARCHIVED = "is:archived"


def add_actions(actions: "options.Actions[ArgumentParser]") -> None:
    """Adds the actions."""
    tag = _add(actions, "tag", "add or remove tags of runs")
    tag.add_argument(
        "--add", action="append", default=[], metavar="TAG", help="tag to add (can be repeated)"
    )
    tag.add_argument(
        "--remove", action="append", default=[], metavar="TAG",
        help="tag to remove (can be repeated)",
    )  # fmt: skip
    note = options.add_run(actions.add_parser("note", help="write a note on a run"))
    note.add_argument("text", metavar="TEXT", help="the note; an empty text removes it")
    _add(actions, "archive", "hide runs from lists")
    _add(actions, "unarchive", "list archived runs again")
    _add(actions, "trash", "move runs to the trash")
    restore = actions.add_parser("restore", help="move runs back from the trash")
    restore.add_argument("runs", nargs="*", metavar="ID", help="ID of a run in the trash")
    restore.add_argument("--all", action="store_true", help="all runs in the trash")
    empty = actions.add_parser("empty-trash", help="delete the runs in the trash for good")
    empty.add_argument("--yes", action="store_true", help="do not ask")
    _add(actions, "delete", "delete runs and their files for good, without the trash")


def _add(actions: "options.Actions[ArgumentParser]", name: str, help_text: str) -> ArgumentParser:
    parser = actions.add_parser(name, help=help_text)
    parser.add_argument(
        "runs", nargs="*", metavar="ID", help="ID of a run, or its first characters"
    )
    options.add_filter(parser)
    return parser


def execute(store: RunStore, arguments: Namespace) -> bool:
    """Executes one of these actions; False if the action is another one."""
    action = _ACTIONS.get(arguments.action)
    if action is None:
        return False
    action(store, arguments)
    return True


def _tag(store: RunStore, arguments: Namespace) -> None:
    if not (arguments.add or arguments.remove):
        raise UsageError("No tag is given.", "Name one: --add TAG or --remove TAG")
    change = annotations.with_tags(arguments.add, arguments.remove)
    runs = _chosen(store, arguments)
    store.annotate(_ids(runs), change)
    _say(f"Tagged {_count(runs)}." if arguments.add else f"Removed tags of {_count(runs)}.")


def _note(store: RunStore, arguments: Namespace) -> None:
    run = store.run(arguments.run)
    store.annotate([run.id], annotations.with_note(arguments.text))
    _say("Wrote the note." if arguments.text.strip() else "Removed the note.")


def _archive(store: RunStore, arguments: Namespace) -> None:
    runs = _chosen(store, arguments)
    store.annotate(_ids(runs), annotations.with_archived(True))
    _say(f"Archived {_count(runs)}. List them: mnist-studio runs --filter {_ARCHIVED}")


def _unarchive(store: RunStore, arguments: Namespace) -> None:
    runs = [run for run in _chosen(store, arguments, _ARCHIVED) if run.annotations.archived]
    store.annotate(_ids(runs), annotations.with_archived(False))
    _say(f"Listed {_count(runs)} again.")


def _trash(store: RunStore, arguments: Namespace) -> None:
    runs = _chosen(store, arguments)
    store.move_to_trash(_ids(runs))
    last = f" {runs[0].id}" if len(runs) == 1 else " ID"
    _say(f"Moved {_count(runs)} to the trash. Undo this: mnist-studio runs restore{last}")


def _restore(store: RunStore, arguments: Namespace) -> None:
    if bool(arguments.runs) == arguments.all:
        raise UsageError("Name the runs to restore, or use --all, but not both.")
    ids = [run.id for run in store.trash.runs()] if arguments.all else arguments.runs
    store.trash.restore(ids)
    _say(f"Restored {counted(len(ids), 'run')}.")


def _empty_trash(store: RunStore, arguments: Namespace) -> None:
    count = len(store.trash.runs())
    if not count:
        _say("The trash is empty.")
        return
    size = megabytes(store.trash.size())
    if not arguments.yes and not _confirmed(f"Delete {counted(count, 'run')} ({size}) for good?"):
        _say("Nothing was deleted.")
        return
    deleted = store.trash.empty()
    _say(f"Deleted {counted(deleted, 'run')} and freed {size}.")


def _delete(store: RunStore, arguments: Namespace) -> None:
    if arguments.filter is None:
        _delete_each(store, arguments)
        return
    runs = _chosen(store, arguments)
    for run in runs:
        store.delete(run.id)
    _say(f"Deleted {_count(runs)} for good.")


def _delete_each(store: RunStore, arguments: Namespace) -> None:
    """Deletes the named runs, wherever they are: also in the trash."""
    if not arguments.runs:
        raise _nothing_named()
    for each in arguments.runs:
        store.delete(each)


def _confirmed(question: str) -> bool:
    """Whether the user agrees.

    Raises:
        UsageError: there is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise UsageError(question, "To agree, add --yes")
    output.note(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _chosen(store: RunStore, arguments: Namespace, further: str = "") -> Sequence[Run]:
    """The runs that are named, or that a filter finds.

    Args:
        store: of the runs.
        arguments: with ``runs`` and ``filter``.
        further: terms that are added to the filter.

    Raises:
        UsageError: neither is given, or both are, or the filter finds none.
    """
    if arguments.runs and arguments.filter is not None:
        raise UsageError("Name runs or give a filter, but not both.")
    if arguments.filter is not None:
        found = options.filtered(store, f"{arguments.filter} {further}")
        own = tuple(run for run in found if not run.bundled)
        if not own:
            raise UsageError(f"No run of yours matches the filter “{arguments.filter}”.")
        return own
    if not arguments.runs:
        raise _nothing_named()
    return tuple({run.id: run for run in map(store.run, arguments.runs)}.values())


def _nothing_named() -> UsageError:
    return UsageError("No run is named.", "Name the ID of a run, or give a filter: --filter FILTER")


def _ids(runs: Sequence[Run]) -> list[str]:
    return [run.id for run in runs]


def _count(runs: Sequence[Run]) -> str:
    return counted(len(runs), "run")


def _say(sentence: str) -> None:
    """What was done: for people, since a program reads the list of runs."""
    output.note(sentence)


_ACTIONS: dict[str, Callable[[RunStore, Namespace], None]] = {
    "tag": _tag,
    "note": _note,
    "archive": _archive,
    "unarchive": _unarchive,
    "trash": _trash,
    "restore": _restore,
    "empty-trash": _empty_trash,
    "delete": _delete,
}
