"""The Compare page with trained runs: every view, its pictures, its files, and the report."""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QScrollBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from mnist_studio.comparison.views.catalog import ENTRIES
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.layouts import Scroll
from mnist_studio.gui.common.page import Notice
from mnist_studio.gui.common.stepper import StepperSpinBox
from mnist_studio.gui.common.table import ROW_HEIGHT
from mnist_studio.gui.compare.gallery import one_of_each
from mnist_studio.gui.compare.page import ComparePage
from tests.gui import stored

LONG = 60_000


@pytest.fixture
def filled() -> None:
    stored.fill()


@pytest.fixture
def page(filled: None, window: MainWindow, qtbot: QtBot) -> ComparePage:
    window.go("compare")
    made = window.page("compare")
    assert isinstance(made, ComparePage)
    qtbot.waitUntil(lambda: len(made.runs.model.rows) == 11, timeout=LONG)
    return made


def choose(page: ComparePage, name: str, qtbot: QtBot) -> None:
    """Chooses a view of all runs of the experiment, and waits until it is there."""
    page.runs.show_experiment(page.studio.library.experiments[0].id)
    with qtbot.waitSignal(page.views.computed.shown, timeout=LONG):
        page.list.choose(name)


def test_every_view_is_on_the_list(page: ComparePage) -> None:
    assert all(page.list.has(name) for name in ENTRIES)
    for entry in ENTRIES.values():
        page.list.choose(entry.name)
        assert page.views.entry == entry
        assert entry.title in {card.title.text() for card in page.views.findChildren(Card)}


def test_no_view_makes_a_narrow_page_scroll_sideways(
    page: ComparePage, window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(865, 480)
    for name in ENTRIES:
        page.list.choose(name)
        qtbot.wait(1)
        assert page.findChildren(Scroll)[0].horizontalScrollBar().maximum() == 0, name
    # One of the views before needed much more height.
    page.list.choose("settings")
    assert page.views.minimumSizeHint() == page.views.computed.minimumSizeHint()


@pytest.mark.parametrize("size", [(1366, 768), (1280, 720), (910, 512)])
def test_four_runs_are_visible_below_every_view(
    page: ComparePage, window: MainWindow, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window.resize(*size)
    for name in ("live", "confusion", "samples"):
        page.list.choose(name)
        qtbot.wait(1)
        assert page.runs.table.viewport().height() >= window.theme.pixels(4 * ROW_HEIGHT), name


def test_every_control_has_a_tooltip(page: ComparePage) -> None:
    for name in ENTRIES:
        page.list.choose(name)
    controls = [
        control
        for kind in (QAbstractButton, QComboBox, QAbstractSlider, StepperSpinBox)
        for control in page.findChildren(kind)
        if not isinstance(control, QScrollBar) and not _is_part(control)
    ]
    without = [control.accessibleName() for control in controls if not control.toolTip()]
    assert len(controls) > 30
    assert without == []


def _is_part(control: QWidget) -> bool:
    """A button within a larger control, which has the tooltip: that of a stepper, table or card."""
    inside = (StepperSpinBox, QTableView, EmptyState, Notice)
    parent = control.parent()
    grandparent = parent.parent() if parent else None
    return not isinstance(control, StepperSpinBox) and (
        isinstance(parent, inside) or isinstance(grandparent, inside)
    )


def test_a_whole_experiment_is_selected(page: ComparePage) -> None:
    assert len(page.selected) == 6
    assert page.runs.count.text() == "Six runs selected: the newest on Built-in digits"
    experiment = page.studio.library.experiments[0]
    page.runs.show_experiment(experiment.id)
    assert len(page.selected) == 10
    assert page.runs.count.text() == "Ten runs selected: all of the experiment"
    assert page.runs.chosen_experiment == experiment
    page.runs.none_button.click()
    assert page.selected == []
    assert not page.report_button.isEnabled()
    page.runs.experiment.choose("all")
    page.runs.experiment.chosen.emit("all")
    page.runs.all_button.click()
    assert len(page.selected) == 11
    assert page.runs.count.text() == "11 runs selected: your selection"


def test_a_view_is_computed_and_kept(page: ComparePage, qtbot: QtBot) -> None:
    choose(page, "final-accuracy", qtbot)
    view = page.views.computed.panel.view
    assert view is not None
    assert [row.cells[0] for row in view.table.rows] == ["MLP 128 · NumPy", "MLP 128 · PyTorch"]
    page.list.choose("live")
    page.list.choose("final-accuracy")
    assert page.views.computed.panel.view is view


def test_the_panel_explains_why_a_view_is_not_available(page: ComparePage, qtbot: QtBot) -> None:
    page.list.choose("robustness")
    panel = page.views.computed.panel
    qtbot.waitUntil(lambda: "not available for these runs" in panel.empty.text, timeout=LONG)
    assert page.views.computed.robustness.button.isVisible()
    page.list.choose("significance")
    assert not page.views.computed.robustness.button.isVisible()
    page.runs.none_button.click()
    assert "Select at least two runs" in panel.empty.text


def test_a_cell_of_the_confusion_matrix_shows_its_images(page: ComparePage, qtbot: QtBot) -> None:
    choose(page, "confusion", qtbot)
    gallery = page.views.computed.gallery
    # The images of the most frequent error are there without a click.
    qtbot.waitUntil(lambda: gallery.gallery.found is not None, timeout=LONG)
    page.views.computed.panel.cell_selected.emit(0, 8, 1)
    qtbot.waitUntil(lambda: gallery.title.text().endswith("predicted 1"), timeout=LONG)
    found = gallery.gallery.found
    assert found is not None
    assert set(found.labels.tolist()) == {8}
    assert len(found.probabilities) == 3  # One of each model, and the one that is shown.
    assert "predicts 1" in gallery.gallery.accessibleDescription()
    assert gallery.title.text().endswith("true label 8, predicted 1")


@pytest.mark.parametrize("name", ["confident-errors", "disagreements"])
def test_a_view_shows_its_images(name: str, page: ComparePage, qtbot: QtBot) -> None:
    choose(page, name, qtbot)
    gallery = page.views.computed.gallery.gallery
    qtbot.waitUntil(lambda: gallery.found is not None, timeout=LONG)
    found = gallery.found
    view = page.views.computed.panel.view
    assert found is not None
    assert view is not None
    assert found.places[0] == view.table.rows[0].cells[0]
    page.list.choose("live")
    assert not page.views.computed.gallery.isVisible()


def test_two_models_are_paired(page: ComparePage, qtbot: QtBot) -> None:
    choose(page, "significance", qtbot)
    controls = page.views.computed.controls
    first, second = page.selected[0].id, page.selected[1].id
    controls.first.choose(first)
    controls.second.choose(second)
    with qtbot.waitSignal(page.views.computed.shown, timeout=LONG):
        controls.second.chosen.emit(second)
    view = page.views.computed.panel.view
    assert view is not None
    assert len(view.table.rows) == 1


@pytest.mark.parametrize("name", ["significance", "time-to-accuracy", "curves-loss"])
def test_controls_have_room_beside_the_title_or_under_it(
    name: str, page: ComparePage, window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1280, 720)
    choose(page, name, qtbot)
    computed = page.views.computed
    title = computed.panel.title
    qtbot.waitUntil(lambda: computed.controls.width() >= computed.controls.sizeHint().width())
    assert title.width() >= title.fontMetrics().horizontalAdvance(title.text())


def test_options_change_the_view(page: ComparePage, qtbot: QtBot) -> None:
    choose(page, "time-to-accuracy", qtbot)
    assert page.views.computed.controls.target.isVisible()
    with qtbot.waitSignal(page.views.computed.shown, timeout=LONG):
        page.views.computed.controls.target.field().setValue(50)
    assert "50.00 %" in page.views.computed.panel.sentence.text()
    page.list.choose("curves-loss")
    assert not page.views.computed.controls.target.isVisible()
    qtbot.waitUntil(lambda: page.views.computed.panel.view is not None, timeout=LONG)
    with qtbot.waitSignal(page.views.computed.shown, timeout=LONG):
        page.views.computed.controls.axis.button("seconds").click()


def test_one_image_with_the_probabilities_of_every_model(page: ComparePage, qtbot: QtBot) -> None:
    page.list.choose("single-image")
    image = page.views.single_image
    qtbot.waitUntil(lambda: image.panel.view is not None, timeout=LONG)
    assert "predict" in image.panel.sentence.text()
    image.number.field().setValue(3)
    qtbot.waitUntil(lambda: image.panel.title.text() == "Single image: Image 3", timeout=LONG)
    assert image.label.text().isdigit()


def test_a_view_is_written_as_picture_and_spreadsheet(
    page: ComparePage, qtbot: QtBot, tmp_path: Path
) -> None:
    choose(page, "final-accuracy", qtbot)
    view = page.views.computed.panel.view
    assert view is not None

    def shown(name: str) -> bool:
        return page.outcome.text().replace("\u200b", "") == (
            f"“Final accuracy” is exported\n{tmp_path / name}"
        )

    for name in ("final.csv", "final.svg", "final.png"):
        page.files.export(view, tmp_path / name)
        qtbot.waitUntil(partial(shown, name), timeout=LONG)
    assert (tmp_path / "final.csv").read_text("utf-8-sig").startswith("Model,")
    assert "MLP 128" in (tmp_path / "final.svg").read_text("utf-8")
    page.files.export(view, tmp_path / "final.doc")
    qtbot.waitUntil(lambda: "is not a PNG, SVG, or CSV file" in page.notice.text, timeout=LONG)


def test_a_report_is_written_or_cancelled(page: ComparePage, qtbot: QtBot, tmp_path: Path) -> None:
    page.runs.show_experiment(page.studio.library.experiments[0].id)
    file = tmp_path / "report.html"
    experiment, options = page.runs.chosen_experiment, page.views.computed.controls.options
    page.files.report(page.selected, experiment, options, file)
    assert page.report_button.text().startswith("Cancel report")
    qtbot.waitUntil(lambda: not page.files.writing, timeout=LONG)
    assert "Does the framework matter?" in file.read_text("utf-8")
    assert page.outcome.text().startswith("The report is written")
    assert [step.text() for step in page.outcome.steps] == ["Open", "Open folder"]
    assert page.report_button.text() == "Write report…"
    nowhere = tmp_path / "report.html" / "inside.html"
    page.files.report(page.selected, experiment, options, nowhere)
    qtbot.waitUntil(lambda: not page.files.writing, timeout=LONG)
    assert "could not be written" in page.notice.text
    page.files.report(page.selected, experiment, options, tmp_path / "late.html")
    page.report_button.click()
    qtbot.waitUntil(lambda: not page.files.writing, timeout=LONG)
    assert not (tmp_path / "late.html").exists()


def test_a_view_without_charts_is_no_picture(page: ComparePage, qtbot: QtBot) -> None:
    choose(page, "settings", qtbot)
    buttons = page.views.computed.panel.export_buttons
    assert not buttons["png"].isEnabled()
    assert "CSV" in buttons["png"].toolTip()
    assert buttons["csv"].isEnabled()


def test_the_oldest_seed_of_each_model_is_shown(page: ComparePage) -> None:
    page.runs.show_experiment(page.studio.library.experiments[0].id)
    rows = page.selected
    chosen = one_of_each(rows, "")
    assert {row.run.spec.training.seed for row in chosen} == {1}
    assert {row.framework for row in chosen} == {"numpy", "pytorch"}
    newest = rows[0].id
    assert one_of_each(rows, newest)[0].id == newest


def test_the_run_under_the_pointer_stands_out_everywhere(page: ComparePage) -> None:
    page.runs.table.entered.emit(page.runs.table.model().index(0, 0))
    assert page.hover.key == page.runs.model.rows[0].id
