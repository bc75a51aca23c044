"""The current drawing, answered by the ticked models."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QStackedWidget, QWidget

from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.models.numbers import NOTHING, milliseconds
from mnist_studio.gui.models.table import Column, RowsModel
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.widgets.basics import button, column, label, row
from mnist_studio.gui.widgets.card import Card
from mnist_studio.gui.widgets.digit_view import DigitView
from mnist_studio.gui.widgets.empty_state import EmptyState
from mnist_studio.gui.widgets.legend import sample
from mnist_studio.gui.widgets.table import Table


class DrawingCard(Card):
    """The fed image beside a row for every model: digit, how sure, how fast."""

    def __init__(self, studio: Studio) -> None:
        super().__init__("Your drawing")
        self._studio = studio
        self.view = DigitView(studio.theme, "Your drawing as it is fed", side=84)
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda one: one.id, self)
        self.table = Table(
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

    def _columns(self) -> tuple[Column[RunRow], ...]:
        return (
            Column("Run", lambda one: one.title, picture=self._sample),
            Column("Says", self._digit, right=True),
            Column("Sure", self._sure, right=True, explain="Probability of that digit"),
            Column("Took", self._took, right=True, explain="Time of the forward pass"),
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
