"""The dialog of the stored data: it opens by itself for a lost database, and brings it back."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from mnist_studio import paths
from mnist_studio.gui.app.stored_data import StoredDataDialog
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.services import store_thread
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.form import recipe_form, run_specs
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished

(SPEC,) = run_specs(recipe_form("tiny-10", ("numpy",), "builtin"))


@pytest.fixture
def run(home: Path) -> str:
    with RunStore() as store:
        made = store.create(SPEC)
        store.record(finished(made.id))
        return made.id


def dialogs(window: MainWindow) -> list[StoredDataDialog]:
    return [one for one in window.findChildren(StoredDataDialog) if one.isVisible()]


def shown(qtbot: QtBot, theme: Theme) -> MainWindow:
    window = MainWindow(theme)
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.usable, timeout=30_000):
        window.show()
    return window


def leave(window: MainWindow) -> None:
    window.shut_down()
    window.close()


@pytest.mark.parametrize("how", ["missing", "empty", "damaged"])
@pytest.mark.parametrize("answer", ["rebuild", "restore"])
def test_a_lost_database_is_offered_for_repair(
    qtbot: QtBot, theme: Theme, home: Path, run: str, how: str, answer: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(store_thread, "REOPEN_SECONDS", 0.05)
    if how == "missing":
        paths.database().unlink()
    else:
        paths.database().write_bytes(b"" if how == "empty" else b"\0" * 5000)
    window = shown(qtbot, theme)
    qtbot.waitUntil(lambda: len(dialogs(window)) == 1, timeout=30_000)
    (dialog,) = dialogs(window)
    button = dialog.rebuild_button if answer == "rebuild" else dialog.restore_button
    qtbot.waitUntil(button.isEnabled, timeout=30_000)
    button.click()
    library = window.studio.library
    qtbot.waitUntil(lambda: run in [row.id for row in library.rows], timeout=30_000)
    qtbot.waitUntil(lambda: not dialogs(window), timeout=30_000)
    assert [(row.run.spec, row.state) for row in library.rows] == [(SPEC, "Finished")]
    leave(window)


def test_quit_leaves_everything_as_it_was(qtbot: QtBot, theme: Theme, home: Path, run: str) -> None:
    paths.database().write_bytes(b"\0" * 5000)
    window = shown(qtbot, theme)
    qtbot.waitUntil(lambda: len(dialogs(window)) == 1, timeout=30_000)
    (dialog,) = dialogs(window)
    buttons = dialog.findChildren(QAbstractButton)
    next(one for one in buttons if one.text() == "Quit").click()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=30_000)
    assert paths.database().read_bytes() == b"\0" * 5000
    leave(window)


def test_the_dialog_checks_backs_up_and_rebuilds(window: MainWindow, qtbot: QtBot) -> None:
    window.studio.data_requested.emit()
    (dialog,) = dialogs(window)
    assert not dialog.restore_button.isEnabled()
    assert "no backups" in dialog.restore_button.toolTip()
    qtbot.waitUntil(dialog.check_button.isEnabled, timeout=30_000)
    for button, text in (
        (dialog.check_button, "No problems."),
        (dialog.backup_button, "Backed up to"),
        (dialog.rebuild_button, "The database now has no runs"),
    ):
        button.click()
        if button is dialog.rebuild_button:
            answer(dialog, "Rebuild")
        assert not dialog.check_button.isEnabled()
        # Says what is done, and the focus waits where it can be ended.
        assert dialog.outcome.text().endswith("…")
        qtbot.waitUntil(lambda text=text: text in dialog.outcome.text(), timeout=30_000)  # type: ignore[misc]
        qtbot.waitUntil(dialog.check_button.isEnabled, timeout=30_000)
    dialog.accept()


def test_a_crash_report_is_saved_without_names(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.studio.data_requested.emit()
    (dialog,) = dialogs(window)
    qtbot.waitUntil(dialog.report_button.isEnabled, timeout=30_000)
    dialog.report_button.click()
    (question,) = dialog.findChildren(FileDialog)
    question.fileSelected.emit(str(tmp_path / "report.txt"))
    question.reject()
    qtbot.waitUntil(lambda: "Read it before" in dialog.outcome.text(), timeout=30_000)
    text = (tmp_path / "report.txt").read_text("utf-8")
    assert text.startswith("MNIST Studio: crash report")
    assert "store: no problems" in text
    assert str(paths.home()) not in text
    dialog.accept()


def answer(dialog: StoredDataDialog, text: str) -> None:
    assert dialog.question
    buttons = dialog.question.findChildren(QAbstractButton)
    next(one for one in buttons if one.text() == text).click()


@pytest.mark.usefixtures("shipped")
def test_a_question_says_how_much_is_replaced(qtbot: QtBot, theme: Theme, home: Path) -> None:
    # Bundled models are no rows of the database.
    window = shown(qtbot, theme)
    with RunStore() as store:
        store.record(finished(store.create(SPEC).id))
        store.back_up()
    window.studio.library.refresh()
    qtbot.waitUntil(lambda: len(window.studio.library.rows) > 1, timeout=30_000)
    window.studio.data_requested.emit()
    (dialog,) = dialogs(window)
    qtbot.waitUntil(dialog.restore_button.isEnabled, timeout=30_000)
    for button, title in (
        (dialog.restore_button, "Restore the newest backup?"),
        (dialog.rebuild_button, "Rebuild the database?"),
    ):
        button.click()
        assert dialog.question
        assert title in texts_of(dialog.question)
        assert "lists one run, no labeled images, and no experiments" in texts_of(dialog.question)
        answer(dialog, "Cancel")
        assert not dialog.outcome.text()
        assert dialog.check_button.isEnabled()
    dialog.accept()
    leave(window)


def texts_of(question: QuestionOverlay) -> str:
    return " ".join(one.text() for one in question.findChildren(QLabel))


def test_problems_are_listed(window: MainWindow, qtbot: QtBot, home: Path) -> None:
    with RunStore() as store:
        run = store.create(SPEC)
        store.record(finished(run.id))
    shutil.rmtree(run.folder)
    window.studio.data_requested.emit()
    (dialog,) = dialogs(window)
    dialog.check()
    qtbot.waitUntil(lambda: "has no folder" in dialog.outcome.text(), timeout=30_000)
    assert run.id in dialog.outcome.text()
    dialog.accept()
