"""Run files that are written from the Runs page, and dropped on the window."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app import dropped
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.runs import importer
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.services.outcome import Outcome
from mnist_studio.prediction.weights_import import SUFFIXES, ImportedWeights
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import run_file
from mnist_studio.store.runs import RunStore
from tests.store.made_runs import made_run


def drop(window: MainWindow, file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A run file of another computer."""
    path = tmp_path / "theirs.mnistrun"
    with RunStore(tmp_path / "elsewhere") as store:
        run = made_run(store, run_spec(RECIPES["featherweight"]))
        run_file.write(path, store.portable([run.id]))
    return path


def test_a_dropped_run_file_is_imported_selected_and_written_again(
    window: MainWindow, qtbot: QtBot, file: Path, tmp_path: Path
) -> None:
    outcomes: list[Outcome] = []
    window.studio.outcome.connect(outcomes.append)
    drop(window, file)
    assert window.shown == "runs"
    page = window.page("runs")
    assert isinstance(page, RunsPage)
    qtbot.waitUntil(
        lambda: [row.run.spec.recipe for row in page.selected] == ["featherweight"], timeout=30_000
    )
    qtbot.waitUntil(lambda: [one.title for one in outcomes] == ["One run imported"], timeout=30_000)
    again = tmp_path / "again.mnistrun"
    page.exporter.write_runs(page.selected, again)
    qtbot.waitUntil(again.exists, timeout=30_000)
    titles = [action.text() for action in page.exporter.menu(page.selected).actions()]
    assert titles[0] == "Run file (.mnistrun)…"
    assert "ONNX model (.onnx)…" in titles
    assert titles[-1] == "Logs for other tools…"
    page.exporter.write_logs(page.selected, tmp_path / "logs")
    qtbot.waitUntil(
        lambda: bool(list(tmp_path.glob("logs/featherweight-*/run.jsonl"))), timeout=30_000
    )
    page.importer.open(file)
    qtbot.waitUntil(lambda: "already have one run" in " ".join(outcomes[-1].facts), timeout=30_000)


def test_a_damaged_run_file_is_reported(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "torn.mnistrun"
    path.write_bytes(b"PK\x03\x04 torn")
    with qtbot.waitSignal(
        window.studio.message, timeout=30_000, check_params_cb=lambda text, kind: kind == "bad"
    ):
        drop(window, path)
    with RunStore() as store:
        assert store.runs() == ()


def test_dropped_weights_become_a_run_of_the_selected_recipe(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, RunSpec]] = []

    def read_weights(path: Path, spec: RunSpec, is_cancelled: object) -> ImportedWeights:
        asked.append((path, spec))
        return ImportedWeights("20260101-000000-aaaa", 0.97, ("Feature maps are flat.",))

    monkeypatch.setattr(importer, "import_weights", read_weights)
    assert set(dropped.IMPORTED) == {run_file.SUFFIX, *SUFFIXES}
    outcomes: list[Outcome] = []
    window.studio.outcome.connect(outcomes.append)
    path = tmp_path / "model.npz"
    path.write_bytes(b"")
    drop(window, path)
    page = window.page("runs")
    assert isinstance(page, RunsPage)
    question = page.importer.question
    assert question is not None
    question.recipe.choose("mlp-128")
    question.buttons[1].click()
    qtbot.waitUntil(lambda: bool(outcomes), timeout=20_000)
    assert [(file.name, spec.recipe) for file, spec in asked] == [("model.npz", "mlp-128")]
    assert "Test accuracy 97.00 %." in outcomes[0].facts
