"""Your own recipes on the command line."""

from pathlib import Path

from msgspec.structs import replace

from mnist_studio.cli import commands, train
from mnist_studio.spec import experiment_files, files
from mnist_studio.spec.experiment import expand_cells
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.recipes.own_recipe import as_recipe
from mnist_studio.store.own_recipes import OwnRecipes
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import Main

SET = ("--set", "layers.2.units=4", "--set", "optimizer.learning_rate=0.01")
SAVE = ("recipes", "save", "My net", "--from", "mlp-128", *SET)


def test_a_recipe_is_saved_listed_described_renamed_and_deleted(here: Main) -> None:
    said = here(*SAVE, "--summary", "Narrow.")
    assert (said.code, 'mnist-studio train "My net"' in said.errors) == (0, True)
    (line,) = here("recipes", "My net", "--json").json
    assert (line["yours"], line["parameters"], line["summary"]) == (True, 3190, "Narrow.")
    assert line["training"]["optimizer"]["learning_rate"] == 0.01
    assert here("recipes", "--json").json[0] == line
    assert "Based on mlp-128." in here("recipes", "show", "My net").output
    assert (here(*SAVE).code, here(*SAVE, "--overwrite").code) == (2, 0)
    assert here("recipes", "rename", "My net", "Mine").code == 0
    assert "recipes restore Mine" in here("recipes", "delete", "Mine").errors
    assert "Mine" not in here("recipes").output
    assert "Mine" in here("recipes", "trash").output
    assert here("recipes", "restore", "Mine", "--json").json[0]["recipe"] == "Mine"
    here("recipes", "delete", "Mine")
    assert here("recipes", "empty-trash").code == 2
    assert "one recipe for good" in here("recipes", "empty-trash", "--yes").errors
    assert OwnRecipes().trashed() == ()


def test_a_recipe_is_saved_from_a_file_and_exported_and_imported(
    here: Main, tmp_path: Path
) -> None:
    run = tmp_path / "run.toml"
    run.write_text(files.write([run_spec(RECIPES["tiny-10"])]))
    assert here("recipes", "save", "Tiny", "--from", run).code == 0
    file = tmp_path / "tiny.toml"
    assert here("recipes", "export", "Tiny", file).code == 0
    assert "already have a recipe called “Tiny”" in here("recipes", "import", file).errors
    (line,) = here("recipes", "import", file, "--name", "Tiny 2", "--json").json
    assert (line["recipe"], line["parameters"]) == ("Tiny 2", 7960)
    assert here("recipes", "save", "Tiny 3", "--from", file).code == 0
    assert "contains runs" in here("recipes", "import", run).errors
    assert "recipes import FILE" in here("train", file).errors
    assert "recipes import FILE" in here("experiment", file).errors
    two = [run_spec(RECIPES["tiny-10"]), run_spec(RECIPES["mlp-128"])]
    run.write_text(files.write(two))
    assert "several networks" in here("recipes", "save", "x", "--from", run).errors


def test_runs_show_the_title_of_a_recipe_after_it_was_deleted(here: Main) -> None:
    here(*SAVE)
    with RunStore() as store:
        store.create(replace(run_spec(as_recipe(OwnRecipes().get("My net"))), framework="numpy"))
    assert "One run uses this recipe and keeps" in here("recipes", "delete", "My net").errors
    (line,) = here("runs", "--filter", 'recipe:"My net"', "--json").json
    assert line["title"].startswith("My net · NumPy")
    assert here("recipes", "save", "Again", "--from", line["run"]).code == 0
    assert OwnRecipes().get("Again").model.layers[1].units == 4  # type: ignore[union-attr]


def test_own_recipes_are_allowed_for_code_and_parity(here: Main) -> None:
    here(*SAVE)
    said = here("code", "My net", "--framework", "pytorch", "--set", "layers.2.units=5")
    assert "Linear(784, 5)" in said.output
    wrong = here("parity", "My net", "--set", "layers.9.units=5")
    assert (wrong.code, "layers 1 to 4" in wrong.errors) == (2, True)


def test_damaged_files_are_named_and_change_nothing_else(here: Main, home: Path) -> None:
    here(*SAVE)
    (home / "recipes" / "bad.toml").write_text("format = 4\n[recipe]\nname = 3\n")
    said = here("recipes", "--json")
    assert said.json[0]["recipe"] == "My net"
    assert "bad.toml cannot be used: Line 3, recipe.name" in said.errors


def test_wrong_usage(here: Main) -> None:
    assert here("recipes", "--known-bugs", "mlp-128").code == 2
    assert "no setting “unit”" in here(*SAVE[:5], "--set", "layers.2.unit=4").errors
    assert "comes with MNIST Studio" in here("recipes", "delete", "mlp-128").errors
    unknown = here("recipes", "save", "x", "--from", "mlp-129")
    assert "Did you mean mlp-128?" in unknown.errors
    trained = here("train", "mlp-128", "--set", "optimizer.kind=adma")
    assert (trained.code, "Did you mean adam?" in trained.errors) == (2, True)


def test_an_experiment_contains_your_recipe_and_the_settings_of_all_runs(
    here: Main, tmp_path: Path
) -> None:
    here(*SAVE)
    file, made = tmp_path / "experiment.toml", tmp_path / "made.toml"
    file.write_text(
        'format = 2\n[experiment]\ntitle = "Sizes"\n[experiment.grid]\nrecipes = ["My net"]\n'
        '[[experiment.grid.settings]]\nsetting = "layers.2.units"\nvalues = [8, 16]\n'
    )
    said = here("experiment", file, "--set", "batch_size=7", "--write", made)
    assert said.code == 0
    here("recipes", "delete", "My net")
    cells = expand_cells(experiment_files.read(made.read_text()))
    assert [run.model.layers[1].units for run in cells] == [8, 16]  # type: ignore[union-attr]
    assert {(run.recipe, run.training.batch_size) for run in cells} == {("My net", 7)}
    wrong = here("experiment", "batch-sizes", "--set", "layers.9.units=3", "--write", made)
    assert (wrong.code, "mlp-128: layers.9.units" in wrong.errors) == (2, True)


def test_set_changes_the_run_of_every_framework() -> None:
    words = ("train", "mlp-128", "--framework", "all", "--seed", "3", *SET, "--set", "seed=4")
    specs = train.run_specs(commands.parse(words))
    assert [spec.framework for spec in specs] == ["numpy", "pytorch", "keras"]
    assert {spec.training.seed for spec in specs} == {4}
    assert {spec.training.optimizer for spec in specs} == {Adam(0.01)}
