"""Cuts, stalls and garbles downloads from a server on loopback, and checks what arrives.

    python -m benchmarks network [--cycles N] [--seed N]

A cycle downloads a small MNIST, or archives with checksums like those of other datasets, from one
or two servers. Their first answers are cut within their header or content, reset, stalled, flipped,
too long, of another place, an error, or a web page. Some cycles cancel the download, and some kill
its process. Then the servers are good again. These are checked each time:

- Nothing but an error of MNIST Studio ends a download, with a remedy, and within seconds.
- No file is stored that is not whole, and no good file is lost.
- The next download from good servers ends with all files, and leaves nothing else behind.
"""

import argparse
import errno
import gzip
import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from benchmarks.attacks import ROOT, Lost, figures, source_path
from mnist_studio import paths
from mnist_studio.data.datasets import idx
from mnist_studio.data.datasets.catalog import Catalog, RawFile
from mnist_studio.data.datasets.download import download_mnist
from mnist_studio.errors import CancelledByUser, DownloadError

FAULTS = (
    "cut", "cut", "cut", "reset", "header", "silent", "stall", "flip", "long", "elsewhere",
    "no ranges", "error", "page", "slow",
)  # fmt: skip
"""What an answer can do. A cut is what happens most often."""

PATIENCE = 0.4
SECONDS = 60.0
"""Limit for one download: far more than all attempts at all servers take."""


class Servers:
    """Two mirrors on loopback that misbehave as planned.

    Attributes:
        faults: of the next answers, the first one first; good ones follow.
    """

    def __init__(self, files: dict[str, bytes], chance: random.Random) -> None:
        """Opens their ports.

        Args:
            files: content by name.
            chance: draws where a fault happens.
        """
        self.faults: list[str] = []
        self._files, self._chance = files, chance
        self._listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        for one in self._listening:
            self._begin(self._serve, one)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the mirrors, with a slash at the end."""
        return tuple(f"http://127.0.0.1:{one.getsockname()[1]}/" for one in self._listening)

    def close(self) -> None:
        """Closes the ports, and waits for the answers to end."""
        self._closing.set()
        for one in self._listening:
            # On Linux, closing alone does not wake the thread that waits for a client.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _begin(self, work: Callable[[socket.socket], None], one: socket.socket) -> None:
        thread = threading.Thread(target=work, args=(one,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self._begin(self._answer, connection)

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._send(connection)
            except OSError:
                return  # The client has hung up.

    def _send(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request and (piece := connection.recv(4096)):
            request += piece
        if b"\r\n\r\n" not in request:
            return  # The client was killed.
        name = request.split(b" ")[1].decode().strip("/")
        start = 0
        for line in request.decode().splitlines():
            if line.lower().startswith("range: bytes="):
                start = int(line.partition("=")[2].rstrip("-"))
        fault = self.faults.pop(0) if self.faults else ""
        self._misbehave(connection, self._files[name], start, fault)

    def _misbehave(self, connection: socket.socket, content: bytes, start: int, fault: str) -> None:
        if fault == "silent":
            return
        if fault == "error":
            code = self._chance.choice((403, 404, 429, 500, 503))
            connection.sendall(f"HTTP/1.1 {code} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        if fault == "page":
            content, start = b"<!DOCTYPE html><title>Sign in</title>" * 9, 0
        if fault == "flip":
            content = _flipped(content, self._chance)
        if fault == "long":
            content += self._chance.randbytes(5000)
        if fault == "no ranges":
            start = 0
        if fault == "elsewhere":
            start = self._chance.randrange(len(content))
        answer = _header(start, len(content)) + content[start:]
        cut = self._chance.randrange(len(_header(start, len(content))), len(answer) + 1)
        if fault == "header":
            cut = self._chance.randrange(len(_header(start, len(content))))
        if fault in ("cut", "reset", "header", "stall"):
            answer = answer[:cut]
        self._write(connection, answer, fault)

    def _write(self, connection: socket.socket, answer: bytes, fault: str) -> None:
        if fault == "slow":
            for at in range(0, len(answer), max(1, len(answer) // 20)):
                connection.sendall(answer[at : at + max(1, len(answer) // 20)])
                time.sleep(0.01)
            return
        connection.sendall(answer)
        if fault == "stall":
            self._closing.wait(3 * PATIENCE)
        if fault == "reset":
            # Closing with a linger time of 0 sends a reset instead of an end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _header(start: int, size: int) -> bytes:
    lines = [f"HTTP/1.1 {206 if start else 200} OK", f"Content-Length: {size - start}"]
    if start:
        lines.append(f"Content-Range: bytes {start}-{size - 1}/{size}")
    return "\r\n".join((*lines, "Connection: close", "", "")).encode()


def _flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def made() -> tuple[Catalog, dict[str, bytes], dict[str, bytes]]:
    """A small MNIST with checksums of its own; its raw files, and its archives."""
    chance = np.random.default_rng(1)
    raw: dict[str, bytes] = {}
    for part, count in (("train", 90), ("t10k", 30)):
        raw[f"{part}-images-idx3-ubyte"] = idx.build(
            chance.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        )
        raw[f"{part}-labels-idx1-ubyte"] = idx.build(chance.integers(0, 10, count, dtype=np.uint8))
    files = [RawFile(name, len(raw[name]), sha256(raw[name]).hexdigest()) for name in raw]
    archives = {f"{name}.gz": gzip.compress(content) for name, content in raw.items()}
    return Catalog(files[0], files[1], files[2], files[3], ()), raw, archives


class Network:
    """Cycles of one seed.

    Attributes:
        ends: how a download ended -> number of cycles.
        faults: number of faulty answers.
        losses: what was lost.
        archives: what the servers have, by name.
        then: called after the download from good servers.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        """Makes what is downloaded.

        Args:
            folder: gets a home for each cycle.
            seed: of everything that is drawn.
        """
        self._folder, self._seed = folder, seed
        self._catalog, self._raw, self.archives = made()
        self.then: Callable[[], object] = lambda: None
        self.ends: Counter[str] = Counter()
        self.faults = 0
        self.losses: list[str] = []

    def cycle(self, number: int) -> str:
        """One cycle; returns a line about it."""
        chance = random.Random(f"{self._seed} {number}")
        os.environ[paths.HOME_VARIABLE] = str(self._folder / str(number))
        servers = Servers(self.archives, chance)
        servers.faults = plan = [chance.choice(FAULTS) for _ in range(chance.randint(1, 12))]
        described = ", ".join(plan)
        before = len(plan)
        try:
            end = self._attacked(servers, chance)
            self.faults += before - len(servers.faults)
            servers.faults = []
            self._check_stored()
            self._download(servers, lambda: False)
            self.then()
            self._check_complete()
        except Lost as loss:
            end = f"LOST: {loss}"
            self.losses.append(f"cycle {number} ({described}): {loss}")
        except DownloadError as error:
            end = f"LOST: {error}"
            self.losses.append(f"cycle {number} ({described}): good servers: {error}")
        finally:
            servers.close()
        self.ends[end.partition(":")[0]] += 1
        return f"{number}: {described}: {end}"

    def download_twice(self, servers: Servers) -> None:
        """Downloads from bad servers, and then from good ones.

        Raises:
            Lost: something is not as it should be.
        """
        try:
            self._download(servers, lambda: False)
        except DownloadError:
            self._check_stored()
        servers.faults = []
        self._download(servers, lambda: False)
        self._check_complete()

    def _attacked(self, servers: Servers, chance: random.Random) -> str:
        """Downloads from bad servers; how it ended."""
        how = chance.choice(("", "", "", "cancel", "kill"))
        if how == "kill":
            return self._killed(servers, chance)
        polls = chance.randrange(1, 40) if how else 1 << 30
        asked = iter(range(polls))
        began = time.monotonic()
        try:
            self._download(servers, lambda: next(asked, None) is None)
        except CancelledByUser:
            return "canceled"
        except DownloadError as error:
            if not (error.problem and error.remedy):
                raise Lost(f"an error without a remedy: {error!r}") from error
            return "reported"
        except Exception as error:
            raise Lost(traceback.format_exc()) from error
        finally:
            if time.monotonic() - began > SECONDS:
                raise Lost(f"it took {time.monotonic() - began:.0f} s")
        return "complete"

    def _download(self, servers: Servers, is_cancelled: Callable[[], bool]) -> None:
        catalog = _with_mirrors(self._catalog, servers.addresses)
        download_mnist(lambda fraction: None, is_cancelled, catalog, PATIENCE)

    def _killed(self, servers: Servers, chance: random.Random) -> str:
        """Downloads in a process that is killed at some moment."""
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.network", "--client", json.dumps(servers.addresses)],
            env={**os.environ, "PYTHONPATH": source_path()}, cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with process:
            assert process.stdout is not None  # It is a pipe.
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
        return "killed"

    def _check_stored(self) -> None:
        """What is stored under its name is whole."""
        folder = paths.mnist_cache()
        found = [path for path in folder.glob("*") if not path.name.startswith(".")]
        for path in found:
            if path.read_bytes() != self._raw.get(path.name):
                raise Lost(f"{path.name} is stored, but is not whole")

    def _check_complete(self) -> None:
        self._check_stored()
        stored = {path.name for path in paths.mnist_cache().iterdir()}
        # Those of a killed process are removed later, because they may belong to another download.
        left = {path.name for path in paths.partial_downloads().glob("*")}
        if set(self._raw) - stored:
            raise Lost(f"{set(self._raw) - stored} are missing")
        if left:
            raise Lost(f"{left} are left behind")

    def summary(self) -> str:
        """The figures of all cycles."""
        first = f"{sum(self.ends.values())} cycles with {self.faults} faulty answers"
        return figures(first, self.ends, self.losses)


def _with_mirrors(catalog: Catalog, mirrors: Sequence[str]) -> Catalog:
    return replace(catalog, mirrors=tuple(mirrors))


@contextmanager
def without_proxy() -> Iterator[None]:
    """Reaches the servers on this computer directly, until the end of the block."""
    former = os.environ.get("no_proxy")
    os.environ["no_proxy"] = "127.0.0.1"
    try:
        yield
    finally:
        os.environ.pop("no_proxy")
        if former is not None:
            os.environ["no_proxy"] = former


def main(arguments: Sequence[str]) -> int:
    """Runs cycles and prints the figures; 1 if anything was lost."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks network",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cycles", type=int, default=100, metavar="N", help="(default: 100)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--verbose", action="store_true", help="print a line for each cycle")
    parser.add_argument("--client", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.client:
        return _client(json.loads(options.client))
    with tempfile.TemporaryDirectory() as folder, without_proxy():
        network = Network(Path(folder), options.seed)
        for number in range(1, options.cycles + 1):
            line = network.cycle(number)
            if options.verbose:
                print(line, flush=True)
        print(network.summary())
    return int(bool(network.losses))


def _client(mirrors: Sequence[str]) -> int:
    """Downloads until it is killed."""
    print("ready", flush=True)
    try:
        download_mnist(
            lambda fraction: None, lambda: False, _with_mirrors(made()[0], mirrors), PATIENCE
        )
    except DownloadError:
        return errno.EIO
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
