"""The runs that can be compared: all, or those of an experiment, with check boxes."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from mnist_studio.formatting import counted
from mnist_studio.gui.common import run_columns as columns
from mnist_studio.gui.common.basics import button, enable
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.filter_field import FilterField, known_values
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.table import ROW_HEIGHT, TableView, sorted_by
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.store.experiments import Experiment

ALL = "all"
FIRST_SELECTED = 6
"""How many of the newest trained runs are selected at first."""
MOST_ADDED = 20
"""How many runs that end later are selected without a click; the oldest of them leave first.

A plot of more curves is hard to read, and a window that trains for days would draw thousands."""
NEWEST = "the newest on {}"
CHOSEN = "chosen on another page"
ADDED = "new runs were added"
ALL_LISTED = "all of the experiment"
YOURS = "your selection"
"""Why the selected runs are selected."""
_SEED: TableColumn[RunRow] = TableColumn(
    "Seed",
    lambda row: str(row.run.spec.training.seed),
    right=True,
    sort=lambda row: row.run.spec.training.seed,
)

EPOCHS, PARAMETERS, LATENCY = 5, 6, 7
"""Columns of the table."""

LEAST_ROWS = 4
"""A run in each framework, and one to compare them with."""

HEAD = 34
"""Height of the titles of the columns, in lengths of the design."""

WIDE = 800
"""Width from which the number of selected runs is in the header, in lengths of the design."""


class RunList(Card):
    """A table with check boxes.

    Signals:
        changed: other runs are selected, or a run has new values.
    """

    changed = Signal()

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__("Runs")
        self._studio, self._marks, self._hover = studio, marks, hover
        self._known: frozenset[str] = frozenset()
        self._added: tuple[str, ...] = ()
        self._selecting = False
        self._wanted: frozenset[str] = frozenset()
        self._offered: list[tuple[str, str, str]] = []
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda row: row.id, self, True)
        self._sorted: QSortFilterProxyModel = sorted_by(self.model)
        self.table = TableView("Runs to compare", studio.theme, self._sorted)
        # The Runs page has them.
        self.table.dispensable = (LATENCY, PARAMETERS, EPOCHS)
        self.experiment = ComboBox("Experiment", studio.theme)
        self.experiment.setToolTip("Shows the runs of one experiment only (default: all runs)")
        self.filter = FilterField(self._known_values)
        self.count = Elided(role="secondary", grow=False)
        self._rule = ""
        self.none_button = button(
            "Select none",
            self._select_none,
            tip="Remove all runs from the comparison",
            quiet=True,
        )
        self.all_button = button(
            "Select all", self.select_all, tip="Compare all runs in the list", quiet=True
        )
        self._prepare()
        for part in (self.count, self.filter, self.experiment, self.none_button, self.all_button):
            self.header.addWidget(part, int(part in (self.filter, self.experiment)))
        self.body.addWidget(self.table)
        self.model.checks_changed.connect(self._on_checks)
        self.model.modelReset.connect(self._size)
        studio.theme.changed.connect(self._size)
        self._size()
        self.experiment.chosen.connect(self._choose)
        self.filter.changed.connect(self.show_rows)
        studio.library.changed.connect(self.show_rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the count a line of its own where the header is too short."""
        super().resizeEvent(event)
        below = self.width() < self._studio.theme.pixels(WIDE)
        if below and self.body.indexOf(self.count) < 0:
            self.body.insertWidget(0, self.count)
        elif not below and self.header.indexOf(self.count) < 0:
            self.header.insertWidget(2, self.count)

    @Slot()
    def _size(self) -> None:
        """Some runs are always visible, however high the view would like to be."""
        rows = min(max(len(self.model.rows), 1), LEAST_ROWS)
        bar = self.table.horizontalScrollBar().sizeHint().height()
        self.table.setMinimumHeight(bar + self._studio.theme.pixels(HEAD + rows * ROW_HEIGHT))

    def _prepare(self) -> None:
        self.experiment.offer([(ALL, "All runs", "")])
        self.experiment.setMinimumWidth(self._studio.theme.pixels(110))
        self.experiment.setMaximumWidth(self._studio.theme.pixels(300))
        self.experiment.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.table.setMouseTracking(True)
        self.table.entered.connect(self._point)
        self.table.viewport().installEventFilter(self)

    def _columns(self) -> tuple[TableColumn[RunRow], ...]:
        return (
            TableColumn("Run", lambda row: row.title, tip=_settings, picture=self._picture),
            _SEED, columns.DATASET, columns.ACCURACY, columns.TRAINING, columns.EPOCHS,
            columns.PARAMETERS, columns.LATENCY,
        )  # fmt: skip

    def _picture(self, row: RunRow) -> QPixmap:
        return self._marks.picture(row.id)

    @property
    def selected(self) -> list[RunRow]:
        """The selected runs, newest first."""
        keys = self.model.checked_keys
        return [row for row in self.model.rows if row.id in keys]

    @property
    def chosen_experiment(self) -> Experiment | None:
        """The experiment whose runs are listed; None if all runs are."""
        known = self._studio.library.experiments
        return next(
            (experiment for experiment in known if experiment.id == self.experiment.choice), None
        )

    def select_all(self) -> None:
        """Selects all listed runs."""
        self.model.check(frozenset(row.id for row in self.model.rows))

    def _select_none(self) -> None:
        """Clears the selection, and then offers to undo it."""
        former = self.model.checked_keys
        self.model.check(frozenset())
        if former:
            done = f"Cleared the selection of {counted(len(former), 'run')}."
            self._studio.undo_offered.emit(done, lambda: self.model.check(former))

    def _known_values(self, name: str) -> list[str]:
        return known_values(self._studio.library.rows, name)

    def show_experiment(self, experiment: str) -> None:
        """Lists the runs of an experiment and selects all of them."""
        self._offer_experiments()
        self.experiment.choose(experiment)
        self._choose(experiment)

    def select_runs(self, runs: Sequence[str]) -> None:
        """Lists all runs and selects exactly these; those not read yet follow when they are."""
        self.experiment.choose(ALL)
        self.filter.set_text("")
        self._wanted = frozenset(runs)
        self.show_rows()
        checked = self.model.checked_keys
        first = next((at for at, row in enumerate(self.model.rows) if row.id in checked), None)
        if first is not None:
            self.table.scrollTo(self._sorted.mapFromSource(self.model.index(first, 0)))

    @Slot()
    def show_rows(self) -> None:
        """Lists the runs; selects the newest at first, later those that end."""
        library = self._studio.library
        rows = [row for row in library.rows if row.comparable]
        self._marks.know(families(rows))
        self._offer_experiments()
        chosen = self.experiment.choice
        shown = [r for r in rows if chosen in (ALL, "") or library.experiment_of(r.id) == chosen]
        shown = self._matching(shown, hide_archived=chosen in (ALL, ""))
        self.model.show(shown)
        self._select_new([row for row in shown if row.run.status != "running"])
        # Archived runs are compared only if they are selected by hand.
        self._known |= {row.id for row in rows if row.archived}
        reason = "" if rows else "There are no runs yet. Train one on the Train page."
        enable(self.all_button, reason, "Selects all listed runs for comparison")
        enable(self.none_button, reason, "Clears the selection.")
        self._on_selection()

    def _matching(self, rows: list[RunRow], hide_archived: bool) -> list[RunRow]:
        """What the filter finds; archived runs too if they are selected or requested."""
        found = {row.id for row in self.filter.matching(rows, hide_archived)}
        chosen = self._wanted | self.model.checked_keys
        anyway = self.filter.matching([row for row in rows if row.id in chosen], False)
        found |= {row.id for row in anyway if row.archived}
        return [row for row in rows if row.id in found]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ends the highlighting when the pointer leaves the table."""
        if event.type() == QEvent.Type.Leave:
            self._hover.point("")
        return super().eventFilter(watched, event)

    def _offer_experiments(self) -> None:
        offered = [(ALL, "All runs", "")]
        offered += [
            (experiment.id, experiment.title, "experiment")
            for experiment in self._studio.library.experiments
        ]
        if offered != self._offered:
            self._offered = offered
            self.experiment.offer(offered)

    def _select_new(self, rows: list[RunRow]) -> None:
        """Selects the newest runs on the newest run's dataset at first, later the new ones."""
        runs = frozenset(row.id for row in rows)
        if self._wanted:
            self._known |= runs
            self._rule, self._selecting = CHOSEN, True
            self.model.check(self._wanted & self._known)
            self._selecting = False
            self._wanted = self._wanted if self._wanted - self._known else frozenset()
            return
        fresh = [row for row in rows if row.id not in self._known]
        if fresh and not self._known:
            dataset = fresh[0].dataset
            fresh = [row for row in fresh if row.dataset == dataset][:FIRST_SELECTED]
            self._check_also(fresh, NEWEST.format(dataset))
        elif fresh:
            self._check_also(fresh, ADDED)
        self._known |= runs

    def _check_also(self, rows: list[RunRow], rule: str) -> None:
        """Selects more runs for a reason other than the user's click."""
        added = (*(row.id for row in rows), *self._added)
        # All runs of an experiment whose runs alone are listed stay.
        most = MOST_ADDED if self.experiment.choice in (ALL, "") else len(added)
        self._added, oldest = added[:most], added[most:]
        self._rule, self._selecting = rule, True
        self.model.check_also(frozenset(self._added), without=frozenset(oldest))
        self._selecting = False

    @Slot(str)
    def _choose(self, experiment: str) -> None:
        self._hover.point("")
        self.show_rows()
        if experiment != ALL:
            self.select_all()
            self._rule = ALL_LISTED
            self._show_count()

    @Slot()
    def _on_checks(self) -> None:
        if not self._selecting:
            self._rule, self._added = YOURS, ()
        self._on_selection()

    @Slot()
    def _on_selection(self) -> None:
        self._show_count()
        self.changed.emit()

    def _show_count(self) -> None:
        """Shows how many runs are selected, and why these."""
        count = len(self.model.checked_keys)
        text = f"{counted(count, 'run')} selected".capitalize()
        self.count.setText(f"{text}: {self._rule}" if count and self._rule else text)

    @Slot(QModelIndex)
    def _point(self, index: QModelIndex) -> None:
        self._hover.point(self.model.row(self._sorted.mapToSource(index)).id)


def families(rows: list[RunRow]) -> dict[str, tuple[str, object]]:
    """Which runs look similar: those that differ only in their seed."""
    return {row.id: (row.framework, row.settings) for row in rows}


def _settings(row: RunRow) -> str:
    return f"{row.title}\n{columns.settings_of(row)}"
