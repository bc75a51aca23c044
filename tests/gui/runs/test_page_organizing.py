"""Runs are found, tagged, archived, exported, and deleted on the Runs page; all can be undone."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.undo_bar import UndoBar
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.runs.annotation_dialog import AnnotationDialog
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.runs.run_table import ARCHIVED, RUNS, TRASH
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import NO_ANNOTATIONS
from tests.gui.stored import fill


def wait_until(qtbot: QtBot, holds: Callable[[], bool]) -> None:
    qtbot.waitUntil(holds, timeout=30_000)


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> RunsPage:
    """The Runs page with eleven runs."""
    fill()
    window.studio.library.refresh()
    window.go("runs")
    made = window.page("runs")
    assert isinstance(made, RunsPage)
    wait_until(qtbot, lambda: len(made.model.rows) == 11)
    return made


@pytest.fixture
def bar(window: MainWindow) -> UndoBar:
    assert window.undo_bar
    return window.undo_bar


def show(page: RunsPage, kind: str) -> None:
    page.runs.kind.choose(kind)
    page.runs.kind.chosen.emit(kind)


def listed(page: RunsPage) -> set[str]:
    return {row.id for row in page.model.rows}


def test_delete_moves_to_the_trash_and_undo_brings_back(
    page: RunsPage, bar: UndoBar, qtbot: QtBot, window: MainWindow
) -> None:
    every = listed(page)
    page.runs.filter.set_text("framework:pytorch")
    assert page.runs.count.text() == "5 of 11 runs"
    page.table.selectAll()
    gone = listed(page)
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    wait_until(qtbot, lambda: bar.text == "Deleted five runs.")
    assert not listed(page)
    page.runs.filter.set_text("")
    assert listed(page) == every - gone
    # The next run is selected, so that Delete can be pressed again.
    assert len(page.selected) == 1
    bar.undo()
    wait_until(qtbot, lambda: listed(page) == every)
    assert window.studio.library.trashed == ()
    assert {row.id for row in page.selected} == gone


def test_the_trash_restores_and_is_emptied_after_a_question(
    page: RunsPage, bar: UndoBar, qtbot: QtBot, window: MainWindow
) -> None:
    library = window.studio.library
    page.runs.filter.set_text("framework:pytorch")
    page.table.selectAll()
    page.controls.delete.click()
    wait_until(qtbot, lambda: len(library.trashed) == 5)
    page.runs.filter.set_text("")
    show(page, TRASH)
    assert len(page.model.rows) == 5
    page.table.selectRow(0)
    restored = [row.id for row in page.selected]
    page.controls.restore.click()
    wait_until(qtbot, lambda: bar.text.startswith("Restored MLP 128"))
    assert len(library.trashed) == 4
    folder = library.trashed[0].run.folder
    for answer, left in (("Cancel", 4), ("Empty trash", 0)):
        before = page.question
        page.controls.empty_trash.click()
        wait_until(qtbot, partial(has_other_question, page, before))
        click(page, answer)
        qtbot.waitUntil(partial(has_trashed, library, left), timeout=30_000)
        assert folder.exists() == (left > 0)
    wait_until(qtbot, lambda: "freed" in page.notice.text)
    assert not page.controls.empty_trash.isEnabled()
    show(page, RUNS)
    assert page.model.rowCount() == 7
    assert [row.id for row in page.selected] == restored


def has_other_question(page: RunsPage, before: object) -> bool:
    return page.question not in (None, before)


def has_trashed(library: RunLibrary, count: int) -> bool:
    return len(library.trashed) == count


def click(page: RunsPage, answer: str) -> None:
    assert page.question
    (made,) = (b for b in page.question.findChildren(QPushButton) if b.text() == answer)
    made.click()


def test_tags_and_note_are_edited_found_and_undone(
    page: RunsPage, bar: UndoBar, qtbot: QtBot
) -> None:
    page.table.selectRow(0)
    page.controls.annotate.click()
    dialog = page.question
    assert isinstance(dialog, AnnotationDialog)
    dialog.tags.setText("homework two,words x" + "y" * 50)
    click(page, "Save")
    assert "at most" in dialog.problem.text() or "1 to 40" in dialog.problem.text()
    dialog.tags.setText("#homework best")
    dialog.note.setPlainText("For the talk")
    click(page, "Save")
    wait_until(qtbot, lambda: bar.text.startswith("Changed tags and note of MLP 128"))
    page.runs.filter.set_text("tag:homework talk")
    (row,) = page.model.rows
    assert row.run.annotations.note == "For the talk"
    assert page.runs.tags == ["best", "homework"]
    page.controls.annotate.click()
    assert isinstance(page.question, AnnotationDialog)
    page.question.note.setPlainText("For the next talk")
    click(page, "Save")
    wait_until(qtbot, lambda: bar.text.startswith("Changed note of MLP 128"))
    page.runs.filter.set_text("")
    page.table.selectAll()
    page.controls.annotate.click()
    several = page.question
    assert isinstance(several, AnnotationDialog)
    assert several.tags.text() == ""
    several.tags.setText("all")
    click(page, "Save")
    wait_until(qtbot, lambda: bar.text == "Changed tags of 11 runs.")
    assert page.runs.tags == ["all", "best", "homework"]
    bar.undo()
    wait_until(qtbot, lambda: page.runs.tags == ["best", "homework"])


def test_a_rename_can_be_undone(page: RunsPage, bar: UndoBar, qtbot: QtBot) -> None:
    page.table.selectRow(0)
    (row,) = page.selected
    page.controls.rename.click()
    assert page.question
    (field,) = page.question.findChildren(QLineEdit)
    field.setText("My best run")
    click(page, "Rename")
    wait_until(qtbot, lambda: page.selected[0].run.title == "My best run")
    assert bar.text == f"Renamed “{row.run.title}”."
    bar.undo()
    wait_until(qtbot, lambda: page.selected[0].run.title == row.run.title)


def test_archived_runs_are_hidden_unless_requested(
    page: RunsPage, bar: UndoBar, qtbot: QtBot, window: MainWindow
) -> None:
    library = window.studio.library
    page.table.selectRow(0)
    (hidden,) = page.selected
    page.controls.archive.click()
    wait_until(qtbot, lambda: bar.text.startswith("Archived"))
    assert hidden.id not in listed(page)
    assert hidden.id not in {row.id for row in library.trained}
    page.runs.filter.set_text("is:archived")
    assert listed(page) == {hidden.id}
    page.runs.filter.set_text("")
    show(page, ARCHIVED)
    assert listed(page) == {hidden.id}
    assert page.controls.archive.text() == "Unarchive"
    bar.undo()
    wait_until(qtbot, lambda: library.rows[0].run.annotations == NO_ANNOTATIONS)
    assert not listed(page)


def test_columns_are_remembered(page: RunsPage, window: MainWindow, qtbot: QtBot) -> None:
    columns = page.runs.columns
    (loss,) = (action for action in columns.menu().actions() if action.text() == "Loss")
    loss.setChecked(True)
    page.table.sortByColumn(5, Qt.SortOrder.DescendingOrder)
    assert not page.table.isColumnHidden(page.runs.model.columnCount() - 1)
    accuracies = [row.figures.accuracy or 0.0 for row in page.model.rows]
    shown = [page.table.model().index(place, 5).data() for place in range(11)]
    assert shown == [f"{value * 100:.2f} %" for value in sorted(accuracies, reverse=True)]

    def saved() -> settings.RunsPageState:
        return settings.load()[0].runs_page

    wait_until(qtbot, lambda: "Loss" in saved().columns)
    again = RunsPage(window.studio)
    assert "Loss" in again.runs.columns.shown
    again.deleteLater()


def test_selected_runs_are_compared_and_exported_together(
    page: RunsPage, window: MainWindow, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    written: list[Path] = []

    def write(run: Run, kind: str, file: Path, is_cancelled: object) -> None:
        file.write_text(run.id)
        written.append(file)

    monkeypatch.setattr("mnist_studio.gui.runs.actions.export", write)
    page.runs.filter.set_text("framework:pytorch")
    page.table.selectAll()
    rows = page.selected
    assert page.controls.export.isEnabled()
    page.exporter.write_all(rows, "numpy", tmp_path)
    wait_until(qtbot, lambda: len(written) == len(rows))
    assert {file.read_text() for file in tmp_path.iterdir()} == {row.id for row in rows}
    page.controls.compare.click()
    assert window.shown == "compare"
    compare = window.page("compare")
    assert isinstance(compare, ComparePage)
    wait_until(qtbot, lambda: {row.id for row in compare.selected} == {row.id for row in rows})


def test_a_refused_deletion_offers_no_undo(
    page: RunsPage, bar: UndoBar, qtbot: QtBot, window: MainWindow
) -> None:
    library = window.studio.library
    deleted: list[object] = []
    with qtbot.waitSignal(library.failed, timeout=30_000):
        library.delete(("nothing",), deleted.append)
    wait_until(qtbot, lambda: not library._done)
    assert not deleted
    assert not bar.text
