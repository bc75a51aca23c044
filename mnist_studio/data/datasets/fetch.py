"""The content at an address in pieces; a download can be cancelled at any time, and resumed."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import IO
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, Request, build_opener

from mnist_studio.data.datasets.network_errors import Cut, Redirected, explained, way_to
from mnist_studio.errors import CancelledByUser

PATIENCE = 15.0
"""Seconds without data before a server is given up."""

MOST_REDIRECTS = 5

_PIECE = 1 << 16
_POLL = 0.05
_PARTIAL, _NOT_SATISFIABLE = 206, 416


@dataclass(frozen=True)
class Reply:
    """The answer of a server.

    Attributes:
        start: the byte of the content that the pieces begin with; 0 if the server sends it all.
        pieces: the content; raises NetworkError and CancelledByUser as ``reply`` does.
    """

    start: int
    pieces: Iterator[bytes]


_Queued = int | bytes | Exception
"""The first byte, then pieces, then b"" at the end, or an error."""


@contextmanager
def reply(
    url: str, is_cancelled: Callable[[], bool], patience: float = PATIENCE, start: int = 0
) -> Iterator[Reply]:
    """The content at an address.

    A thread reads, because neither a name look-up nor a stalled connection can be interrupted. So a
    cancellation takes effect at once, and the thread ends by its own timeout.

    Args:
        url: where.
        is_cancelled: called about twenty times per second.
        patience: seconds without data before the server is given up.
        start: the first byte that is wanted; servers may ignore it.

    Raises:
        NetworkError: why there is no content; blames network, proxy, or server.
        CancelledByUser: by the user.
    """
    queue: Queue[_Queued] = Queue(maxsize=16)
    unwanted = Event()
    trail = [url]
    arguments = (trail, patience, start, queue, unwanted)
    Thread(target=_read, args=arguments, name="fetch", daemon=True).start()
    try:
        first = _next(queue, is_cancelled, trail)
        assert isinstance(first, int)
        yield Reply(first, _pieces(queue, is_cancelled, trail))
    finally:
        unwanted.set()


def _pieces(
    queue: "Queue[_Queued]", is_cancelled: Callable[[], bool], trail: list[str]
) -> Iterator[bytes]:
    while piece := _next(queue, is_cancelled, trail):
        assert isinstance(piece, bytes)
        yield piece


def _next(
    queue: "Queue[_Queued]", is_cancelled: Callable[[], bool], trail: list[str]
) -> int | bytes:
    """The next piece, b"" at the end."""
    while True:
        if is_cancelled():
            raise CancelledByUser(
                "The download was canceled.", "The received part is kept for the next attempt."
            )
        try:
            item = queue.get(timeout=_POLL)
        except Empty:
            continue
        if isinstance(item, Exception):
            raise explained(item, way_to(trail)) from item
        return item


def _read(
    trail: list[str], patience: float, start: int, queue: "Queue[_Queued]", unwanted: Event
) -> None:
    """Puts the first byte, every piece, then b"" or the error that ended it; in its own thread."""
    try:
        with _open(trail, patience, start) as response:
            _put(queue, start if response.status == _PARTIAL else 0, unwanted)
            _read_all(response, queue, unwanted)
        _put(queue, b"", unwanted)
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, HTTPError):
            error.close()  # It holds an open connection.
        _put(queue, error, unwanted)


def _open(trail: list[str], patience: float, start: int) -> HTTPResponse:
    """The response from byte ``start`` on; the whole content where the server cannot do that."""
    url = trail[0]
    headers = {"User-Agent": "mnist-studio", "Accept-Encoding": "identity"}
    opener = _opener(trail)
    if start:
        ranged = Request(url, headers={**headers, "Range": f"bytes={start}-"})
        try:
            response: HTTPResponse = opener.open(ranged, timeout=patience)
        except HTTPError as error:
            if error.code != _NOT_SATISFIABLE:
                raise
            error.close()
        else:
            begin = response.headers.get("Content-Range", "")
            if response.status != _PARTIAL or begin.startswith(f"bytes {start}-"):
                return response
            response.close()
        del trail[1:]
    whole: HTTPResponse = opener.open(Request(url, headers=headers), timeout=patience)
    return whole


def _read_all(response: HTTPResponse, queue: "Queue[_Queued]", unwanted: Event) -> None:
    length = response.headers.get("Content-Length", "")
    received = 0
    while (piece := response.read(_PIECE)) and _put(queue, piece, unwanted):
        received += len(piece)
    # http.client takes an early end for the end.
    if not piece and length.isdigit() and received < int(length):
        raise Cut(received, int(length))


class _Redirects(HTTPRedirectHandler):
    """Follows redirects, but not in a circle, not too many, and not to a place that anybody reads.

    Attributes:
        trail: every address, the last one at the end.
    """

    def __init__(self, trail: list[str]) -> None:
        self.trail = trail

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """The request that follows, as ``HTTPRedirectHandler`` documents it."""
        problem = ""
        if newurl in self.trail or len(self.trail) > MOST_REDIRECTS:
            problem = "redirects in a loop"
        elif req.type == "https" and not newurl.lower().startswith("https:"):
            problem = "redirects to an address without encryption"
        if problem:
            fp.close()
            raise Redirected(problem)
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        self.trail.append(newurl)
        return following


def _opener(trail: list[str]) -> OpenerDirector:
    return build_opener(HTTPSHandler(context=_context()), _Redirects(trail))


def _context() -> ssl.SSLContext:
    """The certificates of the system: those of Python are missing or old in many installations."""
    # Imported here: the window starts without it.
    from truststore import SSLContext

    return SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _put(queue: "Queue[_Queued]", piece: _Queued, unwanted: Event) -> bool:
    """Waits for space in the queue; False once the download is no longer wanted."""
    while not unwanted.is_set():
        try:
            queue.put(piece, timeout=_POLL)
        except Full:
            continue
        return True
    return False
