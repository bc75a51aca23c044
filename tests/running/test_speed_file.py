"""Measured speeds survive a restart, but not another computer."""

import os

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.running import speed, speed_file
from mnist_studio.running.speed import TrainingSpeed
from mnist_studio.spec.recipes import RECIPES, run_spec

FIRST = {speed.kind(run_spec(RECIPES["mlp-128"])): TrainingSpeed(0.001, 0.1, 2.0, measured=5.0)}
SECOND = {speed.kind(run_spec(RECIPES["record"])): TrainingSpeed(0.2, 0.1, 2.0, others=1.5)}


def test_speeds_are_added_to_the_stored_ones() -> None:
    assert speed_file.load() == {}
    speed_file.add(FIRST)
    speed_file.add(SECOND)
    assert speed_file.load() == {**FIRST, **SECOND}
    newer = {kind: replace(found, step=9.0) for kind, found in FIRST.items()}
    speed_file.add(newer)
    assert speed_file.load() == {**newer, **SECOND}


def test_speeds_of_another_computer_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    speed_file.add(FIRST)
    monkeypatch.setattr(os, "cpu_count", lambda: 97)
    assert speed_file.load() == {}


def test_a_damaged_file_is_measured_again() -> None:
    speed_file.add(FIRST)
    paths.speeds_file().write_text('{"processors": 1, "speeds": [[{"recipe": "x"}, 1]]}')
    assert speed_file.load() == {}
    speed_file.add(SECOND)
    assert speed_file.load() == SECOND
