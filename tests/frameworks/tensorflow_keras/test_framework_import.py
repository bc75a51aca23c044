"""The environment in which TensorFlow is imported."""

import importlib
import os
import platform

import pytest

from mnist_studio.frameworks import tensorflow_keras

VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


def test_convolutions_use_onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setenv(VARIABLE, "0")
    monkeypatch.delenv(VARIABLE)
    importlib.reload(tensorflow_keras)
    assert os.environ[VARIABLE] == "1"


def test_only_x86_sets_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    monkeypatch.setenv(VARIABLE, "0")
    monkeypatch.delenv(VARIABLE)
    importlib.reload(tensorflow_keras)
    assert VARIABLE not in os.environ


def test_a_value_that_is_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0")
    importlib.reload(tensorflow_keras)
    assert os.environ[VARIABLE] == "0"
