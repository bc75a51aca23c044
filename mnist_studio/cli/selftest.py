"""``mnist-studio selftest``: tests everything that an installation must be able to do."""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

import msgspec

from mnist_studio import paths, selftest
from mnist_studio.cli import options, output
from mnist_studio.comparison.report.files import write_report
from mnist_studio.comparison.selection import select_runs
from mnist_studio.errors import JobError
from mnist_studio.selftest import SelfTestResult, Step
from mnist_studio.store.runs import RunStore

WINDOW_SECONDS = 60.0
"""A first start reads a gigabyte from a slow disk."""

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


class Opened(msgspec.Struct, frozen=True):
    """What the window writes when it is usable (see ``gui.app.application``).

    Attributes:
        painted: seconds from the start of its process to its first frame.
        usable: seconds until it was usable.
        platform: of Qt, such as ``xcb``; ``offscreen`` where there is no display.
    """

    painted: float
    usable: float
    platform: str


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.epilog = "The test takes about a minute. It leaves no runs behind."
    options.add_json(parser, "one test per line")


def run(arguments: Namespace) -> int:
    """Runs all tests, one after the other; 1 if any fails."""
    made = []
    with selftest.temporary_home():
        for step in steps():
            made.append(selftest.run_step(step))
            if arguments.json:
                output.json_line(made[-1])
            else:
                output.note(f"{_verdict(made[-1])}  {made[-1].name}")
    if not arguments.json:
        _write(made)
    return 0 if all(one.passed for one in made) else 1


def steps() -> Iterator[Step]:
    """The window first, since its start is what users wait for, and the report of all runs last."""
    yield "window", _window
    yield from selftest.steps()
    yield "report", _report


def _window() -> str:
    """Opens the window as a user does, in another process."""
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
        errors = done.stderr.decode(errors="replace").strip()
        raise JobError(
            f"The window closed with exit code {done.returncode}. {errors}".strip()
        ) from error
    return (
        f"painted after {opened.painted:.2f} s, usable after {opened.usable:.2f} s"
        f" ({opened.platform})"
    )


def _display() -> dict[str, str]:
    """The environment, with an offscreen display where there is none."""
    shown = sys.platform != "linux" or any(os.environ.get(name) for name in _DISPLAYS)
    return {**os.environ, **({} if shown else {"QT_QPA_PLATFORM": "offscreen"})}


def _report() -> str:
    """Writes the report of all runs that were trained, as HTML and PDF."""
    with RunStore() as store:
        chosen = select_runs(store, [run.id for run in store.runs() if not run.bundled])
    sizes = []
    for path in (paths.home() / "report.html", paths.home() / "report.pdf"):
        write_report(chosen, path)
        sizes.append(f"{path.suffix[1:].upper()} {path.stat().st_size // 1024:,} KB")
    return ", ".join(sizes)


def _verdict(one: SelfTestResult) -> str:
    return "ok    " if one.passed else "FAILED"


def _write(made: list[SelfTestResult]) -> None:
    rows = [(_verdict(one), one.name, f"{one.seconds:.1f}", one.detail) for one in made]
    output.table(("Result", "Test", "Seconds", "Detail"), rows, right=(2,))
