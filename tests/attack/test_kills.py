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


def test_a_slow_supervisor_that_dies_loses_nothing(attack: Kills) -> None:
    victims: tuple[Victim, ...] = ("both", "child, then supervisor")
    for number, victim in enumerate(victims, 1):
        late = Kill(victim, training=True, moment=0.9, writing=False, pause=0.3, shift=0.0)
        done = attack.cycle(number, "epochs", [late])
        assert (done.problem, done.resumed) == ("", 1)


def test_kills_by_chance_lose_nothing_and_the_command_goes_on_behind_them(
    attack: Kills, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attack.next_cycle()
    arguments = ["--cycles", "2", "--shape", "epochs", "--home", str(home)]
    assert main(arguments) == 0
    assert "2: epochs: " in (output := capsys.readouterr().out)
    assert "1: epochs: " not in output
    assert "2 cycles, " in output
    assert [result["problem"] for result in attack.results()] == ["", ""]


def test_a_training_that_cannot_start_is_no_success(
    attack: Kills, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "no number")
    kill = Kill("both", training=True, moment=0.5, writing=False, pause=0.0, shift=0.0)
    done = attack.cycle(1, "epochs", [kill])
    assert done.problem == "the supervisor failed by itself with exit code 1"


def test_a_loss_is_reported() -> None:
    lost = {"kills": [], "late": 0, "resumed": 0, "restarted": 0, "leave_seconds": 0.5}
    text = summary([{**lost, "number": 7, "problem": "weights differ"}])
    assert "losses: 1\ncycle 7: weights differ" in text


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    assert [drawn(random.Random("1 2")) for _ in range(2)] == [drawn(random.Random("1 2"))] * 2
