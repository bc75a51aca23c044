"""Servers on loopback that answer as a test wants, and what a download says of them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mnist_studio.data.datasets.fetch import reply
from mnist_studio.data.datasets.network_errors import NetworkError

CERTIFICATES = Path(__file__).parent / "certificates"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
Answer = Callable[[BaseHTTPRequestHandler], None]


def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides the proxies of this computer from a test."""
    for variable in PROXIES:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)


@contextmanager
def serving(answer: Answer, certificate: str = "") -> Iterator[str]:
    """Host and port of a server that answers so, by TLS if there is a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def do_CONNECT(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # A client that refuses the certificate hangs up.

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        for reader in threading.enumerate():
            if reader.name == "fetch":
                reader.join(5)


def never() -> bool:
    return False


def fetched(url: str, start: int = 0, patience: float = 5.0) -> tuple[int, bytes]:
    with reply(url, never, patience, start) as answer:
        return answer.start, b"".join(answer.pieces)


def failure(url: str, patience: float = 5.0) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        fetched(url, patience=patience)
    error = caught.value
    assert error.problem == f"The download failed: {error.reason}."
    assert error.remedy.endswith("import a folder with the files, or use the built-in dataset.")
    return error


def send(
    handler: BaseHTTPRequestHandler, status: int, content: bytes = b"", **headers: str
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def status(code: int, **headers: str) -> Answer:
    return lambda handler: send(handler, code, b"sorry", **headers)


def says(content: bytes) -> Answer:
    """A server that sends these bytes, headers and all, and hangs up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(content)

    return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
