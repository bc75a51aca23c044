"""The task of writing a trained network in a framework's own format, in a child."""

from multiprocessing.connection import Connection
from pathlib import Path

from mnist_studio.frameworks import registry
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.store import artifacts
from mnist_studio.workers import messages
from mnist_studio.workers.messages import Done, Trouble
from mnist_studio.workers.task_errors import explain


def run(connection: Connection, request: str) -> None:
    """Answers with ``Done`` or ``Trouble`` to the ``ExportRequest`` in ``request``."""
    try:
        asked = messages.export_request.decode(request)
        spec = effective(codec.decode(asked.spec))
        weights = artifacts.load_weights(Path(asked.folder), spec)
        registry.load(asked.framework).export(spec.model, weights, Path(asked.target))
    except Exception as error:  # noqa: BLE001 - the parent tells it, whatever it is
        connection.send_bytes(messages.encode(Trouble(explain(error))))
    else:
        connection.send_bytes(messages.encode(Done()))
