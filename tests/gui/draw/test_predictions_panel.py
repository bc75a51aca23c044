"""Predictions of the bundled models: selected, pinned, sorted, of several digits."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mnist_studio import paths, settings
from mnist_studio.data.ink.rendering import Ink, InkPoint
from mnist_studio.events import Finished
from mnist_studio.formatting import NOTHING, percent
from mnist_studio.frameworks import registry
from mnist_studio.gui.draw.model_card import WIDE
from mnist_studio.gui.draw.model_grid import NARROWEST
from mnist_studio.gui.draw.predictions_panel import PredictionsPanel
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.prediction.state import Prediction
from mnist_studio.store.bundled import BundledModels

WAIT = 20_000
ONE: Ink = ((InkPoint(0.5, 0.2), InkPoint(0.5, 0.8)),)
ELEVEN: Ink = (
    (InkPoint(0.3, 0.2), InkPoint(0.3, 0.8)),
    (InkPoint(0.7, 0.2), InkPoint(0.7, 0.8)),
)
CROSS: Ink = ((InkPoint(0.1, 0.1), InkPoint(0.9, 0.9)), (InkPoint(0.9, 0.1), InkPoint(0.1, 0.9)))


@pytest.fixture
def panel(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, theme: Theme, request: pytest.FixtureRequest
) -> PredictionsPanel:
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: versions(n) if n == "numpy" else None)
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(paths.resources() / "models"))
    studio: Studio = request.getfixturevalue("studio")
    qtbot.waitUntil(lambda: len(studio.library.trained) == 3, timeout=WAIT)
    made = PredictionsPanel(studio)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def draw(panel: PredictionsPanel, ink: Ink) -> None:
    drawing = panel._studio.drawing
    drawing.clear()
    for first, *rest in ink:
        drawing.begin(first)
        drawing.extend(tuple(rest))
        drawing.finish()


def test_a_number_is_predicted_and_a_click_selects_one_of_its_digits(
    qtbot: QtBot, panel: PredictionsPanel
) -> None:
    draw(panel, ELEVEN)
    card = panel.consensus
    qtbot.waitUntil(lambda: card.headline.text() == "2 digits: 11", timeout=WAIT)
    qtbot.waitUntil(lambda: len(panel._studio.novelty.p_values) == 2, timeout=WAIT)
    cards = panel.grid.cards.values()
    qtbot.waitUntil(lambda: {one.digit.text() for one in cards} == {"11"}, timeout=WAIT)
    assert [place.isVisible() for place in card.places] == [True, True]
    drawing = panel._studio.drawing
    assert (drawing.focus, card.places[1].isChecked()) == (1, True)
    with qtbot.waitSignal(drawing.image_changed):
        card.places[0].click()
    assert drawing.focus == 0
    draw(panel, ONE)
    qtbot.waitUntil(lambda: card.digit.text() == "1" and card.digit.isVisible(), timeout=WAIT)
    assert not any(place.isVisible() for place in card.places)


def test_predictions_of_something_else_than_a_digit_are_gray(
    qtbot: QtBot, panel: PredictionsPanel
) -> None:
    draw(panel, CROSS)
    qtbot.waitUntil(lambda: panel.consensus.headline.text() == "This is not a digit", timeout=WAIT)
    assert panel.consensus.digit.text() == NOTHING
    assert all(card.digit.property("faint") for card in panel.grid.cards.values())
    draw(panel, ONE)
    qtbot.waitUntil(lambda: panel.consensus.digit.text() == "1", timeout=WAIT)
    assert not any(card.digit.property("faint") for card in panel.grid.cards.values())


def test_a_click_or_return_selects_a_model(panel: PredictionsPanel) -> None:
    predictions = panel._studio.predictions
    robust, fast = panel.grid.cards["bundled-robust"], panel.grid.cards["bundled-fast-99"]
    QTest.mouseClick(fast, Qt.MouseButton.LeftButton)
    assert (predictions.chosen, fast.property("chosen")) == ("bundled-fast-99", True)
    QTest.keyClick(robust, Qt.Key.Key_Return)
    assert predictions.chosen == "bundled-robust"
    assert (robust.property("chosen"), fast.property("chosen")) == (True, False)


def test_pinned_models_stay_on_top_and_are_stored(
    qtbot: QtBot, panel: PredictionsPanel, tmp_path: Path
) -> None:
    panel.bar.order.choose("name")
    panel.bar.changed.emit()
    assert list(panel.grid.cards) == ["bundled-fast-99", "bundled-robust", "bundled-record"]
    panel.grid.cards["bundled-robust"].pin.click()
    assert next(iter(panel.grid.cards)) == "bundled-robust"
    qtbot.waitUntil(lambda: settings.load()[0].pinned == ("bundled-robust",), timeout=WAIT)
    panel.grid.cards["bundled-robust"].pin.click()
    assert next(iter(panel.grid.cards)) == "bundled-fast-99"
    qtbot.waitUntil(lambda: settings.load()[0].pinned == (), timeout=WAIT)


def test_a_filter_that_finds_nothing_can_be_cleared(panel: PredictionsPanel) -> None:
    panel.bar.search.setText("vgg")
    assert list(panel.grid.cards) == ["bundled-record"]
    panel.bar.search.setText("no such model")
    assert not panel.grid.cards
    assert panel._found.currentIndex() == 1
    panel.bar.clear()
    assert len(panel.grid.cards) == 3
    panel.bar.framework.choose("keras")
    panel.bar.changed.emit()
    assert not panel.grid.cards


def test_a_differing_prediction_is_marked(panel: PredictionsPanel) -> None:
    card = panel.grid.cards["bundled-record"]
    chances = tuple(float(digit == 6) for digit in range(10))
    card.show_prediction(Prediction(1, card.run, "pytorch", "numpy", chances, 1.0))
    card.compare([4])
    assert (card._differs.text(), card.property("differs")) == ("differs", True)
    card.compare([6])
    assert (card._differs.text(), card.property("differs")) == ("", False)
    card.compare([6, 6])
    assert not card.property("differs")


def test_a_long_number_is_wrapped(panel: PredictionsPanel) -> None:
    card = panel.grid.cards["bundled-record"]
    number = (1, 9, 8, 4, 0)
    tens = [tuple(float(digit == one) for digit in range(10)) for one in number]
    card.show_prediction(Prediction(1, card.run, "pytorch", "numpy", tens[0], 1.0, tuple(tens[1:])))
    assert (card.digit.text(), card.digit.accessibleName()) == ("198\n40", "19840")
    assert card.digit.sizeHint().width() <= card.digit.width()


def test_a_card_in_two_columns_is_not_cut(panel: PredictionsPanel, qtbot: QtBot) -> None:
    panel.resize(420, 600)
    card = next(iter(panel.grid.cards.values()))
    qtbot.waitUntil(lambda: card.width() < WIDE)
    draw(panel, CROSS)
    qtbot.waitUntil(lambda: card.digit.text() != NOTHING, timeout=WAIT)
    card.compare([9, 9])
    title = card._title
    assert title.heightForWidth(title.width()) <= title.height()
    assert card.minimumSizeHint().width() <= panel._studio.theme.pixels(NARROWEST)


def test_cards_are_sorted_by_test_accuracy_and_show_it(panel: PredictionsPanel) -> None:
    models = BundledModels(paths.resources() / "models").by_id.values()
    known = {model.run.id: model.run.terminal for model in models}
    accuracies = {run: end.test_accuracy for run, end in known.items() if isinstance(end, Finished)}
    best_first = sorted(accuracies, key=lambda run: -accuracies[run])
    assert len(best_first) == 3
    assert list(panel.grid.cards) == best_first
    reached = [card._reached.text() for card in panel.grid.cards.values()]
    assert reached == [f"Test accuracy {percent(accuracies[run])}" for run in best_first]


def test_who_votes_is_shown_and_can_be_chosen(qtbot: QtBot, panel: PredictionsPanel) -> None:
    assert panel.consensus.rule.text().startswith("One vote per network")
    panel.bar.votes.choose("all")
    panel.bar.votes.chosen.emit("all")
    assert panel.consensus.rule.text().startswith("Every loaded model")
    qtbot.waitUntil(lambda: settings.load()[0].votes == "all", timeout=WAIT)
