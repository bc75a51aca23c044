"""A window in an empty home, without torch or TensorFlow, draws with the models it came with."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mnist_studio import paths
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme

pytestmark = pytest.mark.usefixtures("shipped")


def test_a_first_stroke_is_answered_by_every_model(qtbot: QtBot, window: MainWindow) -> None:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    assert len(window.studio.library.trained) == 3
    pad = page.canvas
    middle, high = pad.width() // 2, pad.height()
    places = [QPoint(middle, high * part // 10) for part in range(2, 9)]
    none = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, none, places[0])
    for place in places[1:]:
        QTest.mouseMove(pad, place)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, none, places[-1])
    page.predictions_tab.section.head.click()  # The cards follow the drawing while they are seen.
    cards = page.predictions.grid.cards
    qtbot.waitUntil(lambda: {card.digit.text() for card in cards.values()} == {"1"}, timeout=30_000)
    assert set(cards) == {"bundled-record", "bundled-robust", "bundled-fast-99"}
    qtbot.waitUntil(lambda: page.predictions.consensus.digit.text() == "1", timeout=30_000)


def test_a_card_says_below_a_models_whole_name_that_it_is_bundled(window: MainWindow) -> None:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    card = page.predictions.grid.cards["bundled-fast-99"]
    told = [one.text() for one in card.findChildren(QLabel)]
    assert {"Fast CNN: 99 % in seconds", "PyTorch", "bundled"} <= set(told)
    assert card.accessibleName() == "Fast CNN: 99 % in seconds · PyTorch, bundled"


def test_the_library_refuses_to_delete_them(qtbot: QtBot, window: MainWindow) -> None:
    library = window.studio.library
    with qtbot.waitSignal(library.failed, timeout=30_000) as told:
        library.delete(("bundled-record",))
    assert "it is a bundled model" in str(told.args[0])
    assert len(library.trained) == 3


def test_the_runs_page_says_why_they_stay(window: MainWindow, qtbot: QtBot) -> None:
    window.go("runs")
    page = window.page("runs")
    assert isinstance(page, RunsPage)
    qtbot.waitUntil(lambda: bool(page.selected), timeout=30_000)
    for made in (page.controls.rename, page.controls.delete):
        assert not made.isEnabled()
        assert made.toolTip().startswith("This run is bundled")


def test_a_damaged_model_is_told_and_the_others_answer(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theme: Theme
) -> None:
    models = tmp_path / "models"
    shutil.copytree(paths.resources() / "models", models)
    weights = models / "record" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(models))
    studio = Studio(theme)
    with qtbot.waitSignal(studio.message, timeout=30_000) as told:
        studio.open()
    assert "bundled model “record” cannot be loaded" in told.args[0]
    assert told.args[0].endswith("Reinstall MNIST Studio.")
    qtbot.waitUntil(lambda: len(studio.library.trained) == 2, timeout=30_000)
    studio.close()
    studio.deleteLater()
