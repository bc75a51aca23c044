"""The whole application in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.app import application
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore

CLOSES_ITSELF = """
from PySide6.QtCore import QTimer
from mnist_studio.gui.app import application

class Window(application.MainWindow):
    def __init__(self, *given):
        super().__init__(*given)
        self.usable.connect(lambda: QTimer.singleShot(600, self.close))

application.MainWindow = Window
raise SystemExit(application.run())
"""


READS = """
from mnist_studio import settings
from mnist_studio.gui.app import application

messages = []

class Window(application.MainWindow):
    def show_message(self, text, kind):
        messages.append(text)
        self.close()

application.MainWindow = Window
application.run()
print(sum("settings.json.bad" in text for text in messages))
"""


def test_it_opens_and_closes_without_a_word_of_complaint(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CLOSES_ITSELF],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


TRAINS = """
from mnist_studio.events import Progress
from mnist_studio.gui.app import application
from tests.trained_runs import endless

class Window(application.MainWindow):
    def __init__(self, *given):
        super().__init__(*given)
        self.usable.connect(self._train)

    def _train(self):
        self.studio.queue.event_received.connect(self._say)
        self.studio.queue.add([endless()])

    def _say(self, run, event):
        if isinstance(event, Progress):
            print("training", flush=True)

application.MainWindow = Window
raise SystemExit(application.run())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals to a process")
@pytest.mark.parametrize("name", application.ENDING_SIGNALS)
def test_a_signal_that_ends_it_saves_the_weights_of_a_training(home: Path, name: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TRAINS], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"training\n"
        os.kill(process.pid, getattr(signal, name))
        try:
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
    with RunStore() as store:
        (run,) = store.runs()
    assert run.status == "stopped"
    assert artifacts.load_weights(run.folder, run.spec)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a process")
def test_an_interrupt_ends_it(home: Path) -> None:
    program = "from mnist_studio.gui.app import application; raise SystemExit(application.run())"
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        deadline = time.monotonic() + 30
        while not (home / "studio.sqlite").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        try:
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()


INTERRUPTED_EARLY = """
import os, signal
from mnist_studio.gui.app import application

class Window(application.MainWindow):
    def show(self):
        super().show()
        os.kill(os.getpid(), signal.SIGINT)

application.MainWindow = Window
raise SystemExit(application.run())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a process")
def test_an_interrupt_before_the_event_loop_ends_it(home: Path) -> None:
    assert (
        subprocess.run(
            [sys.executable, "-c", INTERRUPTED_EARLY], check=False, timeout=60
        ).returncode
        == 0
    )


def test_a_binding_that_breaks_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PySide6.__version_info__", (6, 12, 0, "", ""))
    monkeypatch.setattr("sys.version_info", (3, 11, 7))
    with pytest.raises(MnistStudioError, match="pip install"):
        application.check_binding()
    monkeypatch.setattr("sys.version_info", (3, 12, 1))
    application.check_binding()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
def test_without_a_display_the_commands_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*application._DISPLAYS, "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MnistStudioError, match="no display"):
        application.check_display()
    monkeypatch.setenv("DISPLAY", ":0")
    application.check_display()


def test_what_is_logged_and_where_it_crashed_is_in_a_file(home: Path) -> None:
    program = (
        "import logging\n"
        "from mnist_studio.gui.app import application\n"
        "application.start_log()\n"
        "logging.getLogger('odd').error('a word')\n"
        "import os\n"
        "os.abort()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, timeout=60
    )
    log = (home / "studio.log").read_text()
    assert "ERROR odd: a word" in log
    assert done.returncode
    assert "Fatal Python error: Aborted" in log
    assert '"<string>", line 6 in <module>' in log


def test_the_log_has_a_limited_size_and_is_for_its_owner_only(home: Path) -> None:
    program = (
        "import logging\n"
        "from mnist_studio.gui.app import application\n"
        "application.LARGEST_LOG = 2000\n"
        "application.start_log()\n"
        "for number in range(300):\n"
        "    logging.getLogger('odd').error('word %s', number)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, timeout=60)
    logs = sorted(home.glob("studio.log*"))
    assert [log.name for log in logs] == ["studio.log", "studio.log.1", "studio.log.2"]
    assert all(log.stat().st_size <= 2000 for log in logs)
    assert "word 299" in logs[0].read_text()
    if os.name == "posix":
        assert all(log.stat().st_mode & 0o077 == 0 for log in logs)


def test_damaged_settings_are_reported_and_kept(qtbot: QtBot, theme: Theme, home: Path) -> None:
    (home / "settings.json").write_text("{")
    loaded = settings.load()
    window = MainWindow(theme, loaded)
    with qtbot.waitSignal(window.usable, timeout=30_000):
        window.show()
    notice = window.page(window.shown).notice
    assert "settings.json.bad" in notice.text
    window.shut_down()
    window.hide()
    window.deleteLater()


def test_the_settings_are_read_once(home: Path) -> None:
    (home / "settings.json").write_text("{")
    done = subprocess.run(
        [sys.executable, "-c", READS], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.splitlines()) == (0, ["1"]), done.stderr
