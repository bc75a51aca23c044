"""The idle window loads frameworks for the next run, and ends these processes when it closes."""

from dataclasses import replace

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from mnist_studio.events import Finished
from mnist_studio.frameworks import registry
from mnist_studio.gui.app import window as window_module
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.running import warm
from mnist_studio.training import machine
from mnist_studio.workers import priority
from tests.trained_runs import alive, small, until


@pytest.fixture
def no_warm_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests need them, at once, and those of NumPy only."""
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: versions(n) if n == "numpy" else None)
    monkeypatch.setattr(window_module, "IDLE_MS", 0)
    monkeypatch.setattr(warm, "REST_SECONDS", 0.0)
    monkeypatch.setattr(priority, "NICENESS", 0)
    monkeypatch.setattr(machine, "available_memory_bytes", lambda: 8 << 30)


def test_the_idle_window_trains_in_a_warm_process(qtbot: QtBot, window: MainWindow) -> None:
    studio = window.studio
    processes = studio.warm_processes
    processes.expect([small()])
    qtbot.waitUntil(lambda: processes.ready == ("numpy",), timeout=30_000)
    spy = QSignalSpy(studio.queue.event_received)
    with qtbot.waitSignal(studio.queue.idle, timeout=30_000):
        studio.queue.add([small()])
    end = spy.at(spy.count() - 1)[1]
    assert isinstance(end, Finished)
    assert end.measures is not None
    assert end.measures.warm_start
    # It is replaced, and the new one ends with the window.
    qtbot.waitUntil(lambda: processes.ready == ("numpy",), timeout=30_000)
    (pid,) = processes.pids
    window.shut_down()
    until(lambda: not alive(pid))


def test_no_process_starts_while_something_else_computes(window: MainWindow) -> None:
    processes = window.studio.warm_processes
    window.studio.set_activity("Framework parity")
    assert processes.paused
    window.studio.set_activity("")
    assert not processes.paused


def test_the_form_names_the_next_runs(qtbot: QtBot, window: MainWindow) -> None:
    processes = window.studio.warm_processes
    qtbot.waitUntil(lambda: processes.ready == ("numpy",), timeout=30_000)
    (pid,) = processes.pids
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.settings.show_form(replace(page.settings.form, threads=3))
    page.settings.edited.emit()
    qtbot.waitUntil(lambda: not alive(pid), timeout=30_000)
    qtbot.waitUntil(lambda: processes.ready == ("numpy",), timeout=30_000)
    (launched,) = [process.launched for process in processes._processes.values()]
    assert dict(launched.environment)["OMP_NUM_THREADS"] == "3"
