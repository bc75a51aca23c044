"""The view shows what was recorded, for every framework and part, and follows the newest epoch."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.gui.services.background import Background
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.watch.records import WatchedRun
from mnist_studio.gui.train.watch.sentences import PARTS
from mnist_studio.gui.train.watch.view import WatchView
from mnist_studio.store import epoch_records
from tests.gui.train.watch.recorded import record


@pytest.fixture
def runs(tmp_path: Path) -> tuple[WatchedRun, ...]:
    made = []
    for name, title in (("numpy", "NumPy"), ("pytorch", "PyTorch"), ("keras", "Keras")):
        folder = tmp_path / name
        folder.mkdir()
        for epoch in (1, 2):
            epoch_records.save(folder, record(epoch))
        made.append(WatchedRun(title, name, folder))
    return tuple(made)


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> Iterator[WatchView]:
    background = Background()
    made = WatchView(theme, background, recording=False)
    qtbot.addWidget(made)
    made.resize(880, 480)
    made.show()
    yield made
    made.hide()
    background.close()
    background.deleteLater()


def _choose(view: WatchView, part: str) -> None:
    view.part.button(part).click()


def test_every_part_is_shown_for_all_frameworks(
    qtbot: QtBot, view: WatchView, runs: tuple[WatchedRun, ...]
) -> None:
    view.show_runs(runs)
    qtbot.waitUntil(lambda: view.epoch == 2)
    said = []
    for part, _, _ in PARTS:
        _choose(view, part)
        assert view._inside is not None
        assert len(view._inside.columns) == 3
        assert not view.grab().isNull()
        said.append(view.sentence.text())
    assert "The weights of the first 12 kernels of conv1 after epoch 2." in said[0]
    assert "almost every" not in said[1]
    assert "NumPy: 2 of 12 units of relu1" in said[2]
    assert "NumPy has nine that are equally frequent (three images each)" in said[3]
    assert "after epoch 2" in said[4]


def test_the_slider_chooses_an_epoch_and_follows_the_newest_at_its_end(
    qtbot: QtBot, view: WatchView, runs: tuple[WatchedRun, ...]
) -> None:
    view.show_runs(runs)
    qtbot.waitUntil(lambda: view.epoch == 2)
    epoch_records.save(runs[0].folder, record(3))
    view.renew()
    qtbot.waitUntil(lambda: view.epoch == 3)
    view.slider.setValue(0)
    assert view.epoch == 1
    assert view.number.text() == "1 of 3"
    _choose(view, "outputs")
    assert "No unit is dead after epoch 1" in view.sentence.text()
    epoch_records.save(runs[0].folder, record(4))
    view.renew()
    qtbot.waitUntil(lambda: view.slider.maximum() == 3)
    assert view.epoch == 1


def test_without_records_it_says_how_to_get_them(qtbot: QtBot, view: WatchView) -> None:
    assert "Record while training" in view.empty.text
    with qtbot.waitSignal(view.switched) as switched:
        view.record.click()
    assert switched.args == [True]
    assert "appears here after its first epoch" in view.empty.text


def test_damaged_records_are_reported(
    qtbot: QtBot, view: WatchView, runs: tuple[WatchedRun, ...]
) -> None:
    epoch_records.FILES.path_of(runs[1].folder, 2).write_bytes(b"nothing of the kind")
    with qtbot.waitSignal(view.failed) as failed:
        view.show_runs(runs)
    assert "is damaged" in failed.args[0]
