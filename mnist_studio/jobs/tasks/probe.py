"""The task of finding what a framework can compute on, in a child."""

from multiprocessing.connection import Connection

from mnist_studio.errors import StudioError
from mnist_studio.frameworks import registry
from mnist_studio.jobs import messages
from mnist_studio.jobs.messages import DeviceText, Probed, Trouble


def run(connection: Connection, request: str) -> None:
    """Answers with ``Probed``, or ``Trouble``, for the framework that ``request`` names."""
    try:
        devices = registry.load(request).devices()
    except StudioError as error:
        connection.send_bytes(messages.encode(Trouble(str(error))))
        return
    found = tuple(DeviceText(device.kind, device.name) for device in devices)
    connection.send_bytes(messages.encode(Probed(found)))
