"""The runs of an experiment in the order in which they train."""

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

_NOT_RUN = "The queue can be changed while the experiment is being run."
_NONE = "Choose a run that waits."


class ExperimentQueueCard(Card):
    """A table; what waits can be moved, by buttons or by dragging it, and taken out.

    Signals:
        moved: number of a cell and its new place in the queue, from 0.
        dropped: number of a cell.
    """

    moved = Signal(int, int)
    dropped = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Queue")
        self._theme = theme
        self._busy = False
        self.model = QueueRows(self._columns(), self)
        self.model.moved.connect(self.moved)
        self.table = TableView(
            "Runs of the experiment", theme, self.model, 2, "Its runs stand here."
        )
        self.table.squeezed = True
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.table.setDragDropOverwriteMode(False)
        self.first_button = button("Next", lambda: self._move_to(0), quiet=True)
        self.up_button = button("Up", lambda: self._move(-1), quiet=True)
        self.down_button = button("Down", lambda: self._move(1), quiet=True)
        self.drop_button = button("Take out", self._drop, quiet=True)
        for made in (self.first_button, self.up_button, self.down_button, self.drop_button):
            self.header.addWidget(made)
        self.body.addWidget(self.table)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self._shortcuts()
        self._enable()

    def _shortcuts(self) -> None:
        for keys, made in (
            ("Alt+Up", self.up_button), ("Alt+Down", self.down_button), ("Del", self.drop_button),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self.table).activated.connect(made.click)

    def _columns(self) -> tuple[TableColumn[CellRow], ...]:
        return (
            TableColumn("Run", lambda row: row.title, picture=self._sample),
            TableColumn("Settings", lambda row: row.settings),
            TableColumn("State", lambda row: row.state, tip=lambda row: row.state,
                   color=self._color),
            TableColumn("Done", lambda row: f"{100 * row.cell.fraction:.0f} %", right=True,
                   sort=lambda row: row.cell.fraction),
        )  # fmt: skip

    def show_board(self, board: ExperimentState, busy: bool) -> None:
        """Shows the cells; the one that is chosen stays chosen where it goes."""
        chosen = self.chosen
        self._busy = busy
        self.model.let_move(busy)
        self.model.show(board.rows)
        if chosen is not None:
            self.choose(chosen.cell.number)
        self._enable()

    @property
    def chosen(self) -> CellRow | None:
        """The row that is chosen."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.row(rows[0]) if rows else None

    def choose(self, number: int) -> None:
        """Chooses a cell by its number."""
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

    def _drop(self) -> None:
        row = self.chosen
        if row is not None:
            self.dropped.emit(row.cell.number)

    @Slot()
    def _enable(self) -> None:
        row = self.chosen
        waits = row is not None and row.place > 0
        reason = _NOT_RUN if not self._busy else "" if waits else _NONE
        enable(self.first_button, reason, "Trains it before all others")
        enable(self.up_button, reason, "Trains it one earlier (Alt+Up)")
        enable(self.down_button, reason, "Trains it one later (Alt+Down)")
        trains = row is not None and row.cell.state == "running"
        enable(self.drop_button, "" if self._busy and trains else reason,
               "Leaves it out of this session; the next has it again (Del)")  # fmt: skip

    def _sample(self, row: CellRow) -> QPixmap:
        return sample(self._theme, row.cell.spec.framework)

    def _color(self, row: CellRow) -> str:
        palette = self._theme.palette
        colors = {"failed": palette.bad, "finished": palette.good}
        return colors.get(row.cell.state, "")
