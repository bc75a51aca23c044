"""One test digit and every model's probabilities of it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QSplitter

from mnist_studio.gui.common.basics import GAP, column, label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.compare.hard_images import HardImageQuery, HardImages
from mnist_studio.gui.compare.probability_view import probability_view
from mnist_studio.gui.compare.sample_loader import SampleLoader
from mnist_studio.gui.compare.samples import common_dataset
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks

QUIET_MS = 80
TEST_DIGITS = 10_000


class SingleImageView(QSplitter):
    """The digit with its number on the left, the models on the right.

    Attributes:
        number: of the digit among the test digits, from 0.
        panel: every model's probabilities.
    """

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setHandleWidth(GAP)
        self.setChildrenCollapsible(False)
        self._rows: tuple[RunRow, ...] = ()
        self.loader = SampleLoader(studio.background, None, self)
        self.view = ImageView(studio.theme, "The test digit", side=168)
        self.number = StepperSpinBox(
            "Number of the test digit", studio.theme, 0, TEST_DIGITS - 1, by_one
        )
        self.label = label(role="large")
        self.panel = ViewPanel(studio.theme, marks, hover, self)
        self.panel.name("Probabilities")
        self.addWidget(self._digit_card())
        self.addWidget(self.panel)
        self.setStretchFactor(1, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self._load)
        self.number.edited.connect(self._timer.start)
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._fail)

    def _digit_card(self) -> Card:
        card = Card("Test digit")
        card.body.addLayout(
            column(
                self.number, self.view, label("It is", "secondary"), self.label, 1, gap=8
            )
        )  # fmt: skip
        return card

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """The models that shall answer."""
        trained = tuple(row for row in rows if row.run.trained)
        if [row.run for row in trained] != [row.run for row in self._rows] or not trained:
            self._rows = trained
            self._load()

    @Slot()
    def _load(self) -> None:
        dataset = common_dataset([row.run.spec.dataset for row in self._rows])
        if not self._rows:
            self.panel.say("No model is ticked", "Tick trained runs in the table below.")
        elif not dataset:
            self.panel.say("Different test digits", "Tick runs on the same digits.")
        else:
            asked = HardImageQuery("digit", cell=(self.number.whole, 0))
            runs = [row.run for row in self._rows]
            self.loader.find(runs, self._rows[0].run.spec.dataset, asked)

    @Slot(object)
    def _show(self, found: HardImages) -> None:
        self.number.field().setMaximum(found.total - 1)
        self.view.show_image(found.images[0])
        self.label.setText(str(found.labels[0]))
        number = int(found.places[0])
        chances = {run: values[0].tolist() for run, values in found.probabilities.items()}
        titles = {row.id: row.title for row in self._rows}
        self.panel.show_view(
            probability_view("digit", f"Test digit {number:,}", titles, chances)
        )  # fmt: skip

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.panel.say("This digit cannot be shown", str(error) or repr(error))
