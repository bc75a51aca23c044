"""The large prediction, the fold with all models, and what they lead to."""

import dataclasses

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.events import Finished
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.layouts import Scroll
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.draw.predictions_tab import PredictionsTab
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import own_images

WAIT = 20_000


@pytest.fixture
def page(shipped: None, window: MainWindow) -> DrawPage:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    return page


@pytest.fixture
def tab(page: DrawPage) -> PredictionsTab:
    return page.predictions_tab


def draw_one(page: DrawPage) -> None:
    drawing = page.studio.drawing
    drawing.clear()
    drawing.begin(InkPoint(0.5, 0.2))
    drawing.extend((InkPoint(0.5, 0.5), InkPoint(0.5, 0.8)))
    drawing.finish()


def test_the_most_accurate_model_predicts_in_words_and_can_be_explained(
    qtbot: QtBot, page: DrawPage, tab: PredictionsTab
) -> None:
    assert tab.best.headline.text() == "Draw a digit on the left"
    draw_one(page)
    qtbot.waitUntil(lambda: tab.best.digit.text() == "1", timeout=WAIT)
    qtbot.waitUntil(lambda: "1" in tab.best.headline.text(), timeout=WAIT)
    assert tab.best.detail.text().startswith("Confidence: ")
    name = "VGG-style CNN · PyTorch, bundled"
    assert tab.best.model.text() == f"One of the two most accurate models: {name}"
    assert tab.best.reached.text() == "Test accuracy 99.65 % on MNIST"
    page.studio.predictions.choose("bundled-fast-99")
    tab.best.why_button.click()
    assert page.tabs.current == "explanation"
    assert page.studio.predictions.chosen == "bundled-record"
    page.studio.drawing.clear()
    qtbot.waitUntil(lambda: tab.best.headline.text() == "Draw a digit on the left", timeout=WAIT)


def test_the_model_to_draw_with_is_shown_large_until_the_best_is_wanted(
    qtbot: QtBot, page: DrawPage, tab: PredictionsTab
) -> None:
    draw_one(page)
    page.studio.draw_with("bundled-fast-99")
    qtbot.waitUntil(lambda: tab.best.model.text().startswith("Your choice: "), timeout=WAIT)
    assert tab.best.shown is not None
    assert tab.best.shown.id == "bundled-fast-99"
    # Two buttons next to it do not shorten the accuracy.
    tab.best.resize(420, 240)
    qtbot.waitUntil(lambda: tab.best.reached.width() >= tab.best.reached.sizeHint().width())
    tab.best.return_button.click()
    qtbot.waitUntil(lambda: tab.best.model.text().startswith("One of the two most"), timeout=WAIT)
    assert tab.best.return_button.isHidden()


def test_a_drawing_without_a_prediction_does_not_ask_for_a_drawing(
    qtbot: QtBot, page: DrawPage, tab: PredictionsTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.studio.predictions, "_take", lambda prediction: None)
    monkeypatch.setattr(page.studio.predictions, "predict", lambda images: None)
    page.studio.drawing.images_changed.disconnect()
    draw_one(page)
    qtbot.waitUntil(lambda: tab.best.headline.text() != "Draw a digit on the left", timeout=WAIT)
    assert tab.best.headline.text() == "One moment"
    assert not page.studio.drawing.blank


def test_the_fold_and_the_layout_are_remembered(
    qtbot: QtBot, page: DrawPage, tab: PredictionsTab
) -> None:
    assert (tab.best.isVisible(), tab.models.isVisible()) == (True, False)
    tab.section.head.click()
    assert tab.models.isVisible()
    qtbot.waitUntil(lambda: settings.load()[0].all_models_open, timeout=WAIT)
    page.layout_button.click()
    assert (tab.best.isVisible(), tab.section.head.isVisible()) == (False, False)
    assert page.network_input.isVisible()
    qtbot.waitUntil(lambda: settings.load()[0].draw_layout == "expert", timeout=WAIT)
    assert settings.load()[0].all_models_open
    page.layout_button.click()
    assert (tab.best.isVisible(), tab.models.isVisible()) == (True, True)


def test_a_wrong_prediction_is_labeled_and_leads_to_training_with_it(
    qtbot: QtBot, page: DrawPage, tab: PredictionsTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = page.studio
    assert page.label_bar.parentWidget() is tab.best
    draw_one(page)
    with qtbot.waitSignal(studio.own_images.saved, timeout=WAIT):
        page.label_bar.buttons[7].click()
    assert [one.label for one in studio.own_images.digits] == [7]
    assert "Saved as a 7" in page.canvas.message
    again = tab.suggestion.again_button
    assert (again.isVisible(), again.text()) == (True, "Train again with your digit")
    added: list[RunSpec] = []
    monkeypatch.setattr(studio.queue, "add", added.extend)
    again.click()
    qtbot.waitUntil(lambda: bool(added), timeout=WAIT)
    assert own_images.load(added[0].own_images).digits.labels.tolist() == [7]


def test_after_three_digits_a_short_training_is_suggested(
    qtbot: QtBot, page: DrawPage, tab: PredictionsTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = tab.suggestion
    assert not lead.isVisible()
    for _ in range(3):
        page.studio.drawing.clear()
        qtbot.waitUntil(lambda: not len(page.studio.drawing.images), timeout=WAIT)
        draw_one(page)
        qtbot.waitUntil(lambda: len(page.studio.drawing.images) == 1, timeout=WAIT)
    assert lead.train_button.isVisible()
    datasets = page.studio.datasets
    qtbot.waitUntil(lambda: datasets.has_mnist is not None, timeout=WAIT)
    assert lead.mnist_button.isVisible() == (not datasets.has_mnist)
    assert page.studio.first_steps.done == {"draw"}
    added: list[RunSpec] = []
    monkeypatch.setattr(page.studio.queue, "add", added.extend)
    with qtbot.waitSignal(page.studio.page_requested) as requested:
        lead.train_button.click()
    assert requested.args == ["train"]
    assert {(run.recipe, run.training.epochs) for run in added} == {("mlp-128", 1)}
    # These are the models of an installation with NumPy alone, so it trains in NumPy alone.
    assert [run.framework for run in added] == ["numpy"]


def test_the_steps_lead_to_their_pages_until_they_are_dismissed(
    qtbot: QtBot, page: DrawPage
) -> None:
    steps = page.steps
    assert steps.isVisible()
    with qtbot.waitSignal(page.studio.page_requested) as requested:
        steps.buttons["draw"].click()
    assert requested.args == ["draw"]
    steps.dismiss_button.click()
    assert not steps.isVisible()


def test_an_explanation_stays_with_its_model_when_a_better_one_arrives(
    qtbot: QtBot, page: DrawPage
) -> None:
    predictions = page.studio.predictions
    page.tabs.show_panel("explanation")
    looked_at = predictions.chosen
    runs = [row.run for row in page.studio.library.trained]
    end = runs[0].terminal
    assert isinstance(end, Finished)
    better = replace(end, run="better", test_accuracy=0.9999)
    newer = dataclasses.replace(runs[0], id="better", terminal=better)
    predictions.load([newer, *runs])
    assert (predictions.best, predictions.chosen) == ("better", looked_at)
    predictions.load(runs)


def test_the_canvas_is_whole_on_a_projector(shipped: None, window: MainWindow) -> None:
    # 1366x768 at scale 1.5.
    window.resize(910, 512)
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    QApplication.processEvents()
    area = page.findChild(Scroll)
    assert area is not None
    assert area.verticalScrollBar().maximum() == 0
