"""What leaving the editor would lose, and the sizes of a network."""

from mnist_studio.gui.train.editor.draft import Draft
from mnist_studio.gui.train.editor.layer_rows import layer_rows, totals
from mnist_studio.gui.train.form import preview_run, recipe_form
from mnist_studio.spec.layers import Conv, Dense
from mnist_studio.spec.recipes import RECIPES, run_spec


def test_leaving_after_saving_loses_nothing() -> None:
    draft = Draft()
    draft.start(run_spec(RECIPES["mlp-128"]))
    draft.select(1)
    draft.change_layer(Dense(64), "Units")
    before = draft.is_changed
    draft.mark_saved()
    saved = draft.is_changed
    draft.change_layer(Dense(32), "Units")
    assert (before, saved, draft.is_changed) == (True, False, True)


def test_sizes_are_those_of_a_network_that_works() -> None:
    draft = Draft()
    draft.start(run_spec(RECIPES["compact-cnn"]))
    assert "parameters" in totals(draft.found)
    draft.insert("conv", (Conv(8),), len(draft.model.layers))
    assert totals(draft.found).endswith(", 1 with a problem")
    flat = next(row for row in layer_rows(draft.model, draft.found) if row.title == "flatten")
    assert "," in flat.output


def test_an_edited_network_has_a_selected_framework() -> None:
    assert preview_run(recipe_form("mlp-128", ("pytorch",), "builtin")).framework == "pytorch"
    own = run_spec(RECIPES["mlp-128"]).framework
    both = preview_run(recipe_form("mlp-128", ("numpy", own), "builtin"))
    assert both.framework == own
