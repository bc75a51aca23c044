"""The datasets of the window: imported, used in place, and damaged."""

import gzip
import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio import paths, settings
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.dataset_panel import DatasetPanel


def test_an_import_that_fails_is_reported(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"no digits"))
    with qtbot.waitSignal(studio.message, timeout=30_000) as told:
        studio.datasets.import_from(tmp_path)
    assert told.args[1] == "bad"
    qtbot.waitUntil(lambda: not studio.datasets.fetching, timeout=30_000)
    assert not studio.datasets.has_mnist


def test_an_import_brings_mnist(qtbot: QtBot, studio: Studio, shared_mnist: Path) -> None:
    with qtbot.waitSignal(studio.outcome, timeout=60_000) as told:
        studio.datasets.import_from(shared_mnist)
        assert studio.datasets.fetching == "Importing MNIST"
    (card,) = told.args
    assert (card.title, card.steps[0].text) == ("MNIST is ready", "Train on it")
    with qtbot.waitSignal(studio.page_requested) as page:
        card.steps[0].action()
    assert page.args == ["train"]
    assert studio.datasets.has_mnist
    assert studio.datasets.default == "mnist"


def test_a_named_folder_without_mnist_is_explained_before_training(
    qtbot: QtBot, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.DATA_VARIABLE, str(tmp_path / "none"))
    studio.datasets.look()
    qtbot.waitUntil(lambda: bool(studio.datasets.problem), timeout=30_000)
    panel = DatasetPanel(studio.theme, studio.datasets, studio.dataset_library)
    qtbot.addWidget(panel)
    assert panel.dataset == "mnist"
    assert "does not exist" in panel.sentence


def test_a_folder_is_used_where_it_lies_and_forgotten(
    qtbot: QtBot, studio: Studio, shared_mnist: Path, tmp_path: Path
) -> None:
    panel = DatasetPanel(studio.theme, studio.datasets, studio.dataset_library)
    qtbot.addWidget(panel)
    with qtbot.waitSignal(studio.message, timeout=30_000) as told:
        studio.datasets.use(tmp_path)
    assert told.args[1] == "bad"
    with qtbot.waitSignal(studio.datasets.fetched, timeout=60_000):
        studio.datasets.use(shared_mnist)
    assert settings.load()[0].data_folder == str(shared_mnist)
    assert (panel.dataset, str(shared_mnist) in panel.sentence) == ("mnist", True)
    with qtbot.waitSignal(panel.removed) as removed:
        panel.remove_button.click()
    qtbot.waitUntil(lambda: studio.datasets.has_mnist is False, timeout=30_000)
    assert settings.load()[0].data_folder == ""
    assert panel.dataset == "builtin"
    sentence, undo = removed.args
    assert sentence == "Stopped using your folder."
    undo()
    qtbot.waitUntil(lambda: studio.datasets.folder == shared_mnist, timeout=60_000)


def test_a_damaged_file_in_a_folder_is_named(
    qtbot: QtBot, studio: Studio, shared_mnist: Path, tmp_path: Path
) -> None:
    panel = DatasetPanel(studio.theme, studio.datasets, studio.dataset_library)
    qtbot.addWidget(panel)
    for file in shared_mnist.iterdir():
        shutil.copy(file, tmp_path / file.name)
    (tmp_path / "t10k-labels-idx1-ubyte").touch()
    with qtbot.waitSignal(studio.datasets.fetched, timeout=60_000):
        studio.datasets.use(tmp_path)
    note = "t10k-labels-idx1-ubyte is damaged: it is empty."
    assert [note in one for one in (panel.sentence, *studio.datasets.notes)] == [True, True]
    # A folder is checked when it is selected, not when the first training starts.
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(b"<html>")
    with qtbot.waitSignal(studio.message, timeout=60_000) as message:
        studio.datasets.use(tmp_path)
    assert "it is a web page" in message.args[0]
    panel.choose("builtin")
    assert note not in panel.sentence


def test_an_import_can_be_cancelled(qtbot: QtBot, studio: Studio, shared_mnist: Path) -> None:
    studio.datasets.import_from(shared_mnist)
    studio.datasets.cancel()
    assert studio.datasets.fetching
    qtbot.waitUntil(lambda: not studio.datasets.fetching, timeout=30_000)
    qtbot.waitUntil(lambda: studio.datasets.has_mnist is False, timeout=30_000)
    assert not list(paths.mnist_cache().glob("*ubyte*"))
