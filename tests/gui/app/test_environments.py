"""The dialog of environments, over a real window."""

import sys
from collections.abc import Callable
from time import sleep

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.frameworks import registry
from mnist_studio.gui.app import environments as dialogs
from mnist_studio.gui.app.environments import EnvironmentsDialog
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.settings import Interpreter, Settings
from mnist_studio.workers import environments
from mnist_studio.workers.probe import FrameworkReport


def opened(window: MainWindow) -> EnvironmentsDialog:
    window.studio.environments_requested.emit()
    return next(iter(window.findChildren(EnvironmentsDialog)))


def button(dialog: EnvironmentsDialog, name: str) -> QAbstractButton:
    found = dialog.findChildren(QAbstractButton)
    return next(one for one in found if name in (one.accessibleName(), one.text()))


def test_environments_are_shown_and_reset(window: MainWindow, qtbot: QtBot) -> None:
    settings.save(Settings(interpreters={"keras": Interpreter("/env/bin/python", "2.99")}))
    dialog = opened(window)
    locations = dialog._locations
    assert locations["keras"].text() == "TensorFlow 2.99 in /env/bin/python"
    assert (
        locations["numpy"].text()
        == f"{registry.version('numpy')} in MNIST Studio's own environment"
    )
    assert not button(dialog, "Choose an environment for NumPy").isEnabled()
    button(dialog, "Reset the environment for Keras").click()
    qtbot.waitUntil(
        lambda: locations["keras"].text().endswith("MNIST Studio's own environment"), timeout=5000
    )
    assert settings.load()[0].interpreters == {}
    # The same button brings the environment back, after a test of it.
    reset = button(dialog, "Reset the environment for Keras")
    assert (reset.text(), reset.isEnabled()) == ("Undo", True)
    reset.click()
    assert locations["keras"].text() == "Testing /env/bin/python …"
    qtbot.waitUntil(lambda: bool(dialog._error.text()), timeout=5000)
    button(dialog, "Close").click()


def test_an_environment_that_cannot_be_used_is_reported(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window)
    choose = button(dialog, "Choose an environment for Keras")
    dialog.choose("keras", "no-such-python")
    assert not choose.isEnabled()
    qtbot.waitUntil(choose.isEnabled, timeout=5000)
    assert "There is no program at no-such-python" in dialog._error.text()
    assert settings.load()[0] == Settings()
    button(dialog, "Close").click()


def test_a_broken_framework_is_shown_with_what_to_try(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def probed(name: str, is_cancelled: Callable[[], bool]) -> FrameworkReport:
        problem = "PyTorch is installed but broken. Reinstall it." if name == "pytorch" else ""
        return FrameworkReport(name, registry.framework_title(name), "1.0", (), problem)

    monkeypatch.setattr(dialogs, "probe", probed)
    dialog = opened(window)
    test = button(dialog, "Test")
    test.click()
    assert not test.isEnabled()
    assert dialog._locations["numpy"].text() == "Testing …"
    qtbot.waitUntil(test.isEnabled, timeout=5000)
    lines = {name: label.text().splitlines() for name, label in dialog._locations.items()}
    assert lines["pytorch"][-1] == "PyTorch is installed but broken. Reinstall it."
    assert lines["numpy"][-1] == "It works."
    button(dialog, "Close").click()


def test_closing_ends_the_try(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def slow(framework: str, python: str, is_cancelled: Callable[[], bool]) -> None:
        while not is_cancelled():
            sleep(0.01)
        seen.append(is_cancelled())

    monkeypatch.setattr(environments, "choose", slow)
    dialog = opened(window)
    dialog.choose("keras", sys.executable)
    button(dialog, "Close").click()
    qtbot.waitUntil(lambda: seen == [True], timeout=5000)
