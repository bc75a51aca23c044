"""Trainings of the window are logged as the Settings page says, from the next run on."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.settings.page import SettingsPage
from mnist_studio.gui.settings.training_logs import TrainingLogControls
from mnist_studio.logs import text_files
from mnist_studio.logs.formats import FORMATS, FormatEntry
from mnist_studio.settings import TrainingLogs
from tests.trained_runs import small


@pytest.fixture
def controls(window: MainWindow) -> TrainingLogControls:
    window.go("settings")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    return page.logs


def test_a_folder_and_formats_are_saved_and_used_by_the_next_run(
    window: MainWindow, controls: TrainingLogControls, qtbot: QtBot, tmp_path: Path
) -> None:
    assert controls.text.text().startswith("Off.")
    assert not controls.off_button.isEnabled()
    assert controls.formats["csv"].toolTip() == "Choose a folder first."
    controls.use(tmp_path)
    controls.formats["csv"].click()
    controls.formats["tensorboard"].click()
    wanted = TrainingLogs(str(tmp_path), ("csv",))
    qtbot.waitUntil(lambda: settings.load()[0].training_logs == wanted, timeout=30_000)

    with qtbot.waitSignal(window.studio.queue.idle, timeout=60_000):
        window.studio.queue.add([small()])
    (table,) = tmp_path.glob(f"*/{text_files.EPOCHS}")
    assert len(table.read_text("utf-8").splitlines()) == 2

    controls.off_button.click()
    assert controls.text.text().startswith("Off.")
    off = TrainingLogs("", ("csv",))
    qtbot.waitUntil(lambda: settings.load()[0].training_logs == off, timeout=30_000)


def test_a_format_whose_package_is_missing_says_how_to_install_it(
    window: MainWindow, tmp_path: Path
) -> None:
    known = FORMATS["tensorboard"]
    absent = FormatEntry(known.name, known.title, "", known.open, "no_such_package", known.extra)
    window.studio.remember(training_logs=TrainingLogs(str(tmp_path), ()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "mnist_studio.gui.settings.training_logs.FORMATS", {**FORMATS, "tensorboard": absent}
        )
        made = TrainingLogControls(window.studio, window)
    assert not made.formats["tensorboard"].isEnabled()
    assert "pip install mnist-studio[tensorboard]" in made.formats["tensorboard"].toolTip()
    assert made.formats["csv"].isEnabled()
