"""``mnist-studio datasets``: the datasets that are known, and those of your own."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mnist_studio import paths
from mnist_studio.cli import options, output
from mnist_studio.data.datasets import own, own_import, published_import, similarity, sources
from mnist_studio.data.datasets.own import OwnDataset, OwnDatasets
from mnist_studio.data.datasets.published import PUBLISHED
from mnist_studio.data.datasets.splitting import ImportOptions
from mnist_studio.errors import CancelledByUser, UsageError
from mnist_studio.formatting import count, counted, percent_done
from mnist_studio.spec import datasets
from mnist_studio.spec.datasets import OWN, DatasetFacts, check_own_name
from mnist_studio.store.runs import RunStore

_NOTED = 0.05


@dataclass(frozen=True)
class DatasetLine:
    """A dataset in JSON."""

    dataset: str
    title: str
    classes: tuple[str, ...]
    train: int
    test: int
    here: bool
    shows: str
    origin: str
    license: str
    folder: str
    notes: tuple[str, ...]


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command and its actions."""
    parser.epilog = "Without an action, this command lists the datasets. See docs/datasets.md."
    options.add_json(parser, "one dataset per line")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    options.add_action_json(
        actions.add_parser("list", help="list the datasets (the default)"), "one dataset per line"
    )
    _add_named(actions, "show", "describe a dataset, and check its files")
    _add_import(actions)
    download = _add_named(actions, "download", "download a published dataset, verified")
    download.description = f"Downloadable: mnist, {', '.join(PUBLISHED)}."
    rename = _add_named(actions, "rename", "rename a dataset of yours")
    rename.add_argument("new", metavar="NEW", help="the new name")
    _add_named(actions, "delete", "move a dataset of yours to the trash")
    _add_named(actions, "restore", "move a dataset back from the trash")
    options.add_action_json(
        actions.add_parser("trash", help="list the datasets in the trash"), "one dataset per line"
    )
    empty = actions.add_parser("empty-trash", help="delete the datasets in the trash for good")
    empty.add_argument("--yes", action="store_true", help="do not ask")


def _add_named(
    actions: "options.Actions[ArgumentParser]", name: str, help_text: str
) -> ArgumentParser:
    action = actions.add_parser(name, help=help_text)
    options.add_action_json(action, "one dataset per line")
    action.add_argument("name", metavar="NAME", help="name of the dataset")
    return action


def _add_import(actions: "options.Actions[ArgumentParser]") -> None:
    action = actions.add_parser(
        "import", help="add a dataset: a folder of images, a CSV file, or published files"
    )
    options.add_action_json(action, "one dataset per line")
    action.add_argument(
        "place", type=options.path, metavar="FOLDER|FILE",
        help="folder with a subfolder of images for each class, CSV file with a label and 784 "
        "pixels per line, or the files of a published dataset",
    )  # fmt: skip
    action.add_argument(
        "--name", metavar="NAME",
        help=f"name of your dataset, or of the published one: mnist, {', '.join(PUBLISHED)} "
        "(default: the name of the folder)",
    )  # fmt: skip
    action.add_argument(
        "--seed", type=int, default=42, metavar="N",
        help="seed of the test set, if the folder has no train and test folders (default: 42)",
    )  # fmt: skip
    action.add_argument(
        "--crop", action="store_true",
        help="crop each image to its ink, and center it like a digit (default: the whole image)",
    )  # fmt: skip
    action.add_argument(
        "--overwrite", action="store_true", help="move your dataset of that name to the trash"
    )


def run(arguments: Namespace) -> int:
    """Executes the action.

    Raises:
        UnknownName: there is no such dataset.
        SpecError: a name that is not possible.
        DataError: files that cannot be used, or the disk fails.
    """
    action = arguments.action or "list"
    found = _ACTIONS[action](arguments)
    lines = [_line(facts) for facts in found]
    if arguments.json:
        for line in lines:
            output.json_line(line)
    elif action in ("list", "trash"):
        _table(lines)
    elif action == "show":
        _describe(lines[0])
    return 0


def _list(arguments: Namespace) -> Sequence[DatasetFacts]:
    return datasets.known()


def _show(arguments: Namespace) -> Sequence[DatasetFacts]:
    return (_known(arguments.name),)


def _import(arguments: Namespace) -> Sequence[DatasetFacts]:
    name = arguments.name or _name_of(arguments.place)
    if name == "mnist" or name in PUBLISHED:
        with _progress("Importing") as (progress, is_cancelled):
            if name == "mnist":
                published_import.import_mnist(arguments.place, progress, is_cancelled)
                notes: tuple[str, ...] = ()
            else:
                notes = published_import.import_published(
                    arguments.place, PUBLISHED[name], progress, is_cancelled
                )
        _note(datasets.CATALOG[name], notes)
        return (datasets.CATALOG[name],)
    name = name.removeprefix(OWN)
    check_own_name(name)
    return (_import_own(name, arguments).facts,)


def _import_own(name: str, arguments: Namespace) -> OwnDataset:
    with _progress("Importing") as (progress, is_cancelled):
        chosen = ImportOptions(arguments.seed, not arguments.crop, progress, is_cancelled)
        new = own_import.read(arguments.place, name, chosen)
        made = OwnDatasets().add(name, new, arguments.overwrite, chosen.check_cancelled)
    own.load()
    _note(made.facts, (*new.notes, *similarity.of_dataset(OwnDatasets().read(name))))
    return made


def _note(facts: DatasetFacts, notes: Sequence[str]) -> None:
    for sentence in notes:
        output.note(sentence)
    output.note(
        f"Stored {count(facts.train)} training and {count(facts.test)} test images of "
        f"{counted(len(facts.class_names), 'class', 'classes')}. "
        f"Train on them: mnist-studio train compact-cnn --dataset {_quoted(facts.name)}"
    )


def _download(arguments: Namespace) -> Sequence[DatasetFacts]:
    from mnist_studio.data.datasets import download

    name = arguments.name
    if name != "mnist" and name not in PUBLISHED:
        raise UsageError(
            f"“{name}” cannot be downloaded.", f"Downloadable: mnist, {', '.join(PUBLISHED)}."
        )
    if name != "mnist" and not PUBLISHED[name].encrypted:
        output.note(
            "Not all addresses of this dataset are encrypted. Its checksums are still compared."
        )
    with _progress("Downloading") as (progress, is_cancelled):
        if name == "mnist":
            download.download_mnist(progress, is_cancelled)
            stored: tuple[str, ...] = ("mnist",)
        else:
            stored = download.download_published(PUBLISHED[name], progress, is_cancelled)
    found = tuple(datasets.CATALOG[one] for one in stored)
    for facts in found:
        _note(facts, ())
    return found


def _rename(arguments: Namespace) -> Sequence[DatasetFacts]:
    former = OwnDatasets().get(arguments.name).name
    renamed = OwnDatasets().rename(former, arguments.new.removeprefix(OWN))
    own.load()
    output.note(f"“{former}” is now called “{renamed.name}”. {_uses(former)}".strip())
    return (renamed.facts,)


def _delete(arguments: Namespace) -> Sequence[DatasetFacts]:
    deleted = OwnDatasets().delete(arguments.name)
    output.note(f"“{deleted.name}” is in the trash. {_uses(deleted.name)}".strip())
    output.note(f"Restore it: mnist-studio datasets restore {_quoted(deleted.name)}")
    return (deleted.facts,)


def _restore(arguments: Namespace) -> Sequence[DatasetFacts]:
    restored = OwnDatasets().restore(arguments.name)
    own.load()
    output.note(f"Restored “{restored.name}”.")
    return (restored.facts,)


def _trash(arguments: Namespace) -> Sequence[DatasetFacts]:
    return tuple(one.facts for one in OwnDatasets().trashed())


def _empty_trash(arguments: Namespace) -> Sequence[DatasetFacts]:
    found = OwnDatasets().trashed()
    if found and not arguments.yes and not _confirmed(len(found)):
        raise UsageError("The trash was not emptied.", "Answer y, or add --yes.")
    output.note(f"Deleted {counted(OwnDatasets().empty_trash(), 'dataset')} for good.")
    return ()


def _confirmed(number: int) -> bool:
    if not sys.stdin.isatty():
        return False
    output.note(f"Delete {counted(number, 'dataset')} for good? [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _known(name: str) -> DatasetFacts:
    """A dataset of the catalog, or one of yours with or without ``own/``."""
    return datasets.CATALOG.get(name) or OwnDatasets().get(name).facts


def _name_of(place: Path) -> str:
    name = place.stem if place.is_file() else place.resolve().name
    if name.casefold() in (*PUBLISHED, "mnist"):
        return name.casefold()
    return "".join(one if one.isalnum() or one in " .-_+" else "-" for one in name).strip(" .-_+")


def _uses(name: str) -> str:
    """How many runs speak of a dataset of yours."""
    with RunStore() as store:
        number = sum(run.spec.dataset == OWN + name for run in store.runs())
    if not number:
        return ""
    keep = "keeps its" if number == 1 else "keep their"
    return f"{counted(number, 'run').capitalize()} trained on it {keep} weights and figures."


@contextmanager
def _progress(what: str) -> Iterator[tuple[Callable[[float], None], Callable[[], bool]]]:
    """Functions that show the fraction done, and that say whether Ctrl+C was pressed."""
    shown = -1.0

    def progress(fraction: float) -> None:
        nonlocal shown
        if sys.stderr.isatty() and (fraction - shown >= _NOTED or fraction >= 1 > shown):
            shown = fraction
            output.note(f"{what}: {percent_done(fraction)}")

    try:
        yield progress, lambda: False
    except CancelledByUser:
        raise KeyboardInterrupt from None


def _line(facts: DatasetFacts) -> DatasetLine:
    notes: tuple[str, ...] = ()
    folder = ""
    if facts.is_own and sources.is_here(facts.name):
        mine = OwnDatasets().get(facts.name)
        notes, folder = mine.description.notes, str(mine.folder)
    elif facts.name in PUBLISHED:
        folder = str(paths.dataset_cache(facts.name))
    return DatasetLine(
        facts.name, facts.title, facts.class_names, facts.train, facts.test,
        sources.is_here(facts.name), facts.shows, facts.origin, facts.license, folder, notes,
    )  # fmt: skip


def _table(lines: Sequence[DatasetLine]) -> None:
    rows = [
        (
            line.dataset, line.title, str(len(line.classes)), count(line.train), count(line.test),
            "yes" if line.here else "no",
        )
        for line in lines
    ]  # fmt: skip
    output.table(
        ("Dataset", "Title", "Classes", "Train", "Test", "On this computer"), rows, (2, 3, 4)
    )


def _describe(line: DatasetLine) -> None:
    output.line(line.title)
    output.line(f"Name: {line.dataset}")
    if line.shows:
        output.line(f"Shows: {line.shows}")
    output.line(f"Classes: {', '.join(line.classes)}")
    output.line(f"Images: {count(line.train)} for training, {count(line.test)} for testing")
    if line.origin:
        output.line(f"From: {line.origin}")
    if line.dataset in datasets.CATALOG:
        output.line(f"License: {line.license or 'not known'}")
    if not line.here:
        output.line("It is not on this computer.")
        return
    for note in line.notes:
        output.line(note)
    found = sources.load(line.dataset)
    output.line(f"Checked: all files are complete. Loaded from {found.source}.")


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


_ACTIONS: dict[str, Callable[[Namespace], Sequence[DatasetFacts]]] = {
    "list": _list,
    "show": _show,
    "import": _import,
    "download": _download,
    "rename": _rename,
    "delete": _delete,
    "restore": _restore,
    "trash": _trash,
    "empty-trash": _empty_trash,
}
