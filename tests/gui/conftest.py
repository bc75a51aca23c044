"""A window off screen, a home of its own for every test, and no leaks."""

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterator

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio import paths
from mnist_studio.frameworks import registry
from mnist_studio.gui.app import window as window_module
from mnist_studio.gui.app.application import check_binding
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme

check_binding()


@pytest.fixture(scope="session", autouse=True)
def _known_from_the_start() -> None:
    """What is here before the first test is not looked through after every one."""
    gc.collect()
    gc.freeze()


for _wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals):
    # What is waited for comes at once, except where other programs keep the processors busy.
    _wait.__kwdefaults__ = (_wait.__kwdefaults__ or {}) | {"timeout": 30_000}


@pytest.fixture(autouse=True)
def no_digits_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(paths.DATA_VARIABLE, raising=False)


@pytest.fixture(autouse=True)
def _nothing_left_running(qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves threads, processes or windows behind; knows Qt's, too."""
    threads = set(threading.enumerate())
    yield
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
    gc.collect()
    kinds = _kinds(QThread)
    # type(), since isinstance() would wake lazy objects of other libraries.
    running = [thing for thing in gc.get_objects() if type(thing) in kinds and _runs(thing)]
    assert not running, f"QThreads still run: {running}"
    left = [thread for thread in set(threading.enumerate()) - threads if _is_real(thread)]
    assert not left, f"threads still run: {left}"
    assert not multiprocessing.active_children()
    windows = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    assert not windows, f"windows are still open: {windows}"


def _kinds(kind: type) -> frozenset[type]:
    """A class and all that derive from it."""
    return frozenset({kind}).union(*map(_kinds, kind.__subclasses__()))


def _runs(thread: QThread) -> bool:
    try:
        return thread.isRunning() and thread != QThread.currentThread()
    except RuntimeError:
        return False  # Its C++ side is gone: it cannot run.


def _is_real(thread: threading.Thread) -> bool:
    # Python gives every QThread that ran Python code a dummy, and never takes it away.
    return thread.is_alive() and not isinstance(thread, threading._DummyThread)


@pytest.fixture(autouse=True)
def no_warm_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of tests load no frameworks in advance: most of them train nothing."""
    monkeypatch.setattr(window_module, "IDLE_MS", 3_600_000)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()


@pytest.fixture
def drawing(qtbot: QtBot) -> Iterator[Drawing]:
    made = Drawing()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The models that really come with the studio, where NumPy alone is installed."""
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: versions(n) if n == "numpy" else None)
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(paths.resources() / "models"))


@pytest.fixture
def studio(theme: Theme) -> Iterator[Studio]:
    made = Studio(theme)
    made.open()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> Iterator[MainWindow]:
    made = MainWindow(theme)
    with qtbot.waitSignal(made.usable, timeout=30_000):
        made.show()
    library = made.studio.library
    qtbot.waitUntil(lambda: library.loaded, timeout=30_000)
    yield made
    made.shut_down()
    made.hide()
    made.studio.deleteLater()
    made.deleteLater()
