"""``mnist-studio doctor``: checks the installation, the devices, and the data."""

import platform
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from importlib import metadata
from time import sleep

from mnist_studio import paths
from mnist_studio.analysis.time_breakdown import timing_doubts
from mnist_studio.cli import options, output
from mnist_studio.data import files
from mnist_studio.data.datasets import sources
from mnist_studio.errors import MnistStudioError
from mnist_studio.formatting import count, counted, moment
from mnist_studio.frameworks.registry import ENTRIES
from mnist_studio.store.check import check
from mnist_studio.store.crash_report import crash_report, program
from mnist_studio.store.runs import RunStore
from mnist_studio.training.machine import MachineMonitor
from mnist_studio.workers.probe import FrameworkReport, probe


@dataclass(frozen=True)
class Finding:
    """The result of one check, also in JSON.

    Attributes:
        check: what was checked.
        passed: whether it works.
        detail: what was found, or what is wrong and what to do.
    """

    check: str
    passed: bool
    detail: str


WATCHED_SECONDS = 0.3
"""Long enough to notice another busy program."""

_QT_LIBRARIES = ("EGL", "GL", "xkbcommon", "dbus-1", "fontconfig")
"""What Qt loads on Linux at run time and does not bring along."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    options.add_json(parser, "one check per line")
    parser.add_argument(
        "--report",
        metavar="FILE",
        type=options.path,
        help="file to write a crash report to, without personal data",
    )


def run(arguments: Namespace) -> int:
    """Runs all checks; 1 if something indispensable is broken."""
    passed, facts = True, []
    for finding in findings():
        passed &= finding.passed
        facts.append(f"{finding.check}: {finding.detail}")
        if arguments.json:
            output.json_line(finding)
        else:
            mark = "ok    " if finding.passed else "FAILED"
            output.line(f"{mark}  {finding.check:14}{finding.detail}")
    if arguments.report:
        files.write_bytes(arguments.report, crash_report(facts).encode())
        output.note(f"Report saved to {arguments.report}. Read it before you send it.")
    return 0 if passed else 1


def findings() -> Iterator[Finding]:
    """Each finding as soon as it is there; importing the frameworks takes seconds."""
    yield Finding("MNIST Studio", True, program())
    yield _timing()
    for name in ENTRIES:
        yield _framework(name)
    yield _checked("window", _window)
    yield _checked("dataset", _dataset)
    yield _checked("runs", _runs)
    yield _checked("store", _store)


def _timing() -> Finding:
    """Whether a run that starts now has the machine for itself."""
    monitor = MachineMonitor()
    sleep(WATCHED_SECONDS)
    doubts = timing_doubts(monitor.summary())
    return Finding("timing", True, " ".join(doubts) or "nothing found that slows down training")


def _framework(name: str) -> Finding:
    report = probe(name)
    if report.problem:
        # A framework that was never installed is a choice; the others work without it.
        return Finding(report.title, report.version is None, report.problem)
    devices = ", ".join(f"{device.kind} ({device.name})" for device in report.devices)
    return Finding(report.title, True, f"{report.version} on {devices}{_environment(report)}")


def _environment(report: FrameworkReport) -> str:
    """The environment that computes, and whether the framework there is still the chosen one."""
    if not report.python:
        return ""
    # Settings of former versions name only the TensorFlow of a Keras, so a part is enough.
    same = report.chosen in (report.version or "")
    changed = "" if same else f" (it had {report.chosen} when you chose it)"
    return f", in {report.python}{changed}"


def _checked(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except MnistStudioError as error:
        return Finding(name, False, str(error))


def _window() -> str:
    try:
        version = metadata.version("PySide6-Essentials")
    except metadata.PackageNotFoundError as error:
        raise MnistStudioError(
            "PySide6 is not installed.", "Install it with: pip install PySide6-Essentials"
        ) from error
    missing = [name for name in _QT_LIBRARIES if not find_library(name)]
    if platform.system() == "Linux" and missing:
        raise MnistStudioError(
            f"Qt needs these system libraries: {', '.join(missing)}.",
            "Install them. The README names their packages.",
        )
    return f"PySide6 {version}"


def _dataset() -> str:
    dataset = sources.load(sources.default_dataset())
    images = f"{count(len(dataset.train))} training and {count(len(dataset.test))} test images"
    return ". ".join((f"{dataset.title}: {images}, {dataset.source}", *dataset.notes))


def _runs() -> str:
    with RunStore() as store:
        runs = store.runs()
    bundled = sum(run.bundled for run in runs)
    own = counted(len(runs) - bundled, "run")
    return f"{own} in {paths.home()}, and {counted(bundled, 'pretrained model')}"


def _store() -> str:
    """What a quick check of the store says; the command ``store check`` reads every file."""
    report = check(deep=False)
    if report.problems:
        first = report.problems[0]
        found = counted(len(report.problems), "problem")
        raise MnistStudioError(
            f"{found.capitalize()}. {first.what}", "List all of them: mnist-studio store check"
        )
    if report.newest_backup is None:
        return "no problems, no backups yet"
    count, newest = counted(report.backups, "backup"), moment(report.newest_backup)
    return f"no problems, {count}, newest: {newest}"
