"""Progress in the title, and news about long work for a window that is not active."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMainWindow, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.events import Failed, Progress
from mnist_studio.experiments.events import ExperimentEnded
from mnist_studio.gui.app import announcer
from mnist_studio.gui.app.announcer import Announcer, title_of
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.recipes import RECIPES, run_spec


@pytest.mark.parametrize(
    ("fraction", "news", "title"),
    [
        (None, "", "MNIST Studio"),
        (0.0, "", "0 % · MNIST Studio"),
        (0.429, "", "42 % · MNIST Studio"),
        (0.9999, "Something ended", "99 % · MNIST Studio"),
        (1.0, "", "99 % · MNIST Studio"),
        (None, "MLP 128 is trained in NumPy", "MLP 128 is trained in NumPy · MNIST Studio"),
    ],
)
def test_title(fraction: float | None, news: str, title: str) -> None:
    assert title_of(fraction, news) == title


class _Tray(QObject):
    """A tray icon that only notes its messages."""

    messages: ClassVar[list[tuple[str, str]]] = []
    messageClicked = Signal()  # noqa: N815 - Qt's name
    activated = Signal()

    def __init__(self, icon: QIcon, parent: QObject) -> None:
        super().__init__(parent)
        self.visible = False

    @staticmethod
    def isSystemTrayAvailable() -> bool:
        return True

    def setToolTip(self, text: str) -> None:
        assert text == "MNIST Studio"

    def show(self) -> None:
        self.visible = True

    def hide(self) -> None:
        self.visible = False

    def showMessage(self, title: str, text: str, icon: QIcon) -> None:
        self.messages.append((title, text))


class _Away(QMainWindow):
    """A window that another one covers."""

    def isActiveWindow(self) -> bool:
        return False


@pytest.fixture
def away(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Away]:
    monkeypatch.setattr(announcer, "QSystemTrayIcon", _Tray)
    monkeypatch.setattr(announcer, "LONG_SECONDS", 0.0)
    _Tray.messages.clear()
    made = _Away()
    made.show()
    yield made
    made.hide()
    made.deleteLater()


def _train(studio: Studio, monkeypatch: pytest.MonkeyPatch, run: LiveRun) -> None:
    """Lets the queue begin and end with a run."""
    queue = studio.queue
    queue._runs = (run,)
    monkeypatch.setattr(type(queue), "busy", True)
    queue.changed.emit()
    monkeypatch.setattr(type(queue), "busy", False)
    queue.idle.emit()
    queue.changed.emit()


def _failed() -> LiveRun:
    run = LiveRun(run_spec(RECIPES["mlp-128"]))
    run.take(Failed(run="", framework="keras", reason="The disk is full."))
    return run


def test_news_of_a_training_while_the_window_is_away(
    away: _Away, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Announcer(away, studio)
    _train(studio, monkeypatch, _failed())
    assert away.windowTitle() == "The training failed · MNIST Studio"
    assert _Tray.messages == [("The training failed", "Keras: Failed. The disk is full.")]
    QCoreApplication.sendEvent(away, QEvent(QEvent.Type.WindowActivate))
    assert away.windowTitle() == "MNIST Studio"
    assert isinstance(made.tray, QObject)
    assert not made.tray.property("visible")


def test_no_news_of_short_work_or_for_an_active_window(
    away: _Away, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    Announcer(away, studio)
    monkeypatch.setattr(_Away, "isActiveWindow", lambda self: True)
    _train(studio, monkeypatch, _failed())
    monkeypatch.setattr(_Away, "isActiveWindow", lambda self: False)
    monkeypatch.setattr(announcer, "LONG_SECONDS", 30.0)
    _train(studio, monkeypatch, _failed())
    assert (away.windowTitle(), _Tray.messages) == ("MNIST Studio", [])


def test_notifications_can_be_off_and_need_a_tray(
    away: _Away, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Announcer(away, studio)
    studio._settings = settings.Settings(notifications=False)
    _train(studio, monkeypatch, _failed())
    studio._settings = settings.Settings()
    monkeypatch.setattr(_Tray, "isSystemTrayAvailable", lambda: False)
    _train(studio, monkeypatch, _failed())
    assert (made.tray, _Tray.messages) == (None, [])
    assert away.windowTitle() == "The training failed · MNIST Studio"


def test_experiment_ends_while_it_still_counts_as_running(
    away: _Away, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    Announcer(away, studio)
    service = studio.experiment
    monkeypatch.setattr(type(service), "busy", True)
    service.changed.emit()
    assert away.windowTitle() == "0 % · MNIST Studio"
    service.ended.emit(ExperimentEnded(outcome="complete", finished=2, total=2))
    service.changed.emit()
    monkeypatch.setattr(type(service), "busy", False)
    service.changed.emit()
    assert away.windowTitle() == "Experiment · MNIST Studio"
    complete = "The experiment is complete. All 2 runs are finished."
    assert _Tray.messages == [("Experiment", complete)]


def test_title_counts_all_runs_of_the_queue(
    away: _Away, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    Announcer(away, studio)
    half, waiting, removed = (LiveRun(run_spec(RECIPES["mlp-128"])) for _ in range(3))
    removed.state = "removed"
    half.progress = Progress(
        run="", framework="keras", epoch=1, step=5, steps=10, losses=(), accuracies=(),
        train_seconds=1.0, images_per_second=1.0,
    )  # fmt: skip
    studio.queue._runs = (_failed(), half, waiting, removed)
    monkeypatch.setattr(type(studio.queue), "busy", True)
    studio.queue.changed.emit()
    assert away.windowTitle() == "50 % · MNIST Studio"
    assert QSystemTrayIcon.isSystemTrayAvailable() is False
    monkeypatch.setattr(type(studio.queue), "busy", False)
