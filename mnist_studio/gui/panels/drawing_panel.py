"""The current drawing and every model's probabilities of it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QSplitter

from mnist_studio.gui.models.hover import Hover
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.models.probability_view import probability_view
from mnist_studio.gui.panels.drawing_card import DrawingCard
from mnist_studio.gui.panels.view_panel import ViewPanel
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.widgets.basics import GAP

REFRESH_MS = 30


class DrawingPanel(QSplitter):
    """What every model says on the left, all ten probabilities on the right.

    Attributes:
        card: the drawing and the answers.
        panel: the probabilities.
    """

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setHandleWidth(GAP)
        self.setChildrenCollapsible(False)
        self._studio = studio
        self._rows: tuple[RunRow, ...] = ()
        self.card = DrawingCard(studio)
        self.panel = ViewPanel(studio.theme, marks, hover)
        self.panel.name("Probabilities")
        self.addWidget(self.card)
        self.addWidget(self.panel)
        self.setStretchFactor(1, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._show)
        studio.predictions.answered.connect(self._soon)
        studio.drawing.image_changed.connect(self._soon)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """The models that shall answer."""
        self._rows = tuple(row for row in rows if row.run.trained)
        self.card.show_rows(rows)
        self._show()

    @Slot(object)
    def _soon(self, news: object = None) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _show(self) -> None:
        answers = self._studio.predictions.answers
        focus = self._studio.drawing.focus
        chances = {row.id: answers[row.id].at(focus) for row in self._rows if row.id in answers}
        if self._studio.drawing.image is None:
            self.panel.say("No answers yet", "All ten probabilities of each model stand here.")
        elif not chances:
            self.panel.say(
                "No answer yet", "Tick trained runs; the newest of each framework answer."
            )
        else:
            titles = {row.id: row.title for row in self._rows}
            self.panel.show_view(probability_view("drawing", "Probabilities", titles, chances))
