"""The table of the Runs page: which runs, by which filter, in which columns and order."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QItemSelectionModel, Signal, Slot
from PySide6.QtWidgets import QPushButton

from mnist_studio.formatting import counted
from mnist_studio.gui.common import run_columns as columns
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.column_choice import ColumnChoice
from mnist_studio.gui.common.filter_field import FilterField, known_values
from mnist_studio.gui.common.table import TableView, sorted_by
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.settings import RunsPageState

RUNS, ARCHIVED, TRASH = "runs", "archived", "trash"
_USUAL = ("Run", "State", "Dataset", "Accuracy", columns.TRAINING.title, "Epochs", "Started")
_EMPTY = {
    RUNS: "No run matches the filter.",
    ARCHIVED: "No archived run matches the filter.",
    TRASH: "No run in the trash matches the filter.",
}


class RunTable(Card):
    """Filter, kind of runs, and table.

    Signals:
        changed: other runs are listed, or have new values.
        selection_changed: other runs are selected.

    Attributes:
        filter: finds runs by one line.
        kind: runs, archived runs, or the trash.
        columns: that are shown.
        table: of the runs.
    """

    changed = Signal()
    selection_changed = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._awaited: tuple[str, ...] = ()
        every = self._columns()
        self.model: RowsModel[RunRow] = RowsModel(every, lambda row: row.id, self)
        self._sorted = sorted_by(self.model)
        self.table = TableView("Runs", studio.theme, self._sorted, lines=2)
        self.table.setSortingEnabled(True)
        self.filter = FilterField(self._known)
        self.kind = ComboBox("Shown runs", studio.theme)
        self.kind.setToolTip("Shows your runs, the archived ones, or the trash (default: runs)")
        self.count = label(role="secondary")
        self.columns = ColumnChoice(self.table, [column.title for column in every], _USUAL)
        self.import_button = QPushButton("Import…")
        self.import_button.setProperty("quiet", True)
        self.import_button.setToolTip(
            "Adds runs from a file, or weights of another program; you can also drop it"
        )
        self._restore(studio.saved_settings.runs_page)
        self._lay_out()
        self.filter.changed.connect(self.show_rows)
        self.kind.chosen.connect(self.show_rows)
        self.columns.changed.connect(self._remember)
        self.table.selectionModel().selectionChanged.connect(self.selection_changed)
        studio.library.changed.connect(self.show_rows)

    def _columns(self) -> tuple[TableColumn[RunRow], ...]:
        return (
            columns.title_in_lines(self._studio.theme), columns.state(self._studio.theme),
            columns.RECIPE, columns.FRAMEWORK, columns.DATASET, columns.ACCURACY, columns.LOSS,
            columns.TRAINING, columns.EPOCHS, columns.TO_TARGET, columns.SEED,
            columns.BATCH_SIZE, columns.OPTIMIZER, columns.LEARNING_RATE, columns.PARAMETERS,
            columns.SPEED, columns.MEMORY, columns.LATENCY, columns.DEVICE, columns.TAGS,
            columns.NOTE, columns.STARTED,
        )  # fmt: skip

    def _lay_out(self) -> None:
        self.kind.setMinimumWidth(self._studio.theme.pixels(128))
        self._offer_kinds()
        self.filter.add(self.count, self.kind, self.columns.button, self.import_button)
        self.body.addWidget(self.filter)
        self.body.addWidget(self.table)

    def _restore(self, saved: RunsPageState) -> None:
        if saved.columns:
            self.columns.show(saved.columns)
        self.columns.sort_newest_first()

    @Slot()
    def _remember(self) -> None:
        shown = self.columns.shown
        self._studio.remember(runs_page=RunsPageState(() if shown == _USUAL else shown))

    def _known(self, name: str) -> Iterable[str]:
        return known_values(self._studio.library.rows, name)

    @property
    def tags(self) -> list[str]:
        """Tags of all runs."""
        return known_values(self._studio.library.rows, "tag")

    @property
    def trash(self) -> bool:
        """Whether the trash is shown."""
        return self.kind.choice == TRASH

    @property
    def selected(self) -> list[RunRow]:
        """The selected runs."""
        indexes = self.table.selectionModel().selectedRows()
        return [self.model.row(self._sorted.mapToSource(index)) for index in indexes]

    def select(self, *runs: str) -> None:
        """Selects these runs, if they are listed."""
        flags = QItemSelectionModel.SelectionFlag
        selection = self.table.selectionModel()
        selection.clearSelection()
        for place, row in enumerate(self.model.rows):
            if row.id in runs:
                index = self._sorted.mapFromSource(self.model.index(place, 0))
                selection.setCurrentIndex(index, flags.Select | flags.Rows)

    def select_when_listed(self, *runs: str) -> None:
        """Selects these runs as soon as they are listed, such as restored ones."""
        self._awaited = runs

    def _select_at(self, place: int) -> None:
        """Selects the row at a place of the table, or the last one."""
        last = self._sorted.rowCount() - 1
        if last >= 0:
            index = self._sorted.index(min(place, last), 0)
            self.select(self.model.row(self._sorted.mapToSource(index)).id)

    @Slot()
    def show_rows(self) -> None:
        """Lists the runs again. If the selected ones are gone, the next one is selected."""
        selected = [row.id for row in self.selected]
        places = [index.row() for index in self.table.selectionModel().selectedRows()]
        self._offer_kinds()
        rows = self._of_kind()
        shown = self.filter.matching(rows, hide_archived=self.kind.choice == RUNS)
        self.table.show_empty(self._empty(rows))
        self.model.show(shown)
        self._count(len(shown), rows)
        if any(row.id in self._awaited for row in shown):
            self.select(*self._awaited)
            self._awaited = ()
        if not self.selected:
            self.select(*selected)
        if not self.selected:
            self._select_at(min(places, default=0))
        self.changed.emit()

    def _of_kind(self) -> Sequence[RunRow]:
        library = self._studio.library
        if self.kind.choice == TRASH:
            return library.trashed
        if self.kind.choice == ARCHIVED:
            return [row for row in library.rows if row.archived]
        return library.rows

    def _empty(self, rows: Sequence[RunRow]) -> str:
        """Why the table may be empty."""
        if not rows and self.kind.choice == TRASH:
            return "The trash is empty."
        if not rows and self.kind.choice == ARCHIVED:
            return "No run is archived."
        return _EMPTY[self.kind.choice]

    def _count(self, shown: int, rows: Sequence[RunRow]) -> None:
        every = len(rows)
        if self.kind.choice == RUNS:
            every = max(shown, sum(not row.archived for row in rows))
        text = counted(every, "run") if shown == every else f"{shown:,} of {every:,} runs"
        self.count.setText(text.capitalize())

    def _offer_kinds(self) -> None:
        library = self._studio.library
        archived = sum(row.archived for row in library.rows)
        self.kind.offer(
            [
                (RUNS, "Runs", ""),
                (ARCHIVED, "Archived", f"{archived:,}" if archived else ""),
                (TRASH, "Trash", f"{len(library.trashed):,}" if library.trashed else ""),
            ]
        )
