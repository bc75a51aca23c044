"""The Network tab: activations, and the slider over epochs."""

from pathlib import Path
from threading import current_thread

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from mnist_studio.data.datasets import builtin
from mnist_studio.explanation.live import LiveFrame
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.network.living_image import LivingScene
from mnist_studio.gui.draw.network_panel import LEGEND, NetworkPanel
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.store import artifacts, epoch_weights
from tests.gui.draw.explanation.test_panel import trained_run

IMAGES = builtin.load().train.images
WAIT = 20_000


@pytest.fixture
def trained(home: Path) -> str:
    return trained_run()


@pytest.fixture
def panel(trained: str, window: MainWindow, qtbot: QtBot) -> NetworkPanel:
    studio = window.studio
    row = next(row for row in studio.library.trained if row.id == trained)
    weights = artifacts.load_weights(row.run.folder, row.run.spec)
    epoch_weights.save(row.run.folder, 1, {name: 0 * one for name, one in weights.items()})
    window.go("draw")
    page = window.findChild(DrawPage)
    assert isinstance(page, DrawPage)
    studio.predictions.draw_with(trained)
    page.show_tab("network")
    found = page.tabs.panel("network")
    assert isinstance(found, NetworkPanel)
    return found


def test_activations_follow_the_drawing_and_the_epoch(
    panel: NetworkPanel, trained: str, window: MainWindow, qtbot: QtBot
) -> None:
    drawing, picture = window.studio.drawing, panel.picture
    drawing.open(IMAGES[17])
    qtbot.waitUntil(lambda: picture.frame is not None, timeout=WAIT)
    first = picture.frame
    assert first is not None
    assert max(first.probabilities) > 0.2
    assert panel.state.text() == LEGEND
    drawing.open(IMAGES[3])
    qtbot.waitUntil(lambda: picture.frame is not first, timeout=WAIT)
    # The weights of epoch 1 are all 0, so every class is equally likely.
    qtbot.waitUntil(panel.epochs.isVisible, timeout=WAIT)
    assert panel.epochs.text.text() == "end of the run"
    panel.epochs.slider.setValue(0)
    assert panel.epochs.text.text() == "1 of 1"
    qtbot.waitUntil(
        lambda: picture.frame is not None and max(picture.frame.probabilities) < 0.11, timeout=WAIT
    )
    panel.picture.layer_clicked.emit(1)
    kernel = panel.panel.kernel
    qtbot.waitUntil(lambda: kernel.layout_shown is not None, timeout=WAIT)
    assert "after epoch 1" in panel.panel.kernel_text.text()
    assert kernel.layout_shown is not None
    assert kernel.layout_shown.largest == 0
    panel.close_layer()
    drawing.clear()
    qtbot.waitUntil(lambda: picture.frame is None, timeout=WAIT)
    # An epoch whose file is gone is reported where its activations would be.
    row = next(row for row in window.studio.library.trained if row.id == trained)
    next(row.run.folder.glob("epoch-0001*")).unlink()
    panel.epochs.slider.setValue(1)
    drawing.open(IMAGES[17])
    qtbot.waitUntil(lambda: picture.frame is not None, timeout=WAIT)
    panel.epochs.slider.setValue(0)
    qtbot.waitUntil(lambda: "epoch-0001" in panel.state.text(), timeout=WAIT)
    assert picture.frame is None


def test_frames_are_painted_off_the_gui_thread(
    panel: NetworkPanel, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    painters: list[str] = []
    image = LivingScene.image

    def recorded(scene: LivingScene, frame: LiveFrame | None) -> QImage:
        if frame is not None:
            painters.append(current_thread().name)
        return image(scene, frame)

    monkeypatch.setattr(LivingScene, "image", recorded)
    with qtbot.waitSignal(panel.picture.frame_painted, timeout=WAIT):
        window.studio.drawing.open(IMAGES[17])
    assert painters == ["living"]
    # In another size, the frame on the screen is painted again at once.
    panel.picture.set_zoom(0.5)
    panel.picture.grab()
    assert painters == ["living", "MainThread"]
