"""The status line."""

from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.frame import StatusLine
from mnist_studio.gui.theme.theme import Theme


def test_what_runs_is_not_shortened_by_the_inference_processes(qtbot: QtBot, theme: Theme) -> None:
    line = StatusLine(theme)
    qtbot.addWidget(line)
    line.resize(760, 30)
    line.show()
    line.show_engines("Inference: PyTorch ready, NumPy ready, Keras ready")
    assert line._engines.isVisible()
    line.show_work(
        "MLP 128 · NumPy · 25 epochs · epoch 3 of 25", 0.3, "0:45 left · two runs waiting"
    )
    assert not line._engines.isVisible()
    qtbot.waitUntil(lambda: not line._activity.toolTip())
    line.resize(1400, 30)
    assert line._engines.isVisible()
    line.resize(760, 30)
    line.show_work("Ready")
    assert line._engines.isVisible()
