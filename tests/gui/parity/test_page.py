"""Parity checks with learners of NumPy in the roles of the other frameworks."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio.errors import CancelledByUser, UsageError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.differences import DIFFERENCES
from mnist_studio.gui.app.status import status_of
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.array_picture import ArrayPicture, colored
from mnist_studio.gui.parity.check_panel import ParityCheckPanel
from mnist_studio.gui.parity.check_runner import CheckRunner
from mnist_studio.gui.parity.gradient_pictures import kernel_picture
from mnist_studio.gui.parity.page import ParityPage
from mnist_studio.gui.parity.texts import ALONE, arrays_of
from mnist_studio.gui.services.background import IsCancelled
from mnist_studio.gui.services.studio import TRAINS, Studio
from mnist_studio.palette import LIGHT
from mnist_studio.parity import check as parity
from mnist_studio.parity import fixture
from mnist_studio.parity.report import ParityReport
from mnist_studio.parity.shared_weights import GradientPair, SharedWeights
from mnist_studio.spec import recipes
from mnist_studio.spec.layers import Dense, Flatten, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import RunSpec, TrainingSpec
from tests.experiments.remote import OtherWeights, Wrong, here

needs_pytorch = pytest.mark.skipif(
    registry.version("pytorch") is None, reason="PyTorch is not here"
)
OnFinding = Callable[[int], None]
TINY = RunSpec(
    recipe="tiny",
    model=ModelSpec((Flatten(), Dense(6), Relu(), Dense(10))),
    training=TrainingSpec(optimizer=Adam(), batch_size=64),
    dataset="builtin",
)


@pytest.fixture
def page(window: MainWindow) -> ParityPage:
    window.go("parity")
    made = window.page("parity")
    assert isinstance(made, ParityPage)
    return made


@pytest.fixture
def runner(studio: Studio) -> CheckRunner[int, str]:
    return CheckRunner(studio.background, studio)


def run_checks(
    page: ParityPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Wrong]
) -> ParityCheckPanel:
    monkeypatch.setattr(fixture, "MOST_TRAINED", fixture.LEAST_TRAINED)
    monkeypatch.setattr(
        parity, "check_parity", partial(parity.check_parity, open_learner=here(wrong))
    )
    # A network so small that the wait is for the steps of the checks, not for its products.
    monkeypatch.setattr(recipes, "run_spec", lambda chosen: TINY)
    checks = page.checks
    checks.frameworks = ("numpy", "pytorch")
    checks.recipe.choose("bobnet")
    checks.run_button.setFocus()
    checks.run_button.click()
    assert checks.runner.busy
    assert page.window().focusWidget() is checks.cancel_button
    assert status_of(page.studio).activity == "Checking parity of tiny · no checks so far"
    assert not checks.run_button.isEnabled()
    assert checks.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: not checks.runner.busy, timeout=60_000)
    assert page.window().focusWidget() is checks.run_button
    return checks


@needs_pytorch
def test_checks_are_listed_with_a_verdict(
    page: ParityPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = run_checks(page, qtbot, monkeypatch, {})
    assert checks.runner.complaint == ""
    # After a short training, the accuracy is so low that three standard errors are a large part.
    assert checks.verdict.headline.text() == (
        "PyTorch matches NumPy: all 9 informative checks passed. One check is not informative: "
        "its tolerance is more than 10 % of the compared values."
    )
    results = [checks.model.index(row, 5).data() for row in range(10)]
    assert results == ["passed"] * 9 + ["not informative"]
    assert checks.runner.result is not None
    assert checks.model.rows == checks.runner.result.checks
    assert "do not diverge within 30 steps" in checks.divergence.sentences.text()
    assert "The batch size is 8 instead of 64" in checks.divergence.notes.text()
    assert status_of(page.studio).activity == "Ready"
    assert page.outcome.isVisible()
    assert page.outcome.text().startswith("The checks of tiny passed\nTen checks in ")
    assert [step.text() for step in page.outcome.steps] == [
        "Train in all frameworks", "See fixed settings",
    ]  # fmt: skip
    page.outcome.steps[1].click()
    assert page.tab == "settings"
    page.show_view("checks")
    gradients = next(check for check in checks.model.rows if check.quantity == "gradients")
    tips = arrays_of(gradients).splitlines()
    assert [tip.partition(": ")[0] for tip in tips] == [
        "dense1.kernel", "dense1.bias", "dense2.kernel", "dense2.bias",
    ]  # fmt: skip
    assert checks.run_button.isEnabled()


@needs_pytorch
def test_exceeded_tolerances_are_reported(
    page: ParityPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = run_checks(page, qtbot, monkeypatch, {"pytorch": OtherWeights})
    missed = sum(check.result == "failed" for check in checks.model.rows)
    assert 0 < missed < 10
    headline = checks.verdict.headline
    assert f"PyTorch does not match NumPy: {missed} of 10" in headline.text()
    assert headline.property("kind") == "bad"
    verdicts = [checks.model.index(row, 5).data() for row in range(10)]
    assert verdicts.count("failed") == missed


def test_every_recipe_and_every_fixed_setting_is_listed(page: ParityPage) -> None:
    recipe = page.checks.recipe
    keys = [recipe.itemData(place) for place in range(recipe.count())]
    assert [key for key in keys if key] == list(RECIPES)
    page.view.button("settings").click()
    assert page.fixed_settings.isVisible()
    assert page.fixed_settings.model.rows == DIFFERENCES
    assert not page.checks.controls.isVisible()


def test_sentences_are_not_cut_off(page: ParityPage, qapp: QApplication) -> None:
    page.show_view("settings")
    qapp.processEvents()
    table = page.fixed_settings.table
    for row, difference in enumerate(DIFFERENCES):
        for place, text in enumerate((difference.topic, difference.pytorch, difference.keras)):
            wide = table.fontMetrics().horizontalAdvance(text)
            lines = -(-wide // table.columnWidth(place))
            assert table.rowHeight(row) >= lines * table.fontMetrics().lineSpacing()


def test_numpy_alone_cannot_be_checked(page: ParityPage) -> None:
    page.checks.frameworks = ("numpy",)
    page.checks.runner.changed.emit()
    assert not page.checks.run_button.isEnabled()
    assert page.checks.run_button.toolTip() == ALONE


def test_an_error_is_reported(page: ParityPage, qtbot: QtBot) -> None:
    runner = page.checks.runner

    def work(on_finding: object, is_cancelled: IsCancelled) -> ParityReport:
        raise UsageError("It does not work.", "Try another.")

    runner.start(work)
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    assert page.checks.verdict.detail.text() == str(UsageError("It does not work.", "Try another."))
    assert page.checks.verdict.headline.text() == "The check did not finish."


def test_a_check_is_cancelled_and_started_again(
    runner: CheckRunner[int, str], qtbot: QtBot
) -> None:
    def endless(on_finding: OnFinding, is_cancelled: IsCancelled) -> str:
        on_finding(1)
        while not is_cancelled():
            time.sleep(0.005)
        raise CancelledByUser("Cancelled.")

    runner.start(endless)
    qtbot.waitUntil(lambda: runner.findings == (1,), timeout=30_000)
    runner.cancel()
    assert runner.state == "canceling"
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    assert (runner.state, runner.result, runner.complaint) == ("cancelled", None, "")

    runner.start(lambda on_finding, is_cancelled: "all")
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    assert (runner.state, runner.result, runner.findings) == ("done", "all", ())


def shared(numpy_right: int = 95) -> SharedWeights:
    kernel = np.linspace(-2, 2, 784 * 17).reshape(784, 17)
    small = np.array([[1.0, -4.0], [0.0, 2.0]])
    pairs = (
        GradientPair("dense1", kernel, kernel + 1e-6, np.full_like(kernel, 1e-6)),
        GradientPair("dense2", small, small, np.zeros_like(small)),
    )
    return SharedWeights(images=100, pytorch=95, numpy=numpy_right, pairs=pairs)


@pytest.mark.parametrize(
    ("right", "words", "kind"),
    [
        (95, "With PyTorch's weights, NumPy is as accurate as PyTorch: 95.00 %", "good"),
        (90, "NumPy classifies 90.00 % of 100 test images correctly, PyTorch 95.00 %", "bad"),
    ],
)
def test_shared_weights_are_compared_and_drawn(
    page: ParityPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch,
    right: int, words: str, kind: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(
        "mnist_studio.gui.parity.shared_weights.share_weights", lambda **rest: shared(right)
    )
    monkeypatch.setattr("mnist_studio.gui.services.texts.missing", lambda name: "")
    page.view.button("weights").click()
    page.shared_weights.runner.changed.emit()
    page.shared_weights.start_button.click()
    qtbot.waitUntil(lambda: not page.shared_weights.runner.busy, timeout=30_000)
    headline = page.shared_weights.verdict.headline
    assert words in headline.text()
    assert headline.property("kind") == kind
    drawn = page.shared_weights.pictures.findChildren(ArrayPicture)
    assert len(drawn) == 6
    assert drawn[2].accessibleName() == "dense1, PyTorch - NumPy, −1.0e-06 to 1.0e-06"
    assert drawn[5].accessibleName() == "dense2, PyTorch - NumPy, 0 everywhere"


def test_a_kernel_of_all_pixels_is_a_picture_for_every_unit() -> None:
    kernel = np.arange(784 * 17, dtype=float).reshape(784, 17)
    values = kernel_picture(kernel)
    assert values.shape == (2 * 29 - 1, 16 * 29 - 1)
    np.testing.assert_array_equal(values[:28, 29:57], kernel[:, 1].reshape(28, 28))
    np.testing.assert_array_equal(values[29:57, :28], kernel[:, 16].reshape(28, 28))
    assert np.isnan(values[28]).all()
    assert np.isnan(values[29:, 29:]).all()


def test_colors_go_both_ways_from_the_panel() -> None:
    values = np.array([[-1.0, 0.0, 1.0, np.nan, 9.0]])
    picture = colored(values, LIGHT)
    told = [picture.pixelColor(x, 0).name().upper() for x in range(5)]
    assert told == [LIGHT.bad, LIGHT.panel, LIGHT.accent, LIGHT.line, LIGHT.accent]


def test_checks_are_disabled_during_training(page: ParityPage, qtbot: QtBot) -> None:
    queue, checks, spec = page.studio.queue, page.checks, replace(TINY, framework="numpy")
    buttons = (checks.run_button, checks.empty.button, page.shared_weights.start_button)
    queue.add([replace(spec, training=replace(spec.training, epochs=10_000))])
    qtbot.waitUntil(lambda: queue.busy)
    assert not any(button.isEnabled() for button in buttons)
    assert checks.run_button.toolTip() == TRAINS
    queue.cancel()
    qtbot.waitUntil(lambda: not queue.busy, timeout=30_000)
    assert checks.run_button.toolTip() != TRAINS
