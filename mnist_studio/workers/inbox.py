"""What the parent of a child writes, heard also while the child works long."""

import os
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

Inbox = SimpleQueue[bytes]


def opened(connection: Connection) -> Inbox:
    """An inbox that a thread fills; where the parent closes its pipe this process ends at once."""
    inbox: Inbox = SimpleQueue()
    Thread(target=_listen, args=(connection, inbox), name="inbox", daemon=True).start()
    return inbox


def _listen(connection: Connection, inbox: Inbox) -> None:
    try:
        while True:
            inbox.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)
