"""How long the window takes to open: told on standard output, and the window closed again."""

import json
import sys
from time import time

import psutil
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from mnist_studio.gui.app.window import MainWindow


class Opening(QObject):
    """Watches a window until it can be worked with; then tells, and ends the event loop."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._began = psutil.Process().create_time()
        self._painted = 0.0
        window.painted.connect(self._paint)
        # The window is only left once all has been done that follows the signal.
        window.usable.connect(self._stand, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _paint(self) -> None:
        self._painted = time() - self._began

    @Slot()
    def _stand(self) -> None:
        platform = QGuiApplication.platformName()
        usable = time() - self._began
        opened = {"painted": self._painted, "usable": usable, "platform": platform}
        sys.stdout.write(json.dumps(opened) + "\n")
        sys.stdout.flush()
        QApplication.exit(0)
