"""Views of the user's own images."""

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from mnist_studio.analysis.view import Matrix
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.services.studio import Studio
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.recipes import RECIPES, run_spec
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
    """Labels this number of images."""
    studio.library.submit(lambda store: store.own_images.add([written(n) for n in range(count)]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == count)


def counted(page: ComparePage) -> float:
    """The number of images in the confusion matrix that is shown."""
    view = page.views.computed.panel.view
    if view is None or view.name != "confusion":
        return 0
    (matrix,) = view.charts
    assert isinstance(matrix, Matrix)
    return float(np.array(matrix.values, float).sum())


def test_views_use_own_images_while_they_are_chosen(
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
    # A new image is in the views at once.
    keep(page.studio, 4, qtbot)
    qtbot.waitUntil(lambda: counted(page) == 4, timeout=LONG)
    controls.digits.button("test").click()
    qtbot.waitUntil(lambda: counted(page) == 500, timeout=LONG)
    assert controls.options.own == ""


def test_without_own_images_views_stay_on_the_test_set(
    trained: str, window: MainWindow, qtbot: QtBot
) -> None:
    window.go("compare")
    page = window.page("compare")
    assert isinstance(page, ComparePage)
    page.list.choose("confusion")
    controls = page.views.computed.controls
    with qtbot.waitSignal(page.studio.message) as signal:
        controls.digits.button("own").click()
    assert signal.args[0].startswith("You have no labeled images yet.")
    assert controls.digits.choice == "test"
    assert controls.options.own == ""
