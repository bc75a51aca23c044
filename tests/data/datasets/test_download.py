"""Against a real server on loopback that misbehaves as told."""

import errno
import gzip
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep

import pytest

from mnist_studio import paths
from mnist_studio.data.datasets.catalog import Catalog
from mnist_studio.data.datasets.download import download_mnist
from mnist_studio.data.datasets.sources import load
from mnist_studio.errors import CancelledByUser, DownloadError
from tests.data.conftest import Small

MODES = ("missing", "truncated", "flipped", "html", "longer", "stalled", "empty")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@dataclass
class Mirrors:
    """One server; the first part of a path says how it behaves.

    Attributes:
        address: of the server.
        asked: paths, in the order they were asked for.
        resume: set to let stalled answers end.
    """

    address: str
    asked: list[str] = field(default_factory=list)
    resume: threading.Event = field(default_factory=threading.Event)

    def catalog(self, small: Small, *modes: str) -> Catalog:
        return replace(small.catalog, mirrors=tuple(f"{self.address}/{mode}/" for mode in modes))


@pytest.fixture
def mirrors(small: Small) -> Iterator[Mirrors]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            mode, name = self.path.strip("/").split("/")
            content = gzip.compress(small.raw[name.removesuffix(".gz")])
            if mode == "missing":
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(behave(mode, content))
            if mode == "stalled":
                self.wfile.flush()
                made.resume.wait(20)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Mirrors(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.resume.set()
    server.shutdown()
    server.server_close()
    thread.join()
    for reader in threading.enumerate():
        if reader.name == "fetch":
            reader.join(5)
            assert not reader.is_alive()


def behave(mode: str, content: bytes) -> bytes:
    match mode:
        case "truncated":
            return content[:-9]
        case "flipped":
            return gzip.compress(gzip.decompress(content)[:-1] + b"\xff")
        case "html":
            return b"<html>sign in to this network</html>"
        case "longer":
            return gzip.compress(gzip.decompress(content) + b"x")
        case "stalled":
            return content[: len(content) // 2]
        case "empty":
            return b""
        case _:
            return content


def quietly(_: float) -> None:
    pass


def never() -> bool:
    return False


def kept() -> list[str]:
    folder = paths.mnist_cache()
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_all_files_come_and_can_be_loaded(small: Small, mirrors: Mirrors) -> None:
    fractions: list[float] = []
    catalog = mirrors.catalog(small, "good")
    download_mnist(fractions.append, never, catalog)
    assert len(load("mnist", None, catalog).train) == 30
    assert kept() == sorted(small.raw)
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert fractions == sorted(fractions)


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "stalled"])
def test_the_next_mirror_is_tried_when_one_is_bad(
    small: Small, mirrors: Mirrors, mode: str
) -> None:
    download_mnist(quietly, never, mirrors.catalog(small, mode, "good"))
    assert kept() == sorted(small.raw)
    assert len(mirrors.asked) == 8


@pytest.mark.parametrize(
    ("mode", "problem"),
    [
        ("missing", "HTTP status 404"),
        ("truncated", "ended too early"),
        ("flipped", "checksum"),
        ("html", "gzip archive"),
        ("longer", "more than"),
        ("empty", "ended too early"),
    ],
)
def test_each_problem_is_reported(small: Small, mirrors: Mirrors, mode: str, problem: str) -> None:
    with pytest.raises(DownloadError, match=problem) as caught:
        download_mnist(quietly, never, mirrors.catalog(small, mode))
    assert "built-in dataset" in caught.value.remedy
    assert kept() == []


def test_good_files_stay_and_bad_ones_are_replaced(small: Small, mirrors: Mirrors) -> None:
    small.write(paths.mnist_cache())
    (paths.mnist_cache() / "t10k-labels-idx1-ubyte").write_bytes(b"damaged")
    download_mnist(quietly, never, mirrors.catalog(small, "good"))
    assert mirrors.asked == ["/good/t10k-labels-idx1-ubyte.gz"]
    assert len(load("mnist", None, small.catalog).test) == 20


def test_a_failed_download_keeps_what_is_good(small: Small, mirrors: Mirrors) -> None:
    small.write(paths.mnist_cache())
    (paths.mnist_cache() / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DownloadError):
        download_mnist(quietly, never, mirrors.catalog(small, "missing"))
    assert len(kept()) == 3


def test_a_stalled_server_is_given_up(small: Small, mirrors: Mirrors) -> None:
    with pytest.raises(DownloadError, match="does not respond"):
        download_mnist(quietly, never, mirrors.catalog(small, "stalled"), patience=0.2)
    assert kept() == []


def test_a_cancellation_is_answered_at_once_even_by_a_stalled_server(
    small: Small, mirrors: Mirrors
) -> None:
    is_cancelled = threading.Event()
    pressed: list[float] = []

    def press() -> None:
        pressed.append(monotonic())
        is_cancelled.set()

    timer = threading.Timer(0.3, press)
    timer.start()
    with pytest.raises(CancelledByUser):
        download_mnist(quietly, is_cancelled.is_set, mirrors.catalog(small, "stalled"))
    # The server would be silent for much longer.
    assert monotonic() - pressed[0] < 10
    timer.join()
    assert kept() == []


def test_a_full_disk_is_reported_once(
    small: Small, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DownloadError, match="disk is full"):
        download_mnist(quietly, never, mirrors.catalog(small, "good", "good"))
    assert len(mirrors.asked) == 1
    assert kept() == []


def test_a_closed_port_is_reported(small: Small) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    catalog = replace(small.catalog, mirrors=(f"http://127.0.0.1:{port}/",))
    with pytest.raises(
        DownloadError, match=r"MNIST could not be downloaded: the connection to 127"
    ):
        download_mnist(quietly, never, catalog)


def test_no_network_is_reported(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for variable in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    catalog = replace(small.catalog, mirrors=("https://mirror.invalid/mnist/",))
    with pytest.raises(DownloadError, match="may be offline") as caught:
        download_mnist(quietly, never, catalog)
    assert "import a folder" in caught.value.remedy


def test_a_catalog_without_mirrors_is_reported(small: Small) -> None:
    with pytest.raises(DownloadError, match="no mirror"):
        download_mnist(quietly, never, small.catalog)


def test_an_invalid_address_is_reported(small: Small) -> None:
    with pytest.raises(DownloadError, match="could not be downloaded"):
        download_mnist(quietly, never, replace(small.catalog, mirrors=("nonsense/",)))


def test_what_a_killed_download_left_is_removed(small: Small, mirrors: Mirrors) -> None:
    paths.mnist_cache().mkdir(parents=True)
    old, new = (paths.mnist_cache() / f".{name}.part" for name in ("old", "new"))
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    download_mnist(quietly, never, mirrors.catalog(small, "good"))
    assert kept() == sorted([new.name, *small.raw])


def test_a_slow_reader_holds_the_sender_back_and_can_leave(small: Small, mirrors: Mirrors) -> None:
    def slowly(_: float) -> None:
        sleep(0.01)

    download_mnist(slowly, never, mirrors.catalog(small, "good"))
    assert kept() == sorted(small.raw)
