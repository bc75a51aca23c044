"""The Explanation tab of the Draw page, with a trained network."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from mnist_studio import paths
from mnist_studio.data.datasets import builtin
from mnist_studio.explanation.parts import PARTS
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.draw.explanation.attribution import AttributionPart
from mnist_studio.gui.draw.explanation.counterfactual import CounterfactualPart
from mnist_studio.gui.draw.explanation.layers import LayersPart
from mnist_studio.gui.draw.explanation.nearest import NearestPart
from mnist_studio.gui.draw.explanation.panel import TITLES, ExplanationPanel
from mnist_studio.gui.draw.explanation.trace import TracePart
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store.artifacts import WEIGHTS

IMAGES = builtin.load().train.images
WAIT = 20_000


@pytest.fixture
def trained(home: Path) -> str:
    return trained_run()


def trained_run() -> str:
    """The id of an epoch of mlp-128 in NumPy."""
    spec = run_spec(RECIPES["mlp-128"])
    spec = replace(
        spec,
        training=replace(spec.training, epochs=1),
        dataset="builtin", framework="numpy", device="cpu", threads=1,
    )  # fmt: skip
    (*_, end) = TrainingJob(spec).events()
    return str(end.run)


@pytest.fixture
def why(trained: str, window: MainWindow, qtbot: QtBot) -> ExplanationPanel:
    window.go("draw")
    page = window.findChild(DrawPage)
    assert isinstance(page, DrawPage)
    page.tabs.show_panel("explanation")
    panel = page.tabs.panel("explanation")
    assert isinstance(panel, ExplanationPanel)
    window.studio.drawing.open(IMAGES[17])
    qtbot.waitUntil(lambda: window.studio.drawing.image is not None, timeout=WAIT)
    return panel


def go(why: ExplanationPanel, name: str) -> None:
    why.switch.button(name).click()


def choose(why: ExplanationPanel, run: str) -> None:
    why.model.choose(run)
    why.model.chosen.emit(run)


def test_every_part_follows_the_drawing(
    why: ExplanationPanel, window: MainWindow, qtbot: QtBot
) -> None:
    pixels = why.parts["attribution"]
    assert isinstance(pixels, AttributionPart)
    qtbot.waitUntil(lambda: "The error is" in pixels.sentence.text(), timeout=WAIT)
    before = pixels.sentence.text()
    window.studio.drawing.open(IMAGES[3])
    qtbot.waitUntil(lambda: pixels.sentence.text() != before, timeout=WAIT)
    pixels.digit.choose("8")
    pixels.changed.emit()
    qtbot.waitUntil(lambda: "The logit of" in pixels.sentence.text(), timeout=WAIT)
    qtbot.waitUntil(lambda: "logit of 8 " in pixels.sentence.text(), timeout=WAIT)
    assert why.state.text() == "Computed by NumPy."

    go(why, "layers")
    layers = why.parts["layers"]
    assert isinstance(layers, LayersPart)
    qtbot.waitUntil(lambda: len(layers.rows) == 3, timeout=WAIT)
    assert [row.name for row in layers.rows] == ["dense1", "relu1", "dense2"]
    kernel = layers.rows[0].kernel.layout_shown
    assert kernel is not None
    assert kernel.shape == (784, 128)

    go(why, "nearest")
    nearest = why.parts["nearest"]
    assert isinstance(nearest, NearestPart)
    qtbot.waitUntil(lambda: "are compared with" in nearest.sentence.text(), timeout=WAIT)
    assert nearest.neighbors.text_at(0).startswith("Training image 3. Label ")
    assert nearest.neighbors.text_at(99) == ""

    go(why, "counterfactual")
    change = why.parts["counterfactual"]
    assert isinstance(change, CounterfactualPart)
    qtbot.waitUntil(lambda: "makes the model predict" in change.sentence.text(), timeout=WAIT)
    shown = change.change.layout_shown
    assert shown is not None
    assert np.abs(shown.values).max() == shown.largest


def test_a_training_step_is_traced_and_exported(
    why: ExplanationPanel, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    go(why, "trace")
    traced = why.parts["trace"]
    assert isinstance(traced, TracePart)
    qtbot.waitUntil(lambda: traced.places.rowCount() == 5, timeout=WAIT)
    assert traced.place is not None
    assert traced.place.name == "dense1"
    assert traced.named is not None
    assert traced.named.name == "output y"
    traced.way.button("step").click()
    traced.target_label.choose("4")
    qtbot.waitUntil(lambda: "target label" in traced.sentence.text(), timeout=WAIT)
    traced.choose_array("kernel gradient")
    assert traced.origin.text() == "kernel gradient, 784×128:  dW = xᵀ dy"
    assert (traced.numbers.rowCount(), traced.numbers.columnCount()) == (784, 128)
    assert traced.named is not None
    cell = traced.numbers.index(400, 7)
    assert cell.data() == f"{traced.named.values[400, 7]:.4g}"
    qtbot.waitUntil(lambda: traced.picture.layout_shown is not None, timeout=WAIT)

    with qtbot.waitSignal(window.studio.outcome, timeout=WAIT):
        traced.export(tmp_path)
    names = {file.name for file in tmp_path.iterdir()}
    assert {"trace.txt", "02-dense1-kernel-gradient.csv", "05-loss-logits-z.csv"} <= names


def test_a_blank_canvas_and_a_hidden_tab_request_nothing(
    why: ExplanationPanel, window: MainWindow, qtbot: QtBot
) -> None:
    pixels = why.parts["attribution"]
    qtbot.waitUntil(lambda: "The error is" in pixels.sentence.text(), timeout=WAIT)
    window.studio.drawing.clear()
    qtbot.waitUntil(why.empty.isVisible, timeout=WAIT)
    assert not pixels.isVisible()
    page = window.findChild(DrawPage)
    assert isinstance(page, DrawPage)
    page.tabs.show_panel("predictions")
    with qtbot.assertNotEmitted(window.studio.explanations.busy, wait=400):
        window.studio.drawing.open(IMAGES[5])


def test_the_explanation_of_another_model_is_hidden(
    why: ExplanationPanel, window: MainWindow, qtbot: QtBot
) -> None:
    pixels = why.parts["attribution"]
    qtbot.waitUntil(pixels.isVisible, timeout=WAIT)
    first, other = why.model.choice, trained_run()
    window.studio.library.refresh()
    qtbot.waitUntil(lambda: other in window.studio.predictions.loaded, timeout=WAIT)
    (paths.runs() / other / WEIGHTS).unlink()
    choose(why, other)
    assert why.empty.isVisible()
    assert why.empty.text.startswith("One moment")
    qtbot.waitUntil(lambda: "No explanation" in why.empty.text, timeout=WAIT)
    assert WEIGHTS in why.empty.text
    choose(why, first)
    qtbot.waitUntil(pixels.isVisible, timeout=WAIT)


def test_values_are_shown_in_tooltips(why: ExplanationPanel, qtbot: QtBot) -> None:
    pixels = why.parts["attribution"]
    assert isinstance(pixels, AttributionPart)
    qtbot.waitUntil(lambda: pixels.saliency.layout_shown is not None, timeout=WAIT)
    assert pixels.saliency.value_at(QPoint(0, 0)).startswith("[0, 0] = ")
    assert pixels.saliency.value_at(QPoint(0, 10_000)) == ""


def test_a_part_is_created_when_it_is_first_selected(why: ExplanationPanel) -> None:
    assert set(why.parts) == {"attribution"}
    for name in TITLES:
        go(why, name)
        assert why.part.part == name
    assert list(why.parts) == list(TITLES)
    assert set(TITLES) == set(PARTS)


def test_no_part_takes_room_from_the_canvas(why: ExplanationPanel) -> None:
    needed = why.minimumSizeHint()
    for name in TITLES:
        go(why, name)
        assert why.part.part == name
        assert why.minimumSizeHint() == needed


def test_every_part_fits_next_to_the_canvas_of_a_small_laptop(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = ExplanationPanel(window.studio)
    qtbot.addWidget(panel)
    for name in TITLES:
        panel.switch.choose(name)
        part = panel.part
        panel._shown.setCurrentWidget(part)
        # Whatever parts there are, only the one that is shown needs room.
        assert panel._shown.minimumSizeHint() == part.minimumSizeHint()
        assert part.minimumSizeHint().width() <= window.theme.pixels(395), name
        assert panel._shown.heightForWidth(540) <= window.theme.pixels(400), name
