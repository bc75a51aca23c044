"""The environment that TensorFlow is imported in."""

import importlib
import os
import platform

import pytest

from mnist_studio.frameworks.tensorflow_keras import flags

VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


def test_convolutions_are_left_to_onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setenv(VARIABLE, "0")
    monkeypatch.delenv(VARIABLE)
    importlib.reload(flags)
    assert os.environ[VARIABLE] == "1"


def test_elsewhere_than_on_x86_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    monkeypatch.setenv(VARIABLE, "0")
    monkeypatch.delenv(VARIABLE)
    importlib.reload(flags)
    assert VARIABLE not in os.environ


def test_what_is_set_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0")
    importlib.reload(flags)
    assert os.environ[VARIABLE] == "0"
