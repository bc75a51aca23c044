"""Downloads of every dataset of the catalog, with made archives, from a server on loopback."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.datasets import sources
from mnist_studio.data.datasets.archives import checksum
from mnist_studio.data.datasets.download import download_published
from mnist_studio.data.datasets.published import PUBLISHED, Published
from mnist_studio.errors import CancelledByUser, DownloadError
from tests.data.datasets.made import Files, emnist_members, small_published, zipped


@dataclass
class Server:
    """Serves files; the first part of a path says how it behaves.

    Attributes:
        address: of the server.
        files: by name.
        asked: paths with the byte from which they were requested.
    """

    address: str = ""
    files: Files = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mode, name = self.path.strip("/").split("/")
            wanted = self.headers.get("Range", "")
            made.asked.append((self.path, wanted))
            content = made.files.get(name)
            if content is None or mode == "missing":
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
            if mode == "flipped":
                content = content[:-9] + bytes([content[-9] ^ 255]) + content[-8:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"
                )
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            cut = mode == "cut" and not start
            self.wfile.write(content[start : len(content) // 2 if cut else None])

        def log_message(self, *_: object) -> None:
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{serving.server_port}"
    thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
    thread.start()
    yield made
    serving.shutdown()
    serving.server_close()
    thread.join()
    for reader in threading.enumerate():
        if reader.name == "fetch":
            reader.join(5)


def from_server(small: Published, server: Server, *modes: str) -> Published:
    return replace(small, mirrors=tuple(f"{server.address}/{mode}/" for mode in modes))


def download(wanted: Published) -> tuple[str, ...]:
    return download_published(wanted, lambda f: None, lambda: False, known=(wanted,))


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_dataset_is_downloaded_verified_and_stored(name: str, server: Server) -> None:
    small, server.files, parts = small_published(name)
    shown: list[float] = []
    wanted = from_server(small, server, "missing", "cut")
    stored = download_published(wanted, shown.append, lambda: False, known=(wanted,))
    assert stored == (name,)
    found = sources.load(name)
    np.testing.assert_array_equal(found.train.labels, parts["train"].labels)
    assert any(start for _, start in server.asked)  # It went on where it was cut.
    assert shown == sorted(shown)
    assert shown[-1] == 1
    left = list(paths.partial_downloads().rglob("*")) if paths.partial_downloads().exists() else []
    assert left == []


def test_a_wrong_archive_is_refused_and_leaves_nothing(server: Server) -> None:
    small, server.files, _ = small_published("usps")
    with pytest.raises(DownloadError, match=r"usps\.bz2 .*checksum does not match") as caught:
        download(from_server(small, server, "flipped"))
    assert caught.value.remedy
    assert not sources.is_here("usps")
    download(from_server(small, server, "flipped", "good"))
    assert sources.is_here("usps")


def test_no_mirror_and_a_cancellation_are_explained(server: Server) -> None:
    small, server.files, _ = small_published("qmnist")
    for modes in (("missing",), ("missing", "missing")):
        with pytest.raises(DownloadError) as caught:
            download(from_server(small, server, *modes))
        assert caught.value.problem.startswith("QMNIST could not be downloaded: 127.0.0.1:")
        assert caught.value.problem.endswith(" does not have the file (HTTP status 404).")
        assert "MNIST" not in caught.value.remedy
    wanted = from_server(small, server, "good")
    with pytest.raises(CancelledByUser):
        download_published(wanted, lambda f: None, lambda: True, known=(wanted,))
    assert not sources.is_here("qmnist")


def test_all_splits_of_one_archive_are_stored_by_one_download(server: Server) -> None:
    known: dict[str, Published] = {}
    members: Files = {}
    for name in ("emnist-digits", "emnist-letters"):
        small, _, parts = small_published(name)
        members |= emnist_members(parts, name.removeprefix("emnist-"))
        known[name] = small
    server.files = {"gzip.zip": zipped(members)}
    sums = (replace(PUBLISHED[name].files[0], md5=checksum(server.files["gzip.zip"])),)
    both = [from_server(replace(one, files=sums), server, "good") for one in known.values()]
    stored = download_published(both[0], lambda f: None, lambda: False, known=both)
    assert stored == ("emnist-digits", "emnist-letters")
    assert len(server.asked) == 1
    assert sources.load("emnist-letters").class_names[0] == "A"
