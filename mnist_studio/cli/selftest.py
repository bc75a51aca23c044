"""``mnist-studio selftest``: tries everything that an installation must be able to do."""

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator

import msgspec

from mnist_studio import paths, selftest
from mnist_studio.cli import output
from mnist_studio.comparison.report.files import write_report
from mnist_studio.comparison.selection import select_runs
from mnist_studio.errors import JobError
from mnist_studio.selftest import Step, Tried
from mnist_studio.store.runs import RunStore

WINDOW_SECONDS = 60.0
"""A first start reads a gigabyte from a slow disk."""

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


class Opened(msgspec.Struct, frozen=True):
    """What the window writes when it can be used (see ``gui.app.opening``).

    Attributes:
        painted: seconds from the start of its process to its first frame.
        usable: seconds until it could be used.
        platform: of Qt, such as ``xcb``; ``offscreen`` where there is no display.
    """

    painted: float
    usable: float
    platform: str


def run(arguments: Namespace) -> int:
    """Tries everything, one thing after the other; 1 if anything does not work."""
    made = []
    with selftest.home_apart():
        for step in steps():
            made.append(selftest.tried(step))
            if arguments.json:
                output.json_line(made[-1])
            else:
                output.note(f"{_verdict(made[-1])}  {made[-1].what}")
    if not arguments.json:
        _tell(made)
    return 0 if all(one.good for one in made) else 1


def steps() -> Iterator[Step]:
    """The window first, since that is what one waits for; then all else; then a report of it."""
    yield "window", _window
    yield from selftest.steps()
    yield "report", _report


def _window() -> str:
    """Opens the window as its user would, in a process of its own."""
    command = [*paths.program(), "--until-usable"]
    try:
        done = subprocess.run(
            command, env=_display(), timeout=WINDOW_SECONDS, check=False,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise JobError(f"The window did not open in {WINDOW_SECONDS:.0f} seconds.") from error
    try:
        opened = msgspec.json.decode(done.stdout, type=Opened)
    except msgspec.DecodeError as error:
        said = done.stderr.decode(errors="replace").strip()
        raise JobError(f"The window ended with {done.returncode}. {said}".strip()) from error
    return (
        f"painted after {opened.painted:.2f} s, usable after {opened.usable:.2f} s"
        f" ({opened.platform})"
    )


def _display() -> dict[str, str]:
    """The environment, with a display in memory where there is none."""
    shown = sys.platform != "linux" or any(os.environ.get(name) for name in _DISPLAYS)
    return {**os.environ, **({} if shown else {"QT_QPA_PLATFORM": "offscreen"})}


def _report() -> str:
    """All views of what was trained, as a page and on paper."""
    with RunStore() as store:
        chosen = select_runs(store, [run.id for run in store.runs() if not run.bundled])
    sizes = []
    for path in (paths.home() / "report.html", paths.home() / "report.pdf"):
        write_report(chosen, path)
        sizes.append(f"{path.suffix[1:].upper()} {path.stat().st_size // 1024:,} KB")
    return ", ".join(sizes)


def _verdict(one: Tried) -> str:
    return "ok " if one.good else "BAD"


def _tell(made: list[Tried]) -> None:
    rows = [(_verdict(one), one.what, f"{one.seconds:.1f}", one.text) for one in made]
    output.table(("", "Tried", "Seconds", "Found"), rows, right=(2,))
