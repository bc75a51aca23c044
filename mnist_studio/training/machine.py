"""What the machine does beside a run: the work of others, its clock, heat, battery, memory.

What a system does not tell is None, never a guess.
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

_Told = TypeVar("_Told")
_Number = TypeVar("_Number", int, float)

_PROCESSORS = Path("/sys/devices/system/cpu")
_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class Watch:
    """Watches the machine from now on, for the process that makes it."""

    def __init__(self) -> None:
        self._processors = psutil.cpu_count() or 1
        self._begun = _Moment()
        self._frequencies: list[float] = []

    def sample(self) -> None:
        """Reads the clock of the processors; to be called while they work."""
        fraction = _asked(_frequency_fraction)
        if fraction is not None:
            self._frequencies.append(fraction)

    def told(self) -> Machine:
        """What the machine did so far."""
        begun, now = self._begun, _Moment()
        return Machine(
            processors=self._processors,
            others_processors=self._others(now),
            frequency_fraction=fmean(self._frequencies) if self._frequencies else None,
            throttle_count=_difference(now.throttled, begun.throttled),
            on_battery=None if now.battery is None else now.battery or bool(begun.battery),
        )

    def _others(self, now: "_Moment") -> float | None:
        """What was neither idle nor this process."""
        idle = _difference(now.idle, self._begun.idle)
        seconds = now.time - self._begun.time
        if idle is None or seconds <= 0:
            return None
        own = now.own - self._begun.own
        return max(0.0, self._processors - (idle + own) / seconds)


class _Moment:
    """What can be read at once.

    Attributes:
        time: seconds.
        own: seconds of processors that this process used.
        idle: seconds that processors had nothing to do, summed.
        throttled: times that processors were slowed down by heat.
        battery: whether the machine runs on it.
    """

    def __init__(self) -> None:
        self.time, self.own = time.perf_counter(), time.process_time()
        self.idle = _asked(_idle_seconds)
        self.throttled = _asked(_throttle_count)
        self.battery = _asked(_on_battery)


def peak_memory_bytes() -> int | None:
    """The most memory that this process held at once, in bytes."""
    return _asked(_peak_memory)


def _peak_memory() -> int | None:
    peak: int | None
    if sys.platform == "win32":
        peak = int(psutil.Process().memory_info().peak_wset)
    elif sys.platform == "darwin":
        import resource  # Windows has none.

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    else:
        # Not ru_maxrss: Linux counts in it what the parent held when it started this process.
        found = _HIGH_WATER.search(Path("/proc/self/status").read_text())
        peak = int(found[1]) * 1024 if found else None
    return peak


def _idle_seconds() -> float | None:
    times = psutil.cpu_times()
    # A machine that tells nothing, as in some sandboxes, has zeros.
    return times.idle + getattr(times, "iowait", 0.0) if sum(times) else None


def _frequency_fraction() -> float | None:
    # Elsewhere psutil gives the nominal clock, whatever the processor does.
    clock = psutil.cpu_freq() if sys.platform == "linux" else None
    return clock.current / clock.max if clock and clock.max else None


def _throttle_count() -> int | None:
    files = _PROCESSORS.glob("cpu[0-9]*/thermal_throttle/*_throttle_count")
    counts = [int(file.read_text()) for file in files]
    return sum(counts) if counts else None


def _on_battery() -> bool | None:
    battery = psutil.sensors_battery()
    return None if battery is None else battery.power_plugged is False


def _asked(question: Callable[[], _Told | None]) -> _Told | None:
    """What the system answers; None where it has no such thing or refuses."""
    try:
        return question()
    except (OSError, psutil.Error, AttributeError, NotImplementedError, ValueError):
        return None


def _difference(now: _Number | None, before: _Number | None) -> _Number | None:
    return None if now is None or before is None else now - before
