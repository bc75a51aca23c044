"""Installs a framework into an environment of its own, which then computes for it.

The environment is a folder of the user's data, made by ``venv`` and filled by pip. Nothing changes
in the environment of MNIST Studio itself, so this works for every kind of installation. pip reads
its usual settings and variables, such as ``PIP_INDEX_URL`` or ``PIP_FIND_LINKS``.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from filelock import FileLock, Timeout

from mnist_studio import paths
from mnist_studio.data.files import PRIVATE_FILE, make_folder
from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.frameworks import registry
from mnist_studio.settings import Interpreter
from mnist_studio.workers import environments, external_entry
from mnist_studio.workers.external_python import users_environment
from mnist_studio.workers.task import never

OnStep = Callable[[str], object]
"""Gets what the installation does now, such as ``Downloading torch (900 MB)``."""

NEWEST = (3, 14)
"""Python for which the frameworks have packages."""

POLL_SECONDS = 0.1
_END = object()
_STEPS = re.compile(r"^\s*(Collecting|Downloading|Using cached|Building|Installing|Preparing)\b")
_LONGEST = 80
"""Characters of a step; pip lists all packages in one line."""


def install(
    framework: str, on_step: OnStep = lambda step: None, is_cancelled: Callable[[], bool] = never
) -> Interpreter:
    """Installs a framework and chooses its environment. Takes minutes and the internet.

    Nothing remains of an installation that fails or is cancelled.

    Args:
        framework: to install.
        on_step: gets every step, in this thread.
        is_cancelled: polled all the time.

    Raises:
        UnknownName: there is no such framework.
        UsageError: the framework always runs in MNIST Studio's own Python.
        JobError: it is being installed already, there is no Python for it, or a step failed.
        StoreError: the setting cannot be written.
        CancelledByUser: by the user.
    """
    environments.check(framework)
    base = paths.environments()
    make_folder(base)
    try:
        with FileLock(base / f"{framework}.lock", timeout=0, mode=PRIVATE_FILE):
            return _install(framework, base, on_step, is_cancelled)
    except Timeout as error:
        title = registry.framework_title(framework)
        raise JobError(
            f"{title} is being installed by another MNIST Studio.", "Wait until it is done."
        ) from error


def _install(
    framework: str, base: Path, on_step: OnStep, is_cancelled: Callable[[], bool]
) -> Interpreter:
    _remove_unused(framework, base)
    creator = find_python()
    folder = Path(tempfile.mkdtemp(prefix=f"{framework}-", dir=base))
    try:
        on_step("Creating an environment")
        # -P: a file of the working folder, such as struct.py, must not run in place of a module.
        _run([creator, "-P", "-m", "venv", str(folder)], framework, on_step, is_cancelled)
        python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        pip = [python, "-P", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        packages = (
            *registry.framework_entry(framework).requirements,
            *external_entry.NEEDED.values(),
        )
        _run([*pip, *packages], framework, on_step, is_cancelled)
        on_step(f"Testing {registry.framework_title(framework)}")
        return environments.choose(framework, python, is_cancelled)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _remove_unused(framework: str, base: Path) -> None:
    """Deletes former installations of a framework, except the one that computes for it."""
    used = registry.python(framework)
    for folder in base.glob(f"{framework}-*"):
        if folder.is_dir() and not used.startswith(str(folder)):
            shutil.rmtree(folder, ignore_errors=True)


def find_python() -> str:
    """The program that creates environments: this Python, or one that the packaged program finds.

    Raises:
        JobError: there is none.
    """
    if not paths.frozen():
        return sys.executable
    names = ("python3", "python", *(f"python3.{minor}" for minor in range(NEWEST[1], 10, -1)))
    for program in filter(None, map(shutil.which, names)):
        if external_entry.OLDEST <= _python_version(program) <= NEWEST:
            return program
    raise JobError(
        "Installing a framework needs Python 3.11 to 3.14, which was not found on this computer.",
        "Install Python from your system's packages or from python.org.",
    )


def _python_version(program: str) -> tuple[int, ...]:
    """(0,) for a program that does not work, such as the placeholder of Windows."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run(
            [program, "-I", "-c", code], capture_output=True, text=True, timeout=20, check=True,
            stdin=subprocess.DEVNULL, env=users_environment(),
        )  # fmt: skip
        return tuple(map(int, done.stdout.split()))
    except (OSError, subprocess.SubprocessError, ValueError):
        return (0,)


def _run(
    command: Sequence[str], framework: str, on_step: OnStep, is_cancelled: Callable[[], bool]
) -> None:
    """Runs a program to its end and passes its steps on.

    Raises:
        JobError: it failed; has what it wrote last.
        CancelledByUser: by the user; the program and its children are killed.
    """
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", errors="replace",
            env={**users_environment(), "PYTHONUTF8": "1", "NO_COLOR": "1"}, **_own_group(),
        )  # fmt: skip
    except OSError as error:
        raise _failed(framework, error.strerror or str(error)) from error
    lines: list[str] = []
    try:
        for line in _lines(process, is_cancelled):
            lines.append(line)
            if _STEPS.match(line):
                on_step(_shortened(line.strip()))
    except BaseException:
        _kill(process)
        raise
    if process.wait():
        raise _failed(framework, _reason(lines))


def _lines(process: "subprocess.Popen[str]", is_cancelled: Callable[[], bool]) -> Iterator[str]:
    """What a process writes, until it has ended."""
    assert process.stdout is not None  # It is a pipe.
    received: SimpleQueue[Any] = SimpleQueue()
    reader = Thread(target=_read, args=(process.stdout, received), name="pip output", daemon=True)
    reader.start()
    try:
        while not is_cancelled():
            try:
                line = received.get(timeout=POLL_SECONDS)
            except Empty:
                continue
            if line is _END:
                return
            yield line
        raise CancelledByUser("The installation was canceled.")
    finally:
        if process.poll() is None and is_cancelled():
            _kill(process)
        reader.join()


def _read(stream: Any, received: "SimpleQueue[Any]") -> None:
    with stream:
        for line in stream:
            received.put(line.rstrip())
    received.put(_END)


def _kill(process: "subprocess.Popen[str]") -> None:
    """Ends a process, and on POSIX the processes that it started."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _own_group() -> dict[str, Any]:
    """The options of ``Popen`` for a group of processes that can be killed together."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _reason(lines: Sequence[str]) -> str:
    """What a failed pip says: its errors, else its last line."""
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or [line for line in lines if line] or ["it ended without a message"])[-1]


def _failed(framework: str, reason: str) -> JobError:
    title = registry.framework_title(framework)
    return JobError(
        f"{title} could not be installed: {reason.rstrip('.')}.",
        "Check the internet connection and the free disk space, then try again.",
    )
