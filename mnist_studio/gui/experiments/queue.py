"""The queue of an experiment: its runs in the order in which they train."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QAbstractItemView

from mnist_studio.gui.common.basics import button, enable
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import TableColumn
from mnist_studio.gui.experiments.queue_rows import QueueRows
from mnist_studio.gui.services.experiment_progress import CellRow, ExperimentState
from mnist_studio.gui.theme.theme import Theme

LONGEST_STATE = 320
"""Width of a column at most: the reason why a run failed is also in its tooltip."""

_NOT_RUNNING = "Run the experiment to change its queue."
_NOT_WAITING = "Select a waiting run first."


class ExperimentQueueCard(Card):
    """A table of runs. Waiting ones can be moved, by buttons or by dragging, and removed.

    Signals:
        moved: number of a cell and its new place in the queue, from 0.
        removed: number of a cell, and its place in the queue, from 1; 0 if it is training.
    """

    moved = Signal(int, int)
    removed = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Queue")
        self._theme = theme
        self._running = False
        self.model = QueueRows(self._columns(), self)
        self.model.moved.connect(self.moved)
        self.table = TableView(
            "Runs of the experiment",
            theme,
            self.model,
            1,
            "The experiment is loading.",
        )
        self.table.squeezed = True
        self.table.widest = LONGEST_STATE
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.table.setDragDropOverwriteMode(False)
        self.top_button = button("Move to top", lambda: self._move_to(0), quiet=True)
        self.up_button = button("Move up", lambda: self._move(-1), quiet=True)
        self.down_button = button("Move down", lambda: self._move(1), quiet=True)
        self.remove_button = button("Remove", self._remove, quiet=True)
        for made in (self.top_button, self.up_button, self.down_button, self.remove_button):
            self.header.addWidget(made)
        self.body.addWidget(self.table)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self._shortcuts()
        self._enable()

    def _shortcuts(self) -> None:
        for keys, made in (
            ("Alt+Up", self.up_button), ("Alt+Down", self.down_button), ("Del", self.remove_button),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self.table).activated.connect(made.click)

    def _columns(self) -> tuple[TableColumn[CellRow], ...]:
        return (
            TableColumn("Run", lambda row: row.title, picture=self._sample),
            TableColumn("Settings", lambda row: row.differing, tip=lambda row: row.settings,
                   explain="The seed, and the settings in which the runs differ"),
            TableColumn("State", lambda row: row.state, tip=lambda row: row.tip,
                   color=self._color),
            TableColumn("Progress", lambda row: f"{100 * row.cell.fraction:.0f} %", right=True,
                   sort=lambda row: row.cell.fraction),
        )  # fmt: skip

    def show_state(self, state: ExperimentState, running: bool) -> None:
        """Shows the cells. The selected one stays selected when it moves."""
        chosen = self.chosen
        self._running = running
        self.model.set_movable(running)
        self.model.show(state.rows)
        if chosen is not None:
            self.choose(chosen.cell.number)
        self._enable()

    @property
    def chosen(self) -> CellRow | None:
        """The selected row."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.row(rows[0]) if rows else None

    def choose(self, number: int) -> None:
        """Selects a cell by its number."""
        places = [row.cell.number for row in self.model.rows]
        if number in places:
            self.table.selectRow(places.index(number))

    def _move(self, step: int) -> None:
        row = self.chosen
        if row is not None:
            self._move_to(max(0, row.place - 1 + step))

    def _move_to(self, place: int) -> None:
        row = self.chosen
        if row is not None and row.place:
            self.moved.emit(row.cell.number, place)

    def _remove(self) -> None:
        row = self.chosen
        if row is not None:
            self.removed.emit(row.cell.number, row.place)

    @Slot()
    def _enable(self) -> None:
        row = self.chosen
        waits = row is not None and row.place > 0
        reason = _NOT_RUNNING if not self._running else "" if waits else _NOT_WAITING
        enable(self.top_button, reason, "Trains this run next")
        enable(self.up_button, reason, "Moves this run up one place (Alt+Up)")
        enable(self.down_button, reason, "Moves this run down one place (Alt+Down)")
        trains = row is not None and row.cell.state == "running"
        enable(self.remove_button, "" if self._running and trains else reason,
               "Skips this run until you resume the experiment (Delete)")  # fmt: skip

    def _sample(self, row: CellRow) -> QPixmap:
        return sample(self._theme, row.cell.spec.framework)

    def _color(self, row: CellRow) -> str:
        palette = self._theme.palette
        colors = {"failed": palette.bad, "finished": palette.good}
        return colors.get(row.cell.state, "")
