"""The dialog of environments, over a real window."""

import sys
from collections.abc import Callable
from threading import Event
from time import sleep

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.frameworks import registry
from mnist_studio.gui.app import environments as dialogs
from mnist_studio.gui.app.environments import EnvironmentsDialog
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.install_button import InstallButton
from mnist_studio.settings import Interpreter, Settings
from mnist_studio.workers import environments, installation
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
        lambda: locations["keras"].text().endswith("MNIST Studio's own environment"), timeout=30_000
    )
    assert settings.load()[0].interpreters == {}
    # The same button brings the environment back, after a test of it.
    reset = button(dialog, "Reset the environment for Keras")
    assert (reset.text(), reset.isEnabled()) == ("Undo", True)
    reset.click()
    assert locations["keras"].text() == "Testing /env/bin/python …"
    qtbot.waitUntil(lambda: bool(dialog._error.text()), timeout=30_000)
    button(dialog, "Close").click()


def test_an_environment_that_cannot_be_used_is_reported(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window)
    choose = button(dialog, "Choose an environment for Keras")
    dialog.choose("keras", "no-such-python")
    assert not choose.isEnabled()
    qtbot.waitUntil(choose.isEnabled, timeout=30_000)
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
    qtbot.waitUntil(test.isEnabled, timeout=30_000)
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
    qtbot.waitUntil(lambda: bool(seen), timeout=30_000)
    assert window.findChildren(EnvironmentsDialog) == []
    assert settings.load()[0].interpreters == {}


def hide_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes Keras count as not installed until an environment is chosen for it."""
    installed = registry.installed
    monkeypatch.setattr(registry, "installed", lambda n: None if n == "keras" else installed(n))


def test_a_missing_framework_is_installed_and_can_be_used_at_once(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_keras(monkeypatch)
    window.studio.environments_changed.emit()
    train = window.findChildren(InstallButton)[0]
    assert (train.button.text(), train.isHidden()) == ("Install Keras…", False)
    go = Event()

    def install(
        name: str, on_step: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> None:
        on_step("Downloading tensorflow (600 MB)")
        assert go.wait(5)
        settings.save(Settings(interpreters={name: Interpreter("/env/bin/python", "3.9")}))

    monkeypatch.setattr(installation, "install", install)
    dialog = opened(window)
    assert button(dialog, "Install PyTorch").isHidden()
    assert not button(dialog, "Install Keras").isHidden()
    button(dialog, "Install Keras").click()
    step = "Installing. Downloading tensorflow (600 MB) …"
    qtbot.waitUntil(lambda: dialog._locations["keras"].text() == step, timeout=30_000)
    assert button(dialog, "Install Keras").text() == "Cancel"
    with qtbot.waitSignal(dialog.changed, timeout=30_000):
        go.set()
    assert dialog._locations["keras"].text().endswith("3.9 in /env/bin/python")
    assert button(dialog, "Install Keras").isHidden()
    assert train.isHidden()
    button(dialog, "Close").click()


def test_an_installation_can_be_cancelled_and_can_fail(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_keras(monkeypatch)

    def cancelled(
        name: str, on_step: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> None:
        while not is_cancelled():
            sleep(0.01)
        raise CancelledByUser("The installation was canceled.")

    def failing(
        name: str, on_step: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> None:
        raise JobError("Keras could not be installed: no connection.")

    dialog = opened(window)
    made = button(dialog, "Install Keras")

    def is_over() -> bool:
        return made.isEnabled() and made.text() == "Install"

    monkeypatch.setattr(installation, "install", cancelled)
    made.click()
    made.click()
    assert not made.isEnabled()
    qtbot.waitUntil(is_over, timeout=30_000)
    assert dialog._error.text() == ""
    monkeypatch.setattr(installation, "install", failing)
    made.click()
    qtbot.waitUntil(is_over, timeout=30_000)
    assert dialog._error.text() == "Keras could not be installed: no connection."
    assert dialog._locations["keras"].text() == "not installed in MNIST Studio's own environment"
    button(dialog, "Close").click()
