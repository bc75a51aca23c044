"""What each framework can compute on here."""

from collections.abc import Callable
from dataclasses import dataclass

from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device
from mnist_studio.jobs.calls import call
from mnist_studio.jobs.messages import Probed

TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True)
class FrameworkReport:
    """A framework as it is here.

    Attributes:
        name: as in specs.
        title: for people.
        version: None where it is not installed.
        devices: it can compute on, the fastest first.
        problem: why it cannot be used; empty if it can.
    """

    name: str
    title: str
    version: str | None
    devices: tuple[Device, ...]
    problem: str


def probe(name: str, cancelled: Callable[[], bool] = lambda: False) -> FrameworkReport:
    """Asks a child that imports the framework. Takes seconds.

    Raises:
        UnknownName: there is no such framework.
        Cancelled: by the user.
    """
    known = registry.entry(name)
    missing = registry.missing(name)
    if missing:
        return FrameworkReport(name, known.title, None, (), str(missing))
    version = registry.version(name)
    try:
        answer = call("probe", name, name, TIMEOUT_SECONDS, cancelled)
    except JobError as error:
        return FrameworkReport(name, known.title, version, (), str(error))
    found = answer.devices if isinstance(answer, Probed) else ()
    devices = tuple(Device(device.kind, device.name) for device in found)
    return FrameworkReport(name, known.title, version, devices, "")
