"""Whether a window has built everything that it builds in the pauses of the event loop."""

from PySide6.QtCore import QTimer

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.services.background import IdleScheduler


def is_filling(window: MainWindow) -> bool:
    """Whether something is still built."""
    return any(
        timer.isActive()
        for scheduler in window.findChildren(IdleScheduler)
        for timer in scheduler.findChildren(QTimer)
    )
