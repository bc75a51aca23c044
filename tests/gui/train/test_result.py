"""The card at the end of a training leads to the other pages with the runs chosen."""

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.train.page import TrainPage
from tests.gui import stored

LONG = 60_000


def _train(window: MainWindow) -> set[str]:
    """Lets the queue end with the last two runs of an experiment; gives their ids."""
    rows = window.studio.library.trained[:2]
    runs = [
        LiveRun(row.run.spec, row.run.title, "finished", terminal=row.run.terminal) for row in rows
    ]
    queue = window.studio.queue
    queue._runs = tuple(runs)
    queue.idle.emit()
    return {row.id for row in rows}


def test_end_of_a_training_leads_on(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.studio.views, "want", lambda request: None)
    stored.fill(0)
    window.studio.library.refresh()
    qtbot.waitUntil(lambda: len(window.studio.library.trained) == 10, timeout=LONG)
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    ids = _train(window)
    qtbot.waitUntil(page.outcome.isVisible, timeout=LONG)
    title, accuracy, agreement, *_ = page.outcome.text().split("\n")
    assert title == "MLP 128 is trained in PyTorch and NumPy"
    assert accuracy.startswith("Test accuracy: ")
    assert agreement.startswith("The two frameworks agree on ")
    assert agreement.endswith(" of 500 test images.")
    draw, mistakes, compare = page.outcome.steps
    draw.click()
    assert window.shown == "draw"
    assert window.studio.predictions.chosen in ids
    drawing = window.page("draw")
    assert isinstance(drawing, DrawPage)
    (best,) = (r for r in window.studio.library.rows if r.id == window.studio.predictions.chosen)
    qtbot.waitUntil(lambda: best.title in drawing.predictions_tab.best.model.text(), timeout=LONG)
    mistakes.click()
    compared = window.page("compare")
    assert isinstance(compared, ComparePage)
    qtbot.waitUntil(lambda: {row.id for row in compared.selected} == ids, timeout=LONG)
    assert compared.views.entry.name == "confident-errors"
    assert compared.views.computed.controls.options.model == window.studio.predictions.chosen
    compared.runs.select_all()
    window.go("train")
    compare.click()
    assert window.shown == "compare"
    assert {row.id for row in compared.selected} == ids
    window.go("train")
    window.close_overlays()
    assert not page.outcome.isVisible()
