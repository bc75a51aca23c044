"""A view that is computed from the selected runs, with its options and its images."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent

from mnist_studio.analysis.view import Matrix, View
from mnist_studio.comparison.views.catalog import ENTRIES, ViewEntry
from mnist_studio.formatting import counted
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.layouts import Splitter
from mnist_studio.gui.compare.gallery import GalleryCard
from mnist_studio.gui.compare.hard_images import HardImageQuery, QueryKind
from mnist_studio.gui.compare.robustness import RobustnessBar
from mnist_studio.gui.compare.view_controls import ViewControls
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.texts import error_text
from mnist_studio.gui.services.views import ViewRequest, view_request
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.store.experiments import Experiment

UNFOLDED = 790
"""Width from which images are on the right of a view, in lengths of the design."""

HEADER_WIDTH = 400
"""What the title and the export buttons need of the header line, in lengths of the design."""

IMAGES: Mapping[str, QueryKind] = MappingProxyType(
    {
        "confusion": "cell",
        "confident-errors": "confident-errors",
        "disagreements": "disagreements",
    }
)
"""Which images are shown next to a view."""

CELL_HINT = "Select a cell of the matrix to see its images."
NO_OWN_IMAGES = (
    "You have no labeled images yet. Draw digits on the Draw page and label them with the number "
    "keys."
)


class ComputedView(Splitter):
    """Requests the chosen view of the selected runs whenever the runs or the options change.

    Attributes:
        panel: shows the view.
        gallery: images that belong to the view.
        controls: the options of the view.
        robustness: measures runs on corrupted images.

    Signals:
        shown: the requested view is shown.
    """

    shown = Signal()

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._studio = studio
        self._entry: ViewEntry | None = None
        self._rows: tuple[RunRow, ...] = ()
        self._experiment: Experiment | None = None
        self._controls_below: bool | None = None
        self._cell: tuple[int, int] | None = None
        self.controls = ViewControls(studio.theme)
        self.panel = ViewPanel(studio.theme, marks, hover, self)
        self.gallery = GalleryCard(studio, marks)
        self.robustness = RobustnessBar(studio)
        self.panel.header.insertWidget(2, self.robustness)
        self.add((self.panel, self.gallery), (560, 400))
        studio.views.loaded.connect(self._on_loaded)
        studio.views.failed.connect(self._on_failed)
        studio.views.busy.connect(self.panel.show_busy)
        self.controls.changed.connect(self._request)
        self.controls.own_requested.connect(self._use_own_images)
        studio.own_images.changed.connect(self._on_own_images_changed)
        self.robustness.measured.connect(self._recompute)
        self.panel.cell_selected.connect(self._show_cell)

    @property
    def request(self) -> ViewRequest:
        """What is chosen, as a value."""
        memberships = self._studio.library.memberships
        return view_request(
            self._name, self.controls.options, self._compared_rows(), memberships, self._experiment
        )

    def show_entry(
        self, entry: ViewEntry, rows: Sequence[RunRow], experiment: Experiment | None
    ) -> None:
        """Shows a view.

        Args:
            entry: the view.
            rows: the selected runs, newest first.
            experiment: the experiment that the runs belong to; None for the user's own selection.
        """
        if experiment is not None and experiment != self._experiment:
            self.controls.set_threshold(experiment.spec.threshold)
        self._rows, self._experiment = tuple(rows), experiment
        self.robustness.show_rows(rows)
        self.controls.offer_models([(row.id, row.title) for row in rows if row.run.trained])
        if entry != self._entry:
            self._entry = entry
            self._switch_view(entry)
        self._request()

    def choose_model(self, run: str) -> None:
        """Shows the predictions of one of the selected runs."""
        self.controls.model.choose(run)
        self._request()

    def _switch_view(self, entry: ViewEntry) -> None:
        """Shows the options of another view and forgets the images of the previous one."""
        self.controls.show_options(entry.options)
        self._place_controls()
        self.gallery.setVisible(entry.name in IMAGES)
        self.robustness.setVisible(entry.name == "robustness")
        if IMAGES.get(entry.name) == "cell":
            self.gallery.forget()
            self.gallery.show_message("Images of a cell", CELL_HINT)
            self._cell = None
        self.panel.describe(entry)
        self.panel.show_message("Computing…", "The view appears here when it is ready.")

    @property
    def _name(self) -> str:
        return self._entry.name if self._entry else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Moves the controls and the images to where there is room."""
        super().resizeEvent(event)
        narrow = self.width() < self._studio.theme.pixels(UNFOLDED)
        self.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        self._place_controls()

    def minimumSizeHint(self) -> QSize:
        """The view alone: the images go below it where both do not fit side by side."""
        return QSize(self.panel.minimumSizeHint().width(), super().minimumSizeHint().height())

    def _place_controls(self) -> None:
        """Places the controls in the header, or below it where the header is too short."""
        needed = self.controls.sizeHint().width() + self._studio.theme.pixels(HEADER_WIDTH)
        below = needed > self.width() or self._name in IMAGES
        if below == self._controls_below:
            return
        self._controls_below = below
        if below:
            left = Qt.AlignmentFlag.AlignLeft
            self.panel.tools.insertWidget(0, self.controls, 0, left)
        else:
            self.panel.header.insertWidget(2, self.controls)

    def _compared_rows(self) -> tuple[RunRow, ...]:
        """The selected runs, or the two that are chosen for a paired comparison."""
        pair = self.controls.pair
        if self._entry and "pair" in self._entry.options and len(pair) > 1:
            return tuple(row for row in self._rows if row.id in pair)
        return self._rows

    @Slot()
    def _request(self) -> None:
        if self._entry is None:
            return
        least = self._entry.least_runs
        if len(self._rows) >= least:
            self._studio.views.want(self.request)
            self._show_images()
            return
        self._studio.views.forget()
        runs = counted(least, "run")
        self.panel.show_message(
            "Too few runs selected", f"Select at least {runs} in the table below."
        )

    @Slot()
    def _use_own_images(self) -> None:
        if self._studio.own_images.digits:
            self._studio.own_images.freeze(self.controls.set_own)
        else:
            self.controls.set_own("")
            self._studio.message.emit(NO_OWN_IMAGES, "bad")

    @Slot()
    def _on_own_images_changed(self) -> None:
        if self.controls.on_own:
            self._use_own_images()

    @Slot()
    def _recompute(self) -> None:
        self._studio.views.renew()
        self._request()

    def _show_images(self) -> None:
        model, own = self.controls.options.model, self.controls.options.own
        match IMAGES.get(self._name):
            case "confident-errors" if model:
                self.gallery.ask(self._rows, HardImageQuery("confident-errors", model, own=own))
            case "disagreements":
                self.gallery.ask(self._rows, HardImageQuery("disagreements", own=own))

    @Slot(int, int, int)
    def _show_cell(self, place: int, row: int, column: int) -> None:
        """Shows the images of a cell of the confusion matrix."""
        view = self.panel.view
        if view is None or IMAGES.get(self._name) != "cell":
            return
        self._cell = (row, column)
        matrix = view.charts[place]
        assert isinstance(matrix, Matrix)
        self.panel.charts.charts[place].mark_cell(row, column)
        own = self.controls.options.own
        self.gallery.ask(self._rows, HardImageQuery("cell", matrix.key, (row, column), own))

    @Slot(object, object)
    def _on_loaded(self, request: ViewRequest, view: View) -> None:
        if request.like(self.request):
            self.panel.show_view(view)
            if IMAGES.get(view.name) == "cell" and isinstance(view.charts[0], Matrix):
                self._show_cell(0, *(self._cell or most_frequent_error(view.charts[0])))
            self.shown.emit()

    @Slot(object, object)
    def _on_failed(self, request: ViewRequest, error: Exception) -> None:
        if request.like(self.request):
            reason = error_text(error)
            title = ENTRIES[self._name].title
            self.panel.show_message(f"{title} is not available for these runs", reason)


def most_frequent_error(matrix: Matrix) -> tuple[int, int]:
    """Row and column of the largest value off the diagonal of a confusion matrix."""
    size = range(len(matrix.rows))
    cells = [(row, column) for row in size for column in size if row != column]
    return max(cells, key=lambda cell: matrix.values[cell[0]][cell[1]] or 0.0)
