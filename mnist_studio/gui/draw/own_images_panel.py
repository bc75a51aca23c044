"""The user's own images by label, and the accuracy of every model on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from mnist_studio.analysis.predictions import ConfusionMatrix
from mnist_studio.formatting import NOTHING, counted, percent
from mnist_studio.gui.common.basics import GAP, button, column, enable, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.draw.own_gallery import OwnImageGallery
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import mixed
from mnist_studio.spec.run import DIGITS

if TYPE_CHECKING:
    from mnist_studio.prediction.own_images import OwnImageScore

FILES = "Images with labels (*.json)"
ENGINE = "Computed by NumPy"
HOW = (
    "Accuracy on your images with a 95 % CI (Wilson). NumPy computes all predictions because the "
    "outputs of the frameworks agree within 1e-6. Images that a model was trained on do not count."
)


INTERVAL, IMAGES = 2, 3
"""Columns that are hidden where titles need their room. The tooltip of the accuracy has both."""


class OwnImagesPanel(QWidget):
    """A gallery, a table of models, and the confusion matrix of the selected model.

    Attributes:
        gallery: the images.
        table: the models.
        confusion: matrix of the selected model.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio, self._own_images, self._scores = (
            studio,
            studio.own_images,
            studio.own_image_scores,
        )
        self.gallery = OwnImageGallery(studio.theme)
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda one: one.id, self)
        self.table = TableView(
            "Models on your images", studio.theme, self.model, 0, "No trained models yet."
        )
        self.table.squeezed = True
        self.table.dispensable = (INTERVAL, IMAGES)
        self.confusion = ConfusionGrid(studio.theme)
        self.status = label(role="secondary", wrap=True)
        self.selection_hint = Elided(role="secondary")
        self.import_button = button(
            "Import…", self.ask_import, "Adds images from a file", quiet=True
        )
        self.export_button = button("Export…", self.ask_export, quiet=True)
        self.delete_button = button("Delete", self._delete, danger=True)
        self._lay_out()
        self._connect()
        self._show_images()

    def _columns(self) -> Sequence[TableColumn[RunRow]]:
        return (
            TableColumn("Model", lambda one: one.title),
            TableColumn("Accuracy", self._accuracy, right=True, tip=self._sure, explain=HOW),
            TableColumn("95 % CI", self._interval, right=True, explain=HOW),
            TableColumn(
                "Images", self._count, right=True, tip=self._learned, explain="Images evaluated"
            ),
        )

    def _lay_out(self) -> None:
        self.empty = EmptyState(
            self._studio.theme, "draw", "No labeled images yet",
            "Draw a digit and press its key, 0 to 9. The image appears here, and every model is "
            "evaluated on it.", ("Import images…", self.ask_import),
        )  # fmt: skip
        images = Card("Your images")
        # The title stays whole, and the hint gets what is left.
        images.header.setStretch(1, 0)
        self.selection_hint.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        images.header.addWidget(self.selection_hint, 1)
        for made in (self.delete_button, self.import_button, self.export_button):
            images.header.addWidget(made)
        area = QScrollArea()
        area.setAccessibleName("Your images")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.gallery.setObjectName("scrolled")
        area.setWidget(self.gallery)
        images.body.addWidget(area, 1)
        models = Card("Model accuracy")
        engine = label(ENGINE, "secondary")
        engine.setToolTip(HOW)
        models.header.addWidget(engine)
        confusion = holder(column(self.confusion, self.status, 1, gap=4))
        confusion.setFixedWidth(self.confusion.sizeHint().width())
        models.body.addLayout(row(self.table, confusion, gap=GAP))
        self._stack = QStackedWidget()
        first = Card()
        first.body.addWidget(self.empty)
        self._stack.addWidget(first)
        whole = column(gap=GAP)
        whole.addWidget(images, 5)
        whole.addWidget(models, 4)
        self._stack.addWidget(holder(whole))
        self.setLayout(column(self._stack))

    def _connect(self) -> None:
        self._own_images.changed.connect(self._show_images)
        self._scores.changed.connect(self._show_scores)
        self._studio.library.changed.connect(self._show_models)
        self.gallery.chosen.connect(self._show_selection)
        self.gallery.opened.connect(self._studio.drawing.show_own)
        self.gallery.labeled.connect(self._own_images.relabel)
        self.gallery.deleted.connect(self._delete_images)
        self.table.selectionModel().currentChanged.connect(self._show_scores)
        self.model.modelReset.connect(self._show_scores)

    def showEvent(self, event: QShowEvent) -> None:
        """Evaluates models while the panel is visible."""
        super().showEvent(event)
        self._scores.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stops the evaluation."""
        super().hideEvent(event)
        self._scores.watch(False)

    def ask_import(self) -> None:
        """Asks for a file and imports its images."""
        dialog = FileDialog(self, "Import images", "", FILES)
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self._own_images.import_from(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_export(self) -> None:
        """Asks for a file and exports all images."""
        dialog = FileDialog(self, "Export images", "", FILES)
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile("my-images.json")
        dialog.fileSelected.connect(lambda file: self._own_images.export_to(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @property
    def selected_model(self) -> str:
        """ID of the model whose confusion matrix is shown: the selected one, else the best."""
        index = self.table.currentIndex()
        if index.isValid():
            return self.model.row(index).id
        return max(self._scores.by_run, key=self._rank, default="")

    def _rank(self, run: str) -> float:
        estimate = self._scores.by_run[run].accuracy
        return estimate.value if estimate else -1.0

    @Slot()
    def _show_images(self) -> None:
        images = self._own_images.digits
        self._stack.setCurrentIndex(int(bool(images)))
        self.gallery.show_images(images)
        enable(self.export_button, tip=f"Writes {counted(len(images), 'image')} to a file")
        self._show_selection()
        self._show_models()

    @Slot()
    def _show_selection(self) -> None:
        chosen = len(self.gallery.keys)
        hint = (
            f"{chosen:,} selected. Press 0 to 9 to relabel"
            if chosen
            else "Select images to relabel or delete"
        )
        self.selection_hint.setText(hint)
        enable(
            self.delete_button,
            "" if chosen else "Select images first.",
            "Deletes the images (Delete)",
        )

    @Slot()
    def _show_models(self) -> None:
        self.model.show(self._studio.library.trained)
        self._show_scores()

    @Slot()
    def _show_scores(self) -> None:
        self.model.refresh()
        score = self._scores.by_run.get(self.selected_model)
        if score is None:
            self.status.setText("Evaluating…" if self._scores.busy else "")
            self.gallery.mark(frozenset())
            return
        self.confusion.show_counts(score.confusion)
        self.gallery.mark(score.wrong)
        self.status.setText(
            score.problem or f"{score.run.name}. Rows: true label. Columns: prediction."
        )

    def _delete(self) -> None:
        self._delete_images(self.gallery.keys)

    @Slot(object)
    def _delete_images(self, keys: Sequence[str]) -> None:
        """Deletes images, and offers to undo that."""
        if keys:
            self._own_images.delete(keys)
            done = f"{counted(len(keys), 'image').capitalize()} deleted."
            self._studio.undo_offered.emit(done, self._own_images.undo_of_last())

    def _score(self, row: RunRow) -> "OwnImageScore | None":
        return self._scores.by_run.get(row.id)

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

    def _sure(self, one: RunRow) -> str:
        """The interval, and over how many images it is."""
        score = self._score(one)
        if score is None or score.accuracy is None:
            return ""
        images = counted(score.accuracy.count, "image")
        return f"95 % CI: {self._interval(one)}, over {images}. {self._learned(one)}".strip()

    def _count(self, one: RunRow) -> str:
        score = self._score(one)
        return f"{score.accuracy.count:,}" if score and score.accuracy else NOTHING

    def _learned(self, one: RunRow) -> str:
        score = self._score(one)
        if score is None or not score.trained_on:
            return ""
        return f"The model learned from {counted(score.trained_on, 'image')}, which do not count."


CELL, HEAD = 20, 16
SIZE = len(DIGITS)
"""Your images are digits."""


class ConfusionGrid(QWidget):
    """A small confusion matrix: rows are true labels, columns predictions, cells counts."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._counts: ConfusionMatrix = np.zeros((SIZE, SIZE), np.int64)
        self.setAccessibleName("Confusion matrix of your images")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_counts(self, counts: ConfusionMatrix) -> None:
        """Shows a matrix (10, 10), rows the labels."""
        self._counts = counts
        off = [(a, b) for a in range(SIZE) for b in range(SIZE) if a != b and counts[a, b]]
        errors = "; ".join(f"{a} predicted as {b}: {counts[a, b]} times" for a, b in off)
        self.setAccessibleDescription(errors or "No errors")
        self.update()

    def sizeHint(self) -> QSize:
        """Ten cells and a header."""
        side = self._theme.pixels(HEAD + SIZE * CELL)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints headers and counts: correct ones green, errors red, larger ones stronger."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(11))
        head, cell = self._theme.pixels(HEAD), self._theme.pixels(CELL)
        painter.setPen(QColor(self._theme.palette.secondary))
        for digit in range(SIZE):
            at = head + digit * cell
            center = Qt.AlignmentFlag.AlignCenter
            painter.drawText(QRectF(at, 0, cell, head), center, str(digit))
            painter.drawText(QRectF(0, at, head, cell), center, str(digit))
        for down in range(SIZE):
            for across in range(SIZE):
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
