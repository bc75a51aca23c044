"""Downloads that are cut, cancelled, or killed, and go on where they ended."""

import gzip
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.data.datasets.catalog import Catalog
from mnist_studio.data.datasets.download import MOST_ATTEMPTS, download_mnist
from mnist_studio.data.datasets.sources import load
from mnist_studio.errors import CancelledByUser, DownloadError
from tests.data.conftest import Small
from tests.data.datasets.local_servers import never, serving

IMAGES = "train-images-idx3-ubyte"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@dataclass
class Mirror:
    """A server that hangs up after some bytes of every answer.

    Attributes:
        packed: archives by name.
        most: bytes that it sends at once.
        ranges: whether it can send a part.
        asked: the bytes that were wanted of the training images, in that order.
        host: of the server.
    """

    packed: dict[str, bytes]
    most: int = 1 << 30
    ranges: bool = True
    asked: list[int] = field(default_factory=list)
    host: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.rpartition("/")[2].removesuffix(".gz")
        content = self.packed[name]
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        if name == IMAGES:
            self.asked.append(start)
        partial = bool(start and self.ranges)
        start = start if partial else 0
        handler.send_response(206 if partial else 200)
        if partial:
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            handler.send_header("Content-Range", place)
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        handler.wfile.write(content[start : start + self.most])

    def catalog(self, small: Small) -> Catalog:
        return replace(small.catalog, mirrors=(f"http://{self.host}/",))


@pytest.fixture
def mirror(small: Small) -> Iterator[Mirror]:
    made = Mirror({name: gzip.compress(content) for name, content in small.raw.items()})
    with serving(made.answer) as made.host:
        yield made


def quietly(_: float) -> None:
    pass


def stored() -> list[Path]:
    folder = paths.partial_downloads()
    return list(folder.iterdir()) if folder.is_dir() else []


def test_a_cut_download_goes_on_where_it_ended(small: Small, mirror: Mirror) -> None:
    mirror.most = len(mirror.packed[IMAGES]) // 3 + 1
    fractions: list[float] = []
    download_mnist(fractions.append, never, mirror.catalog(small))
    assert mirror.asked == [0, mirror.most, 2 * mirror.most]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(load("mnist", None, small.catalog).train) == 30
    assert stored() == []


def test_a_part_from_another_mirror_does_not_stay(small: Small, mirror: Mirror) -> None:
    mirror.most, mirror.ranges = 1000, False
    good = Mirror(mirror.packed)
    with serving(good.answer) as host:
        mirrors = (f"http://{mirror.host}/", f"http://{host}/")
        download_mnist(quietly, never, replace(small.catalog, mirrors=mirrors))
    assert (mirror.asked, good.asked) == ([0, 1000], [0])
    assert stored() == []


def test_without_ranges_a_cut_download_is_reported(small: Small, mirror: Mirror) -> None:
    mirror.most, mirror.ranges = 1000, False
    with pytest.raises(DownloadError, match="was cut after 1,000 of"):
        download_mnist(quietly, never, mirror.catalog(small))
    assert mirror.asked == [0, 1000]
    mirror.most = 1 << 30
    download_mnist(quietly, never, mirror.catalog(small))
    assert len(load("mnist", None, small.catalog).train) == 30
    assert stored() == []


def test_a_server_that_always_hangs_up_is_given_up_and_resumed_later(
    small: Small, mirror: Mirror
) -> None:
    mirror.most = 100
    with pytest.raises(DownloadError, match="was cut after 100 of"):
        download_mnist(quietly, never, mirror.catalog(small))
    assert mirror.asked == [100 * place for place in range(MOST_ATTEMPTS)]
    (part,) = stored()
    assert part.stat().st_size == 100 * MOST_ATTEMPTS
    mirror.most = 1 << 30
    download_mnist(quietly, never, mirror.catalog(small))
    assert mirror.asked[MOST_ATTEMPTS:] == [100 * MOST_ATTEMPTS]
    assert len(load("mnist", None, small.catalog).train) == 30
    assert stored() == []


def test_a_cancelled_download_is_resumed(small: Small, mirror: Mirror) -> None:
    mirror.most = 5000
    is_cancelled = threading.Event()

    def press(fraction: float) -> None:
        if fraction:
            is_cancelled.set()

    with pytest.raises(CancelledByUser):
        download_mnist(press, is_cancelled.is_set, mirror.catalog(small))
    (part,) = stored()
    size = part.stat().st_size
    assert size > 0
    mirror.most = 1 << 30
    download_mnist(quietly, never, mirror.catalog(small))
    assert mirror.asked[-1] == size
    assert len(load("mnist", None, small.catalog).train) == 30


@pytest.mark.parametrize("kind", ["other archive", "garbage", "longer"])
def test_what_was_stored_of_something_else_is_downloaded_again(
    small: Small, mirror: Mirror, kind: str
) -> None:
    mirror.most = 2000
    with pytest.raises(DownloadError):
        download_mnist(quietly, never, mirror.catalog(small))
    (part,) = stored()
    other = gzip.compress(small.raw[IMAGES][::-1], 1)
    contents = {"other archive": other[:2000], "garbage": b"x" * 2000, "longer": other * 9}
    part.write_bytes(contents[kind])
    mirror.most = 1 << 30
    download_mnist(quietly, never, mirror.catalog(small))
    assert len(load("mnist", None, small.catalog).train) == 30
    assert stored() == []


def test_what_follows_an_archive_is_not_read(small: Small, mirror: Mirror) -> None:
    for name, content in mirror.packed.items():
        mirror.packed[name] = content + bytes(3_000_000)
    download_mnist(quietly, never, mirror.catalog(small))
    assert len(load("mnist", None, small.catalog).train) == 30


def test_an_archive_that_holds_nothing_has_an_end(small: Small, mirror: Mirror) -> None:
    # Empty blocks of deflate: no byte comes of them, however many there are.
    mirror.packed[IMAGES] = gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 100_000
    with pytest.raises(DownloadError, match="has more than 23,536 bytes"):
        download_mnist(quietly, never, mirror.catalog(small))
    assert stored() == []


def test_every_mirror_has_its_reason(small: Small, mirror: Mirror) -> None:
    def refuse(handler: BaseHTTPRequestHandler) -> None:
        handler.send_error(403)

    def sign_in(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"<!DOCTYPE html><title>Sign in</title>")

    with serving(refuse) as first, serving(sign_in) as second:
        mirrors = (f"http://{first}/", f"http://{second}/")
        with pytest.raises(DownloadError) as caught:
            download_mnist(quietly, never, replace(small.catalog, mirrors=mirrors))
    assert caught.value.problem == (
        f"MNIST could not be downloaded: {first} refuses to send the file (HTTP status 403); "
        f"{IMAGES} could not be used because {second} sent a web page instead of a gzip archive, "
        "so you may have to sign in."
    )


def test_old_parts_are_removed(small: Small, mirror: Mirror) -> None:
    paths.partial_downloads().mkdir(parents=True)
    old, new = (paths.partial_downloads() / f".{name}.part" for name in ("old", "new"))
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    download_mnist(quietly, never, mirror.catalog(small))
    assert stored() == [new]
