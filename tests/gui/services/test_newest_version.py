"""The notice of a newer version, in the status line and on the Settings page."""

from itertools import product

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mnist_studio import newer_version, settings
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.settings.page import SettingsPage

HOME = "https://github.com/someone/mnist-studio"


def test_it_is_off_until_it_is_wanted_and_is_one_sentence_with_a_link(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[str] = []

    def newest(is_cancelled: object) -> str:
        requests.append("one")
        return "99.0.0"

    monkeypatch.setattr(newer_version, "daily", newest)
    monkeypatch.setattr("mnist_studio.gui.settings.page.repository", lambda: HOME)
    monkeypatch.setattr(newer_version, "repository", lambda: HOME)
    window.go("settings")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    assert not page.newer.isChecked()
    assert not requests

    page.newer.click()
    qtbot.waitUntil(lambda: "99.0.0" in page.newest.text(), timeout=30_000)
    shown = [one for one in window.frame.status.findChildren(QLabel) if "99.0.0" in one.text()]
    assert [one.isVisible() for one in shown] == [True]
    assert f'<a href="{HOME}/releases/tag/v99.0.0">' in shown[0].text()
    qtbot.waitUntil(lambda: settings.load()[0].check_version, timeout=30_000)

    # Qt decides on the color of a link when it reads the HTML, not when it paints.
    window.theme.choose("dark")
    image = shown[0].grab().toImage()
    places = product(range(image.width()), range(image.height()))
    colors = {image.pixelColor(x, y).name() for x, y in places}
    assert shown[0].palette().link().color().name() in colors

    page.newer.click()
    assert not shown[0].isVisible()
    assert "does not identify you" in page.newest.text()
    assert requests == ["one"]


def test_a_copy_that_names_no_repository_says_why_it_cannot_look(window: MainWindow) -> None:
    window.go("settings")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    assert not page.newer.isEnabled()
    assert "does not name its repository" in page.newer.toolTip()
