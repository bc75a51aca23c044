"""The queue of an experiment, reordered by dragging."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from mnist_studio.experiments.events import (
    CellChanged,
    ExperimentCell,
    ExperimentStarted,
    QueueChanged,
)
from mnist_studio.gui.experiments.queue import ExperimentQueueCard
from mnist_studio.gui.services.experiment_progress import ExperimentState
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.experiment import ExperimentSpec, Grid, expand_cells

STUDY = ExperimentSpec(
    title="Seeds", question="", grid=Grid(("mlp-128",), ("numpy",)), seeds=(1, 2, 3, 4, 5),
    datasets=("builtin",), epochs=1,
)  # fmt: skip


@pytest.fixture
def card(qtbot: QtBot, theme: Theme) -> ExperimentQueueCard:
    """Cell 0 is finished, 1 trains, 4, 2 and 3 wait in this order."""
    cells = tuple(
        ExperimentCell(at, spec, "waiting", "", 0.0, "")
        for at, spec in enumerate(expand_cells(STUDY))
    )
    board = ExperimentState()
    for event in (
        ExperimentStarted("s", "Seeds", cells, 1, ""), CellChanged(0, "finished", "a", ""),
        CellChanged(1, "running", "b", ""), QueueChanged((4, 2, 3)),
    ):  # fmt: skip
        board.take(event)
    made = ExperimentQueueCard(theme)
    qtbot.addWidget(made)
    made.show_state(board, True)
    assert [row.cell.number for row in made.model.rows] == [1, 4, 2, 3, 0]
    return made


def drop(card: ExperimentQueueCard, number: int, before: int) -> list[tuple[int, int]]:
    """Where the cell goes that is dropped before a row; -1 is the empty place under all."""
    moves: list[tuple[int, int]] = []
    card.moved.connect(lambda cell, place: moves.append((cell, place)))
    row = [row.cell.number for row in card.model.rows].index(number)
    data = card.model.mimeData([card.model.index(row, 0)])
    assert card.model.dropMimeData(data, Qt.DropAction.MoveAction, before, 0)
    return moves


@pytest.mark.parametrize(
    ("number", "before", "place"),
    [(3, 1, 0), (3, 0, 0), (4, 3, 1), (4, 4, 2), (4, -1, 2), (2, 5, 2)],
)
def test_a_waiting_cell_goes_where_it_is_dropped(
    card: ExperimentQueueCard, number: int, before: int, place: int
) -> None:
    assert drop(card, number, before) == [(number, place)]


def test_only_waiting_runs_of_a_running_experiment_can_be_dragged(
    card: ExperimentQueueCard,
) -> None:
    def dragged() -> list[bool]:
        indexes = (card.model.index(row, 0) for row in range(card.model.rowCount()))
        return [bool(card.model.flags(at) & Qt.ItemFlag.ItemIsDragEnabled) for at in indexes]

    assert dragged() == [False, True, True, True, False]
    card.model.set_movable(False)
    assert dragged() == [False] * 5


def test_shortened_titles_and_settings_are_whole_in_tooltips(
    card: ExperimentQueueCard, qtbot: QtBot
) -> None:
    card.resize(420, 300)
    card.show()
    qtbot.waitUntil(lambda: card.table.wanted_width > 0)
    model = card.table.model()
    cell = model.index(0, 0)
    assert card.table.is_shortened(cell)
    spot = card.table.visualRect(cell).center()
    event = QHelpEvent(QEvent.Type.ToolTip, spot, card.table.viewport().mapToGlobal(spot))
    QApplication.sendEvent(card.table.viewport(), event)
    assert QToolTip.text().startswith(cell.data())
    QToolTip.hideText()
    card.hide()


def test_settings_that_all_runs_have_are_in_the_tooltip_only(card: ExperimentQueueCard) -> None:
    cell = card.table.model().index(0, 1)
    assert cell.data() == "seed 2"
    assert cell.data(Qt.ItemDataRole.ToolTipRole).startswith("seed 2 · batch 64 · learning rate ")
    rates = Grid(("mlp-128",), ("numpy",), learning_rates=(0.1, 0.2))
    specs = expand_cells(replace(STUDY, grid=rates, seeds=(1,)))
    cells = (ExperimentCell(at, spec, "waiting", "", 0.0, "") for at, spec in enumerate(specs))
    shown = [row.differing for row in ExperimentState(cells).rows]
    assert shown == ["seed 1 · learning rate 0.1", "seed 1 · learning rate 0.2"]


def test_nothing_else_can_be_dropped(card: ExperimentQueueCard) -> None:
    moves: list[object] = []
    card.moved.connect(lambda *moved: moves.append(moved))
    data = QMimeData()
    data.setText("4")
    assert not card.model.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0)
    assert moves == []


def test_running_cells_are_paused_with_the_experiment(card: ExperimentQueueCard) -> None:
    board = ExperimentState(row.cell for row in card.model.rows)
    assert board.rows[0].state == "Training"
    board.paused = True
    assert [row.state for row in board.rows][:2] == ["Paused", "Finished"]
