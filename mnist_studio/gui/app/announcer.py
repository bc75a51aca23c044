"""Shows progress in the title of the window, and announces the end of long work while you are away.

A window that is not active shows how the work ended in its title, and the system shows a
notification. Without a tray, as on some desktops, the title alone shows it.
"""

from time import monotonic

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QMainWindow, QSystemTrayIcon

from mnist_studio.experiments.events import ExperimentEnded
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.training_result import result_of

NAME = "MNIST Studio"

LONG_SECONDS = 30.0
"""Work that took at least this long is announced."""


class Announcer(QObject):
    """Follows the trainings and experiments of a window.

    Attributes:
        tray: the icon that a notification belongs to; None before the first.
    """

    def __init__(self, window: QMainWindow, studio: Studio) -> None:
        super().__init__(window)
        self._window, self._studio = window, studio
        self._began: float | None = None
        self._news = ""
        self.tray: QSystemTrayIcon | None = None
        for signal in (
            studio.queue.changed, studio.queue.event_received,
            studio.experiment.changed, studio.experiment.renewed,
        ):  # fmt: skip
            signal.connect(self._follow)
        studio.queue.idle.connect(self._end_training)
        studio.experiment.ended.connect(self._end_experiment)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes the news out of the title when the window is active again.

        It filters only while there is news: a filter costs time for every event of the window.
        """
        if event.type() == QEvent.Type.WindowActivate:
            self._window.removeEventFilter(self)
            self._news = ""
            self._show_title()
            if self.tray:
                self.tray.hide()
        return super().eventFilter(watched, event)

    @Slot()
    def _follow(self) -> None:
        if not self._studio.busy:
            self._began = None
        elif self._began is None:
            self._began, self._news = monotonic(), ""
        self._show_title()

    def _show_title(self) -> None:
        title = title_of(fraction(self._studio), self._news)
        if title != self._window.windowTitle():
            self._window.setWindowTitle(title)

    @Slot()
    def _end_training(self) -> None:
        result = result_of(self._studio.queue.runs)
        if result.runs:
            self._announce(result.headline, result.accuracies)
        elif result.failed:
            self._announce("The training failed", result.failed[-1])

    @Slot(object)
    def _end_experiment(self, ended: ExperimentEnded) -> None:
        # The first window needs nothing of the experiments.
        from mnist_studio.gui.experiments import summary

        spec = self._studio.experiment.spec
        self._announce(spec.title if spec else "Experiment", summary.end(ended))

    def _announce(self, title: str, text: str) -> None:
        """Announces the end of work, unless it was short or the window is active."""
        short = self._began is None or monotonic() - self._began < LONG_SECONDS
        away = self._window.isVisible() and not self._window.isActiveWindow()
        if short or not away:
            return
        self._news = title
        self._window.installEventFilter(self)
        self._show_title()
        QApplication.alert(self._window)
        if self._studio.saved_settings.notifications:
            self._notify(title, text)

    def _notify(self, title: str, text: str) -> None:
        """Shows a notification of the system, if it has a tray."""
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self.tray is None:
            self.tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self.tray.setToolTip(NAME)
            self.tray.messageClicked.connect(self._raise)
            self.tray.activated.connect(self._raise)
        self.tray.show()
        self.tray.showMessage(title, text, self._window.windowIcon())

    @Slot()
    def _raise(self) -> None:
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()


def fraction(studio: Studio) -> float | None:
    """The progress of all runs that are training or waiting, from 0 to 1; None if none is."""
    if studio.queue.busy:
        runs = [run for run in studio.queue.runs if run.state != "removed"]
        return sum(1.0 if run.terminal else run.fraction for run in runs) / max(1, len(runs))
    return studio.experiment.board.fraction if studio.experiment.busy else None


def title_of(progress: float | None, news: str = "") -> str:
    """The title of the window: ``42 % · MNIST Studio``.

    Args:
        progress: of the work that is running, from 0 to 1; None without any.
        news: how the last one ended, if nobody has seen that yet.
    """
    if progress is not None:
        # Rounded down, since 100 % means that it has ended.
        return f"{min(99, int(100 * progress))} % · {NAME}"
    return f"{news} · {NAME}" if news else NAME
