"""Sample images of the test set with the predictions of the selected models."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QToolTip, QWidget

from mnist_studio.comparison.views.catalog import ENTRIES
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.elided import shortened_title
from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.common.layouts import WholeRows
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.compare.gallery import MIXED_DATASETS
from mnist_studio.gui.compare.sample_loader import SampleLoader
from mnist_studio.gui.compare.samples import Samples, common_dataset
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

LEAST_ROWS = 3
"""One row for each framework."""

DIGIT, HEAD, ROW = 36, 42, 26
LEAST_STEP = 28
"""From one image to the next, in lengths of the design."""
LEAST_TITLES, MOST_TITLES = 250, 480
"""Width of the titles of models with their scores."""
ORDERS = (
    ("mixed", "Mixed", "Shows a random sample of the test set (default)"),
    ("wrong", "Errors first", "Starts with the images that most models misclassify"),
)

_READING = "The test images and the predictions are being read."


class SampleCard(Card):
    """Twenty test images and the predictions of the selected models."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(ENTRIES["samples"].title)
        self._rows: tuple[RunRow, ...] = ()
        self._requested: tuple[str, ...] = ()
        self.loader = SampleLoader(studio.background, None, self)
        self.grid = SampleGrid(studio.theme)
        self.order = Segmented("Order", ORDERS)
        self.order.chosen.connect(self._load)
        self.header.addWidget(self.order)
        self.body.addWidget(label(ENTRIES["samples"].description, "secondary", wrap=True))
        self.message = label(role="secondary", wrap=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = WholeRows(self.grid, studio.theme, HEAD, ROW, least=LEAST_ROWS)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.message)
        self._stack.addWidget(area)
        self.body.addWidget(self._stack)
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._on_failed)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Takes the models whose predictions are shown."""
        self._rows = tuple(row for row in rows if row.run.status == "finished" or row.run.trained)
        requested = tuple(row.id for row in self._rows)
        if requested != self._requested:
            self._requested = requested
            self._load()

    @Slot()
    def _load(self) -> None:
        dataset = common_dataset([row.run.spec.dataset for row in self._rows])
        if not self._rows:
            self._show_message("Select trained runs in the table to see their predictions.")
        elif not dataset:
            self._show_message(MIXED_DATASETS)
        else:
            if self.message.text() != _READING and self._stack.currentIndex() == 0:
                self._show_message(_READING)
            name = self._rows[0].run.spec.dataset
            runs = [row.run for row in self._rows]
            self.loader.load(runs, name, self.order.choice == "wrong")

    @Slot(object)
    def _show(self, samples: Samples) -> None:
        self.grid.show_samples(samples, self._rows)
        self._stack.setCurrentIndex(1)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._show_message(str(error) or repr(error))

    def _show_message(self, text: str) -> None:
        self.loader.cancel()
        self.message.setText(text)
        self._stack.setCurrentIndex(0)


class SampleGrid(QWidget):
    """A row of images, and below it a row per model. A wrong prediction has a colored box."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._samples: Samples | None = None
        self._rows: tuple[RunRow, ...] = ()
        self.setAccessibleName("Predictions for sample images")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_samples(self, samples: Samples, rows: Sequence[RunRow]) -> None:
        """Shows the predictions of these models."""
        self._samples = samples
        self._rows = tuple(row for row in rows if row.id in samples.predicted)
        scores = (f"{row.title}: {self._score(row)} correct" for row in self._rows)
        self.setAccessibleDescription(". ".join(scores))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The height of all rows."""
        height = self._theme.pixels(HEAD) + self._theme.pixels(ROW) * len(self._rows)
        return QSize(self._theme.pixels(500), height)

    def minimumSizeHint(self) -> QSize:
        """May be narrow: then fewer images are shown."""
        return QSize(self._theme.pixels(300), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Shows a tooltip for the image under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip_at(event), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints images, titles and predictions."""
        if self._samples is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(self._shown()):
            self._paint_image(painter, place)
        first, last = (self._line_at(y) for y in (event.rect().top(), event.rect().bottom()))
        for line in range(max(first, 0), min(last + 1, len(self._rows))):
            self._paint_row(painter, line, self._rows[line])
        painter.end()

    def _paint_image(self, painter: QPainter, place: int) -> None:
        assert self._samples is not None
        side = min(self._theme.pixels(DIGIT), self._step() - 4)
        left = self._left() + place * self._step() + (self._step() - side) / 2
        area = QRectF(left, 0, side, side)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, picture_of(self._samples.images[place]))

    def _paint_row(self, painter: QPainter, line: int, row: RunRow) -> None:
        assert self._samples is not None
        palette, height = self._theme.palette, self._theme.pixels(ROW)
        top = self._theme.pixels(HEAD) + line * height
        picture = sample(self._theme, row.framework)
        middle = top + height / 2
        painter.drawPixmap(0, round(middle - picture.deviceIndependentSize().height() / 2), picture)
        name = QRectF(self._theme.pixels(36), top, self._left() - self._theme.pixels(92), height)
        painter.setFont(self._theme.font(12))
        painter.setPen(QColor(palette.text))
        text = shortened_title(row.title, painter.fontMetrics(), int(name.width()))
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QColor(palette.secondary))
        score = QRectF(name.right(), top, self._theme.pixels(50), height)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(score, right, self._score(row))
        fonts = self._theme.font(12), self._theme.font(12, bold=True)
        for place in range(self._shown()):
            predicted = int(self._samples.predicted[row.id][place])
            correct = predicted == int(self._samples.labels[place])
            painter.setFont(fonts[not correct])
            area = QRectF(self._left() + place * self._step(), top, self._step(), height)
            said = row.run.spec.class_names[predicted]
            self._paint_prediction(painter, said, correct, area)

    def _paint_prediction(
        self, painter: QPainter, predicted: str, correct: bool, area: QRectF
    ) -> None:
        palette, box = self._theme.palette, area.adjusted(3, 2, -3, -2)
        color = QColor(palette.good if correct else palette.bad)
        if not correct:
            painter.setPen(QPen(color, 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 4, 4)
        painter.setPen(color)
        mark = "✓" if correct else "✗"
        metrics = painter.fontMetrics()
        room = int(area.width()) - 8 - metrics.horizontalAdvance(mark)
        text = metrics.elidedText(predicted, Qt.TextElideMode.ElideMiddle, room) + mark
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _tip_at(self, event: QHelpEvent) -> str:
        place = int((event.pos().x() - self._left()) // self._step())
        if self._samples is None or not 0 <= place < self._shown():
            return ""
        true = int(self._samples.labels[place])
        names = self._rows[0].run.spec.class_names if self._rows else DIGITS
        image = f"Test image {int(self._samples.places[place]):,}"
        lines = [f"{image}, true label {names[true]}"]
        for row in self._rows:
            predicted = int(self._samples.predicted[row.id][place])
            mark = "✓" if predicted == true else "✗"
            lines.append(
                f"{row.title} ({framework_title(row.framework)}): {names[predicted]} {mark}"
            )
        return "\n".join(lines)

    def _score(self, row: RunRow) -> str:
        assert self._samples is not None
        return f"{self._samples.correct(row.id)} / {len(self._samples.labels)}"

    def _line_at(self, y: int) -> int:
        return (y - self._theme.pixels(HEAD)) // self._theme.pixels(ROW)

    def _left(self) -> int:
        """Where the images begin: the titles get what twenty images leave."""
        count = len(self._samples.labels) if self._samples else 1
        pixels, rest = self._theme.pixels, self.width() - count * self._theme.pixels(LEAST_STEP)
        return min(max(rest, pixels(LEAST_TITLES)), pixels(MOST_TITLES))

    def _step(self) -> float:
        count = len(self._samples.labels) if self._samples else 1
        return max(self._theme.pixels(LEAST_STEP), (self.width() - self._left()) / max(count, 1))

    def _shown(self) -> int:
        if self._samples is None:
            return 0
        fitting = int((self.width() - self._left()) / self._step() + 0.001)
        return min(len(self._samples.labels), max(fitting, 1))
