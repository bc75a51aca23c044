"""The editor on the Train page: opened, used, trained, and remembered."""

from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.editor.edits import NEW_NAME
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.spec.layers import Dense
from mnist_studio.spec.recipes import recipe, run_spec
from mnist_studio.spec.run import RunSpec
from tests.gui.clipped import faults
from tests.gui.train.test_page_remembered import opened


def test_an_edited_network_is_used_in_every_framework(
    home: Path, qtbot: QtBot, theme: Theme
) -> None:
    with opened(qtbot, theme) as page:
        frameworks = tuple(run.framework for run in page.settings.specs())
        page.outcome.show()
        page.settings.change_button.click()
        assert page.outcome.isHidden()
        editor = page.editor
        assert editor is not None
        assert editor.isVisible()
        assert not page.columns.isVisible()
        editor.draft.select(1)
        editor.draft.change_layer(Dense(64), "Units")
        editor.use_button.click()
        assert page.columns.isVisible()
        assert not editor.isVisible()
        runs = page.settings.specs()
        assert tuple(run.framework for run in runs) == frameworks
        assert {run.model for run in runs} == {editor.draft.model}
        # Back in the editor, there is nothing to use yet.
        page.edit_network()
        assert not editor.draft.is_changed
        editor.leave()
        # Code and files are those of the network that is shown.
        page.edit_network()
        editor.draft.select(1)
        editor.draft.change_layer(Dense(32), "Units")
        assert {run.model for run in page._valid_specs()} == {editor.draft.model}
        # Settings of a run from elsewhere do not lose what was being edited.
        edited = editor.draft.model
        page.studio.show_settings((run_spec(recipe("tiny-10")),))
        assert not editor.isVisible()
        assert page.settings.form.recipe == "tiny-10"
        assert "Change…" in page.notice.text
        page._remember()
        assert page.studio.saved_settings.train_page.draft != ""
        page.settings.change_button.click()
        assert editor.isVisible()
        assert editor.draft.model == edited
        editor.left.emit()
        # F5 uses the network that is shown and trains it.
        page.show_item("new-network")
        page.train()
        assert page.notice.isVisible()
        assert not page.studio.queue.busy
        assert "layers" in page.notice.text


def test_what_is_edited_is_there_after_a_restart(home: Path, qtbot: QtBot, theme: Theme) -> None:
    with opened(qtbot, theme) as page:
        page.switch.edit_new_network()
        assert page.editor is not None
        page.editor.advice.buttons[0].click()
        before = page.editor.draft.run
        assert before.recipe == NEW_NAME
        # Closed at once, while the network is not valid yet.
    with opened(qtbot, theme) as page:
        assert page.editor is not None
        assert page.editor.isVisible()
        assert page.editor.draft.run == before
        assert page.editor.draft.is_changed
        page.editor.left.emit()
        page._remember()
        assert page.studio.saved_settings.train_page.draft == ""


def test_the_editor_fits_a_small_window(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(720, 480)
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.edit_network()
    QTest.qWait(10)
    editor = page.editor
    assert editor is not None
    assert editor.width() <= page.width()
    assert editor.picture_card.isHidden()
    assert editor.layers.height() >= 60
    for size in ((720, 480), (1024, 640)):
        window.resize(*size)
        for part in ("layers", "training"):
            editor.show_part(part)
            # On a busy machine the layout takes several passes of the event loop.
            qtbot.waitUntil(lambda: faults(window) == [])


class _Dialog(QObject):
    """Stands for a dialog that computes."""

    rate_chosen = Signal(float)
    made: ClassVar[list["_Dialog"]] = []

    def __init__(self, studio: object, parent: QObject, runs: tuple[RunSpec, ...]) -> None:
        super().__init__(parent)
        self.runs = runs
        self.made.append(self)

    def open(self) -> None:
        pass


def test_finder_and_single_step_take_the_network_of_the_editor(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RateDialog", "StepDialog"):
        monkeypatch.setattr(f"mnist_studio.gui.train.page.{name}", _Dialog)
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.edit_network()
    editor = page.editor
    assert editor is not None
    editor.draft.select(1)
    editor.draft.change_layer(Dense(64), "Units")
    editor.training.rate_button.click()
    editor.training.step_button.click()
    assert len(_Dialog.made) == 2
    assert {run.model for one in _Dialog.made for run in one.runs} == {editor.draft.model}
    _Dialog.made[0].rate_chosen.emit(0.123)
    assert editor.draft.run.training.optimizer.learning_rate == 0.123
