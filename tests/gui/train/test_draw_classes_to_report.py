"""Classes of one's own go all the way: from a dataset to predictions, comparisons, and files."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.data.datasets.drawn import FEWEST
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.spec import datasets
from tests.data.datasets.made import picture_folder
from tests.gui.train.drawn_letters import LETTERS, draw
from tests.gui.train.frameworks import choose_frameworks

LONG = 120_000
ICONS = ("circle of a name with nearly 40 letters", "שמש square", "😀 cross")
"""Names that are long, written from right to left, and not of letters."""


@pytest.fixture
def page(window: MainWindow) -> Iterator[TrainPage]:
    found = window.page("train")
    assert isinstance(found, TrainPage)
    yield found
    datasets.hand_in(())


def draw_letters(page: TrainPage, folder: Path) -> None:
    everything = page.settings.dataset.open_datasets()
    dialog = everything.draw()
    dialog.paused.setChecked(False)
    for name, strokes in LETTERS.items():
        dialog.new_name.setText(name)
        dialog.add_class()
        for number in range(FEWEST + 1):
            draw(dialog.pad, strokes, number)
            dialog.take()
    dialog.title.setText("mine")
    dialog.store()
    everything.accept()


def import_icons(page: TrainPage, folder: Path) -> None:
    pictures = picture_folder(folder / "mine")
    for name, new in zip(("circle", "square", "cross"), ICONS, strict=True):
        (pictures / name).rename(pictures / new)
    everything = page.settings.dataset.open_datasets()
    everything.import_own(pictures)
    everything.accept()


@pytest.mark.parametrize(
    ("collect", "names"),
    [(draw_letters, tuple(LETTERS)), (import_icons, ICONS)],
    ids=["letters", "icons"],
)
def test_own_classes_are_trained_predicted_compared_and_written(
    window: MainWindow,
    page: TrainPage,
    qtbot: QtBot,
    tmp_path: Path,
    collect: Callable[[TrainPage, Path], None],
    names: tuple[str, ...],
) -> None:
    collect(page, tmp_path)
    library = window.studio.dataset_library
    qtbot.waitUntil(lambda: "own/mine" in library.here, timeout=LONG)
    qtbot.waitUntil(lambda: page.settings.dataset.dataset == "own/mine", timeout=LONG)
    choose_frameworks(page.settings, "numpy")
    page.settings.numbers.epochs.field().setValue(20)
    page.settings.numbers.validation.field().setValue(0)
    with qtbot.waitSignal(window.studio.queue.idle, timeout=LONG):
        page.train_button.click()
    qtbot.waitUntil(lambda: len(window.studio.library.trained) == 1, timeout=LONG)
    (row,) = window.studio.library.trained
    assert set(row.run.spec.class_names) == set(names)
    _predicts(window, qtbot, names)
    _compares(window, qtbot, tmp_path, names)
    _exports(window, qtbot, tmp_path, row.run.spec.class_names)


def _predicts(window: MainWindow, qtbot: QtBot, names: tuple[str, ...]) -> None:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    with qtbot.waitSignal(window.studio.predictions.predicted, timeout=LONG):
        # An A of two strokes, which would be 11 or 4 and a bar if it were digits.
        draw(page.canvas, LETTERS["A"])
    best = page.predictions_tab.best
    qtbot.waitUntil(lambda: best.digit.accessibleName() in names, timeout=LONG)
    name = best.digit.accessibleName()
    assert name in best.headline.text()
    assert best.note.isVisible()
    assert "Your images are digits" in best.note.text()
    assert best.digit.width() < best.width() / 2
    page.predictions_tab.section.head.click()
    (card,) = page.predictions.grid.cards.values()
    qtbot.waitUntil(lambda: card.digit.accessibleName() == name, timeout=LONG)
    assert card.digit.text() == name or card.digit.toolTip() == name
    assert name in card.bars.accessibleDescription()
    qtbot.waitUntil(lambda: name in page.predictions.consensus.headline.text(), timeout=LONG)


def _compares(window: MainWindow, qtbot: QtBot, folder: Path, names: tuple[str, ...]) -> None:
    window.go("compare")
    page = window.page("compare")
    assert isinstance(page, ComparePage)
    qtbot.waitUntil(lambda: len(page.selected) == 1, timeout=LONG)
    page.list.choose("confusion")
    panel = page.views.computed.panel
    qtbot.waitUntil(lambda: panel.view is not None, timeout=LONG)
    assert panel.view is not None
    shown = "".join(map(str, (panel.view.table.columns, *panel.view.table.rows)))
    assert all(name in shown for name in names)
    if names != ICONS:
        return  # One report is enough: it takes a child process.
    report = folder / "report.html"
    page.files.report(page.selected, None, page.views.computed.controls.options, report)
    qtbot.waitUntil(lambda: page.outcome.text().startswith("The report is written"), timeout=LONG)
    text = report.read_text("utf-8")
    assert all(name in text for name in names)


def _exports(window: MainWindow, qtbot: QtBot, folder: Path, names: tuple[str, ...]) -> None:
    window.go("runs")
    page = window.page("runs")
    assert isinstance(page, RunsPage)
    (row,) = window.studio.library.trained
    file = folder / "weights.safetensors"
    page.exporter.write(row, "safetensors", file)
    qtbot.waitUntil(lambda: "The weights are exported" in page.outcome.text(), timeout=LONG)
    content = file.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert json.loads(header["__metadata__"]["class_names"]) == list(names)
