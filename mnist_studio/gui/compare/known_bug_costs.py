"""How much accuracy the known bugs of the selected runs cost."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from mnist_studio.analysis import known_bugs
from mnist_studio.comparison.views.catalog import ENTRIES
from mnist_studio.gui.common.basics import column, holder, label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.spec.known_bugs import KNOWN_BUGS

MOST = 12
"""How many sentences are shown at most."""
NOTHING = (
    "The cost of each known bug appears here. Select two finished runs with the same settings and "
    "seed, one with a known bug and one without. You can turn on known bugs on the Train page, "
    "under “Try a known bug”."
)


class KnownBugCostCard(Card):
    """A sentence for every known bug and pair of runs, and what these bugs are."""

    def __init__(self) -> None:
        entry = ENTRIES["known-bugs"]
        super().__init__(entry.title)
        self.sentences = label(wrap=True)
        self.explanations = label(role="secondary", wrap=True)
        for part in (self.sentences, self.explanations):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        area = QScrollArea()
        area.setAccessibleName(entry.title)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder(column(self.sentences, self.explanations, 1, gap=10), "scrolled"))
        self.body.addWidget(label(entry.description, "secondary", wrap=True))
        self.body.addWidget(area)
        self.show_rows(())

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Pairs the finished runs among these."""
        costs = known_bugs.cost_sentences((row.run.spec, row.run.terminal) for row in rows)
        more = len(costs) - MOST
        if more > 0:
            costs[MOST:] = [f"And {more} more. Select fewer runs to see them."]
        self.sentences.setText("\n".join(costs) or NOTHING)
        names = dict.fromkeys(name for row in rows for name in row.run.spec.known_bugs)
        explained = [f"{KNOWN_BUGS[name].title}: {KNOWN_BUGS[name].explanation}" for name in names]
        self.explanations.setText("\n".join(explained))
        self.explanations.setVisible(bool(costs and explained))
