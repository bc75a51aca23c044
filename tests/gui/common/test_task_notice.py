"""Progress of work on files, and its cancellation."""

from threading import Event

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.errors import CancelledByUser
from mnist_studio.gui.common import task_notice
from mnist_studio.gui.common.task_notice import TaskNotice
from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.theme.theme import Theme


def test_long_work_shows_its_progress_and_can_be_canceled(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_notice, "DELAY_MS", 0)
    place = QWidget()
    qtbot.addWidget(place)
    place.resize(800, 400)
    place.show()
    background = Background(place)
    notice = TaskNotice(theme, place)
    halfway = Event()

    def work(progress: Progress, is_cancelled: IsCancelled) -> None:
        progress(0.5)
        halfway.wait(10)
        while not is_cancelled():
            halfway.wait(0.01)
        raise CancelledByUser("Canceled.")

    task = background.start(work, lambda result: None, lambda error: None)
    notice.follow("Writing all.mnistrun …", task)
    qtbot.waitUntil(lambda: notice.isVisible() and notice.progress.value() == 500)
    assert notice.text == "Writing all.mnistrun …"
    halfway.set()
    notice.cancel.click()
    assert not notice.cancel.isEnabled()
    qtbot.waitUntil(lambda: not notice.isVisible())
    background.close()
