"""What is said of a download that fails: against servers and proxies on loopback."""

import errno
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from mnist_studio.data.datasets import fetch
from mnist_studio.data.datasets.fetch import MOST_REDIRECTS, reply
from mnist_studio.errors import CancelledByUser
from tests.data.datasets.local_servers import (
    CERTIFICATES,
    Answer,
    failure,
    fetched,
    free_port,
    says,
    send,
    serving,
    status,
    without_proxies,
)

CONTENT = bytes(range(256)) * 1000


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxies(monkeypatch)


def test_content_comes_as_it_is() -> None:
    with serving(lambda handler: send(handler, 200, CONTENT)) as host:
        assert fetched(f"http://{host}/a") == (0, CONTENT)


@pytest.mark.parametrize(
    ("code", "reason", "remedy"),
    [
        (401, "refuses to send the file (HTTP status 401)", "Try another network"),
        (403, "refuses to send the file (HTTP status 403)", "Try another network"),
        (404, "does not have the file (HTTP status 404)", "Try again later"),
        (410, "does not have the file (HTTP status 410)", "Try again later"),
        (429, "received too many requests (HTTP status 429)", "Wait a while"),
        (451, "refuses to send the file (HTTP status 451)", "Try another network"),
        (500, "is overloaded or under maintenance (HTTP status 500)", "Try again later"),
        (502, "is overloaded or under maintenance (HTTP status 502)", "Try again later"),
        (503, "is overloaded or under maintenance (HTTP status 503)", "Try again later"),
        (504, "is overloaded or under maintenance (HTTP status 504)", "Try again later"),
    ],
)
def test_each_status_of_a_server_has_its_sentence(code: int, reason: str, remedy: str) -> None:
    with serving(status(code)) as host:
        error = failure(f"http://{host}/a")
        assert error.reason == f"{host} {reason}"
        assert error.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("after", "remedy"),
    [("90", "Wait 90 seconds and"), ("Wed, 21 Oct 2026", "Wait a while"), ("9" * 99, "Wait a wh")],
)
def test_a_busy_server_may_say_how_long(after: str, remedy: str) -> None:
    with serving(status(429, Retry_After=after)) as host:
        assert failure(f"http://{host}/a").remedy.startswith(remedy)


def test_a_network_with_a_sign_in_page_is_blamed() -> None:
    with serving(status(511)) as host:
        error = failure(f"http://{host}/a")
        assert error.reason == "this network asks you to sign in first (HTTP status 511)"
        assert "browser" in error.remedy


def test_a_redirect_is_followed() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/a":
            send(handler, 302, Location="/b")
        else:
            send(handler, 200, CONTENT)

    with serving(answer) as host:
        assert fetched(f"http://{host}/a") == (0, CONTENT)


def test_a_dead_redirect_blames_both_servers() -> None:
    dead = f"127.0.0.1:{free_port()}"
    with serving(status(302, Location=f"http://{dead}/b")) as host:
        reason = failure(f"http://{host}/a").reason
        assert reason == f"the connection to {dead}, to which {host} redirects, was refused"
    with serving(status(404)) as other, serving(status(301, Location=f"http://{other}/")) as host:
        reason = failure(f"http://{host}/a").reason
        assert reason.startswith(f"{other}, to which {host} redirects, does not have the file")


@pytest.mark.parametrize("location", ["/a", "/longer{}"])
def test_a_circle_of_redirects_is_seen(location: str) -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, 302, Location=location.format(len(asked)))

    with serving(answer) as host:
        assert failure(f"http://{host}/a").reason == f"{host} redirects in a loop"
    assert len(asked) <= MOST_REDIRECTS + 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "javascript:1", ""])
def test_a_redirect_to_no_web_server_is_refused(location: str) -> None:
    headers = {"Location": location} if location else {}
    with serving(status(302, **headers)) as host:
        reason = failure(f"http://{host}/a").reason
        assert reason == f"{host} redirects to an address that is not valid (HTTP status 302)"


def test_a_server_that_hangs_up_midway_is_blamed_with_how_much_came() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(CONTENT)))
        handler.end_headers()
        handler.wfile.write(CONTENT[:1000])

    with serving(answer) as host:
        error = failure(f"http://{host}/a")
        assert error.reason == (f"the connection to {host} was cut after 1,000 of 256,000 bytes")
        assert error.resumable


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n"]
)
def test_a_server_that_hangs_up_is_blamed(answer: bytes) -> None:
    with serving(says(answer)) as host:
        reason = failure(f"http://{host}/a").reason
        assert reason == f"the connection to {host} was cut"


def test_what_is_no_web_server_is_blamed() -> None:
    with serving(says(b"220 ready\r\n")) as host:
        assert failure(f"http://{host}/a").reason == f"{host} does not respond like a web server"


def test_a_silent_server_is_blamed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        assert failure(f"http://{host}/a", 0.2).reason == f"{host} does not respond"


def test_a_closed_port_is_blamed() -> None:
    host = f"127.0.0.1:{free_port()}"
    assert failure(f"http://{host}/a").reason == f"the connection to {host} was refused"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "x.invalid cannot be f"),
        (OSError(errno.ENETUNREACH, "unreachable"), "there is no route to x.invalid, so you may"),
        (OSError(errno.EHOSTUNREACH, "unreachable"), "there is no route to x.invalid, so you may"),
        (OSError(errno.EIO, "odd\x1b[2J"), "the connection to x.invalid failed ([Errno 5] odd ["),
    ],
)
def test_no_network_is_blamed(monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    for scheme in ("http", "https"):
        found = failure(f"{scheme}://x.invalid/a")
        assert found.reason.startswith(reason)
        assert "network connection" in found.remedy


def test_a_certificate_that_nobody_signed_is_blamed() -> None:
    with serving(status(200), "own.pem") as host:
        error = failure(f"https://{host}/a")
        assert error.reason.startswith(f"the certificate of {host} is not trusted (")
        assert "install its certificate" in error.remedy


@pytest.mark.parametrize(
    ("certificate", "name", "reason"),
    [
        ("expired.pem", "localhost", "is not valid today"),
        ("own.pem", "127.0.0.1", "belongs to another name"),
        ("own.pem", "localhost", ""),
    ],
)
def test_dates_and_names_of_certificates_are_blamed(
    monkeypatch: pytest.MonkeyPatch, certificate: str, name: str, reason: str
) -> None:
    context = ssl.create_default_context(cafile=CERTIFICATES / certificate)
    monkeypatch.setattr(fetch, "_context", lambda: context)
    with serving(lambda handler: send(handler, 200, CONTENT), certificate) as host:
        url = f"https://{name}:{host.split(':')[1]}/a"
        if reason:
            assert f"the certificate of {name}:" in failure(url).reason
            assert failure(url).reason.endswith(reason)
            assert ("date" in failure(url).remedy) == ("today" in reason)
        else:
            assert fetched(url) == (0, CONTENT)


def test_encryption_is_not_given_up_by_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(cafile=CERTIFICATES / "own.pem")
    monkeypatch.setattr(fetch, "_context", lambda: context)
    with serving(status(302, Location="http://127.0.0.1:1/"), "own.pem") as host:
        url = f"https://localhost:{host.split(':')[1]}/a"
        assert failure(url).reason.endswith("redirects to an address without encryption")


def test_a_server_without_encryption_is_blamed() -> None:
    with serving(status(200)) as host:
        reason = failure(f"https://{host}/a").reason
        assert reason.startswith(f"a secure connection to {host} could not be established (")


def ranged(content: bytes, begin: int | None = None) -> Answer:
    """A server that sends from the byte that is wanted on, or from another one."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        wanted = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        start = wanted if begin is None else begin
        if "Range" not in handler.headers:
            send(handler, 200, content)
        elif start >= len(content):
            send(handler, 416)
        else:
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            send(handler, 206, content[start:], Content_Range=place)

    return answer


@pytest.mark.parametrize("start", [1, 1000, len(CONTENT) - 1])
def test_the_rest_of_a_content_is_enough(start: int) -> None:
    with serving(ranged(CONTENT)) as host:
        assert fetched(f"http://{host}/a", start) == (start, CONTENT[start:])


@pytest.mark.parametrize(
    "answer",
    [lambda handler: send(handler, 200, CONTENT), ranged(CONTENT, 7), ranged(CONTENT, 999_999)],
)
def test_a_server_that_cannot_do_that_sends_all(answer: Answer) -> None:
    with serving(answer) as host:
        assert fetched(f"http://{host}/a", 1000) == (0, CONTENT)


def test_a_cancellation_ends_at_once() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(CancelledByUser),
        reply(f"http://127.0.0.1:{silent.getsockname()[1]}/", lambda: True, 0.2),
    ):
        pass
    for reader in threading.enumerate():
        if reader.name == "fetch":
            reader.join(5)
