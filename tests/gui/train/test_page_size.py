"""The Train page fits its screens, and scrolls where there is no room."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QWidget

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.layouts import Scroll
from mnist_studio.gui.common.table import ROW_HEIGHT
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.train.page import TrainPage


def shown(window: MainWindow, width: int, height: int) -> TrainPage:
    window.resize(width, height)
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    QApplication.processEvents()
    return page


def inside(widget: QWidget, frame: QWidget) -> bool:
    place = QRect(widget.mapTo(frame, QPoint(0, 0)), widget.size())
    return frame.rect().contains(place)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1280, 720)])
def test_the_first_depth_needs_no_scrolling(window: MainWindow, width: int, height: int) -> None:
    page = shown(window, width, height)
    for area in page.findChildren(QScrollArea):
        assert area.verticalScrollBar().maximum() == 0, area
        assert area.horizontalScrollBar().maximum() == 0, area
    for button in page.window().findChildren(QAbstractButton):
        if button.isVisible():
            assert inside(button, window), button.text()


def test_a_finished_training_hides_nothing_on_a_small_laptop(window: MainWindow) -> None:
    page = shown(window, 1280, 730)
    steps = tuple(NextStep(text, text, print) for text in ("Draw with them", "Compare"))
    facts = ("Test accuracy: 97 % each.", "They agree on all images.", "Training time: 1 s.")
    page.show_outcome(Outcome("MLP 128 is trained", facts, "It may be longer.", "good", steps))
    page.plots.sentence.setText("The frameworks are identical to 6 decimals in test loss.")
    page.plots._toggle_difference()
    # The card moves its buttons, and tells the layout its height, in two passes.
    for _ in range(4):
        QApplication.processEvents()
    parts = [page.plots.loss, page.plots.accuracy, page.plots.difference, page.plots.sentence,
             page.outcome, page.runs, page.settings]  # fmt: skip
    places = [QRect(part.mapTo(page, QPoint(0, 0)), part.size()) for part in parts]
    for place in places:
        assert page.rect().contains(place)
        assert [one for one in places if one.intersects(place)] == [place]
    for plot in (page.plots.loss, page.plots.accuracy, page.plots.difference):
        assert plot.height() >= window.theme.pixels(100)
    assert page.runs.table.height() >= window.theme.pixels(3 * ROW_HEIGHT)
    title = page.plots._card_of["difference"].title
    for reference in ("NumPy", "PyTorch"):
        title.setText(f"Difference from {reference}")
        for _ in range(4):
            QApplication.processEvents()
        assert title.width() >= title.sizeHint().width()


def test_a_finished_training_flattens_no_plot_of_a_folded_page(window: MainWindow) -> None:
    page = shown(window, 865, 480)
    assert page.columns.property("folded")
    steps = tuple(NextStep(text, text, print) for text in ("Draw with them", "Compare"))
    facts = ("Test accuracy: 97 % each.", "They agree on all images.", "Training time: 1 s.")
    page.show_outcome(Outcome("MLP 128 is trained", facts, "It may be longer.", "good", steps))
    page.plots.sentence.setText("The frameworks are identical to 6 decimals in test loss.")
    for difference in (False, True):
        if difference:
            page.plots._toggle_difference()
        for _ in range(6):
            QApplication.processEvents()
        for plot in (page.plots.loss, page.plots.accuracy, page.plots.difference)[: 2 + difference]:
            assert plot.height() >= window.theme.pixels(100)
        assert page.runs.table.height() >= window.theme.pixels(3 * ROW_HEIGHT)


def test_plots_are_side_by_side_where_they_would_be_flat(window: MainWindow) -> None:
    page = shown(window, 1366, 768)
    assert page.plots.loss.height() > window.theme.pixels(220)
    assert page.plots.cards.orientation() == Qt.Orientation.Horizontal
    shown(window, 1440, 900)
    assert page.plots.cards.orientation() == Qt.Orientation.Vertical
    shown(window, 800, 700)
    assert page.plots.cards.orientation() == Qt.Orientation.Vertical


def test_a_small_window_scrolls_and_clips_nothing(window: MainWindow) -> None:
    page = shown(window, 720, 540)
    assert (window.width(), window.height()) == (720, 540)
    page.settings.more.open()
    page.settings.bugs.open()
    QApplication.processEvents()
    for area in page.findChildren(QScrollArea):
        content = area.widget()
        assert content is not None
        assert content.minimumSizeHint().width() <= content.width()
        if isinstance(area, Scroll):
            assert area.horizontalScrollBar().maximum() == 0
    assert inside(page.train_button, window)


def test_training_shows_the_curves_where_they_are_below_the_settings(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(window, 900, 540)
    monkeypatch.setattr(page.studio.queue, "add", lambda specs: None)
    assert not inside(page.plots.loss, window)
    page.train()
    QApplication.processEvents()
    assert inside(page.plots.loss, window)
