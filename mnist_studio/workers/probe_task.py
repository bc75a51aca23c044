"""The task of finding what a framework can compute on, in a child."""

from multiprocessing.connection import Connection

from mnist_studio.frameworks import registry
from mnist_studio.workers import messages
from mnist_studio.workers.messages import DeviceText, Probed, Trouble
from mnist_studio.workers.task_errors import explain


def run(connection: Connection, request: str) -> None:
    """Answers with ``Probed``, or ``Trouble``, for the framework that ``request`` names."""
    try:
        devices = registry.load(request).devices()
    except Exception as error:  # noqa: BLE001 - the parent tells it, whatever it is
        connection.send_bytes(messages.encode(Trouble(explain(error))))
        return
    found = tuple(DeviceText(device.kind, device.name) for device in devices)
    version = registry.installed(request) or "unknown"
    connection.send_bytes(messages.encode(Probed(found, version)))
