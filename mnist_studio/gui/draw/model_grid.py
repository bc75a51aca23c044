"""The cards of all models: few are wide and below each other, more stand in two columns."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import GAP
from mnist_studio.gui.draw.model_card import ModelCard
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme

NARROWEST = 350
"""A card cannot be narrower than this: a second column needs twice as much."""

LOWEST = 90
"""A card's height where there are many: enough for its words. Few cards share all the room."""

FEW = 3
"""So many models stand in one column of wide cards."""


class ModelGrid(QScrollArea):
    """Keeps one card a model and lays them out again when the room changes.

    Signals:
        chosen, pinned: as of ``ModelCard``.
    """

    chosen = Signal(str)
    pinned = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.cards: dict[str, ModelCard] = {}
        self.setAccessibleName("Answers of all models")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setObjectName("scrolled")
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(0, 0, 0, 0)
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        whole.addLayout(self._grid)
        whole.addStretch(1)
        theme.changed.connect(self._arrange)
        self.setWidget(inside)
        self.viewport().installEventFilter(self)

    def show_rows(self, rows: Sequence[RunRow], pinned: Collection[str] = ()) -> None:
        """One card for each of these runs, in this order; ids of the pinned."""
        wanted = [row.id for row in rows]
        for run in [run for run in self.cards if run not in wanted]:
            card = self.cards.pop(run)
            self._grid.removeWidget(card)
            card.deleteLater()
        for row in rows:
            if row.id in self.cards:
                self.cards[row.id].show_row(row)
            else:
                self.cards[row.id] = self._made(row)
            self.cards[row.id].mark_pinned(row.id in pinned)
        self.cards = {run: self.cards[run] for run in wanted}
        self._arrange()

    @Slot(str)
    def choose(self, run: str) -> None:
        """Shows which model is looked at closely."""
        for card in self.cards.values():
            card.mark_chosen(card.run == run)

    def _made(self, row: RunRow) -> ModelCard:
        card = ModelCard(self._theme, row)
        card.chosen.connect(self.chosen)
        card.pinned.connect(self.pinned)
        return card

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """More room may mean another column."""
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return super().eventFilter(watched, event)

    def _columns(self) -> int:
        if len(self.cards) <= FEW:
            return 1
        two = 2 * self._theme.pixels(NARROWEST) + GAP
        return 2 if self.viewport().width() >= two else 1

    @Slot()
    def _arrange(self) -> None:
        columns, high, last = self._columns(), self._height(), len(self.cards) - 1
        for place, card in enumerate(self.cards.values()):
            card.setFixedHeight(high)
            row, at = divmod(place, columns)
            # The last one takes a row of its own rather than leave a corner empty.
            span = columns - at if place == last else 1
            self._grid.addWidget(card, row, at, 1, span)
        for column in range(2):
            self._grid.setColumnStretch(column, int(column < columns))

    def _height(self) -> int:
        """All the room there is, shared; where that is too little it scrolls."""
        rows = -(-len(self.cards) // self._columns()) or 1
        room = (self.viewport().height() + GAP) // rows - GAP
        return max(room, self._theme.pixels(LOWEST))
