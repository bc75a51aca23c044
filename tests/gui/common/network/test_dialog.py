"""The window in which every layer of a network is explained."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.network.dialog import NetworkDialog
from mnist_studio.gui.train.page import TrainPage


def test_a_click_on_the_train_page_explains_a_layer(window: MainWindow, qtbot: QtBot) -> None:
    window.go("train")
    page = window.findChild(TrainPage)
    assert isinstance(page, TrainPage)
    page.settings.picture.layer_clicked.emit(1)
    dialog = window.findChild(NetworkDialog)
    assert isinstance(dialog, NetworkDialog)
    panel = dialog.panel
    qtbot.waitUntil(lambda: panel.title.text() == "dense1 · dense 128", timeout=30_000)
    texts = {text.text() for text in panel.findChildren(QLabel)}
    assert "Dense. Every unit sees every input. Needs a vector." in texts
    assert "784·128 + 128 = 100,480" in texts
    assert {"y = x W + b", "nn.Linear(784, 128)", "keras.layers.Dense(128)"} <= texts
    assert 'x2 = x1 @ p["dense1.kernel"] + p["dense1.bias"]' in texts
    assert "Choose a trained model" in panel.kernel_text.text()
    dialog.view.picture.layer_clicked.emit(2)
    qtbot.waitUntil(lambda: panel.title.text() == "relu1 · ReLU", timeout=30_000)
    dialog.close()
