"""The dialog shows every number of the step side by side."""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.watch.step_dialog import StepDialog
from mnist_studio.parity.single_step import SingleStep, StepRow
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec

RUNS = tuple(replace(run_spec(RECIPES["tiny-10"]), framework=name) for name in ("numpy", "keras"))


def step(run: RunSpec, names: object, is_cancelled: Callable[[], bool], data: object) -> SingleStep:
    both = {"numpy": 1.5, "keras": 1.25}
    first: dict[str, tuple[float, ...]] = {"numpy": (0.5, 1.0), "keras": (0.5, 0.75)}
    row = StepRow("dense1", "gradient", "dense1.kernel", "784×10", both, first, 0.25)
    return SingleStep("MNIST", 8, tuple(range(8)), 0.001, (row,))


def test_all_numbers_are_shown(qtbot: QtBot, studio: Studio) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = StepDialog(studio, parent, RUNS, step)
    qtbot.waitUntil(lambda: bool(dialog.rows.rows))
    model = dialog.table.model()
    cells = [model.index(0, at).data() for at in range(model.columnCount())]
    assert cells == ["gradient", "dense1.kernel", "784×10", "1.5", "1.25", "2.5e-01"]
    assert "One step with eight images of MNIST, learning rate 0.001." in dialog.sentence.text()
    assert "gradient of dense1.kernel" in dialog.sentence.text()
    assert "0.75" in model.index(0, 4).data(3)
    dialog.reject()
