"""The area of the Compare page that shows the chosen view."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol, TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.comparison.views.catalog import ENTRIES, ViewEntry
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.layouts import CurrentStack
from mnist_studio.gui.compare.computed_view import ComputedView
from mnist_studio.gui.compare.drawing_view import DrawingView
from mnist_studio.gui.compare.known_bug_costs import KnownBugCostCard
from mnist_studio.gui.compare.live_curves import LiveCurves
from mnist_studio.gui.compare.sample_card import SampleCard
from mnist_studio.gui.compare.single_image_view import SingleImageView
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.store.experiments import Experiment

LINE_PLOTS = 2
"""How many line plots the computed views show at once."""


class _WithPanel(Protocol):
    panel: ViewPanel


Part = TypeVar("Part", bound=QWidget)
Exporting = TypeVar("Exporting", bound=_WithPanel)


class ViewsArea(CurrentStack):
    """Shows one view of the selected runs and updates it.

    Each part is built when it is first shown; the computed views are built while the window idles.

    Signals:
        export_requested: a view and the kind of file.
    """

    export_requested = Signal(object, str)

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._studio, self._marks, self._hover = studio, marks, hover
        self._rows: tuple[RunRow, ...] = ()
        self._experiment: Experiment | None = None
        self._entry = ENTRIES["live"]

    @cached_property
    def live(self) -> LiveCurves:
        """The curves of runs in training."""
        return self._add(self._exporting(LiveCurves(self._studio.theme, self._marks, self._hover)))

    @cached_property
    def computed(self) -> ComputedView:
        """Any view that is computed from the runs."""
        return self._add(self._exporting(ComputedView(self._studio, self._marks, self._hover)))

    @cached_property
    def single_image(self) -> SingleImageView:
        """One test image."""
        return self._add(self._exporting(SingleImageView(self._studio, self._marks, self._hover)))

    @cached_property
    def drawing(self) -> DrawingView:
        """The current drawing."""
        return self._add(self._exporting(DrawingView(self._studio, self._marks, self._hover)))

    @cached_property
    def samples(self) -> SampleCard:
        """Twenty test images."""
        return self._add(SampleCard(self._studio))

    @cached_property
    def known_bugs(self) -> KnownBugCostCard:
        """What known bugs cost."""
        return self._add(KnownBugCostCard())

    @property
    def entry(self) -> ViewEntry:
        """The chosen view."""
        return self._entry

    def build(self) -> Iterator[None]:
        """Builds in steps what the computed views need."""
        computed = self.computed
        yield
        yield from computed.panel.charts.build(LINE_PLOTS)

    @Slot(str)
    def choose(self, name: str) -> None:
        """Shows another view."""
        self._entry = ENTRIES[name]
        self._refresh()

    def show_rows(self, rows: Sequence[RunRow], experiment: Experiment | None) -> None:
        """Takes the selected runs, and the experiment they belong to, if it was chosen."""
        self._rows, self._experiment = tuple(rows), experiment
        self._refresh()

    def _refresh(self) -> None:
        """Shows the chosen view of the current runs."""
        if self._entry.module:
            self.setCurrentWidget(self.computed)
            self.computed.show_entry(self._entry, self._rows, self._experiment)
        else:
            part = self._window_view()
            self.setCurrentWidget(part)
            part.show_rows(self._rows)

    def _window_view(
        self,
    ) -> LiveCurves | DrawingView | SingleImageView | SampleCard | KnownBugCostCard:
        """The part that shows a view which is not computed from runs as a whole."""
        match self._entry.name:
            case "live":
                return self.live
            case "drawing":
                return self.drawing
            case "single-image":
                return self.single_image
            case "samples":
                return self.samples
        return self.known_bugs

    def _add(self, part: Part) -> Part:
        self.addWidget(part)
        return part

    def _exporting(self, part: Exporting) -> Exporting:
        panel = part.panel
        panel.export_requested.connect(lambda kind: self.export_requested.emit(panel.view, kind))
        return part
