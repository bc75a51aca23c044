"""A few cycles of ``python -m benchmarks full_disk``, which tries hundreds on demand."""

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.full_disk import NAME, Cycle, FullDisk

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler"
)


@pytest.fixture
def attack(home: Path, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    monkeypatch.delenv("MNIST_STUDIO_DATA", raising=False)
    folder = home / "home"
    folder.mkdir()
    return FullDisk(folder, "numpy", 1, [NAME])


def test_a_write_that_fails_loses_nothing(attack: FullDisk) -> None:
    assert attack.calls > 50
    for _ in range(2):
        attack.next_cycle()
    attack.cycle(Cycle(3, attack.calls // 2, "ENOSPC", stays=True))
    assert [result["problem"] for result in attack.results()] == ["", "", ""]
    assert "losses: 0" in attack.summary()
