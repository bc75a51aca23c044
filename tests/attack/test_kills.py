"""A few cycles of ``python -m benchmarks kills``, which kills hundreds of trainings on demand."""

import random
import sys
from pathlib import Path

import pytest

from benchmarks.kills import Kill, Kills, Victim, drawn, main, summary

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")


@pytest.fixture
def attack(home: Path, monkeypatch: pytest.MonkeyPatch) -> Kills:
    monkeypatch.delenv("MNIST_STUDIO_DATA", raising=False)
    return Kills(home, "numpy", 1, ["epochs"])


@pytest.mark.parametrize("victim", ["both", "child, then supervisor"])
def test_a_slow_supervisor_that_dies_loses_nothing(attack: Kills, victim: Victim) -> None:
    late = Kill(victim, training=True, moment=0.9, writing=False, pause=0.3, shift=0.0)
    done = attack.cycle(1, "epochs", [late])
    assert done.problem == ""
    assert done.resumed == 1


def test_kills_by_chance_lose_nothing(attack: Kills) -> None:
    for _ in range(2):
        attack.next_cycle()
    assert [result["problem"] for result in attack.results()] == ["", ""]


def test_the_command_goes_on_behind_the_last_cycle(
    attack: Kills, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attack.cycle(1, "epochs", [])
    arguments = ["--cycles", "1", "--shape", "epochs", "--home", str(home)]
    assert main(arguments) == 0
    assert "1 cycles, 0 kills" in capsys.readouterr().out


def test_a_loss_is_reported() -> None:
    lost = {"kills": [], "late": 0, "resumed": 0, "restarted": 0, "leave_seconds": 0.5}
    text = summary([{**lost, "number": 7, "problem": "weights differ"}])
    assert "losses: 1\ncycle 7: weights differ" in text


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    assert [drawn(random.Random("1 2")) for _ in range(2)] == [drawn(random.Random("1 2"))] * 2
