"""From the start of the process to the first painted and to the usable window, and its memory."""

import subprocess
import sys
import time
from statistics import median

from benchmarks.figures import line

REPEATS = 7


def main() -> None:
    """Starts the window several times; the first start fills the file cache and is not counted."""
    starts = [_start() for _ in range(REPEATS + 1)][1:]
    painted, usable, memory = (median(column) for column in zip(*starts, strict=True))
    line("first painted window", f"{painted:.2f} s", ".5 s")
    line("usable window", f"{usable:.2f} s", "1.0 s")
    line("memory of the window's process", f"{memory:.0f} MB", "200 MB")


def _start() -> tuple[float, float, float]:
    command = [sys.executable, "-m", "benchmarks.startup", repr(time.time())]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    painted, usable, memory = (float(word) for word in told.split())
    return painted, usable, memory


def child(launched: float) -> None:
    """The real application, whose window tells when it stands and then closes."""
    from PySide6.QtCore import QTimer

    from mnist_studio import settings
    from mnist_studio.gui.app import application
    from mnist_studio.gui.app.window import MainWindow
    from mnist_studio.gui.theme.theme import Theme

    moments: list[float] = []

    class Probed(MainWindow):
        def __init__(
            self, theme: Theme, loaded: tuple[settings.Settings, str] | None = None
        ) -> None:
            super().__init__(theme, loaded)
            self.painted.connect(lambda: moments.append(time.time() - launched))
            self.usable.connect(self._stood)

        def _stood(self) -> None:
            moments.append(time.time() - launched)
            # What starts after the window stands shall be in its memory.
            QTimer.singleShot(1500, self.close)

    vars(application)["MainWindow"] = Probed
    application.run()
    print(*moments, _memory())


def _memory() -> float:
    """The most that this process has had, in MB."""
    import resource

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    child(float(sys.argv[1])) if len(sys.argv) > 1 else main()
