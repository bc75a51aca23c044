"""The Runs page: all stored runs, and what can be done with them."""

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget

from mnist_studio.formatting import counted
from mnist_studio.gui.common import run_columns as columns
from mnist_studio.gui.common.basics import row as line_of
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.code_dialog import CodeDialog
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.layouts import split
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.question import QuestionOverlay, ask, ask_text
from mnist_studio.gui.common.table import TableView, sorted_by
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.runs.actions import ContinueQuestion, Exporter, RunActions
from mnist_studio.gui.runs.details import RunCurves, RunDetails
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.running import continuation
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store.rows import Run


class RunsPage(Page):
    """Shows, resumes, continues, renames, deletes and exports runs."""

    title = "Runs"
    sentence = "All runs that you have trained"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.exporter = Exporter(studio, self)
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda row: row.id, self)
        self._sorted = sorted_by(self.model)
        self.table = TableView("Runs", studio.theme, self._sorted, lines=2)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.details = RunDetails(studio.theme)
        self.curves = RunCurves(studio.theme)
        self.question: QuestionOverlay | None = None
        self.controls = RunActions(self.action_line)
        self._connect()
        self._lay_out()
        studio.library.changed.connect(self._show_rows)
        self.table.selectionModel().selectionChanged.connect(self._update)
        self._show_rows()

    def _columns(self) -> tuple[TableColumn[RunRow], ...]:
        return (
            columns.title_in_lines(self.studio.theme), columns.state(self.studio.theme),
            columns.DATASET, columns.ACCURACY, columns.TRAINING, columns.EPOCHS, columns.STARTED,
        )  # fmt: skip

    def _connect(self) -> None:
        actions = self.controls
        for made, action in (
            (actions.resume, self._resume), (actions.continue_as_new, self._ask_to_continue),
            (actions.rename, self._rename), (actions.delete, self._delete),
            (actions.export, self._export), (actions.code, self.show_code),
            (actions.reveal, self._reveal), (actions.data, self.studio.data_requested.emit),
        ):  # fmt: skip
            made.clicked.connect(lambda checked=False, action=action: action())
        for keys, made in (
            ("F2", actions.rename), ("Delete", actions.delete), ("Ctrl+Shift+E", actions.export)
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(made.click)

    def _lay_out(self) -> None:
        actions = self.controls
        self.details.body.addLayout(line_of(actions.code, actions.reveal, 1, gap=4))
        table = Card()
        table.body.addWidget(self.table)
        left = split(Qt.Orientation.Vertical, (table, self.curves), (430, 240))
        whole = split(Qt.Orientation.Horizontal, (left, self.details), (846, 304))
        self.empty = EmptyState(
            self.studio.theme,
            "runs",
            "No runs yet",
            "Every run appears here with its weights and curves.",
            ("Train a model", lambda: self.studio.page_requested.emit("train")),
        )
        nothing = Card()
        nothing.body.addWidget(self.empty)
        self._stack = QStackedWidget()
        self._stack.addWidget(nothing)
        self._stack.addWidget(whole)
        self.body.addWidget(self._stack)
        self.fold(whole, 760, (480, 320))

    @property
    def selected(self) -> list[RunRow]:
        """The selected runs."""
        indexes = self.table.selectionModel().selectedRows()
        return [self.model.row(self._sorted.mapToSource(index)) for index in indexes]

    def show_item(self, key: str) -> None:
        """Selects a run."""
        self.select(key)

    def prepare(self) -> None:
        """Builds the plots."""
        self.curves.prepare()

    def select(self, *runs: str) -> None:
        """Selects these runs, if they exist."""
        flags = QItemSelectionModel.SelectionFlag
        selection = self.table.selectionModel()
        selection.clearSelection()
        for place, row in enumerate(self.model.rows):
            if row.id in runs:
                index = self._sorted.mapFromSource(self.model.index(place, 0))
                selection.setCurrentIndex(index, flags.Select | flags.Rows)

    @Slot()
    def _show_rows(self) -> None:
        selected = [row.id for row in self.selected]
        rows = self.studio.library.rows
        self.model.show(rows)
        self._stack.setCurrentIndex(int(bool(rows) or not self.studio.library.loaded))
        if not self.selected:
            self.select(*selected)
        if rows and not self.selected:
            self.select(rows[0].id)
        self._update()

    @Slot()
    def _update(self) -> None:
        selected = self.selected
        self.details.show_rows(selected)
        self.curves.show_rows(selected)
        self.controls.show_selected(selected)

    def _resume(self) -> None:
        row = self.selected[0]
        self.studio.queue.resume_run(row.run, row.epochs)
        self.studio.page_requested.emit("train")

    def _ask_to_continue(self) -> None:
        run = self.selected[0].run
        self.question = ContinueQuestion(
            self,
            self.studio.theme,
            run,
            lambda framework, epochs: self._continue(run, framework, epochs),
        )
        self.question.open()

    def _continue(self, run: Run, framework: FrameworkName, epochs: int) -> None:
        """Reads the checkpoint of a run in the background, and queues the new run."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> RunSpec:
            return continuation.continue_run(run, framework, epochs)

        self.studio.background.start(work, self._queue, self.studio.complain)

    @Slot(object)
    def _queue(self, spec: RunSpec) -> None:
        self.studio.queue.add([spec])
        self.studio.page_requested.emit("train")

    def show_code(self) -> CodeDialog:
        """Shows the selected run as scripts."""
        dialog = CodeDialog(self.studio, self.window(), self.selected[0].run.spec)
        dialog.run_requested.connect(self._queue)
        dialog.open()
        return dialog

    def _reveal(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.selected[0].run.folder)))

    def _rename(self) -> None:
        row = self.selected[0]

        def rename(title: str) -> None:
            self.studio.library.rename(row.id, title)

        self.question = ask_text(self, "Rename run", row.run.title, ("Rename", rename))

    def _delete(self) -> None:
        runs = tuple(row.id for row in self.selected)
        name = self.selected[0].run.name if len(runs) == 1 else counted(len(runs), "run")
        self.question = ask(
            self,
            f"Delete {name}?",
            "Weights and curves are deleted from the disk. You cannot undo this.",
            (
                ("Cancel", lambda: None),
                ("Delete", lambda: self.studio.library.delete(runs)),
            ),
            primary=0,
            danger=1,
        )

    def _export(self) -> None:
        below = QPoint(0, self.controls.export.height() + 2)
        self.exporter.menu(self.selected[0]).popup(self.controls.export.mapToGlobal(below))
