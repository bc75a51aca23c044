"""Every setting of the page applies at once and is saved."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.settings.page import SettingsPage
from mnist_studio.gui.train.page import TrainPage


def _page(window: MainWindow) -> SettingsPage:
    window.go("settings")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    return page


def test_changes_apply_and_are_saved(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window)
    page.scheme.button("dark").click()
    page.motion.click()
    page.notifications.click()
    page.warm.click()
    page.checkpoints.set_number(15)
    page.checkpoints.edited.emit()
    page.epoch_weights.set_number(50)
    page.epoch_weights.edited.emit()
    page.text_size.choose("1.15")
    page.text_size.chosen.emit("1.15")
    assert window.theme.scheme == "dark"
    assert window.theme.still
    assert window.theme.scale == 1.15
    wanted = {
        "theme": "dark", "reduced_motion": True, "notifications": False, "warm_processes": False,
        "checkpoint_seconds": 15, "text_size": 1.15, "epoch_weights_mb": 50,
    }  # fmt: skip

    def saved() -> bool:
        now = settings.load()[0]
        return all(getattr(now, name) == value for name, value in wanted.items())

    qtbot.waitUntil(saved, timeout=30_000)
    window.theme.set_scale(1.0)


def test_folder_and_threads_lead_to_where_they_are_set(window: MainWindow, tmp_path: Path) -> None:
    page = _page(window)
    assert not page.forget_button.isEnabled()
    assert "No folder" in page.forget_button.toolTip()
    assert page.environments_button.isEnabled()
    page.threads_button.click()
    train = window.page("train")
    assert isinstance(train, TrainPage)
    assert window.shown == "train"
    assert train.settings.numbers.threads.field().isVisible()
    assert train.settings.numbers.threads.field().hasFocus()
