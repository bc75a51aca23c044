"""Watch it learn on the Train page: recording is remembered, and stored runs are shown."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.gui.train.form import recipe_form, run_specs
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.store import epoch_records
from mnist_studio.store.rows import Run
from tests.gui.train.watch.recorded import record

(SPEC,) = run_specs(recipe_form("tiny-10", ("numpy",), "builtin"))


def page_of(window: MainWindow) -> TrainPage:
    window.studio.page_requested.emit("train")
    page = window.findChild(TrainPage)
    assert isinstance(page, TrainPage)
    return page


def test_recording_is_remembered_and_stored_runs_are_watched(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(window)
    page.view.button("watch").click()
    assert page.watch.isVisible()
    assert not page.plots.isVisible()
    page.watch.record.click()
    assert window.studio.queue.observe
    assert window.studio.saved_settings.watch_learning
    epoch_records.save(tmp_path, record(7))
    stored = Run("one", "My run", SPEC, "finished", 0.0, tmp_path, None)
    monkeypatch.setattr(RunLibrary, "rows", (RunRow(stored, ()),))
    page.views.show_view("curves")
    window.studio.item_requested.emit("train", "watch:one")
    qtbot.waitUntil(lambda: page.watch.epoch == 7)
    assert page.watch.isVisible()
    assert page.watch.number.text() == "7 of 7"
