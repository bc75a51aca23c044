"""The current drawing and every model's probabilities of it.

The current drawing, answered by the ticked models.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from mnist_studio.formatting import NOTHING, milliseconds
from mnist_studio.gui.common.basics import GAP, button, column, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.compare.probability_view import probability_view
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks


class DrawingCard(Card):
    """The fed image beside a row for every model: digit, how sure, how fast."""

    def __init__(self, studio: Studio) -> None:
        super().__init__("Your drawing")
        self._studio = studio
        self.view = ImageView(studio.theme, "Your drawing as it is fed", side=84)
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda one: one.id, self)
        self.table = TableView(
            "Answers to your drawing",
            studio.theme,
            self.model,
            empty="Tick runs to see them answer.",
        )
        self.table.squeezed = True
        empty = EmptyState(
            studio.theme,
            "draw",
            "Nothing is drawn",
            "Draw a digit, and every ticked model answers it here.",
            ("Draw one", lambda: studio.going.emit("draw")),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self._answers())
        self.body.addWidget(self._stack)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.model.refresh)
        studio.predictions.answered.connect(self._take)
        studio.drawing.image_changed.connect(self._show)
        studio.theme.changed.connect(self._size)
        self._size()
        self._show()

    @Slot()
    def _size(self) -> None:
        self.setMinimumWidth(self._studio.theme.pixels(330))

    def _answers(self) -> QWidget:
        made = QWidget()
        redraw = button("Change it", lambda: self._studio.going.emit("draw"), quiet=True)
        words = column(label("28 × 28, as it is fed", "secondary"), row(redraw, 1), 1, gap=4)
        made.setLayout(column(row(self.view, words, 1), self.table, gap=6))
        return made

    def _columns(self) -> tuple[TableColumn[RunRow], ...]:
        return (
            TableColumn("Run", lambda one: one.title, picture=self._sample),
            TableColumn("Says", self._digit, right=True),
            TableColumn("Sure", self._sure, right=True, explain="Probability of that digit"),
            TableColumn("Took", self._took, right=True, explain="Time of the forward pass"),
        )

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """The models that shall answer."""
        self.model.show([one for one in rows if one.run.trained])

    @Slot(object)
    def _take(self, answer: object) -> None:
        if not self._timer.isActive():
            self._timer.start(30)

    @Slot()
    def _show(self) -> None:
        image = self._studio.drawing.image
        self.view.show_image(image)
        self._stack.setCurrentIndex(int(image is not None))
        self.model.refresh()

    def _probabilities(self, one: RunRow) -> tuple[float, ...]:
        answer = self._studio.predictions.answers.get(one.id)
        return answer.at(self._studio.drawing.focus) if answer else ()

    def _digit(self, one: RunRow) -> str:
        chances = self._probabilities(one)
        return str(max(range(10), key=chances.__getitem__)) if chances else NOTHING

    def _sure(self, one: RunRow) -> str:
        chances = self._probabilities(one)
        return f"{max(chances) * 100:.1f} %" if chances else NOTHING

    def _took(self, one: RunRow) -> str:
        answer = self._studio.predictions.answers.get(one.id)
        return milliseconds(answer.milliseconds if answer else None)

    def _sample(self, one: RunRow) -> QPixmap:
        return sample(self._studio.theme, one.framework)


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
