"""Test images that belong to a view, each with the prediction of every model."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from mnist_studio.formatting import confidence, counted
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.compare.hard_images import MOST, HardImageQuery, HardImages
from mnist_studio.gui.compare.sample_loader import SampleLoader
from mnist_studio.gui.compare.samples import common_dataset
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

TILE, PICTURE, LINE, GAP = 148, 56, 18, 10
MOST_MODELS = 6
"""How many predictions fit under an image; the table has all of them."""

MIXED_DATASETS = (
    "The selected runs were tested on different datasets. Select runs that used the same dataset."
)


class GalleryCard(Card):
    """Images of a cell, the most confident errors, or images on which models disagree."""

    def __init__(self, studio: Studio, marks: Marks) -> None:
        super().__init__("Images")
        self._studio = studio
        self._rows: tuple[RunRow, ...] = ()
        self._requested: object = None
        self.loader = SampleLoader(studio.background, None, self)
        self.gallery = Gallery(studio.theme, marks)
        self.gallery.setObjectName("scrolled")
        self.message = label(role="secondary", wrap=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setAccessibleName("Images")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.gallery)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.message)
        self._stack.addWidget(area)
        self.body.addWidget(self._stack, 1)
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._on_failed)

    def minimumSizeHint(self) -> QSize:
        """Room for two columns of images."""
        return QSize(self._studio.theme.pixels(350), self._studio.theme.pixels(160))

    def ask(self, rows: Sequence[RunRow], query: HardImageQuery) -> None:
        """Requests images with the predictions of these models."""
        self._rows = one_of_each(on_same_dataset(rows, query.model), query.model)
        request = (tuple(row.id for row in self._rows), query)
        if request == self._requested:
            return
        self._requested = request
        dataset = common_dataset([row.run.spec.dataset for row in self._rows])
        if not self._rows:
            self.show_message("Images", "Select trained runs in the table to see images.")
        elif not dataset:
            self.show_message("Images", MIXED_DATASETS)
        else:
            runs = [row.run for row in self._rows]
            self.loader.find(runs, self._rows[0].run.spec.dataset, query)

    def show_message(self, title: str, sentence: str) -> None:
        """Shows why there are no images."""
        self.loader.cancel()
        self.title.setText(title)
        self.message.setText(sentence)
        self._stack.setCurrentIndex(0)

    def forget(self) -> None:
        """Makes the next request load its images even if it equals the last one."""
        self._requested = None

    @Slot(object)
    def _show(self, found: HardImages) -> None:
        names = self._rows[0].run.spec.class_names if self._rows else DIGITS
        title = _title(found, names)
        self.title.setText(title)
        self.gallery.show_found(found, {row.id: row.title for row in self._rows}, names)
        if len(found.places):
            self._stack.setCurrentIndex(1)
        else:
            self.show_message(title, "No images match.")

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.show_message("Images", str(error) or repr(error))


def on_same_dataset(rows: Sequence[RunRow], model: str) -> Sequence[RunRow]:
    """The runs on the dataset of a model; all runs if no model is requested."""
    found = [row.run.spec.dataset for row in rows if row.id == model]
    return [row for row in rows if row.run.spec.dataset in found] if found else rows


def one_of_each(rows: Sequence[RunRow], model: str) -> tuple[RunRow, ...]:
    """The oldest of the runs that differ only in their seed, and the requested model.

    Args:
        rows: newest first.
        model: id of a run, which comes first; empty for none.
    """
    trained = [row for row in reversed(rows) if row.run.trained]
    first = {row.settings: row for row in reversed(trained)}
    chosen = [row for row in trained if row.id == model or first[row.settings] is row]
    return tuple(sorted(chosen, key=lambda row: row.id != model))


def _title(found: HardImages, names: tuple[str, ...]) -> str:
    count = len(found.places)
    match found.query.kind:
        case "cell":
            images = f"First {count} images" if count == MOST else counted(count, "image")
            true, predicted = (names[label] for label in found.query.cell)
            return f"{images[:1].upper()}{images[1:]}: true label {true}, predicted {predicted}"
        case "confident-errors":
            return "Most confident errors"
        case "disagreements":
            return "Most divided first"
        case "single":
            return f"Test image {int(found.places[0]):,} of {found.total:,}"


class Gallery(QWidget):
    """Tiles in rows: the image, its label, and one line per model with prediction, confidence."""

    def __init__(self, theme: Theme, marks: Marks) -> None:
        super().__init__()
        self._theme, self._marks = theme, marks
        self._found: HardImages | None = None
        self._names = DIGITS
        self._models: tuple[tuple[str, str], ...] = ()
        self.setAccessibleName("Images")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.updateGeometry)

    @property
    def found(self) -> HardImages | None:
        """What is shown."""
        return self._found

    def show_found(
        self,
        found: HardImages | None,
        titles: Mapping[str, str],
        names: tuple[str, ...] = DIGITS,
    ) -> None:
        """Shows these images.

        Args:
            found: with the predictions of models; None for no images.
            titles: of the runs whose predictions are shown, by their id.
            names: of the classes.
        """
        self._names = names
        self._found = found
        known = found.probabilities if found else {}
        self._models = tuple((run, title) for run, title in titles.items() if run in known)
        self.setAccessibleDescription("\n".join(self._sentences()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The tiles at the current width."""
        return QSize(self._theme.pixels(2 * TILE), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """One column."""
        return QSize(self._theme.pixels(TILE), self.heightForWidth(max(self.width(), 1)))

    def heightForWidth(self, width: int) -> int:
        """The height of all rows of tiles."""
        count = len(self._found.places) if self._found else 0
        return -(-count // self._columns(width)) * self._tile_height()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the visible tiles."""
        if self._found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, height = self._columns(self.width()), self._tile_height()
        for place in range(len(self._found.places)):
            row, column = divmod(place, columns)
            area = QRectF(column * self._theme.pixels(TILE), row * height, 0, height)
            if area.bottom() >= event.rect().top() and area.top() <= event.rect().bottom():
                self._paint_tile(painter, self._found, place, area.topLeft())
        painter.end()

    def _paint_tile(
        self, painter: QPainter, found: HardImages, place: int, corner: QPointF
    ) -> None:
        pixels, palette = self._theme.pixels, self._theme.palette
        side = pixels(PICTURE)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(corner.x(), corner.y(), side, side)
        painter.drawImage(area, picture_of(found.images[place]))
        text = QRectF(corner.x() + side + 8, corner.y(), pixels(TILE) - side - 18, side)
        painter.setFont(self._theme.font(13, bold=True))
        painter.setPen(QColor(palette.text))
        painter.drawText(
            text,
            Qt.AlignmentFlag.AlignTop,
            _fitting(painter, f"Label {self._names[found.labels[place]]}", text.width()),
        )
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(palette.secondary))
        number = text.adjusted(0, pixels(20), 0, 0)
        painter.drawText(number, Qt.AlignmentFlag.AlignTop, f"Image {found.places[place]:,}")
        for line, (run, _) in enumerate(self._models[:MOST_MODELS]):
            top = corner.y() + side + 4 + line * pixels(LINE)
            self._paint_prediction(painter, QPointF(corner.x(), top), run, place)

    def _paint_prediction(self, painter: QPainter, corner: QPointF, run: str, place: int) -> None:
        assert self._found is not None
        palette, height = self._theme.palette, self._theme.pixels(LINE)
        picture = self._marks.picture(run)
        size = picture.deviceIndependentSize()
        top = corner.y() + (height - size.height()) / 2
        painter.drawPixmap(QPointF(corner.x(), top), picture)
        label, probability = most_probable(self._found.probabilities[run][place])
        correct = label == self._found.labels[place]
        painter.setPen(QColor(palette.good if correct else palette.bad))
        painter.setFont(self._theme.font(12, bold=not correct))
        width = self._theme.pixels(TILE) - size.width() - 18
        area = QRectF(corner.x() + size.width() + 8, corner.y(), width, height)
        rest = f" {'✓' if correct else '✗'}  {confidence(probability)}"
        room = width - painter.fontMetrics().horizontalAdvance(rest)
        text = _fitting(painter, self._names[label], room) + rest
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _columns(self, width: int) -> int:
        return max(1, width // self._theme.pixels(TILE))

    def _tile_height(self) -> int:
        lines = min(len(self._models), MOST_MODELS)
        pixels = self._theme.pixels
        return pixels(PICTURE) + 4 + lines * pixels(LINE) + pixels(GAP)

    def _sentences(self) -> Sequence[str]:
        """A sentence per image, for screen readers."""
        found = self._found
        if found is None:
            return ()
        return tuple(self._sentence(found, place) for place in range(len(found.places)))

    def _sentence(self, found: HardImages, place: int) -> str:
        predictions = (
            f"{title} predicts {self._names[most_probable(found.probabilities[run][place])[0]]}"
            for run, title in self._models
        )
        image = f"Image {found.places[place]}, true label {self._names[found.labels[place]]}"
        return f"{image}: {', '.join(predictions)}."


def _fitting(painter: QPainter, text: str, width: float) -> str:
    """As much of a text as has room."""
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width))


def most_probable(probabilities: NDArray[np.float64]) -> tuple[int, float]:
    """The most probable class and its probability, from (k,) probabilities."""
    label = int(probabilities.argmax())
    return label, float(probabilities[label])
