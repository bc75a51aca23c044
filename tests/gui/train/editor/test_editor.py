"""The editor of the Train page: networks built by hand, repairs, undo, keyboard, and leaving."""

from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.editor.editor import NetworkEditor
from mnist_studio.gui.train.editor.struct_fields import (
    ChoiceControl,
    FieldControl,
    NumberControl,
    StructFields,
    SwitchControl,
)
from mnist_studio.spec import meanings
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Flatten, Layer, MaxPool, Relu
from mnist_studio.spec.model import Scaling, describe
from mnist_studio.spec.optimizers import Adam, Sgd
from mnist_studio.spec.recipes import RECIPES, Recipe, recipe, run_spec, sources
from mnist_studio.spec.repairs import diagnose
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.schedules import OneCycle
from mnist_studio.training import machine


@pytest.fixture
def editor(qtbot: QtBot, studio: Studio) -> NetworkEditor:
    made = NetworkEditor(studio)
    qtbot.addWidget(made)
    made.resize(1000, 640)
    made.open(replace(run_spec(recipe("mlp-128")), dataset="builtin"))
    made.show()
    return made


def add(editor: NetworkEditor, title: str) -> None:
    """Chooses an entry of the menu that adds layers."""
    menu = editor.add_button.choices
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == title).trigger()


def enter(control: FieldControl, value: Any) -> None:
    """Sets a control as a user does."""
    match control:
        case NumberControl():
            control.stepper.field().setValue(value)
        case SwitchControl():
            if control.box.isChecked() != value:
                control.box.click()
        case ChoiceControl():
            names = {one: key for key, one in control._names.items()}
            kinds = {one: key for key, one in control._kinds.items()}
            key = names[value] if isinstance(value, str | None) else kinds[type(value)]
            if control.box.choice != key:
                control.box.choose(key)
                control.box.chosen.emit(key)
            if control.inside and control.inside.value() != value:
                enter(control.inside, value)
        case StructFields():
            for name, inner in control.controls.items():
                if inner.value() != getattr(value, name):
                    enter(inner, getattr(value, name))


def build(editor: NetworkEditor, layers: tuple[Layer, ...]) -> None:
    """Adds layer by layer with the menu and sets every field that differs."""
    for layer in layers:
        add(editor, meanings.kind(type(layer)).title)
        fields = editor.layer.fields
        assert fields is not None
        enter(fields, layer)


def test_networks_of_the_sources_can_be_built_by_hand(editor: NetworkEditor) -> None:
    """With the menu and the fields; recipes of the same network count once."""
    wanted = {one.model: one for one in sources.RECIPES}
    assert len({one.source.name for one in wanted.values()}) >= 5
    for recipe_of_source in wanted.values():
        check_by_hand(editor, recipe_of_source)


def check_by_hand(editor: NetworkEditor, wanted: Recipe) -> None:
    editor.start_from("empty")
    build(editor, wanted.model.layers)
    editor.show_part("training")
    presets = {one: key for key, (_, one) in _presets().items()}
    key = presets.get(wanted.model.scaling, "other")
    editor.training.presets.choose(key)
    editor.training.presets.chosen.emit(key)
    for group in editor.training.groups:
        enter(group, wanted.training)
    assert editor.draft.model == wanted.model
    assert editor.draft.run.training == wanted.training
    assert editor.draft.problem == ""
    used: list[RunSpec] = []
    editor.used.connect(used.append)
    editor.use_button.click()
    assert used[0].model == wanted.model
    editor.used.disconnect(used.append)


def _presets() -> Any:
    from mnist_studio.gui.train.editor.training_panel import PRESETS

    return PRESETS


def test_a_cnn_is_built_from_nothing_by_the_next_steps(editor: NetworkEditor) -> None:
    editor.start_from("empty")
    assert not editor.use_button.isEnabled()
    clicks = 0
    while not editor.use_button.isEnabled():
        editor.advice.buttons[0].click()
        clicks += 1
    assert clicks == 3
    kinds = [type(layer) for layer in editor.draft.model.layers]
    assert kinds == [*(Conv, BatchNorm, Relu, MaxPool) * 2, Flatten, Dense]
    describe(editor.draft.model)
    assert "can train" in editor.advice.sentence.text()


def test_a_network_that_is_not_finished_shows_no_error(editor: NetworkEditor) -> None:
    editor.start_from("empty")
    add(editor, "Convolution block")
    row = editor.layers.layers.rows[-1]
    assert "must end in 10" in row.problem
    assert row.unfinished
    assert editor.layer.problem.objectName() == "secondary"
    add(editor, "Flatten")
    add(editor, "Dense")
    assert len(editor.layer.repair_buttons) > 0
    row = editor.layers.layers.rows[-1]
    # Its output layer is there, and has the wrong size.
    assert "must end in 10" in row.problem
    assert not row.unfinished
    assert editor.layer.problem.objectName() == "bad"


def test_a_problem_is_shown_at_its_layer_and_repaired_by_a_click(editor: NetworkEditor) -> None:
    editor.start_from("empty")
    add(editor, "Convolution")
    add(editor, "Dense")
    row = editor.layers.layers.rows[1]
    assert "needs a vector" in row.problem
    assert row.problem in row.detail
    assert editor.advice.buttons[0].text() == "Insert a flatten layer before it"
    texts = [one.text() for one in editor.layer.repair_buttons]
    assert texts[0] == "Insert a flatten layer before it"
    assert "Remove this layer" in texts
    editor.layer.repair_buttons[0].click()
    assert [type(layer) for layer in editor.draft.model.layers] == [Conv, Flatten, Dense]
    assert "must end in 10" in editor.layers.layers.rows[-1].problem
    editor.draft.select(2)
    editor.layer.repair_buttons[0].click()
    assert editor.draft.problem == ""


def test_undo_and_redo_go_through_every_change(editor: NetworkEditor, qtbot: QtBot) -> None:
    start = editor.draft.run
    editor.draft.select(1)
    units = editor.layer.fields
    assert units is not None
    field = units.controls["units"]
    assert isinstance(field, NumberControl)
    inside = field.stepper.field()
    inside.setFocus()
    inside.selectAll()
    QTest.keyClicks(inside, "96")
    assert editor.draft.layer == Dense(96)
    assert editor.undo_button.toolTip() == "Undo: Units of layer 2 (Ctrl+Z)"
    # Two typed digits are one step, and the field leaves the keys to the editor.
    QTest.keyClick(inside, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.draft.run == start
    assert inside.text() == "128"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(inside, Qt.Key.Key_Z, both)
    assert editor.draft.layer == Dense(96)
    editor.draft.remove()
    editor.draft.undo()
    editor.draft.undo()
    assert editor.draft.run == start
    assert not editor.draft.is_changed
    assert not editor.undo_button.isEnabled()


def test_the_list_works_by_keyboard_alone(editor: NetworkEditor) -> None:
    layers = editor.layers
    layers.setFocus()
    key, alt = Qt.Key, Qt.KeyboardModifier.AltModifier
    QTest.keyClick(layers, key.Key_Down)
    assert editor.draft.place == 1
    QTest.keyClick(layers, key.Key_Up, alt)
    assert [type(one) for one in editor.draft.model.layers][:2] == [Dense, Flatten]
    assert editor.draft.place == 0
    QTest.keyClick(layers, key.Key_Up, alt)
    QTest.keyClick(layers, key.Key_Down, alt)
    QTest.keyClick(layers, key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert [type(one) for one in editor.draft.model.layers][:3] == [Flatten, Dense, Dense]
    QTest.keyClick(layers, key.Key_Delete)
    assert editor.draft.model == recipe("mlp-128").model
    QTest.keyClick(layers, key.Key_Home)
    QTest.keyClick(layers, key.Key_Down)
    QTest.keyClick(layers, key.Key_Return)
    fields = editor.layer.fields
    assert fields is not None
    units = fields.controls["units"]
    assert isinstance(units, NumberControl)
    assert units.stepper.field().hasFocus()
    index = layers.layers.index(1)
    words = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == (
        "Layer 2, dense 128: output 128, 784·128 + 128 = 100,480 parameters, "
        "100,352 multiply-adds per image."
    )


def test_a_layer_is_dragged_between_others(editor: NetworkEditor) -> None:
    layers = editor.layers
    editor.draft.select(2)
    top = layers.visualRect(layers.layers.index(0)).topLeft()
    drop = QDropEvent(
        QPointF(top), Qt.DropAction.MoveAction, QMimeData(), Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    layers.dropEvent(drop)
    assert type(editor.draft.model.layers[0]) is Relu
    assert editor.draft.place == 0


def test_leaving_with_changes_asks(editor: NetworkEditor) -> None:
    left: list[bool] = []
    editor.left.connect(lambda: left.append(True))
    editor.leave()
    assert left == [True]
    editor.draft.remove()
    editor.leave()
    assert left == [True]
    question = editor.question
    assert question is not None
    texts = [button.text() for button in question.findChildren(type(editor.use_button))]
    assert texts == ["Discard changes", "Keep editing"]
    question.reject()
    editor.draft.undo()
    editor.draft.duplicate()
    editor.leave()
    assert left == [True]
    question = editor.question
    used: list[RunSpec] = []
    editor.used.connect(used.append)
    buttons = question.findChildren(type(editor.use_button)) if question else []
    assert [button.text() for button in buttons][-1] == "Use this network"
    buttons[-1].click()
    assert len(used[0].model.layers) == 5


def test_training_is_edited_too(editor: NetworkEditor, qtbot: QtBot) -> None:
    editor.show_part("training")
    wanted = replace(editor.draft.run.training, optimizer=Sgd(0.05, 0.9), schedule=OneCycle())
    for group in editor.training.groups:
        enter(group, wanted)
    assert editor.draft.run.training == wanted
    curve = editor.training.curve.curve
    assert curve is not None
    assert max(curve.rates) == pytest.approx(0.05, rel=0.01)
    assert curve.rates[0] < curve.rates[50] > curve.rates[-1]
    editor.draft.undo()
    assert isinstance(editor.draft.run.training.optimizer, Sgd | Adam)
    validation = next(one for one in editor.training.groups if "validation" in one.controls)
    schedule = next(
        one.controls["schedule"] for one in editor.training.groups if "schedule" in one.controls
    )
    assert isinstance(schedule, ChoiceControl)
    schedule.box.choose("plateau")
    schedule.box.chosen.emit("plateau")
    assert "needs a validation set" in editor.complaint.text()
    assert not editor.use_button.isEnabled()
    assert validation.controls["validation"].value() == 0
    assert editor.mend_button.text() == "Hold out 5,000 validation images"
    editor.mend_button.click()
    assert validation.controls["validation"].value() == 5000
    assert editor.complaint.text() == ""
    views = editor.training.images.views
    qtbot.waitUntil(lambda: not views[0].empty, timeout=30_000)
    enter(editor.training.scaling, Scaling(0.5, 0.25))
    assert editor.training.presets.choice == "other"


def test_a_network_that_needs_too_much_memory_is_reported(
    editor: NetworkEditor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "GB of memory to train" in editor.totals.text()
    monkeypatch.setattr(machine, "total_memory_bytes", lambda: 100_000_000)
    editor.draft.duplicate()
    qtbot.waitUntil(lambda: "GB of memory" in editor.complaint.text())
    assert editor.complaint.isVisible()


def test_sixty_layers_stay_usable(editor: NetworkEditor) -> None:
    many = tuple(Conv(4) if at % 2 else Relu() for at in range(58))
    editor.draft.insert("many", many, 0)
    assert len(editor.layers.layers.rows) == 62
    assert diagnose(editor.draft.model).problems == ()
    editor.draft.select(30)
    assert editor.layers.currentIndex().row() == 30


def test_a_layer_that_is_clicked_in_the_picture_is_selected(
    editor: NetworkEditor, qtbot: QtBot
) -> None:
    assert editor.picture.model == editor.draft.model
    editor.picture.layer_clicked.emit(3)
    assert editor.draft.place == 3
    qtbot.waitUntil(lambda: editor.picture.selected == 3)
    editor.draft.remove()
    qtbot.waitUntil(lambda: editor.pictures.currentWidget() is editor.no_picture)


def test_an_empty_network_has_room_for_its_layers(editor: NetworkEditor, qtbot: QtBot) -> None:
    editor.open_new(editor.draft.run)
    editor.activateWindow()
    qtbot.waitUntil(editor.isActiveWindow)
    low = editor.pictures.height()
    assert editor.layers.geometry().top() - editor.head.geometry().bottom() <= 1
    assert editor.head.geometry().top() - editor.add_button.geometry().bottom() < 20
    while editor.draft.found.problems:
        first = editor.advice.buttons[0]
        qtbot.waitUntil(first.isVisible)
        first.setFocus()
        first.click()
        assert editor.advice.buttons[0].hasFocus()
        assert editor.layer.problem.text() not in editor.layer.sizes.text()
        if len(editor.draft.model.layers) > 4:
            break
        editor.draft.select(len(editor.draft.model.layers) - 1)
    editor.start_from("mlp-128")
    qtbot.waitUntil(lambda: editor.pictures.height() > 2 * low)


def test_billions_of_parameters_have_room_in_their_column(editor: NetworkEditor) -> None:
    editor.draft.select(1)
    editor.draft.change_layer(Dense(1_000_000), "Units")
    assert editor.layers.layers.rows[1].parameters == "785\N{NO-BREAK SPACE}M"


def test_a_network_is_saved_renamed_and_deleted_as_a_recipe(
    editor: NetworkEditor, studio: Studio, qtbot: QtBot
) -> None:
    editor.draft.select(1)
    editor.draft.change_layer(Dense(64), "Units")
    saving = editor.saving

    def entries() -> dict[str, Any]:
        saving.fill()
        return {action.text(): action for action in saving.actions()}

    assert next(iter(entries())) == "Save as your recipe…"
    assert not any(text.startswith(("Rename", "Delete")) for text in entries())
    saving.frameworks = ("numpy",)
    saving.ask_name()
    answer(saving.question, "Small one", "Save")
    qtbot.waitUntil(lambda: editor.draft.run.recipe == "Small one", timeout=30_000)
    # Not that of the recipe from which the editor started.
    assert RECIPES["Small one"].framework == "numpy"
    saving.frameworks = ("keras",)
    assert RECIPES["Small one"].model == editor.draft.model
    editor.draft.change_layer(Dense(32), "Units")
    entries()["Save changes in “Small one”"].trigger()
    qtbot.waitUntil(lambda: RECIPES["Small one"].model == editor.draft.model, timeout=30_000)
    assert RECIPES["Small one"].framework == "numpy"
    entries()["Rename “Small one”…"].trigger()
    answer(saving.question, "Smaller", "Rename")
    qtbot.waitUntil(lambda: editor.draft.run.recipe == "Smaller", timeout=30_000)
    # The name of another recipe is not overwritten without a question.
    saving.ask_name()
    answer(saving.question, "Smaller", "Save")
    answer(saving.question, "", "Cancel")
    entries()["Delete “Smaller”…"].trigger()
    answer(saving.question, "", "Delete")
    qtbot.waitUntil(lambda: "Smaller" not in RECIPES, timeout=30_000)
    assert editor.draft.layer == Dense(32)
    editor.draft.select(0)
    editor.draft.remove()
    assert not entries()["Save as your recipe…"].isEnabled()


def answer(question: QuestionOverlay | None, text: str, button: str) -> None:
    """Types into a question and clicks one of its buttons."""
    assert question is not None
    for line in question.findChildren(QLineEdit):
        line.setText(text)
    buttons = question.findChildren(QPushButton)
    next(one for one in buttons if one.text() == button).click()
