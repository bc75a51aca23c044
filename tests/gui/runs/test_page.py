"""Stored runs that are continued, and shown as code, on the Runs page."""

import dataclasses
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from mnist_studio.frameworks.base import OptimizerState
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.runs.actions import ContinueQuestion
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.spec.run import ContinuedFrom, RunSpec
from mnist_studio.store import artifacts
from tests.gui.compare.test_known_bug_costs import row, spec


@pytest.fixture
def runs_page(window: MainWindow, tmp_path: Path) -> RunsPage:
    """The Runs page with one finished run of NumPy that left a checkpoint."""
    made = row(1, spec(), 0.97)
    weights = initial_weights(made.run.spec.model, 1, "float32")
    checkpoint = artifacts.SavedCheckpoint(weights, OptimizerState(42, {}), 42, 1.5)
    artifacts.save_checkpoint(tmp_path, checkpoint)
    run = dataclasses.replace(made.run, folder=tmp_path)
    window.studio.library._rows = (RunRow(run, made.epochs),)
    window.go("runs")
    page = window.page("runs")
    assert isinstance(page, RunsPage)
    page._show_rows()
    return page


def ask_to_continue(page: RunsPage, epochs: int) -> ContinueQuestion:
    page.controls.continue_as_new.click()
    question = page.question
    assert isinstance(question, ContinueQuestion)
    assert question.epochs.whole == 4
    question.framework.choose("numpy")
    question.epochs.set_number(epochs)
    return question


def confirm(question: ContinueQuestion) -> None:
    buttons = {made.text(): made for made in question.findChildren(QPushButton)}
    buttons["Continue"].click()


def test_a_run_is_continued_as_a_new_run(
    window: MainWindow, runs_page: RunsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[RunSpec] = []
    monkeypatch.setattr(window.studio.queue, "add", queued.extend)
    confirm(ask_to_continue(runs_page, 5))
    qtbot.waitUntil(lambda: bool(queued), timeout=30_000)
    (new,) = queued
    assert new.training.epochs == 5
    assert new.continued_from == ContinuedFrom("1", "numpy", 42)
    qtbot.waitUntil(lambda: window.shown == "train", timeout=30_000)


def test_an_impossible_continuation_is_reported(
    window: MainWindow, runs_page: RunsPage, qtbot: QtBot
) -> None:
    confirm(ask_to_continue(runs_page, 2))
    qtbot.waitUntil(lambda: "is finished" in runs_page.notice.text, timeout=30_000)
    assert not window.studio.queue.busy


def test_a_stored_run_is_shown_as_code_and_trained_as_a_native_script(
    window: MainWindow, runs_page: RunsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[RunSpec] = []
    monkeypatch.setattr(window.studio.queue, "add", queued.extend)
    assert runs_page.controls.code.isEnabled()
    dialog = runs_page.show_code()
    qtbot.waitUntil(dialog.run_button.isEnabled, timeout=30_000)
    assert "mlp-128 in NumPy" in dialog.text.toPlainText()
    dialog.run_button.click()
    assert queued == [replace(spec(), style="native")]
    assert window.shown == "train"


def test_the_links_of_a_run_stay_whole_in_a_narrow_column(runs_page: RunsPage) -> None:
    links = (runs_page.controls.code, runs_page.controls.reveal, runs_page.controls.watch)
    holder = links[0].parentWidget()
    assert holder
    line = holder.layout()
    assert isinstance(line, Flow)
    widest = max(link.sizeHint().width() for link in links)
    line.setGeometry(QRect(0, 0, widest, 200))
    assert len({link.y() for link in links if not link.isHidden()}) >= 2
    assert all(link.width() >= link.sizeHint().width() for link in links if not link.isHidden())
