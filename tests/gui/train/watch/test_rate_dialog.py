"""The dialog draws the curves while they grow, and enters the suggestion."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.errors import JobError
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.watch.rate_dialog import RateDialog
from mnist_studio.parity.rate_finder import RateCurve, RatePoint, rates
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec

RUNS = tuple(replace(run_spec(RECIPES["tiny-10"]), framework=name) for name in ("numpy", "pytorch"))


def curve(name: FrameworkName, falls: bool = True) -> RateCurve:
    losses = [2.3 - (place if falls else 0) / 10 for place in range(20)]
    points = [RatePoint(r, loss, loss) for r, loss in zip(rates(20), losses, strict=True)]
    return RateCurve(name, tuple(points))


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def finds(*curves: RateCurve) -> Callable[..., tuple[RateCurve, ...]]:
    def find(
        run: RunSpec,
        frameworks: list[FrameworkName],
        on_curve: Callable[[RateCurve], None],
        is_cancelled: Callable[[], bool],
        data: object,
    ) -> tuple[RateCurve, ...]:
        assert frameworks == ["numpy", "pytorch"]
        for one in curves:
            on_curve(one)
        return curves

    return find


def test_the_suggestion_is_entered(qtbot: QtBot, studio: Studio, parent: QWidget) -> None:
    dialog = RateDialog(studio, parent, RUNS, finds(curve("numpy"), curve("pytorch")))
    assert not dialog.use_button.isEnabled()
    qtbot.waitUntil(dialog.use_button.isEnabled)
    assert dialog.sentence.text().startswith("Suggested learning rate: 1. ")
    assert [line.title for line in dialog.plot.lines] == ["NumPy", "PyTorch"]
    with qtbot.waitSignal(dialog.rate_chosen) as chosen:
        dialog.use_button.click()
    assert chosen.args == [1.0]


def test_without_a_suggestion_it_says_why(qtbot: QtBot, studio: Studio, parent: QWidget) -> None:
    dialog = RateDialog(studio, parent, RUNS, finds(curve("numpy"), curve("pytorch", falls=False)))
    qtbot.waitUntil(lambda: "No learning rate" in dialog.sentence.text())
    assert not dialog.use_button.isEnabled()
    assert "PyTorch does not fall" in dialog.sentence.text()
    dialog.reject()


def test_errors_are_shown(qtbot: QtBot, studio: Studio, parent: QWidget) -> None:
    def fail(*_: object, **__: object) -> tuple[RateCurve, ...]:
        raise JobError("PyTorch cannot be loaded.", "Install it again.")

    dialog = RateDialog(studio, parent, RUNS, fail)
    qtbot.waitUntil(lambda: "PyTorch cannot be loaded. Install" in dialog.sentence.text())
    assert dialog.busy.isHidden()
    dialog.reject()


def test_closing_cancels(qtbot: QtBot, studio: Studio, parent: QWidget) -> None:
    ended: list[bool] = []

    def wait(
        run: RunSpec,
        names: object,
        on_curve: object,
        is_cancelled: Callable[[], bool],
        data: object,
    ) -> tuple[RateCurve, ...]:
        while not is_cancelled():
            pass
        ended.append(True)
        return ()

    dialog = RateDialog(studio, parent, RUNS, wait)
    assert dialog.close_button.text() == "Cancel"
    dialog.open()
    dialog.close_button.click()
    qtbot.waitUntil(lambda: bool(ended))
