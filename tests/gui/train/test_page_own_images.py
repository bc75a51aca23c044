"""Runs that learn from the user's own images."""

from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.store import own_images
from tests.gui.compare.test_page_own_images import keep
from tests.store.example_own_images import written


def test_runs_learn_from_own_images_while_the_box_is_checked(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    settings, box = page.settings, page.settings.own_images
    assert not box.isEnabled()
    assert box.toolTip() == "Draw and label some images on the Draw page first."
    keep(page.studio, 2, qtbot)
    assert (box.isEnabled(), box.text()) == (True, "Add your images (2)")
    box.click()
    qtbot.waitUntil(lambda: all(spec.own_images for spec in settings.specs()))
    (name,) = {spec.own_images for spec in settings.specs()}
    assert len(own_images.load(name).keys) == 2
    # Another image makes another set.
    keep(page.studio, 3, qtbot)
    qtbot.waitUntil(lambda: {spec.own_images for spec in settings.specs()} != {name})
    (name,) = {spec.own_images for spec in settings.specs()}
    assert len(own_images.load(name).keys) == 3
    box.click()
    assert {spec.own_images for spec in settings.specs()} == {""}


def test_the_box_is_cleared_when_the_images_are_deleted(window: MainWindow, qtbot: QtBot) -> None:
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
