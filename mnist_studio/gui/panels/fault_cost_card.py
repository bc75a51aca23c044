"""What the faults of the ticked runs cost."""

from collections.abc import Sequence

from PySide6.QtCore import Qt

from mnist_studio.analysis import fault_words
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
        """Pairs the finished ones of these runs."""
        told = fault_words.told((row.run.spec, row.run.terminal) for row in rows)
        more = len(told) - MOST
        if more > 0:
            told[MOST:] = [f"And {more} more: tick fewer runs to read of them."]
        self.words.setText("\n".join(told) or NOTHING)
