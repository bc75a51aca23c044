"""Where the chosen view is: computed as a value, or a part of the page of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.compare.computed_view import ComputedView
from mnist_studio.gui.compare.drawing_view import DrawingPanel
from mnist_studio.gui.compare.image_view import SingleImageView
from mnist_studio.gui.compare.known_bug_costs import KnownBugCostCard
from mnist_studio.gui.compare.live_curves import LiveCurves
from mnist_studio.gui.compare.sample_card import SampleCard
from mnist_studio.gui.compare.view_catalog import ENTRIES, Kind, OfferedView
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.store.experiments import Experiment

Part = TypeVar("Part", bound=QWidget)

MOST_PLOTS = 2
"""So many plots of lines computed views have at once."""


class ViewsArea(QStackedWidget):
    """Shows one view of the ticked runs and keeps it fresh.

    Its parts are built when they are first shown, that of most views while nobody waits.

    Signals:
        export_asked: a view and the kind of file.
    """

    export_asked = Signal(object, str)

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._studio, self._marks, self._hover = studio, marks, hover
        self._rows: tuple[RunRow, ...] = ()
        self._experiment: Experiment | None = None
        self._entry: OfferedView = ENTRIES["live"]
        self._parts: Mapping[Kind, Callable[[], QWidget]] = {
            "live": lambda: self.live,
            "view": lambda: self.computed,
            "digit": lambda: self.digit,
            "drawing": lambda: self.drawing,
            "samples": lambda: self.samples,
            "known_bugs": lambda: self.known_bugs,
        }

    @cached_property
    def live(self) -> LiveCurves:
        """The curves of runs that train."""
        made = self._added(LiveCurves(self._studio.theme, self._marks, self._hover))
        return self._exporting(made, made.panel)

    @cached_property
    def computed(self) -> ComputedView:
        """Any view that is computed."""
        made = self._added(ComputedView(self._studio, self._marks, self._hover))
        return self._exporting(made, made.panel)

    @cached_property
    def digit(self) -> SingleImageView:
        """One test digit."""
        made = self._added(SingleImageView(self._studio, self._marks, self._hover))
        return self._exporting(made, made.panel)

    @cached_property
    def drawing(self) -> DrawingPanel:
        """The current drawing."""
        made = self._added(DrawingPanel(self._studio, self._marks, self._hover))
        return self._exporting(made, made.panel)

    @cached_property
    def samples(self) -> SampleCard:
        """Twenty test digits."""
        return self._added(SampleCard(self._studio))

    @cached_property
    def known_bugs(self) -> KnownBugCostCard:
        """What faults cost."""
        return self._added(KnownBugCostCard())

    @property
    def entry(self) -> OfferedView:
        """The view that is chosen."""
        return self._entry

    def build(self) -> Iterator[None]:
        """Builds in steps what most views need."""
        computed = self.computed
        yield
        yield from computed.panel.charts.build(MOST_PLOTS)

    @Slot(str)
    def choose(self, name: str) -> None:
        """Shows another view."""
        self._entry = ENTRIES[name]
        self.setCurrentWidget(self._parts[self._entry.kind]())
        self._refresh()

    def show_rows(self, rows: Sequence[RunRow], experiment: Experiment | None) -> None:
        """The ticked runs, and the experiment whose they are, if it is one's."""
        self._rows, self._experiment = tuple(rows), experiment
        self._refresh()

    def _refresh(self) -> None:
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
            case "known_bugs":
                self.known_bugs.show_rows(self._rows)
            case "view":
                self.computed.show_entry(self._entry, self._rows, self._experiment)

    def _added(self, part: Part) -> Part:
        self.addWidget(part)
        return part

    def _exporting(self, part: Part, panel: ViewPanel) -> Part:
        panel.export_asked.connect(lambda kind: self.export_asked.emit(panel.view, kind))
        return part
