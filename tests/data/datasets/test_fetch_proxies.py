"""What is said of a download through a proxy that fails."""

import socket
from collections.abc import Callable

import pytest

from tests.data.datasets.local_servers import failure, free_port, serving, status, without_proxies


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxies(monkeypatch)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def use(address: str) -> None:
        for scheme in ("http", "https"):
            monkeypatch.setenv(f"{scheme}_proxy", f"http://me:secret@{address}")

    return use


@pytest.mark.parametrize(
    ("code", "reason", "remedy"),
    [
        (407, "the proxy {} asks for a user name and a password (HTTP status 407)", "PASSWORD@{}"),
        (403, "the proxy {} does not allow a connection to x.invalid (HTTP status 403)", "allow"),
        (502, "the proxy {} cannot connect to x.invalid (HTTP status 502)", "Try again later"),
        (504, "the proxy {} cannot connect to x.invalid (HTTP status 504)", "Try again later"),
    ],
)
def test_a_proxy_that_refuses_is_blamed(
    proxy: Callable[[str], None], code: int, reason: str, remedy: str
) -> None:
    with serving(status(code)) as host:
        proxy(host)
        error = failure("https://x.invalid/a")
        assert error.reason == reason.format(host)
        assert remedy.format(host) in error.remedy
        assert "secret" not in str(error)


def test_statuses_through_a_proxy_name_it(proxy: Callable[[str], None]) -> None:
    for code, words in ((407, "asks for a user name"), (403, "through the proxy {}"),
                        (503, "through the proxy {}")):  # fmt: skip
        with serving(status(code)) as host:
            proxy(host)
            reason = failure("http://x.invalid/a").reason
            assert words.format(host) in reason
            assert ("HTTP_PROXY" in failure("http://x.invalid/a").remedy) == (code == 407)


def test_a_proxy_that_is_not_there_is_blamed(
    proxy: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = f"127.0.0.1:{free_port()}"
    proxy(host)
    for scheme in ("http", "https"):
        error = failure(f"{scheme}://x.invalid/a")
        assert error.reason == f"the connection to the proxy {host} was refused"
        assert error.remedy.startswith(f"Correct or unset {scheme.upper()}_PROXY")

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    proxy("proxy.invalid:3128")
    for scheme in ("http", "https"):
        reason = failure(f"{scheme}://x.invalid/a").reason
        assert reason == "the proxy proxy.invalid:3128 cannot be found"


@pytest.mark.parametrize("address", ["127.0.0.1:port", "[", "127.0.0.1:99999999"])
def test_an_address_of_a_proxy_that_is_not_valid_is_blamed(
    proxy: Callable[[str], None], address: str
) -> None:
    proxy(address)
    error = failure("https://x.invalid/a")
    assert "the proxy" in error.reason
    assert "HTTPS_PROXY" in error.remedy
    assert "secret" not in str(error)


def test_a_silent_proxy_is_blamed(proxy: Callable[[str], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        proxy(host)
        assert failure("https://x.invalid/a", 0.2).reason == f"the proxy {host} does not respond"


def test_a_server_without_the_proxy_is_blamed_alone(
    proxy: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy("proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(status(403)) as host:
        assert failure(f"http://{host}/a").reason == (
            f"{host} refuses to send the file (HTTP status 403)"
        )
