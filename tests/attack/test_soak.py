"""A short ``python -m benchmarks soak``, which goes on for an hour on demand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.attacks import ROOT, source_path
from benchmarks.soak import _growth


def test_the_window_trains_again_and_again(tmp_path: Path) -> None:
    words = ["--trainings", "2", "--turn", "1", "--seed", "5"]
    environment = {**os.environ, "PYTHONPATH": source_path(), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "soak", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second, trainings = done.stdout.splitlines()
    assert first.startswith("1 trainings: ")
    assert second.startswith("2 trainings: ")
    assert trainings == "2 of 2 trainings finished"


def test_growth_is_measured_from_the_first_warm_training(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _growth([(20, 100 << 20), (30, 101 << 20), (40, 110 << 20)]) == pytest.approx(0.1)
    assert capsys.readouterr().out == (
        "growth: 512 KiB for each training, 10.0% from training 20 to 40\n"
    )
    assert _growth([(20, 100)]) == 0
