"""The Runs page: all stored runs, and what can be done with them."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from mnist_studio.formatting import counted, megabytes
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.code_dialog import CodeDialog
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.layouts import Flow, split
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.question import QuestionOverlay, ask, ask_text
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel
from mnist_studio.gui.runs.actions import ContinueQuestion, Exporter, RunActions
from mnist_studio.gui.runs.annotation_dialog import AnnotationDialog
from mnist_studio.gui.runs.details import RunCurves, RunDetails
from mnist_studio.gui.runs.importer import Importer
from mnist_studio.gui.runs.run_table import RunTable
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.running import continuation
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store.annotations import Change, with_archived
from mnist_studio.store.rows import Run

LEAST_TABLE = 230
"""Height of the card with the table, in lengths of the design."""


class RunsPage(Page):
    """Shows, resumes, continues, renames, deletes and exports runs."""

    title = "Runs"
    sentence = "All trained models"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.exporter = Exporter(studio, self)
        self.runs = RunTable(studio)
        self.importer = Importer(studio, self, self.runs)
        self.details = RunDetails(studio.theme)
        self.curves = RunCurves(studio.theme)
        self.question: QuestionOverlay | None = None
        self.controls = RunActions(self.action_line)
        self._connect()
        self._lay_out()
        self.runs.changed.connect(self._show_rows)
        self.runs.selection_changed.connect(self._update)
        self.runs.show_rows()

    @property
    def table(self) -> TableView:
        """The table of runs."""
        return self.runs.table

    @property
    def model(self) -> RowsModel[RunRow]:
        """The listed runs."""
        return self.runs.model

    def _connect(self) -> None:
        actions = self.controls
        for made, action in (
            (actions.resume, self._resume), (actions.continue_as_new, self._ask_to_continue),
            (actions.rename, self._rename), (actions.delete, self._delete),
            (actions.compare, self._compare), (actions.annotate, self._annotate),
            (actions.archive, self._archive), (actions.restore, self._restore),
            (actions.empty_trash, self._measure_trash),
            (actions.export, self._export), (actions.code, self.show_code),
            (actions.reveal, self._reveal),
            (actions.watch, self._watch), (actions.data, self.studio.data_requested.emit),
        ):  # fmt: skip
            made.clicked.connect(lambda checked=False, action=action: action())
        self.runs.import_button.clicked.connect(self.importer.ask)
        for keys, act in (
            ("F2", actions.rename.click), ("Delete", actions.delete.click),
            ("Ctrl+Shift+E", actions.export.click), ("Ctrl+F", self.runs.filter.line.setFocus),
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _lay_out(self) -> None:
        actions = self.controls
        links = QWidget()
        flow = Flow(links, 4)
        for button in (actions.code, actions.reveal, actions.watch):
            flow.addWidget(button)
        self.details.body.addWidget(links)
        # In a low window the page scrolls, as one or two rows would be useless.
        self.runs.setMinimumHeight(self.studio.theme.pixels(LEAST_TABLE))
        left = split(Qt.Orientation.Vertical, (self.runs, self.curves), (430, 240))
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
        return self.runs.selected

    def show_item(self, key: str) -> None:
        """Selects a run."""
        self.select(key)

    def prepare(self) -> None:
        """Builds the plots."""
        self.curves.prepare()

    def select(self, *runs: str) -> None:
        """Selects these runs, if they exist."""
        self.runs.select(*runs)

    @Slot()
    def _show_rows(self) -> None:
        library = self.studio.library
        some = bool(library.rows or library.trashed)
        self._stack.setCurrentIndex(int(some or not library.loaded))
        self.controls.show_trash(self.runs.trash)
        self._update()

    @Slot()
    def _update(self) -> None:
        selected = self.selected
        self.details.show_rows(selected)
        self.curves.show_rows(selected)
        if self.runs.trash:
            self.controls.show_trashed(selected, len(self.studio.library.trashed))
        else:
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

    def _watch(self) -> None:
        """Shows on the Train page what the selected runs recorded after every epoch."""
        runs = ",".join(row.id for row in self.runs.selected)
        self.studio.item_requested.emit("train", f"watch:{runs}")

    def _reveal(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.selected[0].run.folder)))

    def _rename(self) -> None:
        row = self.selected[0]

        library, former = self.studio.library, row.run.title

        def rename(title: str) -> None:
            library.rename(row.id, title)
            if title.strip() != former:
                done = f"Renamed “{former}”."
                self.studio.undo_offered.emit(done, lambda: library.rename(row.id, former))

        self.question = ask_text(self, "Rename run", row.run.title, ("Rename", rename))

    def _compare(self) -> None:
        self.studio.compare([row.id for row in self.selected if row.comparable])

    def _annotate(self) -> None:
        rows = self.selected
        runs, name = _ids(rows), _named(rows)

        def change(how: Change, what: str) -> None:
            self._change(runs, how, f"Changed {what} of {name}.")

        self.question = AnnotationDialog(self, rows, self.runs.tags, change)
        self.question.open()

    def _archive(self) -> None:
        rows = self.selected
        archived = not all(row.archived for row in rows)
        verb = "Archived" if archived else "Unarchived"
        self._change(_ids(rows), with_archived(archived), f"{verb} {_named(rows)}.")

    def _change(self, runs: tuple[str, ...], change: Change, done: str) -> None:
        """Changes annotations of runs, and then offers to undo it."""
        library, offer = self.studio.library, self.studio.undo_offered.emit
        library.annotate(runs, change, lambda old: offer(done, lambda: library.revert(old)))

    def _delete(self) -> None:
        """Moves the runs to the trash, and then offers to undo it."""
        offer, done = self.studio.undo_offered.emit, f"Deleted {_named(self.selected)}."
        self.studio.library.delete(
            _ids(self.selected), lambda runs: offer(done, lambda: self._bring_back(runs))
        )

    def _bring_back(
        self, runs: tuple[str, ...], done: Callable[[None], object] | None = None
    ) -> None:
        """Moves runs back from the trash, and selects them."""
        self.runs.select_when_listed(*runs)
        self.studio.library.restore(runs, done)

    def _restore(self) -> None:
        """Moves runs back from the trash, and then offers to undo it."""
        library, offer = self.studio.library, self.studio.undo_offered.emit
        runs, done = _ids(self.selected), f"Restored {_named(self.selected)}."
        self._bring_back(runs, lambda _: offer(done, lambda: library.delete(runs)))

    def _measure_trash(self) -> None:
        self.studio.library.submit(lambda store: store.trash.size(), self._ask_to_empty)

    def _ask_to_empty(self, size: int) -> None:
        count = counted(len(self.studio.library.trashed), "run")
        self.question = ask(
            self,
            f"Delete {count} for good?",
            f"This frees {megabytes(size)}. Weights and curves are deleted from the disk. You "
            "cannot undo this.",
            (("Cancel", lambda: None), ("Empty trash", lambda: self._empty_trash(size))),
            primary=0,
            danger=1,
        )

    def _empty_trash(self, size: int) -> None:
        def report(count: int) -> None:
            freed = f"Deleted {counted(count, 'run')} and freed {megabytes(size)}."
            self.studio.message.emit(freed, "good")

        self.studio.library.submit(lambda store: store.trash.empty(), report)

    def _export(self) -> None:
        below = QPoint(0, self.controls.export.height() + 2)
        self.exporter.menu(self.selected).popup(self.controls.export.mapToGlobal(below))


def _ids(rows: Sequence[RunRow]) -> tuple[str, ...]:
    return tuple(row.id for row in rows)


def _named(rows: Sequence[RunRow]) -> str:
    """One run by its title, several by their number."""
    return rows[0].run.name if len(rows) == 1 else counted(len(rows), "run")
