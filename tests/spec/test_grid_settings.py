"""Grids over any setting, settings of all runs, and the own recipes that an experiment contains."""

import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec import experiment_files, recipes
from mnist_studio.spec.experiment import (
    ExperimentError,
    ExperimentSpec,
    Grid,
    RecipePair,
    complete,
    expand_cells,
    largest,
)
from mnist_studio.spec.grid_settings import FixedSetting, GridSetting
from mnist_studio.spec.labels import recipe_labels
from mnist_studio.spec.layers import Dense
from mnist_studio.spec.optimizers import Adam, Sgd
from mnist_studio.spec.recipes.own_recipe import of_run

MLP = recipes.run_spec(recipes.recipe("mlp-128"))
UNITS = GridSetting("layers.2.units", (16, 32))


def grid(*settings: GridSetting, names: tuple[str, ...] = ("mlp-128",)) -> ExperimentSpec:
    return ExperimentSpec("Sizes", grid=Grid(names, settings=settings))


def test_all_combinations_are_cells() -> None:
    optimizer = GridSetting("training.optimizer.kind", ("adam", "sgd"))
    experiment = replace(grid(UNITS, optimizer), seeds=(1, 2))
    cells = expand_cells(experiment)
    assert (len(cells), largest(experiment)) == (8, 8)
    found = [(run.model.layers[1], run.training.optimizer) for run in cells[:4]]
    assert found == [
        (Dense(16), Adam()), (Dense(16), Sgd(0.001)), (Dense(32), Adam()), (Dense(32), Sgd(0.001)),
    ]  # fmt: skip


def test_settings_of_all_runs() -> None:
    fixed = (FixedSetting("batch_size", 7), FixedSetting("layers.2.bias", False))
    pairs = (RecipePair("mlp-128", "numpy"), RecipePair("mlp-128", "keras"))
    cells = expand_cells(ExperimentSpec("Small", pairs=pairs, changes=fixed))
    assert [run.framework for run in cells] == ["numpy", "keras"]
    assert {run.training.batch_size for run in cells} == {7}
    assert all(run.model.layers[1] == Dense(128, bias=False) for run in cells)


def test_a_file_means_the_same_after_an_own_recipe_was_deleted() -> None:
    recipes.hand_in([of_run(MLP, "Mine"), of_run(MLP, "Other")])
    experiment = grid(UNITS, names=("mlp-128", "Mine"))
    text = experiment_files.write(complete(experiment))
    cells = expand_cells(experiment)
    recipes.hand_in(())
    found = experiment_files.read(text)
    assert [own.name for own in found.own_recipes] == ["Mine"]
    assert expand_cells(found) == cells
    assert complete(found) == found
    with pytest.raises(ExperimentError, match="There is no recipe called “Mine”"):
        expand_cells(experiment)


def test_a_lent_recipe_only_names_what_differs() -> None:
    run = replace(MLP, recipe="Gone", training=replace(MLP.training, seed=3))
    assert recipe_labels(run) == ()
    recipes.lend([of_run(MLP, "Gone")])
    assert recipe_labels(run) == ("seed 3",)
    assert "Gone" not in recipes.RECIPES


@pytest.mark.parametrize(
    ("settings", "problem", "path"),
    [
        ((GridSetting("layers.2.unit", (1,)),), "no setting “unit”", (0, "values", 0)),
        ((GridSetting("layers.2.units", (16, "x")),), "must be a whole number", (0, "values", 1)),
        ((GridSetting("layers.2.bias", (1,)),), "must be true or false", (0, "values", 0)),
        ((GridSetting("seed", (1,)),), "set by seeds", (0, "setting")),
        ((UNITS, GridSetting("model.layers.2.units", (3,))), "twice", (1, "setting")),
        ((GridSetting("layers.4.units", (10, 11)),), "must end in 10 logits", ()),
        ((GridSetting("layers.3.kind", ("relu", "dense")),), "needs units", ()),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_named(
    settings: tuple[GridSetting, ...], problem: str, path: tuple[object, ...]
) -> None:
    with pytest.raises(ExperimentError, match=problem) as caught:
        expand_cells(grid(*settings))
    assert caught.value.path[:2] == ("grid", "settings")
    assert caught.value.path[2 : 2 + len(path)] == path


def test_a_setting_that_one_of_the_recipes_does_not_have_names_it() -> None:
    with pytest.raises(ExperimentError, match="wide-cnn: layers"):
        expand_cells(grid(UNITS, names=("mlp-128", "wide-cnn")))


def test_the_line_of_a_wrong_value_is_named() -> None:
    text = experiment_files.write(grid(UNITS)).replace("32", '"many"')
    with pytest.raises(SpecError, match=r"Line \d+, experiment.grid.settings\[0\].values"):
        experiment_files.read(text)


def test_an_experiment_may_not_contain_a_recipe_of_ours() -> None:
    own = replace(of_run(MLP, "x"), name="bobnet")
    with pytest.raises(ExperimentError, match="comes with MNIST Studio"):
        expand_cells(replace(grid(), own_recipes=(own,)))
