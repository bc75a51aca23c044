"""What each framework can compute on here."""

from collections.abc import Callable
from dataclasses import dataclass

from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device
from mnist_studio.workers.messages import Probed
from mnist_studio.workers.requests import call

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
        python: the program of another Python that computes for it; empty for the studio's own.
        chosen: version that was there when that Python was chosen.
    """

    name: str
    title: str
    version: str | None
    devices: tuple[Device, ...]
    problem: str
    python: str = ""
    chosen: str = ""


def probe(name: str, is_cancelled: Callable[[], bool] = lambda: False) -> FrameworkReport:
    """Asks a child that imports the framework. Takes seconds.

    Raises:
        UnknownName: there is no such framework.
        Cancelled: by the user.
    """
    known = registry.framework_entry(name)
    missing = registry.missing(name)
    if missing:
        return FrameworkReport(name, known.title, None, (), str(missing))
    version, python = registry.version(name), registry.python(name)
    chosen = (version or "") if python else ""
    try:
        answer = call("probe", name, name, TIMEOUT_SECONDS, is_cancelled)
    except JobError as error:
        return FrameworkReport(name, known.title, version, (), str(error), python, chosen)
    assert isinstance(answer, Probed)  # Trouble was raised.
    devices = tuple(Device(device.kind, device.name) for device in answer.devices)
    return FrameworkReport(name, known.title, answer.version, devices, "", python, chosen)
