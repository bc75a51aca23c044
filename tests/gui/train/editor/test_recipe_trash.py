"""The recipes in the trash: restored with undo, and deleted for good."""

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.train.editor.recipe_trash import EMPTY, RecipeTrash
from mnist_studio.spec.recipes import RECIPES, run_spec


@pytest.fixture
def trash(window: MainWindow, qtbot: QtBot) -> RecipeTrash:
    recipes = window.studio.own_recipes
    for name in ("First", "Second"):
        recipes.save(run_spec(RECIPES["mlp-128"]), name)
        recipes.delete(name)
    found = RecipeTrash(window.studio, window)
    found.show()
    qtbot.waitUntil(lambda: found.list.count() == 2)
    return found


def test_a_recipe_is_restored_and_that_can_be_undone(
    trash: RecipeTrash, window: MainWindow, qtbot: QtBot
) -> None:
    assert trash.list.item(0).text() == "Second"
    offers: list[tuple[str, object]] = []
    window.studio.own_recipes.undo_offered.connect(lambda *offer: offers.append(offer))
    trash.restore_button.click()
    qtbot.waitUntil(lambda: trash.list.count() == 1)
    qtbot.waitUntil(lambda: [one.name for one in window.studio.own_recipes.recipes] == ["Second"])
    sentence, undo = offers[-1]
    assert sentence == "Restored “Second”."
    assert callable(undo)
    undo()
    qtbot.waitUntil(lambda: trash.list.count() == 2)


def test_the_trash_is_emptied_after_a_question(trash: RecipeTrash, qtbot: QtBot) -> None:
    trash.empty_button.click()
    assert trash.question is not None
    trash.question.buttons[-1].click()
    qtbot.waitUntil(lambda: trash.list.count() == 0)
    assert trash.about.text() == EMPTY
    assert not trash.restore_button.isEnabled()
