"""What the faults of the ticked runs cost; hidden where no run has a twin without them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QScrollArea

from mnist_studio.analysis.faults import Result, costs
from mnist_studio.gui.models.fault_costs import sentence
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import column, holder, label
from mnist_studio.gui.widgets.card import Card

MOST_HEIGHT = 76
"""Of the sentences; more of them scroll."""


class FaultCostCard(Card):
    """A sentence for every fault and run that can be paired."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("What the faults cost")
        self._theme = theme
        self.words = label(wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._area = QScrollArea()
        self._area.setAccessibleName("What the faults cost")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(holder(column(self.words, 1), "scrolled"))
        self.body.addWidget(self._area)
        theme.changed.connect(self._size)
        self.hide()

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Pairs the finished ones of these runs: an early end is no fault of the settings."""
        results = [
            Result(row.run.spec, row.figures.accuracy)
            for row in rows
            if row.run.status == "finished" and row.figures.accuracy is not None
        ]
        told = [sentence(cost) for cost in costs(results)]
        self.words.setText("\n".join(told))
        self.setVisible(bool(told))
        self._size()

    @Slot()
    def _size(self) -> None:
        lines = self.words.text().count("\n") + 1
        wanted = lines * self.words.fontMetrics().lineSpacing() + 4
        self._area.setFixedHeight(min(wanted, self._theme.pixels(MOST_HEIGHT)))
