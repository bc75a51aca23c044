"""What each framework can compute on here."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device
from mnist_studio.workers.task import Context, Task, never
from mnist_studio.workers.worker import request_once

TIMEOUT_SECONDS = 120.0


class FrameworkDevices(msgspec.Struct, frozen=True):
    """A framework as a child process finds it.

    Attributes:
        version: of the framework there.
        devices: it can compute on, the fastest first.
    """

    version: str
    devices: tuple[Device, ...]


FIND_DEVICES: Task[str, None, FrameworkDevices] = Task(
    "mnist_studio.workers.probe.find_devices", None, FrameworkDevices
)


@dataclass(frozen=True)
class FrameworkReport:
    """A framework as it is here.

    Attributes:
        name: as in specs.
        title: for people.
        version: None where it is not installed.
        devices: it can compute on, the fastest first.
        problem: why it cannot be used; empty if it can.
        python: program of another Python that computes for it; empty for the studio's own.
        chosen: its version when that Python was chosen.
    """

    name: str
    title: str
    version: str | None
    devices: tuple[Device, ...]
    problem: str
    python: str = ""
    chosen: str = ""


def probe(name: str, is_cancelled: Callable[[], bool] = never) -> FrameworkReport:
    """Imports a framework in a child process and reports on it. Takes seconds.

    Raises:
        UnknownName: there is no such framework.
        CancelledByUser: by the user.
    """
    known = registry.framework_entry(name)
    missing = registry.missing(name)
    if missing:
        return FrameworkReport(name, known.title, None, (), str(missing))
    version, python = registry.version(name), registry.python(name)
    chosen = (version or "") if python else ""
    try:
        found = request_once(FIND_DEVICES, name, name, TIMEOUT_SECONDS, is_cancelled=is_cancelled)
    except JobError as error:
        return FrameworkReport(name, known.title, version, (), str(error), python, chosen)
    return FrameworkReport(name, known.title, found.version, found.devices, "", python, chosen)


def find_devices(framework: str, _: Context[None]) -> FrameworkDevices:
    """The task of finding what a framework can compute on.

    Raises:
        FrameworkMissing: it is not installed, or its installation is broken.
    """
    devices = tuple(registry.load(framework).devices())
    return FrameworkDevices(registry.installed(framework) or "unknown", devices)


def import_framework(framework: str, _: Context[None]) -> str:
    """The task of importing a framework. Gives its version.

    Raises:
        FrameworkMissing: it is not installed.
        FrameworkBroken: it cannot be imported.
    """
    registry.load(framework)
    return registry.installed(framework) or "unknown"
