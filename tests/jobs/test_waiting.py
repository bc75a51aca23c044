"""How PyTorch's threads wait."""

import os

import pytest
from msgspec.structs import replace

from mnist_studio.events import Machine
from mnist_studio.jobs import waiting
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.training.machine import Watch

PYTORCH = replace(run_spec(RECIPES["mlp-128"]), framework="pytorch", threads=2)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # Set first, so that what a test leaves is taken away again.
    monkeypatch.setenv(waiting.POLICY, "")
    monkeypatch.delenv(waiting.POLICY)
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.0)


def beside(others: float | None, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> bool:
    machine = Machine(processors=2, others_processors=others)
    monkeypatch.setattr(Watch, "told", lambda _: machine)
    return waiting.sleeps(spec, Watch())


def test_threads_sleep_where_others_use_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert beside(1.2, PYTORCH, monkeypatch)
    assert os.environ[waiting.POLICY] == "PASSIVE"


@pytest.mark.parametrize("others", [None, 0.0, waiting.SHARED])
def test_they_stay_awake_on_an_idle_machine_or_one_that_tells_nothing(
    others: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not beside(others, PYTORCH, monkeypatch)
    assert waiting.POLICY not in os.environ


@pytest.mark.parametrize(
    "spec",
    [
        replace(PYTORCH, threads=1),
        replace(PYTORCH, style="idiomatic"),
        replace(PYTORCH, framework="numpy"),
        replace(PYTORCH, framework="keras"),
    ],
)
def test_nothing_is_changed_where_no_threads_share_out_or_the_framework_is_as_it_comes(
    spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not beside(2.0, spec, monkeypatch)
    assert waiting.POLICY not in os.environ


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(waiting.POLICY, "ACTIVE")
    assert not beside(2.0, PYTORCH, monkeypatch)
    assert os.environ[waiting.POLICY] == "ACTIVE"
