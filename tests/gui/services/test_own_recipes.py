"""Your own recipes in the window: saved, offered on every page, renamed, deleted with undo."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.errors import SpecError
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.parity.page import ParityPage
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.spec import recipe_files
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.store.own_recipes import OwnRecipes

MLP = run_spec(RECIPES["mlp-128"])


def test_a_saved_recipe_is_offered_on_every_page(window: MainWindow, qtbot: QtBot) -> None:
    window.go("parity")
    parity = window.page("parity")
    assert isinstance(parity, ParityPage)
    window.go("train")
    train = window.page("train")
    assert isinstance(train, TrainPage)
    service = window.studio.own_recipes
    undone: list[Callable[[], None]] = []
    service.undo_offered.connect(lambda text, undo: undone.append(undo))
    with qtbot.waitSignal(service.message, timeout=30_000) as said:
        service.save(MLP, "My net")
    assert said.args == ["Saved as “My net” under Your recipes."]
    assert parity.checks.recipe.findData("My net") >= 0
    box = train.settings.recipe
    box.choose("My net")
    box.chosen.emit("My net")
    assert train.settings.form.recipe == "My net"
    with qtbot.waitSignal(service.undo_offered, timeout=30_000):
        service.rename("My net", "Renamed")
    assert box.findData("Renamed") >= 0
    assert box.choice == "My net"  # The settings stay, with the name that they had.
    with qtbot.waitSignal(service.undo_offered, timeout=30_000):
        service.delete("Renamed")
    assert box.findData("Renamed") < 0
    with qtbot.waitSignal(service.changed, timeout=30_000):
        undone[-1]()
    assert [recipe.name for recipe in service.recipes] == ["Renamed"]


def test_what_cannot_be_saved_is_reported(window: MainWindow, qtbot: QtBot) -> None:
    service = window.studio.own_recipes
    with pytest.raises(SpecError, match="Enter a name"):
        service.save(MLP, " ")
    with qtbot.waitSignal(service.message, timeout=30_000):
        service.save(MLP, "Mine")
    with qtbot.waitSignal(window.studio.library.failed, timeout=30_000) as failed:
        service.save(MLP, "mine")
    assert "already have a recipe" in str(failed.args)


def test_a_change_by_the_command_line_is_noticed(
    window: MainWindow, qtbot: QtBot, home: Path
) -> None:
    service = window.studio.own_recipes
    with qtbot.waitSignal(service.changed, timeout=30_000):
        OwnRecipes(home).add(of_run(MLP, "Elsewhere"))
    assert "Elsewhere" in RECIPES
    with qtbot.waitSignal(service.problem, timeout=30_000) as said:
        (home / "recipes" / "bad.toml").write_text(recipe_files.write(of_run(MLP, "x"))[:90])
    assert "bad.toml cannot be used" in said.args[0]


def test_a_recipe_is_exported_and_imported(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    service, file = window.studio.own_recipes, tmp_path / "mine.toml"
    with qtbot.waitSignal(service.message, timeout=30_000):
        service.save(MLP, "Mine")
    with qtbot.waitSignal(service.message, timeout=30_000) as said:
        service.export_to("Mine", file)
    assert "exported" in said.args[0]
    with qtbot.waitSignal(service.undo_offered, timeout=30_000):
        service.delete("Mine")
    with qtbot.waitSignal(service.message, timeout=30_000):
        service.import_from(file)
    assert [recipe.name for recipe in service.recipes] == ["Mine"]
