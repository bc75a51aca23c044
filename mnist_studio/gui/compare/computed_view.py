"""Any view that is computed from runs as a whole, what can be set for it, and its pictures."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter

from mnist_studio.analysis.view import Matrix, View
from mnist_studio.errors import MnistStudioError
from mnist_studio.formatting import counted
from mnist_studio.gui.common.basics import GAP
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.texts import unexpected
from mnist_studio.gui.compare.gallery_card import GalleryCard
from mnist_studio.gui.compare.hard_images import HardImageQuery
from mnist_studio.gui.compare.robustness import RobustnessBar
from mnist_studio.gui.compare.view_catalog import OfferedView
from mnist_studio.gui.compare.view_controls import ViewControls
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.view_request import ViewRequest, view_request
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.store.experiments import Experiment

BESIDE = 400
"""Points that a view's title and its exports take of the line in which the controls may stand."""
CELL_HINT = "Choose a cell of the matrix: its digits will be shown here."


class ComputedView(QSplitter):
    """Asks for the chosen view of the ticked runs, and again whenever they change.

    Attributes:
        panel: the view.
        gallery: digits that it is about.
        controls: what can be set for it.
        robustness: measures runs on disturbed digits.

    Signals:
        shown: a view is there.
    """

    shown = Signal()

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._studio = studio
        self._entry = OfferedView("", "", "")
        self._rows: tuple[RunRow, ...] = ()
        self._experiment: Experiment | None = None
        self._under: bool | None = None
        self.controls = ViewControls(studio.theme)
        self.panel = ViewPanel(studio.theme, marks, hover, self)
        self.gallery = GalleryCard(studio, marks)
        self.robustness = RobustnessBar(studio)
        self.panel.tools.addWidget(self.robustness)
        self._lay_out()
        studio.views.loaded.connect(self._take)
        studio.views.failed.connect(self._fail)
        studio.views.busy.connect(self.panel.show_busy)
        self.controls.changed.connect(self._want)
        self.controls.own_asked.connect(self._ask_own)
        studio.own_images.changed.connect(self._follow_own)
        self.robustness.measured.connect(self._renew)
        self.panel.cell_chosen.connect(self._show_cell)

    def _lay_out(self) -> None:
        self.setHandleWidth(GAP)
        self.setChildrenCollapsible(False)
        for place, (part, wide) in enumerate(((self.panel, 560), (self.gallery, 400))):
            self.addWidget(part)
            self.setStretchFactor(place, wide)
        self.setSizes([560, 400])

    @property
    def wanted(self) -> ViewRequest:
        """What is chosen, as a value."""
        memberships = self._studio.library.memberships
        rows = self._chosen_rows()
        return view_request(
            self._entry.name, self.controls.options, rows, memberships, self._experiment
        )

    def show_entry(
        self, entry: OfferedView, rows: Sequence[RunRow], experiment: Experiment | None
    ) -> None:
        """Shows a view.

        Args:
            entry: the view.
            rows: the ticked runs, newest first.
            experiment: whose they are; None for the user's own choice.
        """
        self._take_runs(tuple(rows), experiment)
        if entry != self._entry:
            self._entry = entry
            self._turn()
        self._want()

    def _take_runs(self, rows: tuple[RunRow, ...], experiment: Experiment | None) -> None:
        if experiment is not None and experiment != self._experiment:
            self.controls.set_threshold(experiment.spec.threshold)
        self._rows, self._experiment = rows, experiment
        self.robustness.show_rows(rows)
        self.controls.offer_models([(row.id, row.title) for row in rows if row.run.trained])

    def _turn(self) -> None:
        """Another view: other controls, and no pictures of the one before."""
        entry = self._entry
        self.controls.show_controls(entry.controls)
        self._place_controls()
        self.gallery.setVisible(bool(entry.pictures))
        self.robustness.setVisible(entry.name == "robustness")
        if entry.pictures == "cell":
            self.gallery.forget()
            self.gallery.say("Digits of a cell", CELL_HINT)
        self.panel.name(entry.title)
        self.panel.say(entry.title, f"{entry.tip}.")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The controls go where there is room."""
        super().resizeEvent(event)
        self._place_controls()

    def _place_controls(self) -> None:
        """Into the line of the title, or under it where that is too short."""
        needed = self.controls.sizeHint().width() + self._studio.theme.pixels(BESIDE)
        under = needed > self.width() or bool(self._entry.pictures)
        if under == self._under:
            return
        self._under = under
        if under:
            side = Qt.AlignmentFlag.AlignLeft
            self.panel.tools.insertWidget(0, self.controls, 0, side)
        else:
            self.panel.header.insertWidget(2, self.controls)

    def _chosen_rows(self) -> tuple[RunRow, ...]:
        """The ticked runs, or the two that are to be paired."""
        pair = self.controls.pair
        if "models" in self._entry.controls and len(pair) > 1:
            return tuple(row for row in self._rows if row.id in pair)
        return self._rows

    @Slot()
    def _want(self) -> None:
        least = self._entry.least
        if len(self._rows) >= least:
            self._studio.views.want(self.wanted)
            self._show_pictures()
            return
        self._studio.views.forget()
        tip = self._entry.tip[:1].lower() + self._entry.tip[1:]
        words = f"Tick {counted(least, 'run')} or more in the table below: {tip}."
        self.panel.say(self._entry.title, words)

    @Slot()
    def _ask_own(self) -> None:
        if self._studio.own_images.digits:
            self._studio.own_images.freeze(self.controls.set_own)
        else:
            self.controls.set_own("")
            self._studio.told.emit(
                "You have no digits of your own yet. Write some on the Draw page and press their "
                "keys.", "bad",
            )  # fmt: skip

    @Slot()
    def _follow_own(self) -> None:
        if self.controls.on_own:
            self._ask_own()

    @Slot()
    def _renew(self) -> None:
        self._studio.views.renew()
        self._want()

    def _show_pictures(self) -> None:
        model, own = self.controls.options.model, self.controls.options.own
        match self._entry.pictures:
            case "wrong" if model:
                self.gallery.ask(self._rows, HardImageQuery("wrong", model, own=own))
            case "disagreements":
                self.gallery.ask(self._rows, HardImageQuery("disagreements", own=own))

    @Slot(int, int, int)
    def _show_cell(self, place: int, row: int, column: int) -> None:
        """Shows the digits of a cell, if these are digits."""
        view = self.panel.view
        if view is None or self._entry.pictures != "cell":
            return
        matrix = view.charts[place]
        assert isinstance(matrix, Matrix)
        own = self.controls.options.own
        self.gallery.ask(self._rows, HardImageQuery("cell", matrix.key, (row, column), own))

    @Slot(object, object)
    def _take(self, asked: ViewRequest, view: View) -> None:
        if asked.like(self.wanted):
            self.panel.show_view(view)
            self.shown.emit()

    @Slot(object, object)
    def _fail(self, asked: ViewRequest, error: Exception) -> None:
        if asked.like(self.wanted):
            told = str(error) if isinstance(error, MnistStudioError) else unexpected(error)
            self.panel.say(f"{self._entry.title}: not of these runs", told)
