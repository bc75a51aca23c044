"""One short race of ``python -m benchmarks races``: the window beside a command line."""

import random
from pathlib import Path

import pytest

from benchmarks.races import cycle


def test_the_window_and_a_command_line_share_a_store(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MNIST_STUDIO_DATA", raising=False)
    for name in ("QT_QPA_PLATFORM", "MNIST_STUDIO_HOME", "MNIST_STUDIO_MODELS"):
        monkeypatch.setenv(name, "")
    assert cycle(home, random.Random(3), lines=1) == 7
