"""What the faults of the ticked runs cost."""

from collections.abc import Sequence

from PySide6.QtCore import Qt

from mnist_studio.analysis.fault_words import sentence
from mnist_studio.analysis.faults import Result, costs
from mnist_studio.events import Finished
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.widgets.basics import label
from mnist_studio.gui.widgets.card import Card

MOST = 12
"""So many sentences can be read at once."""
NOTHING = (
    "Tick a finished run with a fault and its twin without it, of the same seed: what the fault "
    "costs is told here. Faults are switched on at the Train page, below its numbers."
)


class FaultCostCard(Card):
    """A sentence for every fault and run that can be paired."""

    def __init__(self) -> None:
        super().__init__("What the faults cost")
        self.words = label(wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.words)
        self.body.addStretch(1)
        self.show_rows(())

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Pairs the finished ones of these runs: an early end is no fault of the settings."""
        results = [
            Result(row.run.spec, row.run.terminal.test_accuracy, row.run.terminal.test_loss)
            for row in rows
            if isinstance(row.run.terminal, Finished)
        ]
        told = [sentence(cost) for cost in costs(results)]
        more = len(told) - MOST
        if more > 0:
            told[MOST:] = [f"And {more} more: tick fewer runs to read of them."]
        self.words.setText("\n".join(told) or NOTHING)
