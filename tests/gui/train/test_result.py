"""The card at the end of a training leads to the other pages with the runs chosen."""

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from mnist_studio.events import Finished
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.training_result import TrainedRun, TrainingResult
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.gui.train.result import outcome_of
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


def test_the_comparison_of_a_known_bug_includes_the_runs_without_it(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.fill(0)
    window.studio.library.refresh()
    qtbot.waitUntil(lambda: len(window.studio.library.trained) == 10, timeout=LONG)
    row = window.studio.library.trained[0]
    assert isinstance(row.run.terminal, Finished)
    wrong = replace(row.run.spec, known_bugs=("unshuffled",))
    run = TrainedRun("NumPy", wrong, replace(row.run.terminal, run="wrong"))
    step = outcome_of(window.studio, TrainingResult((run,)), "").steps[-1]
    assert step.text == "See what the bug costs"
    compared: list[tuple[object, ...]] = []
    monkeypatch.setattr(window.studio, "compare", lambda *what: compared.append(what))
    step.action()
    assert compared == [(["wrong", row.id], "known-bugs")]
