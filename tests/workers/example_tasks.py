"""Tasks for the tests of workers, run in child processes."""

import ctypes
import os
import sys
import time
from collections.abc import Generator

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio.errors import DataError
from mnist_studio.workers.task import Context, Task


class Sum(msgspec.Struct, frozen=True):
    numbers: NDArray[np.float64]


def add(request: Sum, context: Context[None]) -> float:
    return float(request.numbers.sum())


def double(request: NDArray[np.float32], context: Context[None]) -> NDArray[np.float32]:
    request *= 2
    return request


def count(request: int, context: Context[int]) -> Generator[int, None, str]:
    yield from range(request)
    return f"{request} numbers"


def sleep(request: float, context: Context[str]) -> str:
    """Sleeps; ends earlier if it is cancelled or told to stop."""
    commands: list[str] = []
    context.on_command(commands.append)
    context.send("sleeping")
    until = time.monotonic() + request
    while time.monotonic() < until:
        if context.is_cancelled():
            return "cancelled"
        if "stop" in commands:
            return " ".join(commands)
        time.sleep(0.005)
    return "slept"


def fail(request: str, context: Context[None]) -> None:
    if request == "studio":
        raise DataError("The file is damaged.", "Download it again.")
    if request == "exit":
        os._exit(3)
    raise KeyError(request)


def hold_the_lock(request: float, context: Context[str]) -> None:
    """Holds the interpreter lock, as a framework does that loads or compiles; in seconds."""
    context.send("holding")
    # Unlike those of a CDLL, calls of a PyDLL keep the lock.
    ctypes.PyDLL(None).usleep(round(1e6 * request))


def environment(request: str, context: Context[None]) -> str:
    return os.environ.get(request, "")


def speak(request: str, context: Context[None]) -> None:
    print(request)  # noqa: T201
    os.write(2, b"from C")


def modules(request: None, context: Context[None]) -> list[str]:
    return sorted(sys.modules)


class Memory:
    """Keeps what it was given."""

    def __init__(self) -> None:
        self._known: list[str] = []

    def __call__(self, request: str, context: Context[None]) -> tuple[str, ...]:
        self._known.append(request)
        return tuple(self._known)


_HERE = "tests.workers.example_tasks"

ADD: Task[Sum, None, float] = Task(f"{_HERE}.add", None, float)
DOUBLE: Task[NDArray[np.float32], None, NDArray[np.float32]] = Task(
    f"{_HERE}.double", None, NDArray[np.float32]
)
COUNT: Task[int, int, str] = Task(f"{_HERE}.count", int, str)
SLEEP: Task[float, str, str] = Task(f"{_HERE}.sleep", str, str)
FAIL: Task[str, None, None] = Task(f"{_HERE}.fail", None, None)
HOLD_THE_LOCK: Task[float, str, None] = Task(f"{_HERE}.hold_the_lock", str, None)
ENVIRONMENT: Task[str, None, str] = Task(f"{_HERE}.environment", None, str)
SPEAK: Task[str, None, None] = Task(f"{_HERE}.speak", None, None)
MODULES: Task[None, None, list[str]] = Task(f"{_HERE}.modules", None, list[str])
MEMORY: Task[str, None, tuple[str, ...]] = Task(f"{_HERE}.Memory", None, tuple[str, ...])
UNKNOWN: Task[None, None, None] = Task(f"{_HERE}.unknown", None, None)
