"""Where the chosen view is: computed as a value, or a part of the page of its own."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from mnist_studio.analysis.view import Matrix, View
from mnist_studio.errors import StudioError
from mnist_studio.gui.models.found import Asked
from mnist_studio.gui.models.hover import Hover
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.models.numbers import counted
from mnist_studio.gui.models.unexpected import unexpected
from mnist_studio.gui.models.view_catalogue import ENTRIES, Entry
from mnist_studio.gui.models.wanted import Wanted, wanted
from mnist_studio.gui.panels.digit_panel import DigitPanel
from mnist_studio.gui.panels.drawing_panel import DrawingPanel
from mnist_studio.gui.panels.fault_cost_card import FaultCostCard
from mnist_studio.gui.panels.gallery_card import GalleryCard
from mnist_studio.gui.panels.live_curves import LiveCurves
from mnist_studio.gui.panels.robustness_bar import RobustnessBar
from mnist_studio.gui.panels.sample_card import SampleCard
from mnist_studio.gui.panels.view_controls import ViewControls
from mnist_studio.gui.panels.view_panel import ViewPanel
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.widgets.split import split
from mnist_studio.store.studies import Study

CELL_HINT = "Choose a cell of the matrix: its digits will be shown here."


class ViewsArea(QStackedWidget):
    """Shows one view of the ticked runs and keeps it fresh.

    Attributes:
        panel: any view that is computed.
        gallery: digits that it is about.
        controls: what can be set for it.
        parts: parts of the page that are no computed views.

    Signals:
        export_asked: a view and the kind of file.
        shown: a view is there.
    """

    export_asked = Signal(object, str)
    shown = Signal()

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._rows: tuple[RunRow, ...] = ()
        self._entry: Entry = ENTRIES["live"]
        self._studio = studio
        self._study: Study | None = None
        self.loader = studio.views
        self.controls = ViewControls(studio.theme)
        self.panel = ViewPanel(studio.theme, marks, hover)
        self.gallery = GalleryCard(studio, marks)
        self.live = LiveCurves(studio.theme, marks, hover)
        self.drawing = DrawingPanel(studio, marks, hover)
        self.digit = DigitPanel(studio, marks, hover)
        self.samples = SampleCard(studio)
        self.faults = FaultCostCard()
        self.robustness = RobustnessBar(studio)
        self.panel.tools.addWidget(self.robustness)
        halves = (self.panel, self.gallery)
        self._computed = split(Qt.Orientation.Horizontal, halves, (560, 400))
        self.parts: Mapping[str, QWidget] = {
            "view": self._computed, "live": self.live, "drawing": self.drawing,
            "digit": self.digit, "samples": self.samples, "faults": self.faults,
        }  # fmt: skip
        for part in self.parts.values():
            self.addWidget(part)
        self._connect()
        self.choose("live")

    def _connect(self) -> None:
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._fail)
        self.loader.busy.connect(self._work)
        self.controls.changed.connect(self.refresh)
        self.robustness.measured.connect(self._renew)
        for panel in (self.panel, self.live.panel, self.drawing.panel, self.digit.panel):
            panel.export_asked.connect(
                lambda kind, panel=panel: self.export_asked.emit(panel.view, kind)
            )
        self.panel.cell_chosen.connect(self._show_cell)

    @property
    def entry(self) -> Entry:
        """The view that is chosen."""
        return self._entry

    @property
    def wanted(self) -> Wanted:
        """What is chosen, as a value."""
        return wanted(
            self._entry.name, self.controls.options, self._chosen_rows(),
            self._studio.library.memberships, self._study,
        )  # fmt: skip

    def choose(self, name: str) -> None:
        """Shows another view."""
        self._entry = ENTRIES[name]
        self.setCurrentWidget(self.parts[self._entry.kind])
        self.controls.show_controls(self._entry.controls)
        self._place_controls()
        self.gallery.setVisible(bool(self._entry.pictures))
        self.robustness.setVisible(name == "robustness")
        if self._entry.pictures == "cell":
            self.gallery.forget()
            self.gallery.say("Digits of a cell", CELL_HINT)
        if self._entry.kind == "view":
            self.panel.name(self._entry.title)
            self.panel.say(self._entry.title, self._entry.tip + ".")
        self.refresh()

    def _place_controls(self) -> None:
        """Into the line of the title, or under it where pictures take half of the width."""
        panel = self.panel
        if self._entry.pictures:
            panel.tools.insertWidget(0, self.controls, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            panel.header.insertWidget(2, self.controls)

    def show_rows(self, rows: Sequence[RunRow], study: Study | None) -> None:
        """The ticked runs, and the study whose they are, if it is one's."""
        if study is not None and study != self._study:
            self.controls.set_threshold(study.spec.threshold)
        self._rows, self._study = tuple(rows), study
        self.robustness.show_rows(rows)
        trained = [(row.id, row.title) for row in rows if row.run.trained]
        self.controls.offer_models(trained)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Shows what is chosen of the runs as they are now."""
        match self._entry.kind:
            case "live":
                self.live.show_rows(self._rows)
            case "drawing":
                self.drawing.show_rows(self._rows)
            case "digit":
                self.digit.show_rows(self._rows)
            case "samples":
                self.samples.show_rows(self._rows)
            case "faults":
                self.faults.show_rows(self._rows)
            case "view":
                self._want()

    @Slot()
    def _renew(self) -> None:
        self.loader.renew()
        self.refresh()

    def _chosen_rows(self) -> tuple[RunRow, ...]:
        """The ticked runs, or the two that are to be paired."""
        pair = self.controls.pair
        if "models" in self._entry.controls and len(pair) > 1:
            return tuple(row for row in self._rows if row.id in pair)
        return self._rows

    def _want(self) -> None:
        least = self._entry.least
        if len(self._rows) < least:
            self.loader.forget()
            self.panel.say(
                self._entry.title,
                f"Tick {counted(least, 'run')} or more in the table below: {self._tip()}.",
            )
            return
        self.loader.want(self.wanted)
        self._show_pictures()

    def _tip(self) -> str:
        return self._entry.tip[:1].lower() + self._entry.tip[1:]

    def _show_pictures(self) -> None:
        model = self.controls.options.model
        match self._entry.pictures:
            case "wrong" if model:
                self.gallery.ask(self._rows, Asked("wrong", model))
            case "disagreements":
                self.gallery.ask(self._rows, Asked("disagreements"))

    @Slot(int, int, int)
    def _show_cell(self, place: int, row: int, column: int) -> None:
        """Shows the digits of a cell, if these are digits."""
        view = self.panel.view
        if view is None or self._entry.pictures != "cell":
            return
        matrix = view.charts[place]
        assert isinstance(matrix, Matrix)
        self.gallery.ask(self._rows, Asked("cell", matrix.key, (row, column)))

    @Slot(object, object)
    def _show(self, asked: Wanted, view: View) -> None:
        if asked.like(self.wanted):
            self.panel.show_view(view)
            self.shown.emit()

    @Slot(object, object)
    def _fail(self, asked: Wanted, error: Exception) -> None:
        if asked.like(self.wanted):
            told = str(error) if isinstance(error, StudioError) else unexpected(error)
            self.panel.say(f"{self._entry.title}: not of these runs", told)

    @Slot(bool)
    def _work(self, busy: bool) -> None:
        self.panel.show_busy(busy)
