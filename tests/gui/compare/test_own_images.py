"""The user's own digits elsewhere: views of the Compare page, and runs that learn from them."""

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from mnist_studio.analysis.view import Matrix
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store import own_image_sets
from tests.store.example_own_images import written

LONG = 60_000


@pytest.fixture
def trained() -> str:
    """Id of a run that has weights."""
    spec = run_spec(RECIPES["tiny-10"])
    training = replace(spec.training, epochs=1)
    spec = replace(spec, training=training, dataset="builtin", framework="numpy", threads=1)
    (*_, end) = TrainingJob(spec).events()
    return end.run


def keep(studio: Studio, count: int, qtbot: QtBot) -> None:
    """Keeps so many digits of the user's own."""
    studio.library.ask(lambda store: store.own_images.keep([written(n) for n in range(count)]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == count)


def counted(page: ComparePage) -> float:
    """How many digits the confusion matrix that is shown is of."""
    view = page.views.computed.panel.view
    if view is None or view.name != "confusion":
        return 0
    (matrix,) = view.charts
    assert isinstance(matrix, Matrix)
    return float(np.array(matrix.values, float).sum())


def test_views_are_of_the_users_own_digits_while_that_is_chosen(
    trained: str, window: MainWindow, qtbot: QtBot
) -> None:
    window.go("compare")
    page = window.page("compare")
    assert isinstance(page, ComparePage)
    qtbot.waitUntil(lambda: [row.id for row in page.selected] == [trained], timeout=LONG)
    keep(page.studio, 3, qtbot)
    page.list.choose("confusion")
    controls = page.views.computed.controls
    assert controls.digits.isVisible()
    qtbot.waitUntil(lambda: counted(page) == 500, timeout=LONG)
    controls.digits.button("own").click()
    qtbot.waitUntil(lambda: counted(page) == 3, timeout=LONG)
    # A digit more is in the views at once.
    keep(page.studio, 4, qtbot)
    qtbot.waitUntil(lambda: counted(page) == 4, timeout=LONG)
    controls.digits.button("test").click()
    qtbot.waitUntil(lambda: counted(page) == 500, timeout=LONG)
    assert controls.options.own == ""


def test_without_own_digits_views_stay_of_the_test_digits(
    trained: str, window: MainWindow, qtbot: QtBot
) -> None:
    window.go("compare")
    page = window.page("compare")
    assert isinstance(page, ComparePage)
    page.list.choose("confusion")
    controls = page.views.computed.controls
    with qtbot.waitSignal(page.studio.told) as told:
        controls.digits.button("own").click()
    assert told.args[0].startswith("You have no images of your own yet.")
    assert controls.digits.choice == "test"
    assert controls.options.own == ""


def test_runs_learn_from_own_digits_where_the_box_is_ticked(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    settings, box = page.settings, page.settings.own_images
    assert not box.isEnabled()
    assert box.toolTip() == "Write and label some on the Draw page first"
    keep(page.studio, 2, qtbot)
    assert (box.isEnabled(), box.text()) == (True, "And my own digits (2)")
    box.click()
    qtbot.waitUntil(lambda: all(spec.own_images for spec in settings.specs()))
    (name,) = {spec.own_images for spec in settings.specs()}
    assert len(own_image_sets.load(name).keys) == 2
    # They are those of the moment: another digit makes it another set.
    keep(page.studio, 3, qtbot)
    qtbot.waitUntil(lambda: {spec.own_images for spec in settings.specs()} != {name})
    (name,) = {spec.own_images for spec in settings.specs()}
    assert len(own_image_sets.load(name).keys) == 3
    box.click()
    assert {spec.own_images for spec in settings.specs()} == {""}


def test_a_box_that_is_ticked_does_not_outlive_the_digits(window: MainWindow, qtbot: QtBot) -> None:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    settings, personal = page.settings, page.studio.own_images
    keep(page.studio, 1, qtbot)
    settings.own_images.click()
    qtbot.waitUntil(lambda: all(spec.own_images for spec in settings.specs()))
    personal.delete([written(0).key])
    qtbot.waitUntil(lambda: not personal.digits)
    qtbot.waitUntil(lambda: not any(spec.own_images for spec in settings.specs()))
    assert not settings.own_images.isChecked()
    assert not settings.own_images.isEnabled()
