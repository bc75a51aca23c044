"""Which version is newer, and the one request that finds out, against a server on loopback."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from importlib import metadata
from time import sleep

import pytest

from mnist_studio import newer_version, paths, settings
from mnist_studio.errors import DownloadError
from mnist_studio.newer_version import is_newer, version_in
from tests.data.datasets.local_servers import send, serving, status, without_proxies

HOME = "https://github.com/someone/mnist-studio"
REPOSITORY = newer_version.repository
Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxies(monkeypatch)


@pytest.fixture(autouse=True)
def built_from_a_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newer_version, "repository", lambda: HOME)


def never() -> bool:
    return False


def release(tag: str, **more: object) -> bytes:
    return json.dumps({"tag_name": tag, "html_url": "https://elsewhere", **more}).encode()


def answering(content: bytes) -> Answer:
    return lambda handler: send(handler, 200, content)


@pytest.mark.parametrize(
    ("version", "present", "newer"),
    [
        ("0.2.0", "0.1.0", True), ("0.1.0", "0.1.0", False), ("0.0.9", "0.1.0", False),
        ("0.10.0", "0.9.0", True), ("1.0", "1.0.0", False), ("1.0.1", "1.0", True),
        ("1.0.0", "1.0.0rc1", True), ("1.0.0", "1.0.0.dev3", True), ("0.9", "1.0.0rc1", False),
        ("", "0.1.0", False),
    ],
)  # fmt: skip
def test_a_newer_version_has_larger_numbers(version: str, present: str, newer: bool) -> None:
    assert is_newer(version, present) is newer


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (release("v1.2.3"), "1.2.3"), (release("1.2"), "1.2"), (release("v2.0.0rc1"), ""),
        (release("v2.0.0", prerelease=True), ""), (release("v2.0.0", draft=True), ""),
        (release("nightly"), ""), (release("v1.2.3\n"), ""), (release("v" + "9" * 5000), ""),
        (release("v1/../../x"), ""),
    ],
)  # fmt: skip
def test_only_a_final_release_has_a_version(content: bytes, version: str) -> None:
    assert version_in(content) == version


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", b"{}", b'{"tag_name": 3}', b"\xff\xfe", b"[" * 100_000],
)
def test_another_answer_is_an_error(content: bytes) -> None:
    with pytest.raises(DownloadError, match="does not describe a release"):
        version_in(content)


def test_the_request_is_one_and_has_no_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[tuple[str, dict[str, str]]] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        requests.append((handler.path, dict(handler.headers)))
        send(handler, 200, release("v99.0.0"), Set_Cookie="id=1")

    with serving(answer) as host:
        monkeypatch.setattr(newer_version, "_ANSWERS", f"http://{host}/repos/")
        assert newer_version.daily(never) == "99.0.0"
        # The result is stored, so the second start of a day sends nothing.
        assert newer_version.daily(never) == "99.0.0"
        ((path, headers),) = requests
        assert path == "/repos/someone/mnist-studio/releases/latest"
        assert {name.lower() for name in headers} <= {
            "host", "user-agent", "accept-encoding", "connection",
        }  # fmt: skip
        assert headers["User-Agent"] == "mnist-studio"
        yesterday = newer_version.Checked(newer_version.known().seconds - 90_000, "98.0.0")
        newer_version._store(yesterday)
        assert newer_version.daily(never) == "99.0.0"
        assert "Cookie" not in requests[1][1]
    assert newer_version.release_page("99.0.0") == f"{HOME}/releases/tag/v99.0.0"


def slow(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    for _ in range(12):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        sleep(0.05)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering(b" " * 1_000_001), "too large"), (answering(b"oops"), "not describe"),
        (status(404), "HTTP status 404"), (status(302, Location="/round"), "redirects in a loop"),
        (slow, "too slow"),
    ],
)  # fmt: skip
def test_a_bad_server_is_silent_in_the_window_and_an_error_of_the_command(
    answer: Answer, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(answer) as host:
        monkeypatch.setattr(newer_version, "_ANSWERS", f"http://{host}/")
        with pytest.raises(DownloadError, match=reason):
            newer_version.request(never, patience=0.3)
        paths.newest_version_file().unlink()
        if answer is not slow:
            assert newer_version.daily(never) == ""


def test_a_redirect_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/moved":
            send(handler, 200, release("v1.0.0"))
        else:
            send(handler, 301, Location="/moved")

    with serving(answer) as host:
        monkeypatch.setattr(newer_version, "_ANSWERS", f"http://{host}/")
        assert newer_version.request(never).version == "1.0.0"


def test_offline_is_silent_and_not_repeated_within_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newer_version, "_ANSWERS", "http://127.0.0.1:1/")
    assert newer_version.daily(never) == ""
    monkeypatch.setattr(newer_version, "request", lambda _: pytest.fail("a second request"))
    assert newer_version.daily(never) == ""


def test_a_damaged_record_counts_as_none() -> None:
    file = paths.newest_version_file()
    file.parent.mkdir(parents=True)
    file.write_bytes(b'{"seconds": "soon"')
    assert newer_version.known() == newer_version.Checked()


def test_it_is_off_by_default_and_old_settings_still_open() -> None:
    assert not settings.Settings().check_version
    paths.settings_file().write_text('{"theme": "dark"}')
    assert not settings.load()[0].check_version


@pytest.mark.parametrize(
    ("url", "home"),
    [
        (f"Homepage, {HOME}", HOME), (f"Homepage, {HOME}/", HOME),
        ("Homepage, http://github.com/a/b", ""), ("Homepage, https://github.com/a/b?c=1", ""),
        ("Homepage, https://github.com.evil/a/b", ""), ("Issues, https://github.com/a/b", ""),
    ],
)  # fmt: skip
def test_the_repository_is_the_one_in_the_metadata(
    url: str, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Described:
        def get_all(self, name: str) -> list[str]:
            return [url] if name == "Project-URL" else []

    monkeypatch.setattr(metadata, "metadata", lambda name: Described())
    assert REPOSITORY() == home
