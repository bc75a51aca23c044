"""The user's own digits: all of them by label, and how every model reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from mnist_studio.analysis.predictions import ConfusionMatrix
from mnist_studio.formatting import NOTHING, counted, percent
from mnist_studio.gui.common.basics import GAP, button, column, enable, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.draw.own_gallery import OwnImageGallery
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import mixed

if TYPE_CHECKING:
    from mnist_studio.prediction.own_images import OwnImageScore

FILES = "Own digits (*.json)"
ENGINE = "NumPy answers for every framework"
HOW = (
    "Accuracy on your own digits with the interval at 95 % (Wilson). NumPy computes what every "
    "model says, whichever framework trained it: their outputs agree within 1e-6, and none has to "
    "start for a single digit. Digits that a run learnt from are not counted for it."
)


INTERVAL = 2
"""Column of the interval, which the accuracy's tip tells, too."""

NARROW = 640
"""A panel that is narrower, in points, has no room for the interval beside the models' names."""


class OwnImagesPanel(QWidget):
    """Gallery over the table of models and the confusion of the chosen one.

    Attributes:
        gallery: the digits.
        table: the models.
        confusion: of the chosen model.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio, self._personal, self._scores = studio, studio.own_images, studio.scores
        self.gallery = OwnImageGallery(studio.theme)
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda one: one.id, self)
        self.table = TableView(
            "Models on your own digits", studio.theme, self.model, 0, "No models yet"
        )
        self.table.squeezed = True
        self.confusion = ConfusionGrid(studio.theme)
        self.words = label(role="secondary", wrap=True)
        self.choice_words = label(role="secondary")
        self.import_button = button("Import…", self.ask_import, "Adds digits of a file", quiet=True)
        self.export_button = button("Export…", self.ask_export, quiet=True)
        self.delete_button = button("Delete", self._delete, danger=True)
        self._lay_out()
        self._connect()
        self._show_digits()

    def _columns(self) -> Sequence[TableColumn[RunRow]]:
        return (
            TableColumn("Model", lambda one: one.title),
            TableColumn("Accuracy", self._accuracy, right=True, tip=self._interval, explain=HOW),
            TableColumn("Interval", self._interval, right=True, explain=HOW),
            TableColumn("Digits", self._count, right=True, tip=self._learnt),
        )

    def _lay_out(self) -> None:
        self.empty = EmptyState(
            self._studio.theme, "draw", "No digits of your own yet",
            "Write one on the pad and press its key, 0 to 9: it is kept here, and every model is "
            "scored on it.", ("Import…", self.ask_import),
        )  # fmt: skip
        digits = Card("Your own digits")
        for made in (self.choice_words, self.delete_button, self.import_button, self.export_button):
            digits.header.addWidget(made)
        area = QScrollArea()
        area.setAccessibleName("Your own digits")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.gallery.setObjectName("scrolled")
        area.setWidget(self.gallery)
        digits.body.addWidget(area, 1)
        models = Card("How models read them")
        engine = label(ENGINE, "secondary")
        engine.setToolTip(HOW)
        models.header.addWidget(engine)
        confusion = holder(column(self.confusion, self.words, 1, gap=4))
        confusion.setFixedWidth(self.confusion.sizeHint().width())
        models.body.addLayout(row(self.table, confusion, gap=GAP))
        self._stack = QStackedWidget()
        first = Card()
        first.body.addWidget(self.empty)
        self._stack.addWidget(first)
        whole = column(gap=GAP)
        whole.addWidget(digits, 5)
        whole.addWidget(models, 4)
        self._stack.addWidget(holder(whole))
        self.setLayout(column(self._stack))

    def _connect(self) -> None:
        self._personal.changed.connect(self._show_digits)
        self._scores.changed.connect(self._show_scores)
        self._studio.library.changed.connect(self._show_models)
        self.gallery.chosen.connect(self._show_choice)
        self.gallery.opened.connect(self._studio.drawing.show_own)
        self.gallery.labeled.connect(self._personal.relabel)
        self.gallery.deleted.connect(self._personal.delete)
        self.table.selectionModel().currentChanged.connect(self._show_scores)
        self.model.modelReset.connect(self._show_scores)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names of models come first."""
        super().resizeEvent(event)
        self.table.show_column(INTERVAL, self.width() >= self._studio.theme.pixels(NARROW))

    def showEvent(self, event: QShowEvent) -> None:
        """While it is looked at, models are scored."""
        super().showEvent(event)
        self._scores.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks any more."""
        super().hideEvent(event)
        self._scores.watch(False)

    def ask_import(self) -> None:
        """Lets the user choose a file of digits."""
        dialog = QFileDialog(self, "Import own digits", "", FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self._personal.import_from(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_export(self) -> None:
        """Lets the user choose where the digits go."""
        dialog = QFileDialog(self, "Export own digits", "", FILES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile("my-digits.json")
        dialog.fileSelected.connect(lambda file: self._personal.export_to(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @property
    def chosen_model(self) -> str:
        """Id of the model whose confusion is shown: the chosen one, else the best."""
        index = self.table.currentIndex()
        if index.isValid():
            return self.model.row(index).id
        return max(self._scores.by_run, key=self._rank, default="")

    def _rank(self, run: str) -> float:
        estimate = self._scores.by_run[run].accuracy
        return estimate.value if estimate else -1.0

    @Slot()
    def _show_digits(self) -> None:
        digits = self._personal.digits
        self._stack.setCurrentIndex(int(bool(digits)))
        self.gallery.show_digits(digits)
        enable(self.export_button, tip=f"Writes {counted(len(digits), 'digit')} to one file")
        self._show_choice()
        self._show_models()

    @Slot()
    def _show_choice(self) -> None:
        chosen = len(self.gallery.keys)
        hint = f"{chosen:,} chosen: press 0 to 9 to label" if chosen else "Choose some to change"
        self.choice_words.setText(hint)
        enable(self.delete_button, "" if chosen else "Choose digits first", "Deletes them (Delete)")

    @Slot()
    def _show_models(self) -> None:
        self.model.show(self._studio.library.trained)
        self._show_scores()

    @Slot()
    def _show_scores(self) -> None:
        self.model.refresh()
        score = self._scores.by_run.get(self.chosen_model)
        if score is None:
            self.words.setText("Scoring…" if self._scores.busy else "")
            self.gallery.mark(frozenset())
            return
        self.confusion.show_counts(score.confusion)
        self.gallery.mark(score.wrong)
        self.words.setText(score.problem or f"{score.run.title}: rows are what it is")

    def _delete(self) -> None:
        self._personal.delete(self.gallery.keys)

    def _score(self, one: RunRow) -> "OwnImageScore | None":
        return self._scores.by_run.get(one.id)

    def _accuracy(self, one: RunRow) -> str:
        score = self._score(one)
        if score is None:
            return "…" if self._scores.busy else NOTHING
        return percent(score.accuracy.value if score.accuracy else None)

    def _interval(self, one: RunRow) -> str:
        score = self._score(one)
        interval = score.accuracy.interval if score and score.accuracy else None
        if interval is None:
            return NOTHING
        return f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"

    def _count(self, one: RunRow) -> str:
        score = self._score(one)
        return f"{score.accuracy.count:,}" if score and score.accuracy else NOTHING

    def _learnt(self, one: RunRow) -> str:
        score = self._score(one)
        if score is None or not score.learnt:
            return ""
        return f"It learnt from {counted(score.learnt, 'digit')} of these, which are not counted"


CELL, HEAD, CLASSES = 20, 16, 10


class ConfusionGrid(QWidget):
    """Rows are what digits are, columns what was answered; the counts are in the cells."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._counts: ConfusionMatrix = np.zeros((CLASSES, CLASSES), np.int64)
        self.setAccessibleName("Confusion of your own digits")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_counts(self, counts: ConfusionMatrix) -> None:
        """Shows a matrix (10, 10), rows the labels."""
        self._counts = counts
        off = [(a, b) for a in range(CLASSES) for b in range(CLASSES) if a != b and counts[a, b]]
        told = "; ".join(f"{a} taken for {b}: {counts[a, b]} times" for a, b in off)
        self.setAccessibleDescription(told or "No mistakes")
        self.update()

    def sizeHint(self) -> QSize:
        """Ten cells and their heads."""
        side = self._theme.pixels(HEAD + CLASSES * CELL)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Heads, cells, counts; what is right is green, what is wrong red, more of it stronger."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(11))
        head, cell = self._theme.pixels(HEAD), self._theme.pixels(CELL)
        painter.setPen(QColor(self._theme.palette.secondary))
        for digit in range(CLASSES):
            at = head + digit * cell
            center = Qt.AlignmentFlag.AlignCenter
            painter.drawText(QRectF(at, 0, cell, head), center, str(digit))
            painter.drawText(QRectF(0, at, head, cell), center, str(digit))
        for down in range(CLASSES):
            for across in range(CLASSES):
                spot = QRectF(head + across * cell, head + down * cell, cell - 1, cell - 1)
                self._paint_cell(painter, spot, down, across)
        painter.end()

    def _paint_cell(self, painter: QPainter, spot: QRectF, digit: int, predicted: int) -> None:
        palette, count = self._theme.palette, int(self._counts[digit, predicted])
        if not count:
            painter.fillRect(spot, QColor(palette.grid))
            return
        whole = max(1, int(self._counts[digit].sum()))
        color = palette.good if digit == predicted else palette.bad
        painter.fillRect(spot, QColor(mixed(color, palette.panel, 0.8 - 0.35 * count / whole)))
        painter.setPen(QColor(palette.text))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
