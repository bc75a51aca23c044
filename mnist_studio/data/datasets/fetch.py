"""The content at an address in pieces; a download can be cancelled at any time."""

import socket
import ssl
from collections.abc import Callable, Generator
from http.client import HTTPException
from queue import Empty, Full, Queue
from threading import Event, Thread
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from mnist_studio.errors import CancelledByUser, DownloadError

PATIENCE = 15.0
"""Seconds without data before a server is given up."""

_PIECE = 1 << 16
_POLL = 0.05
_REMEDY = "Check the network connection, import a folder with MNIST, or use the built-in dataset."


def pieces(
    url: str, is_cancelled: Callable[[], bool], patience: float = PATIENCE
) -> Generator[bytes, None, None]:
    """The content at an address.

    A thread reads, because neither a name look-up nor a stalled connection can be interrupted. So a
    cancellation takes effect at once, and the thread ends by its own timeout.

    Args:
        url: where.
        is_cancelled: called about twenty times per second.
        patience: seconds without data before the server is given up.

    Raises:
        DownloadError: no network, no such file, or the server stopped answering.
        Cancelled: by the user.
    """
    queue: Queue[bytes | Exception] = Queue(maxsize=16)
    unwanted = Event()
    Thread(target=_read, args=(url, patience, queue, unwanted), name="fetch", daemon=True).start()
    try:
        while piece := _next(queue, is_cancelled):
            if isinstance(piece, Exception):
                raise _explained(piece, url) from piece
            yield piece
    finally:
        unwanted.set()


def _next(queue: "Queue[bytes | Exception]", is_cancelled: Callable[[], bool]) -> bytes | Exception:
    """The next piece, b"" at the end."""
    while True:
        if is_cancelled():
            raise CancelledByUser(
                "The download was canceled.", "Files that are already stored are kept."
            )
        try:
            return queue.get(timeout=_POLL)
        except Empty:
            continue


def _read(url: str, patience: float, queue: "Queue[bytes | Exception]", unwanted: Event) -> None:
    """Puts every piece, then b"" or the error that ended it; in its own thread."""
    try:
        request = Request(url, headers={"User-Agent": "mnist-studio"})
        with urlopen(request, timeout=patience, context=_context()) as response:
            while (piece := response.read(_PIECE)) and _put(queue, piece, unwanted):
                pass
        _put(queue, b"", unwanted)
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, HTTPError):
            error.close()  # It holds an open connection.
        _put(queue, error, unwanted)


def _context() -> ssl.SSLContext:
    """The certificates of the system: those of Python are missing or old in many installations."""
    # Imported here: the window starts without it.
    from truststore import SSLContext

    return SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _put(queue: "Queue[bytes | Exception]", piece: bytes | Exception, unwanted: Event) -> bool:
    """Waits for space in the queue; False once the download is no longer wanted."""
    while not unwanted.is_set():
        try:
            queue.put(piece, timeout=_POLL)
        except Full:
            continue
        return True
    return False


def _explained(error: Exception, url: str) -> DownloadError:
    """The reason for a failed download."""
    host = url.split("/")[2] if url.count("/") > 2 else url
    reason = error.reason if isinstance(error, URLError) else error
    match reason:
        case _ if isinstance(error, HTTPError):
            text = f"{host} does not have the file (HTTP status {error.code})"
        case socket.gaierror():
            text = f"{host} cannot be found, so you may be offline"
        case ssl.SSLError():
            text = f"no secure connection to {host} could be made"
        case TimeoutError():
            text = f"{host} does not respond"
        case _:
            text = f"the connection to {host} failed ({reason})"
    return DownloadError(f"MNIST could not be downloaded: {text}.", _REMEDY)
