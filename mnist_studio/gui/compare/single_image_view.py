"""One test image with the class probabilities of every model."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot

from mnist_studio.comparison.views.catalog import ENTRIES
from mnist_studio.gui.common.basics import column, label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.layouts import FoldingSplitter
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.compare.gallery import MIXED_DATASETS
from mnist_studio.gui.compare.hard_images import HardImageQuery, HardImages
from mnist_studio.gui.compare.probability_view import probability_view
from mnist_studio.gui.compare.sample_loader import SampleLoader
from mnist_studio.gui.compare.samples import common_dataset
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks

QUIET_MS = 80
TEST_IMAGES = 10_000


class SingleImageView(FoldingSplitter):
    """The image and its number on the left, the models on the right.

    Attributes:
        number: index of the image in the test set.
        panel: the probabilities of every model.
    """

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._rows: tuple[RunRow, ...] = ()
        self.loader = SampleLoader(studio.background, None, self)
        self.view = ImageView(studio.theme, "Test image", side=168)
        self.number = StepperSpinBox("Image number", studio.theme, 0, TEST_IMAGES - 1, by_one)
        self.number.setToolTip("Index of the image in the test set, from 0 (default: 0)")
        self.label = label(role="large")
        self.panel = ViewPanel(studio.theme, marks, hover, self)
        self.panel.describe(ENTRIES["single-image"])
        self.addWidget(self._image_card())
        self.addWidget(self.panel)
        self.setStretchFactor(1, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self._load)
        self.number.edited.connect(self._timer.start)
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._on_failed)

    def _image_card(self) -> Card:
        card = Card("Test image")
        true_label = label("True label", "secondary")
        card.body.addLayout(column(self.number, self.view, true_label, self.label, 1, gap=8))
        return card

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Takes the models whose probabilities are shown."""
        trained = tuple(row for row in rows if row.run.trained)
        if [row.run for row in trained] != [row.run for row in self._rows] or not trained:
            self._rows = trained
            self._load()

    @Slot()
    def _load(self) -> None:
        dataset = common_dataset([row.run.spec.dataset for row in self._rows])
        if not self._rows:
            self.panel.show_message("No model selected", "Select trained runs in the table below.")
        elif not dataset:
            self.panel.show_message("Different datasets", MIXED_DATASETS)
        else:
            if self.panel.view is None:
                self.panel.show_message("One moment", "The image is being read.")
            query = HardImageQuery("single", cell=(self.number.whole, 0))
            runs = [row.run for row in self._rows]
            self.loader.find(runs, self._rows[0].run.spec.dataset, query)

    @Slot(object)
    def _show(self, found: HardImages) -> None:
        self.number.field().setMaximum(found.total - 1)
        self.view.show_image(found.images[0])
        names = self._rows[0].run.spec.class_names
        self.label.setText(names[found.labels[0]])
        by_run = {run: values[0].tolist() for run, values in found.probabilities.items()}
        titles = {row.id: row.title for row in self._rows}
        self.panel.show_view(
            probability_view(
                "single-image", f"Image {int(found.places[0]):,}", titles, by_run, names
            )
        )

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.panel.show_message("The image cannot be shown", str(error) or repr(error))
