"""Known bugs, code and files on the Train page."""

import ast
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from mnist_studio.errors import SpecError
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common import recipe_texts
from mnist_studio.gui.common.code_dialog import CodeDialog
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.train.form import recipe_form, run_specs
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.running import speed
from mnist_studio.spec import files
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ClipNorm, ClipValue, RunSpec
from mnist_studio.training import machine
from tests.gui.train.frameworks import choose_frameworks


def page_of(window: MainWindow, recipe: str) -> TrainPage:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.settings.recipe.choose(recipe)
    page.settings.recipe.chosen.emit(recipe)
    return page


HIDDEN = ("Clipping threshold", "Smoothness")
"""Fields that are hidden until another one needs them."""


def test_headings_of_recipes_cannot_be_selected(window: MainWindow) -> None:
    choice = page_of(window, "bobnet").settings.recipe
    model = choice.model()
    for at, (key, text, _) in enumerate(recipe_texts.offered()):
        assert choice.itemText(at) == text
        enabled = bool(model.flags(model.index(at, 0)) & Qt.ItemFlag.ItemIsEnabled)
        assert enabled == bool(key)
    assert choice.choice == "bobnet"


def test_every_recipe_has_a_source_and_a_method() -> None:
    for recipe in RECIPES.values():
        told = recipe_texts.origin(run_spec(recipe))
        assert told.summary == recipe.summary
        assert told.source.startswith(f"{recipe.source.name}. ")
        assert told.source.endswith(recipe.provenance.replace("`", ""))
        assert told.inferred == recipe.assumptions
        assert told.reported.replace("\N{NO-BREAK SPACE}", " ") == recipe.reported
    for name, words in (
        ("deep-cnn", "rotation up to 10°"), ("bobnet", "with replacement"),
        ("tiny-gd", "full training set"),
    ):  # fmt: skip
        assert words in recipe_texts.method(run_spec(RECIPES[name]))


def test_only_applicable_bugs_are_shown(window: MainWindow) -> None:
    settings = page_of(window, "compact-cnn").settings
    shown = {name for name, box in settings.known_bugs.boxes.items() if not box.isHidden()}
    assert "double-softmax" in shown
    assert not {"batch-decay", "full-batch"} & shown
    assert page_of(window, "mlp-128").settings.known_bugs.source_heading.isHidden()
    settings = page_of(window, "wide-cnn").settings
    assert not settings.known_bugs.boxes["batch-decay"].isHidden()
    marks = {name: mark.text() for name, mark in settings.known_bugs.marks.items() if mark.text()}
    assert marks == {
        "double-softmax": "PyTorch source", "batch-decay": "Keras source",
        "own-constants": "source", "unshuffled": "source",
    }  # fmt: skip
    assert (
        settings.known_bugs.boxes["batch-decay"]
        .toolTip()
        .endswith(" Found in the Keras source of this recipe.")
    )
    assert not settings.known_bugs.source_heading.isHidden()


def test_no_recipe_makes_the_form_too_wide(window: MainWindow) -> None:
    for recipe in RECIPES:
        settings = page_of(window, recipe).settings
        settings.more.open()
        settings.bugs.open()
        settings.advanced.amounts["elastic"].field().setValue(1)
        for name, box in settings.known_bugs.boxes.items():
            if not box.isHidden() and name != "zero-initial":  # Contradicts an own initialization.
                box.click()
        (area,) = settings.findChildren(QScrollArea)
        inside = area.widget()
        assert inside is not None
        assert inside.minimumSizeHint().width() <= area.viewport().width(), recipe


def test_a_known_bug_that_is_on_is_part_of_the_runs(window: MainWindow) -> None:
    settings = page_of(window, "mlp-128").settings
    assert {run.known_bugs for run in settings.specs()} == {()}
    settings.known_bugs.boxes["unshuffled"].click()
    assert {run.known_bugs for run in settings.specs()} == {("unshuffled",)}
    settings.recipe.chosen.emit("mlp-128")
    assert {run.known_bugs for run in settings.specs()} == {()}


def test_settings_without_a_control_survive_the_form(window: MainWindow) -> None:
    settings = page_of(window, "deep-cnn").settings
    settings.numbers.epochs.field().setValue(2)
    (run,) = (run for run in settings.specs() if run.framework == "numpy")
    recipe = RECIPES["deep-cnn"]
    assert run.training == replace(recipe.training, epochs=2)


def test_advanced_settings_are_shown_and_changed(window: MainWindow) -> None:
    settings = page_of(window, "deep-cnn").settings
    advanced = settings.advanced
    assert not any(field.isVisible() for field in advanced.by_name().values())
    settings.more.head.click()
    assert all(
        field.isVisible() for name, field in advanced.by_name().items() if name not in HIDDEN
    )
    assert advanced.amounts["rotation"].number == 10
    assert advanced.amounts["shift"].number == 2.8
    advanced.amounts["elastic"].field().setValue(1.5)
    advanced.clip.choose("norm")
    advanced.clip.chosen.emit("norm")
    advanced.limit.field().setValue(0.5)
    advanced.sampling.choose("stored")
    advanced.sampling.chosen.emit("stored")
    advanced.precision.choose("float64")
    advanced.precision.chosen.emit("float64")
    advanced.epoch_steps.field().setValue(250)
    recipe = RECIPES["deep-cnn"].training
    expected = replace(
        recipe, augmentation=Augmentation(rotation=10, zoom=0.1, shift=2.8, elastic=1.5),
        clip=ClipNorm(0.5), sampling="stored", precision="float64", epoch_steps=250,
    )  # fmt: skip
    assert {run.training for run in settings.specs()} == {expected}
    for field in advanced.amounts.values():
        field.field().setValue(0)
    assert settings.specs()[0].training.augmentation is None


def test_a_precision_that_a_framework_lacks_disables_train(window: MainWindow) -> None:
    page = page_of(window, "mlp-128")
    precision = page.settings.advanced.precision
    choose_frameworks(page.settings, "numpy")
    precision.choose("bfloat16")
    precision.chosen.emit("bfloat16")
    assert "NumPy does not support bfloat16." in page.settings.complaint.text()
    assert not page.train_button.isEnabled()
    precision.choose("float32")
    precision.chosen.emit("float32")
    assert page.train_button.isEnabled()


def test_only_relevant_numbers_are_shown(window: MainWindow) -> None:
    settings = page_of(window, "mlp-128").settings
    advanced = settings.advanced
    assert advanced.limit.isHidden()
    assert advanced.smoothness.isHidden()
    advanced.clip.choose("value")
    advanced.clip.chosen.emit("value")
    advanced.amounts["elastic"].field().setValue(2)
    assert not advanced.limit.isHidden()
    assert not advanced.smoothness.isHidden()
    assert settings.specs()[0].training.clip == ClipValue(1.0)


def test_the_form_reproduces_every_recipe(window: MainWindow) -> None:
    for name, recipe in RECIPES.items():
        settings = page_of(window, name).settings
        settings.advanced.edited.emit()
        for run in settings.specs():
            assert run.training == recipe.training
            assert run.model == recipe.model


def test_numbers_beyond_a_field_survive_the_form(window: MainWindow) -> None:
    page = page_of(window, "mlp-128")
    run = run_spec(RECIPES["mlp-128"])
    optimizer = Adam(learning_rate=0.00123456789123, beta1=0.85)
    training = replace(run.training, seed=2**62 + 1, optimizer=optimizer)
    run = replace(run, training=training, dataset="builtin")
    page.show_file((run,))
    page.settings.numbers.edited.emit()
    assert page.settings.specs() == (run,)
    page.settings.numbers.seed.field().setValue(5)
    assert page.settings.specs()[0].training == replace(training, seed=5)


def test_a_run_of_an_unknown_recipe_keeps_its_name(window: MainWindow) -> None:
    page = page_of(window, "mlp-128")
    run = replace(run_spec(RECIPES["tiny-10"]), recipe="mine", dataset="builtin")
    page.show_file((run,))
    assert page.settings.recipe.choice == "mine"
    assert "mine" in page.settings.origin.summary.text()
    page_of(window, "bobnet")
    assert page_of(window, "mine").settings.specs() == (run,)


def test_runs_that_differ_only_in_framework_fill_the_form(window: MainWindow) -> None:
    page = page_of(window, "tiny-gd")
    page.settings.numbers.epochs.field().setValue(3)
    runs = page.settings.specs()
    page_of(window, "mlp-128")
    page.show_file(runs)
    assert page.settings.specs() == runs
    page_of(window, "mlp-128")
    page.show_file(runs[:2])
    assert page.settings.specs() == runs[:2]
    assert window.findChild(QuestionOverlay) is None


def drop_file(window: MainWindow, file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    enter = QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def test_a_dropped_file_fills_the_form(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    page = page_of(window, "mlp-128")
    window.go("draw")
    run = run_spec(RECIPES["bobnet"])
    training = replace(run.training, seed=7, epochs=3)
    run = replace(run, training=training, dataset="builtin", known_bugs=("own-initial",))
    file = tmp_path / "mine.toml"
    file.write_text(files.write([run]), "utf-8")
    drop_file(window, file)
    assert window.shown == "train"
    qtbot.waitUntil(lambda: page.settings.form.recipe == "bobnet")
    assert page.settings.specs() == (run,)
    assert "loaded from the file" in page.notice.text


def test_an_invalid_file_is_reported_and_changes_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page = page_of(window, "mlp-128")
    before = page.settings.form
    file = tmp_path / "mine.toml"
    file.write_text("format = 2\nrun = 3\n", "utf-8")
    drop_file(window, file)
    qtbot.waitUntil(lambda: "mine.toml: Line 2" in page.notice.text)
    assert page.settings.form == before


def test_a_file_with_several_runs_asks_before_it_trains(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "mlp-128")
    run: RunSpec = replace(run_spec(RECIPES["tiny-10"]), dataset="builtin", framework="numpy")
    page.show_file((run, replace(run, threads=2)))
    question = window.findChild(QuestionOverlay)
    assert question is not None
    assert not page.studio.queue.busy
    QTest.keyClick(question, Qt.Key.Key_Escape)


def test_settings_are_saved_and_come_back(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    page = page_of(window, "tiny-gd")
    file = tmp_path / "mine.toml"
    page._files.save(page.settings.specs(), file)
    qtbot.waitUntil(file.exists)
    assert files.read(file.read_text("utf-8")) == page.settings.specs()
    qtbot.wait(50)


def test_code_is_shown_saved_and_run(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, qapp: QApplication
) -> None:
    dialog = page_of(window, "mlp-128").show_code()
    assert dialog is not None

    def shows(word: str) -> bool:
        return word in dialog.text.toPlainText()

    for framework, word in (("pytorch", "DataLoader"), ("keras", "fit("), ("numpy", "np.")):
        dialog.frameworks.button(framework).click()
        qtbot.waitUntil(partial(shows, word))
        ast.parse(dialog.text.toPlainText())
    dialog.copy_button.click()
    assert QApplication.clipboard().text() == dialog.text.toPlainText()
    dialog.save(tmp_path / "mlp.py", dialog.text.toPlainText())
    qtbot.waitUntil(lambda: "Saved" in dialog.message.text())
    asked: list[RunSpec] = []
    dialog.run_requested.disconnect()
    dialog.run_requested.connect(asked.append)
    dialog.run_button.click()
    assert [(run.framework, run.style) for run in asked] == [("numpy", "native")]


def test_a_run_without_a_script_says_why(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "tiny-gd")
    page.settings.known_bugs.boxes["bias-gradients"].click()
    dialog = page.show_code()
    assert dialog is not None
    dialog.frameworks.button("keras").click()
    qtbot.waitUntil(lambda: "cannot be written as a Keras script" in dialog.message.text())
    assert not dialog.run_button.isEnabled()
    dialog.reject()


def test_strings_comments_and_keywords_have_their_colors(window: MainWindow, qtbot: QtBot) -> None:
    dialog: CodeDialog | None = page_of(window, "mlp-128").show_code()
    assert dialog is not None
    qtbot.waitUntil(lambda: bool(dialog.text.toPlainText()))
    dialog.text.setPlainText('def f():\n    """Two\n    lines."""\n    return 1  # one\n')
    colors = {
        word: color_at(dialog, word) for word in ("def", "Two", "lines", "return", "one", "f()")
    }
    palette = window.studio.theme.palette
    assert colors["def"] == colors["return"] == palette.accent.lower()
    assert colors["Two"] == colors["lines"] == palette.good.lower()
    assert colors["one"] == palette.secondary.lower()
    assert colors["f()"] not in (palette.accent.lower(), palette.good.lower())
    dialog.reject()


def color_at(dialog: CodeDialog, word: str) -> str:
    document = dialog.text.document()
    cursor = QTextCursor(document.find(word))
    block = cursor.block()
    at = cursor.selectionStart() - block.position()
    for part in block.layout().formats():
        if part.start <= at < part.start + part.length:
            return part.format.foreground().color().name()
    return ""


def test_figures_of_the_recipe_say_where_they_are_from(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "measure", _measured_at_once)
    page = page_of(window, "tiny-10")
    settings, speeds = page.settings, page.studio.speeds
    choose_frameworks(settings, "numpy")
    figures = settings.figures
    assert figures.source(figures.accuracy) == "bundled results"
    assert "built-in digits" in figures.accuracy.toolTip()
    assert "Click Measure" in figures.duration.toolTip()
    figures.measure_button.click()
    assert figures.measure_button.text() == "Stop"
    qtbot.waitUntil(lambda: figures.duration.text() == "5 s")
    assert figures.source(figures.duration) == "measured"
    # The other recipes are measured until the user stops it.
    figures.measure_button.click()
    qtbot.waitUntil(lambda: not speeds.busy)
    settings.recipe.opening.emit()
    at = settings.recipe.findData("tiny-10")
    assert settings.recipe.itemData(at, DETAIL) == f"{figures.accuracy.text()} · 5 s"
    assert "steps on this computer" in settings.recipe.itemData(at, Qt.ItemDataRole.ToolTipRole)


def _measured_at_once(
    specs: Sequence[RunSpec],
    on_speed: Callable[[RunSpec, speed.TrainingSpeed], object],
    is_cancelled: Callable[[], bool],
) -> None:
    """Measures the first group of runs, and none of the second before it is cancelled."""
    while len(specs) > 1 and not is_cancelled():
        time.sleep(0.005)
    if len(specs) == 1:
        on_speed(speed.kind(specs[0]), speed.TrainingSpeed(0.0, 0.0, 4.0, 1.0))


DETAIL = Qt.ItemDataRole.UserRole + 2
"""The role of what the list shows on the right of an entry."""


def test_a_training_that_cannot_fit_into_memory_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "total_memory_bytes", lambda: 100_000_000)
    with pytest.raises(SpecError, match=r"this computer has 0\.1 GB"):
        run_specs(recipe_form("mlp-128", ("numpy",), "builtin"))
