import multiprocessing
import re
import sys
import time
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import psutil
import pytest

from mnist_studio.training import machine
from mnist_studio.training.machine import MachineMonitor, peak_memory_bytes

Clock = namedtuple("Clock", "current max")
Battery = namedtuple("Battery", "power_plugged")
Usage = namedtuple("Usage", "ru_maxrss")
Memory = namedtuple("Memory", "rss peak_wset")
System = namedtuple("System", "platform")
Times = namedtuple("Times", "user idle iowait")

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it")


def busy(seconds: float) -> None:
    """Keeps one processor busy."""
    end = perf_counter() + seconds
    while perf_counter() < end:
        pass


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A machine of four processors whose clocks are moved by hand, in seconds."""
    now = {"wall": 100.0, "own": 50.0, "idle": 5.0, "iowait": 1.0}
    monkeypatch.setattr(psutil, "cpu_count", lambda: 4)
    monkeypatch.setattr(psutil, "cpu_times", lambda: Times(9.0, now["idle"], now["iowait"]))
    monkeypatch.setattr(time, "perf_counter", lambda: now["wall"])
    monkeypatch.setattr(time, "process_time", lambda: now["own"])

    def move(**by: float) -> None:
        for name, seconds in by.items():
            now[name] += seconds

    return move


def test_the_work_of_others_is_what_was_neither_idle_nor_ones_own(
    moving: Callable[..., None],
) -> None:
    monitor = MachineMonitor()
    moving(wall=10, own=15, idle=13, iowait=2)
    # Of 40 seconds of processors 15 were one's own and 15 nobody's.
    assert monitor.summary().others_processors == pytest.approx(1.0)
    assert monitor.summary().processors == 4


def test_a_system_without_waiting_for_disks_counts_idle_seconds_alone(
    moving: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = [10.0]
    Bare = namedtuple("Bare", "user idle")
    monkeypatch.setattr(psutil, "cpu_times", lambda: Bare(9.0, idle[0]))
    monitor = MachineMonitor()
    moving(wall=10, own=15)
    idle[0] += 20
    assert monitor.summary().others_processors == pytest.approx((40 - 15 - 20) / 10)


def test_without_a_moment_between_there_is_no_mean(moving: Callable[..., None]) -> None:
    assert MachineMonitor().summary().others_processors is None


def test_a_value_that_vanishes_or_appears_has_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cpu0" / "thermal_throttle" / "core_throttle_count"
    file.parent.mkdir(parents=True)
    monkeypatch.setattr(machine, "_PROCESSORS", tmp_path)
    without = MachineMonitor()
    file.write_text("7")
    assert without.summary().throttle_count is None
    with_it = MachineMonitor()
    file.unlink()
    assert with_it.summary().throttle_count is None


def test_rounded_clocks_make_no_negative_work(moving: Callable[..., None]) -> None:
    monitor = MachineMonitor()
    moving(wall=1, own=2, idle=2.01)
    assert monitor.summary().others_processors == 0.0


def test_a_system_without_values_does_not_count_as_idle(
    moving: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise PermissionError("not here")

    monkeypatch.setattr(psutil, "cpu_times", lambda: Times(0.0, 0.0, 0.0))
    monkeypatch.setattr(psutil, "cpu_freq", refuses)
    monkeypatch.delattr(psutil, "sensors_battery")
    monkeypatch.setattr(machine, "_PROCESSORS", Path("nowhere"))
    monitor = MachineMonitor()
    monitor.sample()
    moving(wall=1, own=1)
    summary = monitor.summary()
    assert summary.others_processors is summary.frequency_fraction is None
    assert summary.throttle_count is summary.on_battery is None


@linux
def test_another_busy_process_is_detected() -> None:
    monitor = MachineMonitor()
    other = multiprocessing.get_context("spawn").Process(target=busy, args=(1.0,))
    other.start()
    other.join()
    others = monitor.summary().others_processors
    assert others is not None
    assert others > 0.2


@linux
def test_the_frequency_is_the_mean_of_what_was_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = iter([Clock(1000.0, 4000.0), Clock(3000.0, 4000.0), Clock(9.0, 0.0), None])
    monkeypatch.setattr(psutil, "cpu_freq", lambda: next(clocks))
    monitor = MachineMonitor()
    for _ in range(4):
        monitor.sample()
    assert monitor.summary().frequency_fraction == 0.5


def test_slowing_down_by_heat_is_counted_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"cpu{i}" / "thermal_throttle" / "core_throttle_count" for i in (0, 1)]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_text("7\n")
    monkeypatch.setattr(machine, "_PROCESSORS", tmp_path)
    monitor = MachineMonitor()
    assert monitor.summary().throttle_count == 0
    files[1].write_text("9\n")
    assert monitor.summary().throttle_count == 2


@pytest.mark.parametrize(
    ("plugged", "on_battery"),
    [((True, True), False), ((False, True), True), ((True, False), True), ((None, None), False)],
)
def test_a_battery_counts_at_the_beginning_and_the_end(
    plugged: tuple[bool | None, bool | None], on_battery: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter(plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: Battery(next(states)), raising=False)
    assert MachineMonitor().summary().on_battery is on_battery


def test_a_machine_without_a_battery_says_nothing_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert MachineMonitor().summary().on_battery is None


@linux
def test_the_peak_of_memory_is_read_from_the_kernel() -> None:
    kept = np.ones(2**20, np.uint8)
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    assert peak_memory_bytes() == pytest.approx(int(found[1]) * 1024, rel=0.05)
    assert kept.nbytes < int(found[1]) * 1024


@pytest.mark.skipif(sys.platform == "win32", reason="has no such call")
def test_the_peak_of_memory_on_macos_is_that_of_the_system_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import resource

    asked: list[int] = []

    def used(who: int) -> object:
        asked.append(who)
        return Usage(123_456_789)

    monkeypatch.setattr(resource, "getrusage", used)
    monkeypatch.setattr(machine, "sys", System("darwin"))
    assert peak_memory_bytes() == 123_456_789
    assert asked == [resource.RUSAGE_SELF]


def test_the_peak_of_memory_on_windows_is_that_of_the_working_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Process:
        def memory_info(self) -> object:
            return Memory(5, 9)

    monkeypatch.setattr(psutil, "Process", Process)
    monkeypatch.setattr(machine, "sys", System("win32"))
    assert peak_memory_bytes() == 9


def test_a_clock_frequency_is_read_on_linux_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_freq", lambda: Clock(1000.0, 4000.0))
    monkeypatch.setattr(machine, "sys", System("darwin"))
    monitor = MachineMonitor()
    monitor.sample()
    assert monitor.summary().frequency_fraction is None


def test_a_machine_that_does_not_know_its_processors_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda: None)
    assert MachineMonitor().summary().processors == 1


@pytest.mark.parametrize(
    "error", [OSError, psutil.Error, AttributeError, NotImplementedError, ValueError]
)
def test_what_a_system_refuses_is_unknown(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuses() -> None:
        raise error

    monkeypatch.setattr(psutil, "sensors_battery", refuses, raising=False)
    assert MachineMonitor().summary().on_battery is None


def _grow(sizes: "multiprocessing.SimpleQueue[int]") -> None:
    sizes.put(peak_memory_bytes() or 0)
    ones = np.ones(64 * 2**20, np.uint8)
    del ones
    sizes.put(peak_memory_bytes() or 0)


def test_the_peak_of_memory_is_that_of_the_process_alone_and_stays() -> None:
    context = multiprocessing.get_context("spawn")
    held = np.ones(512 * 2**20, np.uint8)  # The parent's memory is not the child's.
    sizes = context.SimpleQueue()
    child = context.Process(target=_grow, args=(sizes,))
    child.start()
    before, after = sizes.get(), sizes.get()
    child.join()
    sizes.close()
    assert 5 * 2**20 < before < held.nbytes
    assert 60 * 2**20 < after - before < 80 * 2**20
