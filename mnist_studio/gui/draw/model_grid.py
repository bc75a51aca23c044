"""The cards of all models: a few in one column, more in two."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import GAP
from mnist_studio.gui.draw.model_card import ModelCard
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme

NARROWEST = 350
"""Least width of a card. Two columns need twice as much."""

LOWEST = 110
"""Least height of a card. A few cards share the whole height."""

FEW = 3
"""Number of models that stay in one column of wide cards."""

MOST_SPARE = 4
"""Cards without a model that are kept for the next ones."""


class ModelGrid(QScrollArea):
    """One card per model, laid out again when the size changes.

    Signals:
        chosen, pinned: those of ``ModelCard``.
    """

    chosen = Signal(str)
    pinned = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.cards: dict[str, ModelCard] = {}
        self._spare: list[ModelCard] = []
        self.setAccessibleName("Predictions of all models")
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

    def sizeHint(self) -> QSize:
        """One card: it scrolls, and so does not ask for more."""
        return QSize(self._theme.pixels(NARROWEST), self._theme.pixels(LOWEST))

    def show_rows(self, rows: Sequence[RunRow], pinned: Collection[str] = ()) -> None:
        """Shows a card for each of these runs, in this order; ``pinned`` are ids of runs."""
        ids = [row.id for row in rows]
        free = [self.cards.pop(run) for run in [*self.cards] if run not in ids] + self._spare
        for row in rows:
            if row.id in self.cards:
                self.cards[row.id].show_row(row)
            else:
                self.cards[row.id] = self._taken(free, row) or self._new_card(row)
            self.cards[row.id].mark_pinned(row.id in pinned)
        self._spare, others = free[:MOST_SPARE], free[MOST_SPARE:]
        for card in free:
            self._grid.removeWidget(card)
            card.hide()
        for card in others:
            card.deleteLater()
        self.cards = {run: self.cards[run] for run in ids}
        self._arrange()

    def _taken(self, free: list[ModelCard], row: RunRow) -> ModelCard | None:
        """A card that another model of the framework has left; None if there is none.

        A new card for every run would cost time, and memory that PySide never frees. While a run
        trains there is one card more, which is spare between two trainings.
        """
        for card in free:
            if card.framework == row.framework:
                free.remove(card)
                card.show_other(row)
                card.show()
                return card
        return None

    @Slot(str)
    def choose(self, run: str) -> None:
        """Marks the selected model."""
        for card in self.cards.values():
            card.mark_chosen(card.run == run)

    def _new_card(self, row: RunRow) -> ModelCard:
        card = ModelCard(self._theme, row)
        card.chosen.connect(self.chosen)
        card.pinned.connect(self.pinned)
        return card

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A new size may allow another number of columns."""
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
            # The last card fills its row, so that no corner is empty.
            span = columns - at if place == last else 1
            self._grid.addWidget(card, row, at, 1, span)
        for column in range(2):
            self._grid.setColumnStretch(column, int(column < columns))

    def _height(self) -> int:
        """An equal share of the height; below the least height, the area scrolls."""
        rows = -(-len(self.cards) // self._columns()) or 1
        room = (self.viewport().height() + GAP) // rows - GAP
        return max(room, self._theme.pixels(LOWEST))
