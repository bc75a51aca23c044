"""Digits whose label is known, opened on the pad, and who is wrong about them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mnist_studio.data.datasets import builtin
from mnist_studio.data.datasets.examples import grid
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.draw.consensus_card import true_label_verdict
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.prediction.state import Prediction

WAIT = 20_000
TEST = builtin.load().test


def chances(digit: int) -> tuple[float, ...]:
    return tuple(float(place == digit) for place in range(10))


@pytest.fixture
def page(shipped: None, window: MainWindow) -> DrawPage:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    page.predictions_tab.section.head.click()  # The cards follow the drawing while they are seen.
    return page


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ((), ": a 4."),
        ((4,), ": a 4. The model is right."),
        ((9,), ": a 4. The model is wrong."),
        ((4, 4), ": a 4. Both models are right."),
        ((4, 4, 4), ": a 4. All 3 models are right."),
        ((4, 9, 4), ": a 4. 1 of 3 models is wrong."),
        ((4, 9, 9), ": a 4. 2 of 3 models are wrong."),
        ((9, 9, 1), ": a 4. All 3 models are wrong."),
    ],
)
def test_what_it_is_and_how_many_are_wrong(answers: tuple[int, ...], text: str) -> None:
    assert true_label_verdict(grid(), [chances(digit) for digit in answers]).endswith(text)


def test_a_key_opens_any_test_image_and_the_predictions_are_compared(
    page: DrawPage, qtbot: QtBot
) -> None:
    drawing, answers = page.studio.drawing, page.predictions
    with qtbot.waitSignal(drawing.images_changed, timeout=WAIT):
        QTest.keyClick(page.canvas, Qt.Key.Key_R)
    example = drawing.example
    assert example is not None
    assert example.label == TEST.labels[int(example.title.split()[2])]
    np.testing.assert_array_equal(drawing.image, example.image)
    predictions, detail = page.studio.predictions, answers.consensus.detail
    qtbot.waitUntil(lambda: len(predictions.current) == 3, timeout=WAIT)
    said = [predictions.latest[row.id].digits[0] for row in answers._models()]
    qtbot.waitUntil(lambda: detail.text() == true_label_verdict(example, said), timeout=WAIT)
    for run, card in answers.grid.cards.items():
        wrong = int(np.argmax(predictions.latest[run].digits[0])) != example.label
        assert card._differs.text() == ("wrong" if wrong else "")


def test_a_model_that_is_wrong_is_marked_by_predictions_of_the_example_only(
    page: DrawPage, qtbot: QtBot
) -> None:
    predictions, answers = page.studio.predictions, page.predictions
    page.studio.examples.show_grid()
    qtbot.waitUntil(lambda: len(predictions.current) == 3, timeout=WAIT)
    run, card = next(iter(answers.grid.cards.items()))
    former = predictions.latest[run]
    answers._show_prediction(former)
    predictions._take(replace(former, request=former.request + 1, probabilities=chances(9)))
    qtbot.waitUntil(lambda: card._differs.text() == "wrong")
    assert "of 3 models" in answers.consensus.detail.text()
    text = answers.consensus.detail.text()
    predictions._request = former.request + 2
    answers._show_consensus()
    assert (card._differs.text(), answers.consensus.detail.text()) == ("wrong", text)
    predictions._take(replace(former, request=former.request + 2, probabilities=chances(4)))
    qtbot.waitUntil(lambda: card._differs.text() == "")
    assert answers.consensus.detail.text() == f"{grid().caption}. The model is right."


def test_image_0_is_shown_though_the_field_shows_0(page: DrawPage, qtbot: QtBot) -> None:
    drawing, number = page.studio.drawing, page.examples.number
    wanted = f"Test image 0 of the built-in dataset: a {TEST.labels[0]}"
    assert number.whole == 0
    ways: tuple[Callable[[], None], ...]
    ways = (lambda: QTest.keyClick(number.field(), Qt.Key.Key_Return), number._less.click)
    for ask in ways:
        with qtbot.waitSignal(page.studio.examples.shown, timeout=WAIT):
            ask()
        assert drawing.sheet.title == wanted
        drawing.clear()
        qtbot.waitUntil(lambda: drawing.example is None)


def test_what_lies_on_the_pad_is_not_put_there_again(page: DrawPage, qtbot: QtBot) -> None:
    drawing, field = page.studio.drawing, page.examples.number.field()
    with qtbot.waitSignal(page.studio.examples.shown, timeout=WAIT):
        QTest.keyClick(field, Qt.Key.Key_Up)
    with qtbot.waitSignal(page.studio.examples.shown, timeout=WAIT):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert drawing.sheet.title.startswith("Test image 1 of")
    drawing.history.undo()
    assert drawing.blank


def test_examples_are_undone_and_strokes_have_no_known_label(page: DrawPage, qtbot: QtBot) -> None:
    drawing = page.studio.drawing
    with qtbot.waitSignal(drawing.images_changed):
        page.studio.examples.show_grid()
    assert drawing.history.undo_name == "open example"
    assert page.network_input.note.text() == "Table of 7 × 7 numbers: a 4"
    with qtbot.waitSignal(drawing.images_changed):
        drawing.begin(InkPoint(0.5, 0.2))
        drawing.extend((InkPoint(0.5, 0.8),))
        drawing.finish()
    assert drawing.example is None
    with qtbot.waitSignal(drawing.images_changed):
        drawing.history.undo()
    assert (drawing.example.label if drawing.example else None) == 4
    drawing.history.undo()
    qtbot.waitUntil(lambda: drawing.example is None)
    assert drawing.blank


def test_an_example_is_never_saved_as_an_own_image(page: DrawPage, qtbot: QtBot) -> None:
    page.studio.examples.show_grid()
    with qtbot.waitSignal(page.label_bar.message) as text:
        QTest.keyClick(page.canvas, Qt.Key.Key_4)
    assert text.args == ["Examples cannot be saved to your images. Draw a digit first."]
    assert not any(made.isEnabled() for made in page.label_bar.buttons)
    assert page.studio.own_images.digits == ()
    assert not page.studio.drawing.blank


def test_a_prediction_of_the_newest_image_is_current(page: DrawPage, qtbot: QtBot) -> None:
    predictions = page.studio.predictions
    page.studio.examples.show_grid()
    qtbot.waitUntil(lambda: len(predictions.current) == 3, timeout=WAIT)
    assert all(isinstance(one, Prediction) for one in predictions.current.values())
    predictions.predict(np.zeros((1, 28, 28), np.uint8))
    assert predictions.current == {}
    qtbot.waitUntil(lambda: len(predictions.current) == 3, timeout=WAIT)
