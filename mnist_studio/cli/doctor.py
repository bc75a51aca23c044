"""``mnist-studio doctor``: what works here and what does not."""

import os
import platform
from argparse import Namespace
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from importlib import metadata
from time import sleep

from mnist_studio import __version__, paths
from mnist_studio.analysis.time_breakdown import timing_doubts
from mnist_studio.cli import output
from mnist_studio.data.datasets import sources
from mnist_studio.errors import MnistStudioError
from mnist_studio.frameworks.registry import ENTRIES
from mnist_studio.store.runs import RunStore
from mnist_studio.training.machine import Watch
from mnist_studio.workers.probe import FrameworkReport, probe


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: it was.
        good: it works.
        text: what was found, or what is wrong and what to do.
    """

    what: str
    good: bool
    text: str


WATCHED_SECONDS = 0.3
"""Long enough to see another busy program."""

_QT_NEEDS = ("EGL", "GL", "xkbcommon", "dbus-1", "fontconfig")
"""What Qt loads at run time on Linux, beside its own libraries."""


def run(arguments: Namespace) -> int:
    """Looks at everything; 1 if something the studio cannot do without is broken."""
    good = True
    for finding in findings():
        good &= finding.good
        if arguments.json:
            output.json_line(finding)
        else:
            output.line(f"{'ok ' if finding.good else 'BAD'}  {finding.what:14}{finding.text}")
    return 0 if good else 1


def findings() -> Iterator[Finding]:
    """Each finding as soon as it is there; importing the frameworks takes seconds."""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    yield Finding("studio", True, f"{__version__}, Python {platform.python_version()}, {system}")
    yield _clocks()
    for name in ENTRIES:
        yield _framework(name)
    yield _looked("window", _window)
    yield _looked("digits", _digits)
    yield _looked("runs", _runs)


def _clocks() -> Finding:
    """Whether a training started now would have the machine for itself."""
    watch = Watch()
    sleep(WATCHED_SECONDS)
    notes = timing_doubts(watch.told())
    return Finding("clocks", True, " ".join(notes) or "nothing seen that would slow a training")


def _framework(name: str) -> Finding:
    report = probe(name)
    if report.problem:
        # A framework that was never installed is a choice; the others go on without it.
        return Finding(report.title, report.version is None, report.problem)
    devices = ", ".join(f"{device.kind} ({device.name})" for device in report.devices)
    return Finding(report.title, True, f"{report.version} on {devices}{_elsewhere(report)}")


def _elsewhere(report: FrameworkReport) -> str:
    """Whose Python computes, and whether the framework there is still the one that was chosen."""
    if not report.python:
        return ""
    another = f" (it was {report.chosen} when it was chosen)"
    return f", by {report.python}{'' if report.version == report.chosen else another}"


def _looked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except MnistStudioError as error:
        return Finding(what, False, str(error))


def _window() -> str:
    try:
        version = metadata.version("PySide6-Essentials")
    except metadata.PackageNotFoundError as error:
        raise MnistStudioError(
            "PySide6 is not installed.", "Install it with: pip install PySide6-Essentials"
        ) from error
    missing = [name for name in _QT_NEEDS if not find_library(name)]
    if platform.system() == "Linux" and missing:
        raise MnistStudioError(
            f"Qt needs these system libraries: {', '.join(missing)}.", "See the README."
        )
    return f"PySide6 {version}"


def _digits() -> str:
    dataset = sources.load(sources.default_dataset())
    return f"{dataset.title}: {len(dataset.train):,} + {len(dataset.test):,} from {dataset.source}"


def _runs() -> str:
    with RunStore() as store:
        runs = store.runs()
    bundled = sum(run.bundled for run in runs)
    return f"{len(runs) - bundled} in {paths.home()}; {bundled} came with the studio"
