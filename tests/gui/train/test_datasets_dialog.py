"""Datasets of one's own in the window: classes that are drawn, and a folder of pictures."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from mnist_studio.data.datasets import builtin
from mnist_studio.data.datasets.drawn import FEWEST
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.train.dataset_panel import DatasetPanel
from mnist_studio.gui.train.datasets_dialog import DatasetsDialog
from mnist_studio.gui.train.form import run_specs
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.spec import datasets
from tests.data.datasets.made import picture_folder, table
from tests.gui.train.drawn_letters import LETTERS, draw

WAIT = 30_000


@pytest.fixture
def page(window: MainWindow) -> Iterator[TrainPage]:
    found = window.page("train")
    assert isinstance(found, TrainPage)
    yield found
    datasets.hand_in(())


@pytest.fixture
def panel(page: TrainPage) -> DatasetPanel:
    return page.settings.dataset


def is_here(window: MainWindow, name: str) -> Callable[[], bool]:
    library = window.studio.dataset_library
    return lambda: not library.transfer and name in library.here


def test_classes_that_are_drawn_become_the_selected_dataset(
    window: MainWindow, page: TrainPage, panel: DatasetPanel, qtbot: QtBot
) -> None:
    everything = panel.open_datasets()
    dialog = everything.draw()
    dialog.paused.setChecked(False)
    assert not dialog.train_button.isEnabled()
    for place, (name, strokes) in enumerate(LETTERS.items()):
        dialog.new_name.setText(name)
        dialog.add_class()
        assert dialog.names.currentRow() == place
        for number in range(FEWEST):
            draw(dialog.pad, strokes, number)
            dialog.take()
    dialog.undo()
    assert dialog.train_button.toolTip() == "Draw at least 5 of “V”."
    dialog.new_name.setText("A")
    dialog.add_class()
    assert "Two classes are called “A”" in dialog.problem.text()
    dialog.names.setCurrentRow(2)
    draw(dialog.pad, LETTERS["V"], 7)
    dialog.take()
    dialog.title.setText("letters")
    with qtbot.waitSignal(dialog.finished, timeout=WAIT):
        dialog.store()
    qtbot.waitUntil(is_here(window, "own/letters"), timeout=WAIT)
    everything.accept()
    assert panel.dataset == "own/letters"
    assert panel.sentence.startswith("Three classes: A, L, V. 12 training and 3 test images.")
    for spec in run_specs(page.settings.form):
        assert (spec.dataset, spec.class_names) == ("own/letters", ("A", "L", "V"))


def test_enter_adds_a_class_and_takes_a_drawing_and_does_nothing_else(
    panel: DatasetPanel, qapp: QApplication
) -> None:
    dialog = panel.open_datasets().draw()
    qapp.processEvents()
    dialog.new_name.setFocus()
    QTest.keyClicks(dialog.new_name, "A")
    QTest.keyClick(dialog.new_name, Qt.Key.Key_Return)
    assert dialog.chosen == "A"
    draw(dialog.pad, LETTERS["A"], 0)
    QTest.keyClicks(dialog.new_name, "B")
    QTest.keyClick(dialog.new_name, Qt.Key.Key_Return)
    assert [dialog.names.item(at).text() for at in range(dialog.names.count())] == [
        "A    1 of 20",
        "B    0 of 20",
    ]
    draw(dialog.pad, LETTERS["A"], 1)
    dialog.names.setFocus()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.names.item(1).text() == "B    1 of 20"
    dialog.remove_button.setFocus()
    QTest.keyClick(dialog.remove_button, Qt.Key.Key_Return)
    assert dialog.names.count() == 1
    dialog.reject()


def test_a_folder_of_pictures_is_imported_renamed_deleted_and_back(
    window: MainWindow, panel: DatasetPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = panel.open_datasets()
    dialog.import_own(tmp_path / "nothing")
    qtbot.waitUntil(lambda: "nothing does not exist" in dialog.problem.text(), timeout=WAIT)
    folder = picture_folder(tmp_path / "icons")
    (folder / "cross" / "bad.png").write_bytes(b"bad")
    dialog.import_own(folder)
    qtbot.waitUntil(is_here(window, "own/icons"), timeout=WAIT)
    assert "One file was left out. cross/bad.png" in dialog.notes.text()
    qtbot.waitUntil(lambda: "own/icons" in dialog.cards, timeout=WAIT)
    assert "Train on it" in [one.text() for one in buttons(dialog, "own/icons")]
    library = window.studio.dataset_library
    library.rename("icons", "shapes")
    qtbot.waitUntil(is_here(window, "own/shapes"), timeout=WAIT)
    with qtbot.waitSignal(library.undo_offered) as offered:
        library.delete("shapes")
    qtbot.waitUntil(lambda: "own/shapes" not in library.here, timeout=WAIT)
    offered.args[1]()
    qtbot.waitUntil(is_here(window, "own/shapes"), timeout=WAIT)
    qtbot.waitUntil(lambda: "own/shapes" in dialog.cards, timeout=WAIT)
    buttons(dialog, "own/shapes")[0].click()
    assert panel.dataset == "own/shapes"


def test_an_import_says_what_digits_look_like(
    window: MainWindow, panel: DatasetPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    test = builtin.load().test
    rows = [
        (str(label), image.T)
        for image, label in zip(test.images[:300], test.labels[:300], strict=True)
    ]
    dialog = panel.open_datasets()
    dialog.import_own(table(tmp_path / "turned.csv", rows))
    qtbot.waitUntil(is_here(window, "own/turned"), timeout=WAIT)
    assert "The images seem to be transposed" in dialog.notes.text()
    dialog.accept()


def buttons(dialog: DatasetsDialog, name: str) -> list[QPushButton]:
    return dialog.cards[name].findChildren(QPushButton)
