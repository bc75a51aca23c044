"""Map, ablation, and images of a unit, as the Explanation tab shows them."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.draw.explanation.ablation import AblationPart
from mnist_studio.gui.draw.explanation.image_map import MapPart
from mnist_studio.gui.draw.explanation.panel import ExplanationPanel
from mnist_studio.gui.draw.explanation.unit import UnitPart
from mnist_studio.gui.theme.theme import Theme
from tests.gui.draw.explanation.test_panel import IMAGES, WAIT, go, trained, why

__all__ = ["trained", "why"]


def test_a_map_an_ablation_and_a_unit_follow_the_drawing(
    why: ExplanationPanel,
    window: MainWindow,
    qtbot: QtBot,
) -> None:
    go(why, "map")
    part = why.parts["map"]
    assert isinstance(part, MapPart)
    qtbot.waitUntil(lambda: part.plane.shown is not None, timeout=WAIT)
    first = part.plane.shown
    assert first is not None
    assert part.options().layer == "relu1"
    assert "by their outputs of relu1" in part.sentence.text()
    spot = QPointF(*part.plane._places(first.points)[5])
    place = part.plane.image_at(spot)
    assert np.allclose(first.points[place], first.points[5])
    part.plane._point(5)
    assert part.caption.text().startswith(f"Test image 5. Label {first.labels[5]}, ")
    assert not part.picture.empty
    part.plane._point(-1)
    assert part.caption.text() == "Move the pointer over an image."
    painted = part.plane._painted()
    part.plane._points = painted
    window.studio.drawing.open(IMAGES[3])
    qtbot.waitUntil(lambda: part.plane.shown is not first, timeout=WAIT)
    # Only the drawing has moved, so the points stay painted.
    assert part.plane._points is painted

    _says_how_images_are_placed(part)

    go(why, "ablation")
    cut = why.parts["ablation"]
    assert isinstance(cut, AblationPart)
    qtbot.waitUntil(lambda: "Nothing is changed yet" in cut.sentence.text(), timeout=WAIT)
    cut.field._layer.choose("dense1")
    cut.field._layer.chosen.emit("dense1")
    qtbot.waitUntil(lambda: cut.sentence.text().startswith("dense1 outputs 0:"), timeout=WAIT)
    cut.field._unit.field().setValue(6)
    assert (cut.options().layer, cut.options().unit) == ("dense1", 5)
    qtbot.waitUntil(lambda: "Unit 6 of dense1 outputs 0:" in cut.sentence.text(), timeout=WAIT)
    cut.noise.choose("0.5")
    cut.noise.chosen.emit("0.5")
    qtbot.waitUntil(lambda: "with noise of 50 % on all" in cut.sentence.text(), timeout=WAIT)

    go(why, "unit")
    unit = why.parts["unit"]
    assert isinstance(unit, UnitPart)
    qtbot.waitUntil(lambda: "Activation of unit 1 of relu1" in unit.sentence.text(), timeout=WAIT)
    assert unit.images.text_at(0).startswith("Test image ")
    assert unit.images.text_at(12) == ""


def _says_how_images_are_placed(part: MapPart) -> None:
    assert part.missing.isHidden()
    assert part.progress_text(1.0) == "Comparing with other images: 100 %"
    placed = part.plane.shown
    assert placed is not None
    part.show_value(replace(placed, method="tsne"))
    assert "placed by t-SNE" in part.sentence.text()
    assert part.options().map_method == "tsne"
    assert part.progress_text(0.5) == "Comparing with other images: 50 %"
    assert part.progress_text(1.0) == "Computing the t-SNE map…"
    part.show_value(replace(placed, method="pca", missing="t-SNE needs scikit-learn."))
    assert part.missing.text() == "t-SNE needs scikit-learn."
    assert not part.missing.isHidden()
    assert not part.method.enabled("tsne")
    assert part.options().map_method == "pca"


def test_waiting_for_t_sne_can_be_cancelled(qtbot: QtBot, theme: Theme) -> None:
    part = MapPart(theme)
    qtbot.addWidget(part)
    part.method.choose("tsne")
    assert part.cancel_button.isHidden()
    assert part.progress_text(1.0) == "Computing the t-SNE map…"
    assert not part.cancel_button.isHidden()
    with qtbot.waitSignals([part.interrupted, part.changed]):
        part.cancel_button.click()
    assert part.options().map_method == "pca"
    assert part.cancel_button.isHidden()
