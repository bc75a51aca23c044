"""A search described in the window."""

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from mnist_studio.events import PRUNED
from mnist_studio.experiments.events import (
    BestChanged,
    CellAdded,
    CellChanged,
    ExperimentCell,
    ExperimentStarted,
)
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.experiments.page import ExperimentsPage
from mnist_studio.gui.experiments.search_dialog import NewSearchDialog
from mnist_studio.gui.experiments.search_form import search_experiment
from mnist_studio.gui.experiments.summary import facts, members
from mnist_studio.gui.services.experiment_progress import ExperimentState
from mnist_studio.spec.experiment import trial_spec
from mnist_studio.spec.search import SearchSetting
from tests.gui.experiments.test_search_form import FORM


@pytest.fixture
def page(window: MainWindow) -> ExperimentsPage:
    window.go("experiments")
    made = window.page("experiments")
    assert isinstance(made, ExperimentsPage)
    return made


def test_a_search_is_described_and_added(page: ExperimentsPage, qtbot: QtBot) -> None:
    page.controls.search.click()
    dialog = page.window().findChild(NewSearchDialog)
    assert dialog is not None
    dialog.recipe.choose("tiny-10")
    dialog.recipe.chosen.emit("tiny-10")
    assert [row.path.choice for row in dialog.settings] == ["optimizer.learning_rate", "batch_size"]
    dialog.another.click()
    row = dialog.settings[-1]
    row.path.choose("layers.2.units")
    row.path.chosen.emit("layers.2.units")
    assert row.values.text() == "2 to 40"
    row.values.setText("8 to 64 step")
    row.changed.emit()
    assert not dialog.add_button.isEnabled()
    assert "layer 2 units" in dialog.status.text()
    row.values.setText("8 to 64 step 8")
    row.changed.emit()
    dialog.settings[0].removed.emit()
    assert dialog.status.text() == "20 trials, then the best settings with three other seeds."
    dialog.add_button.click()
    assert page.spec is not None
    assert page.spec.search is not None
    assert [one.setting for one in page.spec.search.settings] == ["batch_size", "layers.2.units"]
    assert page.spec.search.settings[1] == SearchSetting("layers.2.units", 8, 64, step=8)
    qtbot.waitUntil(lambda: page.state.total == 23, timeout=30_000)
    assert page.card.facts.text() == facts(page.spec)
    assert page.controls.run.isEnabled()


def test_the_progress_of_a_search_grows_with_its_trials() -> None:
    experiment = search_experiment(FORM)
    assert members(experiment) == "MLP 10 with Adam in NumPy: learning rate and batch size"
    assert "20 trials of two settings" in facts(experiment)
    state = ExperimentState(search=experiment.search)
    state.take(ExperimentStarted("id", "search", (), 1, "", 23))
    assert (state.total, state.fraction) == (23, 0.0)
    spec = trial_spec(experiment, {"optimizer.learning_rate": 0.01, "batch_size": 32})
    cell = ExperimentCell(0, spec, "running")
    state.take(CellAdded(cell, 23))
    state.take(CellAdded(replace(cell, number=1, validation_accuracy=0.5), 22))
    state.take(CellChanged(0, "pruned", reason=f"{PRUNED} after 1 of 4 epochs: too bad."))
    state.take(CellChanged(1, "finished"))
    state.take(BestChanged(("Best trial.",)))
    assert (state.total, state.finished, state.found) == (22, 2, ("Best trial.",))
    first, second = state.rows
    assert (first.title, first.settings) == ("Trial 1", "learning rate 0.01, batch size 32")
    assert (first.state, second.state) == (
        "Pruned after 1 of 4 epochs", "50.00 % validation accuracy"
    )  # fmt: skip
    assert first.tip.endswith("too bad.")
