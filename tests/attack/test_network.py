"""A few cycles of ``python -m benchmarks network``, which tries hundreds on demand."""

import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.network import FAULTS, Network, Servers, main, without_proxy
from mnist_studio import paths


@pytest.fixture
def attack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path))
    with without_proxy():
        yield Network(tmp_path, 1)
    for thread in threading.enumerate():
        if thread.name == "fetch":
            thread.join(5)


@pytest.mark.parametrize("fault", sorted(set(FAULTS)))
def test_every_fault_is_survived(
    attack: Network, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path / "home"))
    servers = Servers(attack.archives, random.Random(1))
    servers.faults = [fault] * 4
    try:
        attack.download_twice(servers)
    finally:
        servers.close()
    assert len(list(paths.mnist_cache().iterdir())) == len(attack.archives)
    assert servers.faults == []


def test_faults_by_chance_lose_nothing(attack: Network) -> None:
    for number in range(1, 9):
        attack.cycle(number)
    assert attack.losses == []
    assert attack.faults > 8


def test_a_loss_is_reported(attack: Network) -> None:
    def damage() -> None:
        (paths.mnist_cache() / "t10k-labels-idx1-ubyte").write_bytes(b"x")

    attack.then = damage
    attack.cycle(1)
    assert "is stored, but is not whole" in attack.losses[0]


def test_the_command_prints_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path))
    assert main(["--cycles", "2", "--seed", "3", "--verbose"]) == 0
    assert "losses: 0" in capsys.readouterr().out
    assert "no_proxy" not in os.environ
