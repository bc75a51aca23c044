"""``mnist-studio store``: checks, backs up, restores, and rebuilds everything that is stored."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

from mnist_studio import paths
from mnist_studio.cli import options, output
from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.formatting import NOTHING, counted, moment
from mnist_studio.store import backup, bad_rows, check, rebuild
from mnist_studio.store.backup import Backup, Contents
from mnist_studio.store.rebuild import Rebuilt
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class BackupLine:
    """A backup in JSON; the counts are None if it is damaged."""

    path: str
    created: float
    size: int
    runs: int | None
    own_images: int | None
    experiments: int | None


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command and its actions."""
    parser.epilog = (
        "Your runs are listed in a database, which is backed up after every run and every image "
        f"that you label. The folder of each run contains all of its data. Home: {paths.home()}"
    )
    options.add_json(parser, "one problem per line, and a summary")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    check_ = actions.add_parser("check", help="check every run, image, and backup (the default)")
    check_.add_argument(
        "--set-aside",
        action="store_true",
        help="move rows that cannot be read from the database into files",
    )
    options.add_action_json(check_, "one problem per line, and a summary")
    back_up = actions.add_parser("backup", help="back up the database, or list the backups")
    back_up.add_argument("--list", action="store_true", help="list the backups, newest first")
    options.add_action_json(back_up, "one backup per line")
    restore = actions.add_parser(
        "restore", help="go back to a backup (newer runs are read from their folders)"
    )
    restore.add_argument(
        "backup",
        nargs="?",
        metavar="FILE",
        help="name or path of a backup (default: the newest one that is not damaged)",
    )
    options.add_action_json(restore, "one line")
    rebuild_ = actions.add_parser("rebuild", help="rebuild the database from the run folders")
    options.add_action_json(rebuild_, "one line")


def run(arguments: Namespace) -> int:
    """Checks or mends what is stored."""
    if arguments.action == "backup":
        return _list(arguments.json) if arguments.list else _back_up(arguments.json)
    if arguments.action == "restore":
        _show_rebuilt(rebuild.rebuild(chosen=_chosen(arguments.backup)), arguments.json)
        return 0
    if arguments.action == "rebuild":
        _show_rebuilt(rebuild.rebuild(), arguments.json)
        return 0
    return _check(arguments.json, getattr(arguments, "set_aside", False))


def _check(json: bool, set_aside: bool) -> int:
    report = check.check()
    bad = [problem.row for problem in report.problems if problem.row]
    if set_aside and bad:
        files = bad_rows.set_aside(bad)
        folder = paths.home() / bad_rows.FOLDER
        output.note(f"{counted(len(files), 'row').capitalize()} moved to {folder}.")
        report = check.check()
    if json:
        for problem in report.problems:
            output.json_line(problem)
        output.json_line({**vars(report), "problems": len(report.problems)})
        return 1 if report.problems else 0
    for problem in report.problems:
        output.line(f"{problem.what} {problem.remedy}".strip())
    output.line(summary(report))
    return 1 if report.problems else 0


def summary(report: check.StoreReport) -> str:
    """What a report says in one sentence."""
    newest = moment(report.newest_backup) if report.newest_backup is not None else "none yet"
    found = counted(len(report.problems), "problem")
    recipes = f"{counted(report.own_recipes, 'own recipe')}, " if report.own_recipes else ""
    trashed = f" ({report.trashed:,} in the trash)" if report.trashed else ""
    return (
        f"{found.capitalize()}. {counted(report.runs, 'run').capitalize()}{trashed}, "
        f"{counted(report.own_images, 'labeled image')}, {recipes}"
        f"{counted(report.experiments, 'experiment')}. "
        f"{counted(report.backups, 'backup').capitalize()}, newest: {newest}."
    )


def _back_up(json: bool) -> int:
    with RunStore() as store:
        path = store.back_up()
    made = next(one for one in backup.all_in(path.parent) if one.path == path)
    if json:
        output.json_line(_line(made))
    else:
        output.line(f"Backed up to {path}.")
    return 0


def _list(json: bool) -> int:
    found = backup.all_in(paths.backups())
    if json:
        for each in found:
            output.json_line(_line(each))
    elif found:
        columns = ("Backup", "Created", "Size", "Runs", "Images", "Experiments")
        output.table(columns, [_row(each) for each in found], right=(2, 3, 4, 5))
    else:
        output.note("No backups yet. MNIST Studio makes one after every run.")
    return 0


def _contents(each: Backup) -> Contents | None:
    try:
        return backup.contents(each.path)
    except StoreDamaged as error:
        output.note(str(error.problem))
        return None


def _line(each: Backup) -> BackupLine:
    found = _contents(each)
    counts = (found.runs, found.own_images, found.experiments) if found else (None, None, None)
    return BackupLine(str(each.path), each.created, each.size, *counts)


def _row(each: Backup) -> tuple[str, ...]:
    found = _contents(each)
    counts = (found.runs, found.own_images, found.experiments) if found else (NOTHING,) * 3
    size = f"{each.size / 1e6:.1f} MB"
    return (each.path.name, moment(each.created), size, *map(str, counts))


def _chosen(name: str | None) -> Path:
    """The backup of that name or path; the newest whole one without a name.

    Raises:
        StoreError: there is none.
    """
    folder = paths.backups()
    if name is None:
        newest = backup.newest_whole(folder)
        if newest is None:
            raise StoreError(
                f"There is no backup in {folder}.",
                "Rebuild the database from the run folders: mnist-studio store rebuild",
            )
        return newest.path
    for path in (folder / name, paths.expanded(name)):
        if path.is_file():
            return path
    raise StoreError(f"There is no backup “{name}”.", "List them: mnist-studio store backup --list")


def _show_rebuilt(result: Rebuilt, json: bool) -> None:
    if json:
        output.json_line(
            {
                **vars(result),
                "unreadable": [str(folder) for folder in result.unreadable],
                "backup": str(result.backup or ""),
                "replaced": str(result.replaced or ""),
            }
        )
        return
    for line in sentences(result):
        output.line(line)


def sentences(result: Rebuilt) -> list[str]:
    """What was rebuilt."""
    runs, folders = counted(result.runs, "run"), counted(result.from_folders, "run")
    lines = [
        f"The database now has {runs}, {counted(result.own_images, 'labeled image')}, and "
        f"{counted(result.experiments, 'experiment')}. The folders described {folders}."
    ]
    if result.backup:
        lines.append(f"Used the backup {result.backup}.")
    if result.replaced:
        lines.append(f"The old database is now {result.replaced}.")
    if result.without_folder:
        lines.append(
            f"{counted(result.without_folder, 'run').capitalize()} without a folder, so without "
            "weights. Delete them if you do not need their curves."
        )
    lines += [f"There is no description of the run in {folder}." for folder in result.unreadable]
    return lines
