"""The command palette finds and runs everything by keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.frame import PAGE_TITLES
from mnist_studio.gui.app.search import SearchDialog
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.services import glossary
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.spec.recipes import RECIPES
from tests.gui import stored

pytestmark = pytest.mark.usefixtures("_filled")


@pytest.fixture
def _filled(home: object) -> None:
    stored.fill(0)


def _search(window: MainWindow, typed: str) -> SearchDialog:
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    dialog = next(one for one in window.findChildren(SearchDialog) if one.isVisible())
    QTest.keyClicks(dialog.field, typed)
    return dialog


def _has_everything(window: MainWindow) -> None:
    dialog = _search(window, "")
    by_kind: dict[str, set[str]] = {}
    for command in dialog._commands:
        by_kind.setdefault(command.kind, set()).add(command.title)
    assert by_kind["Page"] == set(PAGE_TITLES.values())
    assert by_kind["Recipe"] == {recipe.title for recipe in RECIPES.values()}
    assert by_kind["Run"] == {row.title for row in window.studio.library.rows}
    assert by_kind["Term"] == {term.name for term in glossary.terms()}
    assert {"Action", "View", "Experiment", "Help"} <= set(by_kind)
    dialog.reject()


def _terms_are_explained(window: MainWindow, qtbot: QtBot) -> None:
    window.go("train")
    page = window.page("train")
    named = [one for one in page.findChildren(QLabel) if one.text() == "Epochs"]
    assert named
    qtbot.waitUntil(lambda: all(one.toolTip() for one in named), timeout=30_000)
    assert named[0].toolTip() == glossary.meaning("epoch")


def test_it_finds_everything_and_runs_what_was_typed(window: MainWindow, qtbot: QtBot) -> None:
    _has_everything(window)
    dialog = _search(window, "compare")
    assert dialog.found[0].kind == "Page"
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert window.shown == "compare"
    dialog = _search(window, "small cnn")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    train = window.page("train")
    assert window.shown == "train"
    assert isinstance(train, TrainPage)
    assert RECIPES[train.settings.recipe.choice].title.startswith("Small CNN")
    dialog = _search(window, "numpy seed 4")
    at = next(at for at, one in enumerate(dialog.found) if one.kind == "Run")
    for _ in range(at):
        QTest.keyClick(dialog.field, Qt.Key.Key_Down)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    runs = window.page("runs")
    assert isinstance(runs, RunsPage)
    assert [row.run.spec.training.seed for row in runs.selected] == [4]
    dialog = _search(window, "no such thing")
    assert dialog.found == []
    QTest.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    _terms_are_explained(window, qtbot)
