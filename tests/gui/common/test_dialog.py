"""Dialogs fit the screen: the body scrolls and the buttons stay."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.environments import EnvironmentsDialog
from mnist_studio.gui.app.stored_data import StoredDataDialog
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.code_dialog import CodeDialog
from mnist_studio.gui.common.question import ask
from mnist_studio.gui.experiments.grid_dialog import GridDialog
from mnist_studio.gui.runs.actions import ContinueQuestion
from mnist_studio.gui.train.form import recipe_form, run_specs
from mnist_studio.store.runs import RunStore
from tests.gui.clipped import faults

SMALL = (560, 240)
"""Smaller than any dialog would like."""

(SPEC,) = run_specs(recipe_form("mlp-128", ("numpy",), "builtin"))


def _dialogs(window: MainWindow) -> Iterator[QDialog]:
    studio = window.studio
    yield StoredDataDialog(window, studio)
    yield EnvironmentsDialog(window, studio.background)
    yield GridDialog(window, studio.theme, "builtin")
    yield CodeDialog(studio, window, SPEC)
    yield ask(window, "A question?", "A sentence. " * 60, (("No", str), ("Yes", str)), 0)
    with RunStore() as store:
        run = store.create(SPEC)
        store.release(run.id)
    yield ContinueQuestion(window, studio.theme, run, lambda framework, epochs: None)


@pytest.mark.usefixtures("home")
def test_the_buttons_of_every_dialog_stay_visible(
    window: MainWindow, qtbot: QtBot, qapp: QApplication
) -> None:
    for dialog in _dialogs(window):
        dialog.open()
        qapp.processEvents()
        assert dialog.height() <= dialog.screen().availableSize().height()
        assert not faults(dialog)
        dialog.resize(*SMALL)
        qapp.processEvents()
        assert dialog.height() <= max(SMALL[1], 300), dialog
        last = [one for one in dialog.findChildren(QAbstractButton) if _in_foot(one, dialog)]
        assert last, dialog
        for one in last:
            place = QRect(one.mapTo(dialog, QPoint(0, 0)), one.size())
            assert dialog.rect().contains(place), (dialog, one.text())
        dialog.reject()


def test_half_a_pixel_less_brings_no_scroll_bars(window: MainWindow, qapp: QApplication) -> None:
    # At a scale of 1.5, a screen has no half pixels.
    dialog = ask(window, "A question?", "A sentence. " * 10, (("No", str), ("Yes", str)), 0)
    qapp.processEvents()
    dialog.resize(dialog.size() - QSize(1, 1))
    qapp.processEvents()
    (area,) = dialog.findChildren(QScrollArea)
    assert area.verticalScrollBar().maximum() == 0
    assert area.horizontalScrollBar().maximum() == 0
    dialog.reject()


def _in_foot(button: QWidget, dialog: QDialog) -> bool:
    """Whether a visible button is not in a part that scrolls."""
    parent = button.parentWidget()
    while parent is not None and parent is not dialog:
        if isinstance(parent, QScrollArea):
            return False
        parent = parent.parentWidget()
    return button.isVisibleTo(dialog)
