"""The runs that can be compared: all, or those of an experiment, to be ticked."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QSizePolicy

from mnist_studio.formatting import counted
from mnist_studio.gui.common import run_columns as columns
from mnist_studio.gui.common.basics import button, enable, label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.table import TableView, sorted_by
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.store.experiments import Experiment

ALL = "all"
FIRST_TICKS = 6
"""So many of the newest trained runs are ticked at first."""
_SEED: TableColumn[RunRow] = TableColumn(
    "Seed",
    lambda row: str(row.run.spec.training.seed),
    right=True,
    sort=lambda row: row.run.spec.training.seed,
)


class RunList(Card):
    """A table with ticks.

    Signals:
        changed: other runs are ticked, or what is known of one is new.
    """

    changed = Signal()

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__("Runs")
        self._studio, self._marks, self._hover = studio, marks, hover
        self._known: frozenset[str] = frozenset()
        self._offered: list[tuple[str, str, str]] = []
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda row: row.id, self, True)
        self._sorted: QSortFilterProxyModel = sorted_by(self.model)
        self.table = TableView("Runs to compare", studio.theme, self._sorted)
        self.experiment = ComboBox("Runs of", studio.theme)
        self.count = label(role="secondary")
        self.none_button = button("Tick none", lambda: self.model.tick(frozenset()), quiet=True)
        self.all_button = button("Tick all", self.tick_all, quiet=True)
        self._prepare()
        for part in (self.count, self.experiment, self.none_button, self.all_button):
            self.header.addWidget(part, int(part is self.experiment))
        self.body.addWidget(self.table)
        self.model.ticked.connect(self._tell)
        self.experiment.chosen.connect(self._choose)
        studio.library.changed.connect(self.show_rows)

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
            _SEED, columns.DIGITS, columns.ACCURACY, columns.TRAINING, columns.EPOCHS,
            columns.PARAMETERS, columns.LATENCY,
        )  # fmt: skip

    def _picture(self, row: RunRow) -> QPixmap:
        return self._marks.picture(row.id)

    @property
    def ticked(self) -> list[RunRow]:
        """The ticked runs, newest first."""
        keys = self.model.ticked_keys
        return [row for row in self.model.rows if row.id in keys]

    @property
    def chosen_experiment(self) -> Experiment | None:
        """The experiment whose runs are in the table; None where all are."""
        known = self._studio.library.experiments
        return next(
            (experiment for experiment in known if experiment.id == self.experiment.choice), None
        )

    def tick_all(self) -> None:
        """Ticks what is in the table."""
        self.model.tick(frozenset(row.id for row in self.model.rows))

    def show_experiment(self, experiment: str) -> None:
        """Shows the runs of an experiment and ticks them all."""
        self._offer_experiments()
        self.experiment.choose(experiment)
        self._choose(experiment)

    @Slot()
    def show_rows(self) -> None:
        """Shows what the library knows; ticks the newest at first, then every run that ends."""
        library = self._studio.library
        rows = [row for row in library.rows if row.epochs]
        self._marks.know(families(rows))
        self._offer_experiments()
        chosen = self.experiment.choice
        shown = [r for r in rows if chosen in (ALL, "") or library.experiment_of(r.id) == chosen]
        self.model.show(shown)
        self._tick_new([row.id for row in shown if row.run.status != "running"])
        reason = "" if rows else "There are no runs yet."
        enable(self.all_button, reason, "Lays all runs of the table side by side")
        enable(self.none_button, reason, "Takes all ticks away")
        self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The pointer leaves the table."""
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

    def _tick_new(self, runs: list[str]) -> None:
        fresh = [run for run in runs if run not in self._known]
        if not self._known:
            fresh = fresh[:FIRST_TICKS]
        self._known = self._known | frozenset(runs)
        self.model.tick(self.model.ticked_keys | frozenset(fresh))

    @Slot(str)
    def _choose(self, experiment: str) -> None:
        self._hover.point("")
        self.show_rows()
        if experiment != ALL:
            self.tick_all()

    @Slot()
    def _tell(self) -> None:
        count = len(self.model.ticked_keys)
        self.count.setText(f"{counted(count, 'run')} ticked".capitalize())
        self.changed.emit()

    @Slot(QModelIndex)
    def _point(self, index: QModelIndex) -> None:
        self._hover.point(self.model.row(self._sorted.mapToSource(index)).id)


def families(rows: list[RunRow]) -> dict[str, tuple[str, object]]:
    """Who shares a mark: runs of the same settings but for their seed."""
    return {row.id: (row.framework, row.settings) for row in rows}


def _settings(row: RunRow) -> str:
    return f"{row.title}\n{columns.settings_of(row)}"
