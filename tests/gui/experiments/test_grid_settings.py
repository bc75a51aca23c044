"""Rows of a grid that change any setting."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.errors import SpecError
from mnist_studio.gui.experiments.grid_dialog import GridDialog
from mnist_studio.gui.experiments.grid_form import GridForm, grid_experiment, suggestion
from mnist_studio.gui.experiments.summary import facts
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec import recipes
from mnist_studio.spec.experiment import ExperimentSpec, expand_cells
from mnist_studio.spec.grid_settings import GridSetting
from mnist_studio.spec.recipes.own_recipe import of_run

MLP = recipes.run_spec(recipes.recipe("mlp-128"))


def form(*settings: tuple[str, str]) -> GridForm:
    return GridForm(recipes=("mlp-128",), frameworks=("numpy",), seeds=2, settings=settings)


def test_settings_of_the_dialog_are_combined_with_all_others(qtbot: QtBot, theme: Theme) -> None:
    recipes.hand_in([of_run(MLP, "Mine")])
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = GridDialog(parent, theme, "mnist")
    qtbot.addWidget(dialog)
    made: list[ExperimentSpec] = []
    dialog.made.connect(made.append)
    assert not dialog.settings.another.isEnabled()
    dialog.recipes.check(frozenset({"Mine"}))
    dialog.recipes.checks_changed.emit()
    dialog.settings.another.click()
    (row,) = dialog.settings.rows
    assert "A setting has no name" in dialog.status.text()
    row.path.setText("layers.2.units")
    row.path.editingFinished.emit()
    assert row.values.text() == "64, 128, 256"
    assert dialog.status.text() == "45 runs."
    row.values.setText("64, many")
    row.values.textEdited.emit("64, many")
    assert "must be a whole number" in dialog.status.text()
    row.values.setText("64, 128")
    row.values.textEdited.emit("64, 128")
    dialog.add_button.click()
    assert made[0].grid is not None
    assert made[0].grid.settings == (GridSetting("layers.2.units", (64, 128)),)
    assert [own.name for own in made[0].own_recipes] == ["Mine"]
    row.removed.emit()
    assert dialog.status.text() == "15 runs."


def test_facts_count_the_values_of_each_setting() -> None:
    experiment = grid_experiment(form(("layers.2.units", "8; 16"), ("optimizer.kind", "adam, sgd")))
    assert len(expand_cells(experiment)) == 8
    assert facts(experiment).startswith(
        "Eight runs: two values of layer 2 units × two values of optimizer × two seeds."
    )


@pytest.mark.parametrize(
    ("path", "values", "problem"),
    [
        ("layers.2.units", " , ", "has no values"),
        ("", "3", "has no name"),
        ("layers.2.unit", "3", "no setting “unit”"),
        ("seed", "1, 2", "set by seeds"),
    ],
)
def test_an_invalid_setting_is_reported(path: str, values: str, problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        grid_experiment(form((path, values)))


def test_values_are_suggested_around_that_of_the_recipe() -> None:
    paths = ("layers.2.units", "layers.2.bias", "optimizer.kind", "optimizer.beta1", "validation")
    assert [suggestion(MLP, path) for path in paths] == [
        "64, 128, 256", "true, false", "adam", "0.45, 0.9, 1.8", "0",
    ]  # fmt: skip
