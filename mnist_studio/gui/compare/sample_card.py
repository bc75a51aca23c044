"""Predictions on sample digits of the test set."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget

from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.layouts import WholeRows
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.compare.sample_grid import HEAD, ROW, SampleGrid
from mnist_studio.gui.compare.sample_loader import SampleLoader
from mnist_studio.gui.compare.samples import Samples, common_dataset
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio

LEAST_ROWS = 3
"""One row for each framework."""


class SampleCard(Card):
    """Twenty test digits and what the ticked models said of them after their training."""

    def __init__(self, studio: Studio) -> None:
        super().__init__("Sample digits")
        self._rows: tuple[RunRow, ...] = ()
        self._asked: tuple[str, ...] = ()
        self.loader = SampleLoader(studio.background, None, self)
        self.grid = SampleGrid(studio.theme)
        self.order = Segmented("Order", (("mixed", "Mixed"), ("wrong", "Wrong ones first")))
        self.order.chosen.connect(self._load)
        self.header.addWidget(self.order)
        self.words = label(role="secondary", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = WholeRows(self.grid, studio.theme, HEAD, ROW, least=LEAST_ROWS)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.words)
        self._stack.addWidget(area)
        self.body.addWidget(self._stack)
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._fail)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """The models whose predictions shall be shown."""
        self._rows = tuple(row for row in rows if row.run.status == "finished" or row.run.trained)
        asked = tuple(row.id for row in self._rows)
        if asked != self._asked:
            self._asked = asked
            self._load()

    @Slot()
    def _load(self) -> None:
        dataset = common_dataset([row.run.spec.dataset for row in self._rows])
        if not self._rows:
            self._say("Tick trained runs in the table: their answers to test digits stand here.")
        elif not dataset:
            self._say(
                "The ticked runs were tested on different digits. Tick runs on the same ones."
            )
        else:
            name = self._rows[0].run.spec.dataset
            runs = [row.run for row in self._rows]
            self.loader.load(runs, name, self.order.choice == "wrong")

    @Slot(object)
    def _show(self, samples: Samples) -> None:
        self.grid.show_samples(samples, self._rows)
        self._stack.setCurrentIndex(1)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._say(str(error) or repr(error))

    def _say(self, text: str) -> None:
        self.loader.cancel()
        self.words.setText(text)
        self._stack.setCurrentIndex(0)
