"""The Runs page: everything that was ever trained."""

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget

from mnist_studio.gui.bridge.background import IsCancelled, Progress
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.models.numbers import counted
from mnist_studio.gui.models.table import Column, RowsModel
from mnist_studio.gui.pages.page import Page
from mnist_studio.gui.panels import run_columns as columns
from mnist_studio.gui.panels.code_dialog import CodeDialog
from mnist_studio.gui.panels.continue_question import ContinueQuestion
from mnist_studio.gui.panels.exporter import Exporter
from mnist_studio.gui.panels.run_curves import RunCurves
from mnist_studio.gui.panels.run_details import RunDetails
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.widgets.basics import button, enable
from mnist_studio.gui.widgets.basics import row as line_of
from mnist_studio.gui.widgets.card import Card
from mnist_studio.gui.widgets.empty_state import EmptyState
from mnist_studio.gui.widgets.question import Question, ask, ask_text
from mnist_studio.gui.widgets.split import split
from mnist_studio.gui.widgets.table import Table, sorted_by
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store.runs import Run
from mnist_studio.studies import handover


class RunsPage(Page):
    """Continues, renames, deletes, reveals and exports runs."""

    title = "Runs"
    sentence = "Everything that was trained here, kept until you delete it"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.exporter = Exporter(studio, self)
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda row: row.id, self)
        self._sorted = sorted_by(self.model)
        self.table = Table("Runs", studio.theme, self._sorted)
        self.table.setSortingEnabled(True)
        # The end of a title tells its number and its faults.
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.details = RunDetails(studio.theme)
        self.curves = RunCurves(studio.theme)
        self.question: Question | None = None
        self._make_actions()
        self._lay_out()
        studio.library.changed.connect(self._show_rows)
        self.table.selectionModel().selectionChanged.connect(self._update)
        self._show_rows()

    def _columns(self) -> tuple[Column[RunRow], ...]:
        return (
            columns.title(self.studio.theme), columns.state(self.studio.theme),
            columns.DIGITS, columns.ACCURACY, columns.TRAINING, columns.EPOCHS, columns.MADE,
        )  # fmt: skip

    def _make_actions(self) -> None:
        self.continue_button = button("Continue", self._continue)
        self.continue_in_button = button("Continue in…", self._continue_in)
        self.code_button = button("Show code", self.show_code, quiet=True)
        self.reveal_button = button("Reveal folder", self._reveal, quiet=True)
        self.rename_button = button("Rename", self._rename)
        self.delete_button = button("Delete", self._delete, danger=True)
        self.export_button = button("Export", self._export, primary=True)
        for made in (
            self.continue_button, self.continue_in_button, self.rename_button,
            self.delete_button, self.export_button,
        ):  # fmt: skip
            self.action_line.addWidget(made)
        for keys, action in (
            ("F2", self._rename), ("Delete", self._delete), ("Ctrl+Shift+E", self._export)
        ):  # fmt: skip
            made_shortcut = QShortcut(QKeySequence(keys), self)
            made_shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made_shortcut.activated.connect(action)

    def _lay_out(self) -> None:
        self.details.body.addLayout(line_of(self.code_button, self.reveal_button, 1, gap=4))
        table = Card()
        table.body.addWidget(self.table)
        left = split(Qt.Orientation.Vertical, (table, self.curves), (430, 240))
        whole = split(Qt.Orientation.Horizontal, (left, self.details), (846, 304))
        self.empty = EmptyState(
            self.studio.theme,
            "runs",
            "No run is kept yet",
            "Every training is kept here with its weights and curves.",
            ("Train one", lambda: self.studio.going.emit("train")),
        )
        nothing = Card()
        nothing.body.addWidget(self.empty)
        self._stack = QStackedWidget()
        self._stack.addWidget(nothing)
        self._stack.addWidget(whole)
        self.body.addWidget(self._stack)

    @property
    def chosen(self) -> list[RunRow]:
        """The selected runs."""
        indexes = self.table.selectionModel().selectedRows()
        return [self.model.row(self._sorted.mapToSource(index)) for index in indexes]

    def prepare(self) -> None:
        """Builds the plots."""
        self.curves.prepare()

    def choose(self, *runs: str) -> None:
        """Selects these runs, where they are."""
        flags = QItemSelectionModel.SelectionFlag
        selection = self.table.selectionModel()
        selection.clearSelection()
        for place, row in enumerate(self.model.rows):
            if row.id in runs:
                index = self._sorted.mapFromSource(self.model.index(place, 0))
                selection.setCurrentIndex(index, flags.Select | flags.Rows)

    @Slot()
    def _show_rows(self) -> None:
        kept = [row.id for row in self.chosen]
        rows = self.studio.library.rows
        self.model.show(rows)
        self._stack.setCurrentIndex(int(bool(rows) or not self.studio.library.loaded))
        if not self.chosen:
            self.choose(*kept)
        if rows and not self.chosen:
            self.choose(rows[0].id)
        self._update()

    @Slot()
    def _update(self) -> None:
        chosen = self.chosen
        self.details.show_rows(chosen)
        self.curves.show_rows(chosen)
        none = "" if chosen else "Choose a run first."
        one = none or ("" if len(chosen) == 1 else "Choose a single run.")
        running = any(row.run.status == "running" for row in chosen)
        untrained = bool(chosen) and not chosen[0].run.trained
        whole = "" if chosen and chosen[0].run.resumable else "It did not end early."
        enable(self.continue_button, one or whole, "Goes on training from its last checkpoint")
        no_end = "It is still training." if running else ""
        no_start = "" if chosen and chosen[0].run.checkpoint else "It left nothing to go on from."
        tip = "Goes on in another framework, or longer, as a new run"
        enable(self.continue_in_button, one or no_end or no_start, tip)
        enable(self.code_button, one, "The run as each framework's own script")
        enable(self.reveal_button, one, "Opens the folder with everything the run left")
        fixed = "It came with the studio." if any(row.run.bundled for row in chosen) else ""
        enable(self.rename_button, one or fixed, "Gives the run another name (F2)")
        busy = "It is still training: stop it first." if running else ""
        enable(self.delete_button, none or fixed or busy, "Deletes weights and curves (Delete)")
        no_weights = "This run has no weights to export." if untrained else ""
        enable(self.export_button, one or no_weights, "Writes the weights (Ctrl+Shift+E)")

    def _continue(self) -> None:
        row = self.chosen[0]
        self.studio.queue.go_on(row.run, row.epochs)
        self.studio.going.emit("train")

    def _continue_in(self) -> None:
        run = self.chosen[0].run
        self.question = ContinueQuestion(
            self,
            self.studio.theme,
            run,
            lambda framework, epochs: self._hand_over(run, framework, epochs),
        )
        self.question.open()

    def _hand_over(self, run: Run, framework: FrameworkName, epochs: int) -> None:
        """Reads its checkpoint, which takes a moment, and queues the new run."""

        def work(progress: Progress, cancelled: IsCancelled) -> RunSpec:
            return handover.continued(run, framework, epochs)

        self.studio.background.start(work, self._queue, self.studio.complain)

    @Slot(object)
    def _queue(self, spec: RunSpec) -> None:
        self.studio.queue.add([spec])
        self.studio.going.emit("train")

    def show_code(self) -> CodeDialog:
        """Opens the chosen run as scripts."""
        dialog = CodeDialog(self.studio, self.window(), self.chosen[0].run.spec)
        dialog.run_asked.connect(self._queue)
        dialog.open()
        return dialog

    def _reveal(self) -> None:
        if self.reveal_button.isEnabled():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.chosen[0].run.folder)))

    def _rename(self) -> None:
        if not self.rename_button.isEnabled():
            return
        row = self.chosen[0]

        def rename(title: str) -> None:
            self.studio.library.rename(row.id, title)

        self.question = ask_text(self, "Rename the run", row.run.title, ("Rename", rename))

    def _delete(self) -> None:
        if not self.delete_button.isEnabled():
            return
        runs = tuple(row.id for row in self.chosen)
        what = self.chosen[0].run.title if len(runs) == 1 else counted(len(runs), "run")
        self.question = ask(
            self,
            f"Delete {what}?",
            "Its weights and curves are deleted from the disk. This cannot be undone.",
            (
                ("Keep", lambda: None),
                ("Delete", lambda: self.studio.library.delete(runs)),
            ),
            primary=0,
            danger=1,
        )

    def _export(self) -> None:
        if self.export_button.isEnabled():
            place = self.export_button.mapToGlobal(QPoint(0, self.export_button.height() + 2))
            self.exporter.menu(self.chosen[0]).popup(place)
