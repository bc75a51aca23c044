"""The Train page opens as it was left."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.settings import Settings
from mnist_studio.settings import TrainPageState as Saved
from mnist_studio.spec import codec
from mnist_studio.spec.recipes import RECIPES, run_spec
from tests.gui.train.frameworks import choose_frameworks


@contextmanager
def opened(qtbot: QtBot, theme: Theme) -> Iterator[TrainPage]:
    """The Train page of a window that opens with the stored settings."""
    window = MainWindow(theme, settings.load())
    window.resize(1366, 768)
    with qtbot.waitSignal(window.usable, timeout=30_000):
        window.show()
    window.go("train")
    datasets = window.studio.datasets
    qtbot.waitUntil(lambda: datasets.has_mnist is not None)
    page = window.page("train")
    assert isinstance(page, TrainPage)
    try:
        yield page
    finally:
        window.shut_down()
        window.hide()
        window.studio.deleteLater()
        window.deleteLater()


def test_the_form_and_the_layout_are_those_of_the_last_time(
    home: Path, qtbot: QtBot, theme: Theme
) -> None:
    with opened(qtbot, theme) as page:
        form = page.settings
        form.recipe.choose("tiny-10")
        form.recipe.chosen.emit("tiny-10")
        choose_frameworks(form, "numpy")
        form.numbers.epochs.field().setValue(7)
        form.numbers.learning_rate.field().setValue(0.02)
        form.advanced.amounts["elastic"].field().setValue(1.5)
        form.device.choose("cpu")
        form.device.chosen.emit("cpu")
        form.known_bugs.boxes["unshuffled"].click()
        form.bugs.head.click()
        page.columns.setSizes([420, 700])
        page.columns.splitterMoved.emit(420, 1)
        before, sizes = form.specs(), page.columns.sizes()
        # Closed at once, before what is remembered could be saved in the background.
    with opened(qtbot, theme) as page:
        assert page.settings.specs() == before
        assert page.settings.recipe.choice == "tiny-10"
        assert page.settings.known_bugs.boxes["unshuffled"].isChecked()
        assert page.settings.frameworks.chosen == {"numpy"}
        assert (page.settings.more.is_open, page.settings.bugs.is_open) == (False, True)
        assert page.columns.sizes() == sizes
        assert "2 changed" not in page.settings.more.head.text()
        assert "3 changed" in page.settings.more.head.text()


def test_two_frameworks_a_missing_gpu_and_the_difference_are_those_of_the_last_time(
    home: Path, qtbot: QtBot, theme: Theme
) -> None:
    run = replace(run_spec(RECIPES["tiny-10"]), device="cuda", dataset="builtin")
    settings.save(Settings(train_page=Saved(run=codec.encode(run))))
    with opened(qtbot, theme) as page:
        choose_frameworks(page.settings, "numpy", "keras")
        assert [spec.framework for spec in page.settings.specs()] == ["numpy", "keras"]
        page.plots.difference_button.click()
    with opened(qtbot, theme) as page:
        assert page.settings.frameworks.chosen == {"numpy", "keras"}
        assert [spec.device for spec in page.settings.specs()] == ["cpu", "cuda"]
        assert page.plots.wants_difference is True
        device = page.settings.device
        assert device.currentText() == "NVIDIA GPU"
        assert device._closed_detail() == "not checked yet"
        device._add_devices(())
        assert (device.device, device._closed_detail()) == ("cuda", "not found")


def test_without_a_framework_nothing_trains(home: Path, qtbot: QtBot, theme: Theme) -> None:
    with opened(qtbot, theme) as page:
        choose_frameworks(page.settings)
        assert "No framework is selected." in page.settings.complaint.text()
        assert not page.train_button.isEnabled()
        page.settings.recipe.opening.emit()
        choose_frameworks(page.settings, "numpy", "pytorch")
        assert page.train_button.isEnabled()


def test_changes_are_saved_while_the_window_is_open(home: Path, qtbot: QtBot, theme: Theme) -> None:
    with opened(qtbot, theme) as page:
        page.settings.more.head.click()
        page._memory.setInterval(0)
        page._memory.start()
        qtbot.waitUntil(lambda: settings.load()[0].train_page.more_open)
        qtbot.waitUntil(lambda: not page.studio.unsaved)
        saved = settings.load()[0].train_page
        assert saved == page.settings.lasting(saved)
        assert (saved.more_open, saved.bugs_open) == (page.settings.more.is_open, False)


def test_settings_that_are_not_valid_leave_the_former_ones(
    home: Path, qtbot: QtBot, theme: Theme
) -> None:
    with opened(qtbot, theme) as page:
        page.settings.numbers.epochs.field().setValue(9)
        page._remember()
        page.settings.numbers.learning_rate.field().setValue(0)
    with opened(qtbot, theme) as page:
        assert page.settings.numbers.epochs.whole == 9
        assert page.settings.complaint.text() == ""


GONE = (
    Saved(run="{}", frameworks=("jax",), dataset="fashion", columns=(1, 2, 3)),
    Saved(run=codec.encode(run_spec(RECIPES["mlp-128"])).replace("adam", "lion")),
    Saved(dataset="mnist"),
)


@pytest.mark.parametrize("saved", GONE)
def test_what_no_longer_exists_falls_back(
    saved: Saved, home: Path, qtbot: QtBot, theme: Theme
) -> None:
    settings.save(Settings(train_page=saved))
    with opened(qtbot, theme) as page:
        assert page.settings.recipe.choice == "mlp-128"
        assert page.settings.frameworks.chosen == set(FRAMEWORKS)
        assert page.settings.dataset.dataset == "builtin"
        assert page.settings.complaint.text() == ""
        assert page.notice.isHidden()
        assert page.train_button.isEnabled()


def test_a_run_of_a_file_is_remembered_with_its_own_images_and_recipe(
    home: Path, qtbot: QtBot, theme: Theme
) -> None:
    run = replace(run_spec(RECIPES["tiny-10"]), recipe="mine", own_images="0" * 32)
    settings.save(Settings(train_page=Saved(run=codec.encode(run), dataset="builtin")))
    with opened(qtbot, theme) as page:
        assert page.settings.recipe.choice == "mine"
        # The images of that time do not exist here.
        qtbot.waitUntil(lambda: not page.settings.form.base.own_images)
        assert not page.settings.own_images.isChecked()
        assert {spec.recipe for spec in page.settings.specs()} == {"mine"}


def test_a_file_of_an_earlier_version_opens(home: Path) -> None:
    settings.save(Settings(theme="dark"))
    file = home / "settings.json"
    content = file.read_text("utf-8")
    file.write_text(content[: content.index('"train_page"')].rstrip().rstrip(",") + "}", "utf-8")
    assert settings.load() == (Settings(theme="dark"), "")
