"""The state of the machine during a run: load of other programs, clock, heat, battery, memory.

A value that the system does not provide is None, never an estimate.
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import TypeVar

import psutil

from mnist_studio.events import Machine

_Value = TypeVar("_Value")
_Number = TypeVar("_Number", int, float)

_PROCESSORS = Path("/sys/devices/system/cpu")
_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class MachineMonitor:
    """Observes the machine from its creation on, for the process that creates it."""

    def __init__(self) -> None:
        self._processors = psutil.cpu_count() or 1
        self._begun = _Reading()
        self._frequencies: list[float] = []

    def sample(self) -> None:
        """Reads the clock frequency of the processors. Call it while they work."""
        fraction = _query(_frequency_fraction)
        if fraction is not None:
            self._frequencies.append(fraction)

    def summary(self) -> Machine:
        """The state of the machine so far."""
        begun, now = self._begun, _Reading()
        return Machine(
            processors=self._processors,
            others_processors=self._others(now),
            frequency_fraction=fmean(self._frequencies) if self._frequencies else None,
            throttle_count=_difference(now.throttled, begun.throttled),
            on_battery=None if now.battery is None else now.battery or bool(begun.battery),
        )

    def _others(self, now: "_Reading") -> float | None:
        """The mean number of processors that other programs used."""
        idle = _difference(now.idle, self._begun.idle)
        seconds = now.time - self._begun.time
        if idle is None or seconds <= 0:
            return None
        own = now.own - self._begun.own
        return max(0.0, self._processors - (idle + own) / seconds)


class _Reading:
    """The values at one point in time.

    Attributes:
        time: seconds.
        own: processor seconds that this process has used.
        idle: idle seconds, summed over all processors.
        throttled: how often heat slowed processors down.
        battery: whether the machine runs on battery.
    """

    def __init__(self) -> None:
        self.time, self.own = time.perf_counter(), time.process_time()
        self.idle = _query(_idle_seconds)
        self.throttled = _query(_throttle_count)
        self.battery = _query(_on_battery)


def available_memory_bytes() -> int:
    """Bytes that programs can still allocate without swapping."""
    return int(psutil.virtual_memory().available)


def total_memory_bytes() -> int:
    """Bytes of memory that the computer has, without swap."""
    return int(psutil.virtual_memory().total)


def on_battery() -> bool:
    """Whether the computer runs on battery now."""
    return bool(_query(_on_battery))


def peak_memory_bytes() -> int | None:
    """The peak memory of this process, in bytes."""
    return _query(_peak_memory)


def _peak_memory() -> int | None:
    peak: int | None
    if sys.platform == "win32":
        peak = int(psutil.Process().memory_info().peak_wset)
    elif sys.platform == "darwin":
        import resource  # Not available on Windows.

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    else:
        # Not ru_maxrss: on Linux it includes the memory of the parent when it started this process.
        found = _HIGH_WATER.search(Path("/proc/self/status").read_text())
        peak = int(found[1]) * 1024 if found else None
    return peak


def _idle_seconds() -> float | None:
    times = psutil.cpu_times()
    # In some sandboxes, all values are 0.
    return times.idle + getattr(times, "iowait", 0.0) if sum(times) else None


def _frequency_fraction() -> float | None:
    # On other systems, psutil returns the nominal frequency.
    clock = psutil.cpu_freq() if sys.platform == "linux" else None
    return clock.current / clock.max if clock and clock.max else None


def _throttle_count() -> int | None:
    files = _PROCESSORS.glob("cpu[0-9]*/thermal_throttle/*_throttle_count")
    counts = [int(file.read_text()) for file in files]
    return sum(counts) if counts else None


def _on_battery() -> bool | None:
    battery = psutil.sensors_battery()
    return None if battery is None else battery.power_plugged is False


def _query(read: Callable[[], _Value | None]) -> _Value | None:
    """The result of a query; None where the system does not support or allow it."""
    try:
        return read()
    except (OSError, psutil.Error, AttributeError, NotImplementedError, ValueError):
        return None


def _difference(now: _Number | None, before: _Number | None) -> _Number | None:
    return None if now is None or before is None else now - before
