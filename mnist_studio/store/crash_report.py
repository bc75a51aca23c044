"""A report on what failed, as text that you can read and send: it names neither you nor your disk.

It contains what ``doctor`` found, the newest runs that failed with the end of their output, and the
end of the window's log. Drawings and images are not in it.
"""

import getpass
import os
import platform
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from mnist_studio import __version__, paths
from mnist_studio.errors import MnistStudioError
from mnist_studio.formatting import counted
from mnist_studio.frameworks import registry
from mnist_studio.store import artifacts, check
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

MOST_RUNS = 3
"""Newest failed runs in a report."""
CONSOLE_LINES, LOG_LINES = 40, 100
LARGEST_TAIL = 65_536
"""Bytes at the end of a file that are read."""

_SHORTEST_NAME = 3
"""Characters: a shorter name occurs inside many words."""
_HOMES = re.compile(r"(/home/|/Users/|[A-Za-z]:\\+Users\\+)[^/\\\s\"'”:]+")
"""A home folder of anybody, as Linux, macOS, and Windows name them."""


def crash_report(facts: Iterable[str]) -> str:
    """The report.

    Args:
        facts: lines about program, system, and frameworks.
    """
    lines = [
        "MNIST Studio: crash report",
        "Read this report before you send it. Your names and folders have been replaced.",
        "",
        *facts,
        *_failed_runs(),
        *_part("Log of the window", _tail(paths.log_file(), LOG_LINES)),
    ]
    return anonymous("\n".join(lines)) + "\n"


def program() -> str:
    """The versions of the program and of Python, and the system."""
    processors = counted(os.cpu_count() or 1, "processor")
    system = f"{platform.system()} {platform.machine()}, {processors}"
    return f"{__version__}, Python {platform.python_version()}, {system}"


def facts_without_imports() -> Iterator[str]:
    """The facts that need no import of a framework, which may be what fails."""
    yield f"MNIST Studio: {program()}"
    for name in registry.FRAMEWORKS:
        yield f"{registry.framework_title(name)}: {registry.version(name) or 'not installed'}"
    try:
        problems = check.check(deep=False).problems
    except MnistStudioError as error:
        yield f"store: {error}"
        return
    yield f"store: {counted(len(problems), 'problem')}"
    yield from (f"- {problem.what}" for problem in problems)


def anonymous(text: str) -> str:
    """The text without folders, names, and addresses of this user and computer."""
    for name, path in _folders():
        # Windows paths have doubled backslashes in a traceback.
        for spelling in {path, path.replace("\\", "\\\\"), path.replace("\\", "/")}:
            text = re.sub(re.escape(spelling), name, text, flags=re.IGNORECASE)
    text = _HOMES.sub(r"\1USER", text)
    for name, personal in (("USER", _user()), ("COMPUTER", socket.gethostname())):
        if len(personal) >= _SHORTEST_NAME:
            whole = rf"(?<![A-Za-z0-9]){re.escape(personal)}(?![A-Za-z0-9])"
            text = re.sub(whole, name, text, flags=re.IGNORECASE)
    return text


def _folders() -> Iterator[tuple[str, str]]:
    """What replaces each folder of the user; the deepest first."""
    named = [("HOME", str(Path.home())), ("MNIST STUDIO", str(paths.home()))]
    if folder := paths.data_folder():
        named.append(("DATA", str(folder)))
    known = [(f"<{name}>", path) for name, path in named if len(path) >= _SHORTEST_NAME]
    return iter(sorted(known, key=lambda one: len(one[1]), reverse=True))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""  # A system without a name for this user, such as a container.


def _failed_runs() -> Iterator[str]:
    try:
        with RunStore() as store:
            failed = [run for run in store.runs() if run.status in ("failed", "crashed")]
    except MnistStudioError as error:
        yield from ("", f"The runs cannot be read: {error}")
        return
    for run in failed[:MOST_RUNS]:
        reason = getattr(run.terminal, "reason", "")
        console = _tail(artifacts.console(run.folder), CONSOLE_LINES)
        yield from _part(_heading(run), [reason, *console])


def _heading(run: Run) -> str:
    # The title and the recipe of a file can have any name.
    return f"Run {run.id}: {run.spec.framework}, {run.spec.style}, {run.status}"


def _part(title: str, lines: list[str]) -> list[str]:
    return ["", f"--- {title} ---", *(lines or ["(empty)"])]


def _tail(file: Path, count: int) -> list[str]:
    """The last lines of a text file; none if there is no such file."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - LARGEST_TAIL))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return []
    return text.splitlines()[-count:]
