"""A few cycles of ``python -m benchmarks clock``, which tries hundreds on demand."""

import os
import time
from pathlib import Path

import pytest

from benchmarks import faults
from benchmarks.clock import Clock, main, read_shift, shift

pytestmark = pytest.mark.skipif(not faults.POSSIBLE, reason="needs Linux and a C compiler")


def test_a_wrong_clock_loses_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--cycles", "4", "--seed", "1", "--verbose"]) == 0
    *lines, figures, steps, losses = capfd.readouterr().out.splitlines()
    assert len(lines) == 4
    assert int(figures.split()[0]) > 15
    assert "train: 1" in steps
    assert losses == "losses: 0"


def test_files_get_the_time_of_the_wrong_clock(tmp_path: Path) -> None:
    shared, home = tmp_path / "shift", tmp_path / "home"
    home.mkdir()
    clock = Clock(tmp_path, shared, 1)
    (home / "old").write_bytes(b"")
    os.utime(home / "old", (1e9, 1e9))
    shift(shared, -1000)
    began = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    # This process has the right clock, so that it must be put right by what it is not wrong by.
    (home / "new").write_bytes(b"")
    os.utime(home / "new", (time.time() + 1000, time.time() + 1000))
    clock.age(home, began - 10**9)
    assert (home / "old").stat().st_mtime == 1e9
    assert (home / "new").stat().st_mtime == pytest.approx(time.time(), abs=60)
    assert read_shift(shared) == -1000
