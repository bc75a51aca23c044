"""Experiments selected, created, run, reordered, stopped and resumed in the window."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from mnist_studio.errors import SpecError
from mnist_studio.events import Stopped
from mnist_studio.experiments.events import (
    CellChanged,
    ExperimentCell,
    ExperimentEnded,
    ExperimentStarted,
    ProgressChanged,
    QueueChanged,
)
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.experiments.grid_dialog import GridDialog
from mnist_studio.gui.experiments.grid_form import GridForm, grid_experiment, size
from mnist_studio.gui.experiments.page import ExperimentsPage
from mnist_studio.gui.experiments.summary import end, facts
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.services.experiment_progress import ExperimentState
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import ExperimentSpec, Grid, expand_cells
from mnist_studio.spec.ready_made import EXPERIMENTS
from tests.gui.stored import STUDY, fill

LONG = 120_000

SMALL = ExperimentSpec(
    title="Seeds of a small network",
    question="How far do seeds differ?",
    grid=Grid(recipes=("mlp-128",), frameworks=("numpy",)),
    seeds=(1, 2, 3, 4),
    datasets=("builtin",),
    epochs=1,
)


@pytest.fixture
def page(window: MainWindow) -> ExperimentsPage:
    window.go("experiments")
    made = window.page("experiments")
    assert isinstance(made, ExperimentsPage)
    return made


def answer(page: ExperimentsPage, text: str) -> None:
    assert page.question is not None
    buttons = {made.text(): made for made in page.question.findChildren(QPushButton)}
    buttons[text].click()


def test_an_experiment_is_exported_with_its_runs(
    page: ExperimentsPage, qtbot: QtBot, tmp_path: Path
) -> None:
    assert not page.controls.export.isEnabled()
    fill()
    page.studio.library.refresh()
    qtbot.waitUntil(lambda: bool(page.studio.library.experiments), timeout=LONG)
    page.show_item(page.studio.library.experiments[0].id)
    qtbot.waitUntil(page.controls.export.isEnabled, timeout=LONG)
    page.controls.export.click()
    (dialog,) = page.findChildren(FileDialog)
    file = tmp_path / "two frameworks.mnistrun"
    dialog.fileSelected.emit(str(file))
    dialog.done(0)
    qtbot.waitUntil(page.outcome.isVisible, timeout=LONG)
    with zipfile.ZipFile(file) as archive:
        assert len(json.loads(archive.read("manifest.json"))["runs"]) == 10
        assert STUDY.title in json.loads(archive.read("experiment.json"))["text"]


def test_ready_made_experiments_of_every_source_are_one_click_away(
    page: ExperimentsPage, qtbot: QtBot
) -> None:
    first = next(iter(EXPERIMENTS.values())).experiment
    assert page.spec == first
    qtbot.waitUntil(lambda: page.state.total == len(expand_cells(first)), timeout=30_000)
    page.list.choose("ready/batch-sizes")
    assert page.card.question.text() == EXPERIMENTS["batch-sizes"].experiment.question
    assert "45 runs" in page.card.facts.text()
    qtbot.waitUntil(lambda: page.queue.model.rowCount() == 45, timeout=30_000)
    assert "45 runs left. The time is not known yet." in page.card.progress_text.text()
    assert page.controls.run.isEnabled()


def test_an_experiment_is_run_reordered_stopped_and_resumed(
    page: ExperimentsPage, window: MainWindow, qtbot: QtBot
) -> None:
    page.add_experiment(SMALL)
    assert page.list.choice == "new/0"
    page.controls.run.click()
    runner = window.studio.experiment
    qtbot.waitUntil(lambda: len(runner.board.order) == 3, timeout=LONG)
    training = window.page("train")
    assert isinstance(training, TrainPage)
    assert not training.train_button.isEnabled()
    last = runner.board.order[-1]
    page.queue.choose(last)
    page.queue.top_button.click()
    qtbot.waitUntil(lambda: runner.board.order[:1] == (last,), timeout=LONG)
    removed = runner.board.order[-1]
    page.queue.choose(removed)
    bar = window.undo_bar
    assert bar
    for undo in (True, False):
        page.queue.remove_button.click()
        qtbot.waitUntil(lambda: removed not in runner.board.order, timeout=LONG)
        assert bar.text == "Removed a run from the queue."
        if undo:
            bar.undo()
            qtbot.waitUntil(lambda: removed in runner.board.order, timeout=LONG)
            page.queue.choose(removed)
    qtbot.waitUntil(lambda: runner.board.finished >= 1, timeout=LONG)
    assert "of 4 runs" in window.frame.status.words
    page.controls.stop.click()
    qtbot.waitUntil(lambda: not runner.busy, timeout=LONG)
    assert "You can resume it" in page.outcome.text()
    qtbot.waitUntil(lambda: page.controls.run.text() == "Resume experiment", timeout=LONG)
    done = page.state.finished
    assert 1 <= done < 4
    page.controls.run.click()
    qtbot.waitUntil(lambda: runner.busy and runner.board.total == 4, timeout=LONG)
    assert runner.board.finished >= done
    qtbot.waitUntil(lambda: not runner.busy, timeout=LONG)
    complete = "The experiment is complete. All 4 runs are finished."
    assert page.outcome.text() == f"{SMALL.title}\n{complete}"
    steps = {step.text(): step for step in page.outcome.steps}
    assert list(steps) == ["Compare runs", "Show the best run", "Draw with the best"]
    qtbot.waitUntil(lambda: page.list.choice.startswith("stored/"), timeout=LONG)
    qtbot.waitUntil(lambda: not page.controls.run.isEnabled(), timeout=LONG)
    assert page.controls.run.toolTip().startswith("All runs are finished.")
    page.controls.compare.click()
    compare = window.page("compare")
    assert isinstance(compare, ComparePage)
    assert window.shown == "compare"
    qtbot.waitUntil(lambda: len(compare.selected) == 4, timeout=LONG)
    steps["Show the best run"].click()
    runs = window.page("runs")
    assert isinstance(runs, RunsPage)
    assert window.shown == "runs"
    best = max(window.studio.library.trained, key=lambda row: row.figures.accuracy or 0.0)
    assert [row.id for row in runs.runs.selected] == [best.id]
    # A run that was stopped is not the best, whatever its last epoch had.
    library = window.studio.library
    library._rows = tuple(row if row is best else _stopped(row) for row in library._rows)
    assert page._best_run() == best.id


def _stopped(row: RunRow) -> RunRow:
    """The run as if it had been stopped with a perfect accuracy."""
    end = Stopped(
        run=row.id, framework=row.run.spec.framework, epochs=1, step=1, test_accuracy=1.0,
        test_loss=0.0, seconds={}, device="CPU",
    )  # fmt: skip
    return RunRow(replace(row.run, status="stopped", terminal=end), row.epochs)


def test_an_experiment_is_discarded_after_a_question(
    page: ExperimentsPage, window: MainWindow, qtbot: QtBot
) -> None:
    page.add_experiment(SMALL)
    page.controls.run.click()
    qtbot.waitUntil(lambda: bool(window.studio.experiment.board.order), timeout=LONG)
    page.controls.pause.click()
    assert page.controls.pause.text() == "Resume"
    page.controls.discard.click()
    answer(page, "Discard")
    qtbot.waitUntil(lambda: not window.studio.experiment.busy, timeout=LONG)
    assert "discarded. 0 of 4 runs" in page.outcome.text()


def test_a_huge_experiment_asks_first(page: ExperimentsPage, window: MainWindow) -> None:
    page.add_experiment(
        ExperimentSpec(title="Huge", grid=Grid(("mlp-128",)), seeds=tuple(range(400)))
    )  # fmt: skip
    page.controls.run.click()
    assert page.question is not None
    assert "400" in page.question.windowTitle()
    answer(page, "Cancel")
    assert not window.studio.experiment.busy


def test_an_experiment_is_saved_and_opened(
    page: ExperimentsPage, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "small.toml"
    page.files.save(SMALL, file)
    qtbot.waitUntil(lambda: "saved" in page.outcome.text(), timeout=30_000)
    assert experiment_files.read(file.read_text("utf-8")) == SMALL
    page.files.open(file)
    qtbot.waitUntil(lambda: page.spec == SMALL, timeout=30_000)
    file.write_text("format = 1\n[experiment]\ntitle = 'Empty'\n", "utf-8")
    page.files.open(file)
    qtbot.waitUntil(lambda: "The experiment has no runs" in page.notice.text, timeout=30_000)
    page.controls.remove.click()
    assert page.list.choice.startswith("ready/")


def test_a_removed_experiment_comes_back_with_its_runs(
    page: ExperimentsPage, window: MainWindow, qtbot: QtBot
) -> None:
    bar, library = window.undo_bar, window.studio.library
    assert bar
    # One that was never run is only in the list.
    page.add_experiment(SMALL)
    page.controls.remove.click()
    assert bar.text == f"Removed “{SMALL.title}”. Its runs stay."
    bar.undo()
    assert page.spec == SMALL
    page.controls.remove.click()
    fill()
    library.refresh()
    qtbot.waitUntil(lambda: bool(library.experiments), timeout=LONG)
    (stored,) = library.experiments
    page.list.choose(f"stored/{stored.id}")
    qtbot.waitUntil(page.controls.remove.isEnabled, timeout=LONG)
    # The window may have looked while they were stored.
    qtbot.waitUntil(lambda: len(library.memberships) == len(expand_cells(STUDY)), timeout=LONG)
    before = dict(library.memberships)
    page.controls.remove.click()
    qtbot.waitUntil(lambda: not library.experiments, timeout=LONG)
    assert bar.text == f"Removed “{stored.title}”. Its runs stay."
    bar.undo()
    qtbot.waitUntil(lambda: library.experiments == (stored,), timeout=LONG)
    # The list may come before the answer that it is restored, which selects it.
    qtbot.waitUntil(lambda: page.spec == stored.spec, timeout=LONG)
    assert library.memberships == before


def test_a_run_in_progress_is_removed_after_a_question(
    page: ExperimentsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped: list[int] = []
    monkeypatch.setattr(page.studio.experiment, "drop", dropped.append)
    page.queue.removed.emit(3, 0)
    answer(page, "Keep running")
    assert dropped == []
    page.queue.removed.emit(3, 0)
    answer(page, "Delete")
    assert dropped == [3]


def test_a_grid_is_made_of_fields(page: ExperimentsPage, qtbot: QtBot) -> None:
    page.controls.new.click()
    dialog = page.window().findChild(GridDialog)
    assert dialog is not None
    assert "Select at least one recipe" in dialog.status.text()
    assert not dialog.add_button.isEnabled()
    dialog.table.selectRow(0)
    QTest.keyClick(dialog.table, Qt.Key.Key_Space)
    assert dialog.status.text() == "15 runs."
    dialog.batch_sizes.setText("")
    QTest.keyClicks(dialog.batch_sizes, "32, x")
    assert "must be a list of whole numbers" in dialog.status.text()
    dialog.batch_sizes.clear()
    QTest.keyClicks(dialog.batch_sizes, "32, 64")
    dialog.add_button.click()
    assert page.spec is not None
    assert len(expand_cells(page.spec)) == 30
    assert page.spec.title == "mlp-128 in three frameworks"


def test_an_invalid_grid_is_reported() -> None:
    good = GridForm(recipes=("mlp-128",), frameworks=("numpy",))
    assert size(grid_experiment(good)) == "Five runs."
    many = GridForm(recipes=("mlp-128",), frameworks=("numpy",), seeds=301)
    assert "MNIST Studio asks before" in size(grid_experiment(many))
    for wrong in (
        GridForm(),
        GridForm(recipes=("mlp-128",), frameworks=("numpy",), learning_rates="fast"),
        GridForm(recipes=("mlp-128",), frameworks=("numpy",), batch_sizes="0"),
        GridForm(recipes=("mlp-128",)),
    ):
        with pytest.raises(SpecError):
            grid_experiment(wrong)


def test_the_state_has_the_order_of_the_queue() -> None:
    cells = tuple(ExperimentCell(number, run) for number, run in enumerate(expand_cells(SMALL)))
    board = ExperimentState()
    board.take(ExperimentStarted("id", "Small", cells, 1, ""))
    board.take(QueueChanged((3, 1, 2)))
    board.take(CellChanged(0, "running", "run"))
    assert [row.cell.number for row in board.rows] == [0, 3, 1, 2]
    assert board.rows[1].state == "Waiting (1)"
    board.take(CellChanged(0, "finished", "run"))
    board.take(ProgressChanged(4, 1, 0, 0.25, 12.0))
    assert (board.finished, board.total, board.fraction) == (1, 4, 0.25)
    assert [row.cell.number for row in board.rows] == [3, 1, 2, 0]


def test_experiments_in_words() -> None:
    assert facts(SMALL).startswith("Four runs: four seeds. One epoch each. Built-in digits.")
    pairs = EXPERIMENTS["implementations"].experiment
    assert facts(pairs).startswith("Ten runs: two pairs × five seeds. ")
    assert "resume" in end(ExperimentEnded("stopped", 1, 4))
