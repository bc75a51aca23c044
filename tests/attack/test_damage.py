"""A few cycles of ``python -m benchmarks damage``, which tries thousands on demand."""

from pathlib import Path

import pytest

from benchmarks.damage import Damage, main
from benchmarks.harms import HARMS


@pytest.fixture
def attack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Damage:
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path))
    return Damage(tmp_path, 1)


def test_damage_by_chance_loses_nothing(attack: Damage) -> None:
    for number in range(1, 25):
        attack.cycle(number)
    assert attack.losses == []
    assert len({harm for harm, _ in attack.outcomes}) == len({name for name, _ in HARMS})


@pytest.mark.parametrize("number", [57, 323, 331])
def test_what_was_once_lost_is_not_lost_again(attack: Damage, number: int) -> None:
    attack.cycle(number)
    assert attack.losses == []


def test_the_command_prints_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path))
    monkeypatch.setenv("MNIST_STUDIO_MODELS", str(tmp_path))
    assert main(["--cycles", "2"]) == 0
    assert "losses: 0" in capsys.readouterr().out
