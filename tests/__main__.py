"""All tests: one pytest process for each group that must not share one, then a closing line.

PyTorch, TensorFlow and Qt in one process is the common cause of crashes. Two groups run at a time,
since tests of processes wait for them to start most of the time; what a group says is told when it
is done. Arguments go to pytest; ``--without-window`` leaves out the tests of the window.

A test that hangs is ended by pytest, a process that hangs after its tests by this one. Both print
where each thread is. Such a group runs once more, and the closing line counts it.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from time import monotonic

HERE = Path(__file__).parent
APART: tuple[tuple[str, ...], ...] = (
    ("gui",),
    ("running",),
    ("frameworks/tensorflow_keras",),
    ("comparison", "parity", "explanation"),
    ("experiments",),
    ("frameworks/pytorch",),
    ("cli",),
    ("workers", "prediction", "api"),
)
"""Groups of folders, the longest first. Only PyTorch, Keras and the window must be alone; the
others are groups of their own so that two processes share the work evenly."""

MEMORY, LEAST_FREE = Path("/dev/shm"), 4 << 30

AT_A_TIME = 2
WITHOUT_WINDOW = "--without-window"
"""Leaves out the first group."""

NOTHING_COLLECTED = 5
"""Exit code of pytest for a group of a framework that is not installed."""

LIMIT_SECONDS = 2_400.0
"""A group takes a quarter of it on an idle machine."""

STACKS_SECONDS = 10.0
"""How long a process that hangs may take to print where its threads are."""

WORDS = ("passed", "failed", "skipped")
CLOSING = re.compile(r"\d+ (passed|failed|errors?)\b")
HUNG_TEST = re.compile(r"^Timeout \(\d+:\d\d:\d\d\)!$", re.MULTILINE)
"""What Python writes when it ends a test that hangs; where a test is only slow, pytest goes on."""


@dataclass(frozen=True)
class GroupResult:
    """What pytest reported of a group of tests.

    Attributes:
        code: its exit code.
        text: its whole output.
        seconds: it took.
        hung: whether it, or one of its tests, had to be ended.
    """

    code: int
    text: str
    seconds: float
    hung: bool = False

    def count(self, word: str) -> int:
        """What its closing line counts."""
        lines = [line for line in self.text.splitlines() if CLOSING.search(line)]
        counts = {
            found: int(n) for n, found in re.findall(r"(\d+) (\w+)", lines[-1] if lines else "")
        }
        errors = counts.get("errors", 0) + counts.get("error", 0)
        return counts.get(word, 0) + (errors if word == "failed" else 0)


def main() -> int:
    """Runs every group, even after a failure; 1 if any failed."""
    folders = [[str(HERE / name) for name in names] for names in APART]
    others = [word for group in folders for name in group for word in ("--ignore", name)]
    groups = [*(folders[1:] if WITHOUT_WINDOW in sys.argv else folders), [str(HERE), *others]]
    began, done, hung = monotonic(), [], 0
    with quick_folder() as folder, ThreadPoolExecutor(AT_A_TIME) as pool:
        waiting = {pool.submit(run_group, group, folder): group for group in groups}
        while waiting:
            finished = next(as_completed(waiting))
            group, result = waiting.pop(finished), finished.result()
            sys.stdout.write(f"{result.text}({result.seconds:.0f} s)\n")
            sys.stdout.flush()
            if result.hung and not hung:
                waiting[pool.submit(run_group, group, folder)] = group
            else:
                done.append(result)
            hung += result.hung
    counted = ", ".join(f"{sum(group.count(word) for group in done)} {word}" for word in WORDS)
    more = f", {hung} groups hung" if hung else ""
    sys.stdout.write(f"{counted}{more}, in {monotonic() - began:.0f} s\n")
    return 0 if all(group.code in (0, NOTHING_COLLECTED) for group in done) else 1


@contextmanager
def quick_folder() -> Iterator[str | None]:
    """A folder for temporary files in memory, where the system has enough; else None.

    Tests store hundreds of homes. On a disk, each waits until it has written every file.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > LEAST_FREE
    if not roomy:
        yield None
        return
    with TemporaryDirectory(prefix="mnist-studio-tests-", dir=MEMORY) as folder:
        yield folder


def run_group(group: list[str], folder: str | None) -> GroupResult:
    """Runs pytest on some paths.

    Args:
        group: the paths.
        folder: for temporary files; None for the usual one.
    """
    options = [word for word in sys.argv[1:] if word != WITHOUT_WINDOW]
    command = [sys.executable, "-m", "pytest", *group, *options]
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    if folder is not None:
        environment["TMPDIR"] = folder
    began = monotonic()
    # A file, since a pipe would stay open as long as any process that a test left behind.
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command, cwd=HERE.parent, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            code, hung = process.wait(LIMIT_SECONDS), False
        except subprocess.TimeoutExpired:
            code, hung = _ended(process), True
        output.seek(0)
        text = output.read()
    return GroupResult(code, text, monotonic() - began, hung or bool(HUNG_TEST.search(text)))


def _ended(process: "subprocess.Popen[bytes]") -> int:
    """Has a process that hangs print its stacks, by pytest's handler of faults, and end."""
    process.send_signal(getattr(signal, "SIGABRT", signal.SIGTERM))
    try:
        return process.wait(STACKS_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
