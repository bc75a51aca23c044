"""Measures how long the window takes to open, and closes it again."""

import json
import sys
from time import time

import psutil
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from mnist_studio.gui.app.window import MainWindow


class OpeningTimer(QObject):
    """Waits until a window is usable, prints the times as JSON, and ends the event loop."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._began = psutil.Process().create_time()
        self._painted = 0.0
        window.painted.connect(self._on_painted)
        # Queued: everything that follows the signal comes first.
        window.usable.connect(self._on_usable, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _on_painted(self) -> None:
        self._painted = time() - self._began

    @Slot()
    def _on_usable(self) -> None:
        platform = QGuiApplication.platformName()
        usable = time() - self._began
        opened = {"painted": self._painted, "usable": usable, "platform": platform}
        sys.stdout.write(json.dumps(opened) + "\n")
        sys.stdout.flush()
        QApplication.exit(0)
