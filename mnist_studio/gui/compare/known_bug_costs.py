"""What the faults of the ticked runs cost."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from mnist_studio.analysis import known_bugs
from mnist_studio.gui.common.basics import column, holder, label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.spec.known_bugs import KNOWN_BUGS

MOST = 12
"""So many sentences can be read at once."""
NOTHING = (
    "Tick a finished run with a fault and its twin without it, of the same seed: what the fault "
    "costs is told here. Faults are switched on at the Train page, below its numbers."
)


class KnownBugCostCard(Card):
    """A sentence for every fault and run that can be paired, and what those faults are."""

    def __init__(self) -> None:
        super().__init__("What the faults cost")
        self.words = label(wrap=True)
        self.explained = label(role="secondary", wrap=True)
        for part in (self.words, self.explained):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        area = QScrollArea()
        area.setAccessibleName("What the faults cost")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder(column(self.words, self.explained, 1, gap=10), "scrolled"))
        self.body.addWidget(area)
        self.show_rows(())

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Pairs the finished ones of these runs."""
        told = known_bugs.cost_sentences((row.run.spec, row.run.terminal) for row in rows)
        more = len(told) - MOST
        if more > 0:
            told[MOST:] = [f"And {more} more: tick fewer runs to read of them."]
        self.words.setText("\n".join(told) or NOTHING)
        names = dict.fromkeys(name for row in rows for name in row.run.spec.known_bugs)
        explained = [f"{KNOWN_BUGS[name].title}: {KNOWN_BUGS[name].explanation}" for name in names]
        self.explained.setText("\n".join(explained))
        self.explained.setVisible(bool(told and explained))
