"""A click on Train leads to a model that predicts a drawing."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.compare.samples import Samples
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.page import TrainPage
from tests.gui.train.frameworks import choose_frameworks

LONG = 120_000


def train(qtbot: QtBot, window: MainWindow, epochs: int = 2) -> TrainPage:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    choose_frameworks(page.settings, "numpy")
    page.settings.numbers.epochs.field().setValue(epochs)
    page.settings.numbers.validation.field().setValue(200)
    assert page.train_button.isEnabled()
    with qtbot.waitSignal(window.studio.queue.idle, timeout=LONG):
        QTest.mouseClick(page.train_button, Qt.MouseButton.LeftButton)
        assert page.run_buttons.stop_button.isEnabled()
    qtbot.waitUntil(lambda: len(window.studio.library.trained) == 1, timeout=30_000)
    return page


def draw_one(window: MainWindow) -> None:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    pad = page.canvas
    middle, high = pad.width() // 2, pad.height()
    points = [QPoint(middle, high * part // 10) for part in range(2, 9)]
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[0])
    for point in points[1:]:
        QTest.mouseMove(pad, point)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[-1])


def test_a_click_on_train_ends_in_a_model_that_answers(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    page = train(qtbot, window)
    (run,) = window.studio.queue.runs
    assert run.state == "finished", run.note
    assert page.runs.model.index(0, 1).data() == "Finished"
    assert "2 / 2" in page.runs.model.index(0, 2).data()
    assert "finished on" in page.runs.log.toPlainText()
    assert {line.title.rsplit(" · ")[-1] for line in page.plots.loss.lines} == {
        "batches", "validation", "test",
    }  # fmt: skip
    _answers_the_drawing(qtbot, window)
    _compares(qtbot, window)
    _exports_and_deletes(qtbot, window, tmp_path)


def _answers_the_drawing(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.studio.predictions.predicted, timeout=30_000):
        draw_one(window)
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    page.predictions_tab.section.head.click()  # The cards follow the drawing while they are seen.
    (card,) = page.predictions.grid.cards.values()
    qtbot.waitUntil(lambda: card.digit.text().isdigit(), timeout=30_000)
    assert sum(card.bars.probabilities) == pytest.approx(1)
    qtbot.waitUntil(lambda: "predict" in page.predictions.consensus.headline.text(), timeout=30_000)
    assert not page.network_input.strip.empty


def _compares(qtbot: QtBot, window: MainWindow) -> None:
    window.go("compare")
    page = window.page("compare")
    assert isinstance(page, ComparePage)
    qtbot.waitUntil(lambda: len(page.selected) == 1, timeout=30_000)
    live = page.views.live
    assert live.view is not None
    assert len(live.view.table.rows) == 2
    assert page.runs.model.index(0, 3).data().endswith(" %")
    page.list.choose("drawing")
    assert page.views.drawing.card.model.index(0, 1).data().isdigit()
    page.list.choose("samples")
    with qtbot.waitSignal(page.views.samples.loader.loaded, timeout=30_000) as told:
        page.views.samples.order.button("wrong").click()
    assert told.args is not None
    (samples,) = told.args
    assert isinstance(samples, Samples)
    assert samples.images.shape == (20, 28, 28)
    assert np.all(np.diff([said != label for said, label in _answers(samples)]) <= 0)
    page.list.choose("live")
    page.runs.model.check(frozenset())
    assert live.view is None


def _answers(samples: Samples) -> list[tuple[int, int]]:
    (said,) = samples.predicted.values()
    return [(int(one), int(two)) for one, two in zip(said, samples.labels, strict=True)]


def _exports_and_deletes(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window.go("runs")
    page = window.page("runs")
    assert isinstance(page, RunsPage)
    (row,) = window.studio.library.rows
    assert [one.id for one in page.selected] == [row.id]
    assert page.controls.export.isEnabled()
    assert len(page.curves.plots["accuracy"].lines) == 1
    page.exporter.write(row, "safetensors", folder / "weights.safetensors")
    qtbot.waitUntil(lambda: "The weights are exported" in page.outcome.text(), timeout=30_000)
    assert (folder / "weights.safetensors").stat().st_size > 1000
    page.controls.rename.click()
    assert page.question is not None
    page.question.reject()
    page.controls.delete.click()
    page.question.reject()
    window.studio.library.delete((row.id,))
    qtbot.waitUntil(lambda: window.studio.library.rows == (), timeout=30_000)
    assert row.run.folder.exists()  # In the trash.
    window.studio.library.submit(lambda store: store.trash.empty())
    qtbot.waitUntil(lambda: not row.run.folder.exists(), timeout=30_000)


def test_runs_and_curves_survive_a_restart(qtbot: QtBot, theme: Theme, window: MainWindow) -> None:
    train(qtbot, window, epochs=1)
    again = MainWindow(theme)
    with qtbot.waitSignal(again.usable, timeout=30_000):
        again.show()
    qtbot.waitUntil(lambda: len(again.studio.library.trained) == 1, timeout=30_000)
    again.go("compare")
    page = again.page("compare")
    assert isinstance(page, ComparePage)
    qtbot.waitUntil(lambda: page.views.live.view is not None, timeout=30_000)
    view = page.views.live.view
    assert view is not None
    assert all(str(row.cells[0]).startswith("MLP 128 · NumPy") for row in view.table.rows)
    again.shut_down()
    again.hide()
    again.studio.deleteLater()
    again.deleteLater()


def test_closing_while_training_asks_and_stops(qtbot: QtBot, window: MainWindow) -> None:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    choose_frameworks(page.settings, "numpy")
    page.settings.numbers.epochs.field().setValue(10_000)
    page.train_button.click()
    queue = window.studio.queue
    qtbot.waitUntil(lambda: bool(queue.current and queue.current.epochs), timeout=60_000)
    assert not window.close()
    assert window.close_guard is not None
    assert window.close_guard.question is not None
    window.close_guard.question.accept()
    with qtbot.waitSignal(queue.idle, timeout=30_000):
        window.close_guard.close_after(queue.stop)
    assert queue.runs[0].state == "stopped"
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=30_000)


def test_a_stopped_run_continues_from_the_runs_page(qtbot: QtBot, window: MainWindow) -> None:
    queue = window.studio.queue
    page = window.page("train")
    assert isinstance(page, TrainPage)
    choose_frameworks(page.settings, "numpy")
    page.settings.numbers.epochs.field().setValue(60)
    page.train_button.click()
    qtbot.waitUntil(lambda: bool(queue.runs and queue.runs[0].epoch >= 2), timeout=LONG)
    with qtbot.waitSignal(queue.idle, timeout=LONG):
        page.run_buttons.stop_button.click()
    qtbot.waitUntil(lambda: len(window.studio.library.trained) == 1, timeout=30_000)
    (kept,) = window.studio.library.trained

    window.go("runs")
    runs = window.page("runs")
    assert isinstance(runs, RunsPage)
    runs.select(kept.id)
    with qtbot.waitSignal(queue.idle, timeout=LONG):
        runs.controls.resume.click()

    (run,) = queue.runs
    assert run.state == "finished", run.note
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, 61))
    assert run.batch_epochs()[-1] == 60
