"""Map of images: test images as points in a plane, into which the drawing lands."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.explanation.messages import Options
from mnist_studio.explanation.understanding import INPUT, ImageMap
from mnist_studio.explanation.understanding_sentences import plane_words
from mnist_studio.formatting import count
from mnist_studio.gui.common.basics import button, column, label, row
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.draw.explanation.part import ExplanationPart
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

EDGE = 14
"""Around the points, in lengths of the design."""
MARK = 3
"""Characters of the name of a class at its point."""
NEAR = 12.0
"""Pixels within which a point is under the pointer."""
_PIXELS = "Pixels"
PCA_TIP = (
    "Principal component analysis: the plane that keeps most of the variance (default). "
    "Distances in the map are projections of the real ones."
)
TSNE_TIP = (
    "t-SNE: keeps similar images near each other. Distances between groups mean little. "
    "It cannot place new images, so your drawing lies at the weighted mean of its five most "
    "similar images. The first map takes some seconds."
)


class MapPart(ExplanationPart):
    """Test images in a plane by a layer's outputs: principal components, or t-SNE.

    Signals:
        interrupted: the user does not want to wait for t-SNE.
    """

    interrupted = Signal()

    part = "map"
    title_text = "Map of images"
    tip = "Test images as points, near each other if the network sees them alike"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.space = ComboBox("Space", theme, only_text=True)
        self.space.setToolTip(
            "Outputs that are compared: gray levels of the pixels, or a layer of the network "
            "(default: the layer before the last)"
        )
        self.space.setMinimumWidth(theme.pixels(170))
        self.space.chosen.connect(lambda _: self.changed.emit())
        self.method = Segmented(
            "Map method", (("pca", "PCA", PCA_TIP), ("tsne", "t-SNE", TSNE_TIP))
        )
        self.method.chosen.connect(lambda _: self.changed.emit())
        self.controls.addWidget(self.method)
        self.add_control("Space", self.space)
        self.cancel_button = button(
            "Cancel", self._interrupt, "Stops t-SNE, and shows the map of PCA", quiet=True
        )
        self.cancel_button.hide()
        self.controls.addWidget(self.cancel_button)
        self.missing = label("", "secondary", wrap=True)
        self.missing.hide()
        self.content.addWidget(self.missing)
        self.plane = ImagePlane(theme)
        self.picture = ImageView(theme, "Image under the pointer", 84)
        self.caption = label("Move the pointer over an image.", "secondary", wrap=True)
        self.caption.setMinimumWidth(theme.pixels(112))
        self.plane.pointed.connect(self._show_image)
        shown = row(self.plane, column(self.picture, self.caption, 1, gap=6), gap=12)
        shown.setStretch(0, 1)
        self.content.addLayout(shown, 1)

    def options(self) -> Options:
        """The space and the method."""
        return Options(
            layer=self.space.choice,
            map_method="tsne" if self.method.choice == "tsne" else "pca",
        )

    def progress_text(self, fraction: float) -> str:
        """t-SNE takes much longer than the comparison before it, and does not say how far it is."""
        if self.method.choice == "tsne" and fraction >= 1:
            self.cancel_button.show()
            return "Computing the t-SNE map…"
        return super().progress_text(fraction)

    def show_value(self, value: object) -> None:
        """Shows the ``ImageMap``."""
        assert isinstance(value, ImageMap)
        self.cancel_button.hide()
        self.space.offer(
            [
                (one.name, _PIXELS if one.name == INPUT else one.name,
                 "" if one.name == INPUT else one.title)
                for one in value.layers
            ]
        )  # fmt: skip
        self.space.choose(value.layer)
        self.method.choose(value.method)
        self.method.enable("tsne", value.missing, TSNE_TIP)
        self.missing.setText(value.missing)
        self.missing.setVisible(bool(value.missing))
        self.sentence.setText(summary(value))
        self.plane.show_map(value, self.class_names)

    def _interrupt(self) -> None:
        self.cancel_button.hide()
        self.method.choose("pca")
        self.interrupted.emit()
        self.changed.emit()

    def _show_image(self, place: int) -> None:
        found = self.plane.shown
        if found is None or place < 0:
            self.picture.show_image(None)
            self.caption.setText("Move the pointer over an image.")
            return
        self.picture.show_image(found.images[place])
        self.caption.setText(caption(found, place, self.class_names))


class ImagePlane(QWidget):
    """Points with the name of their label. Misclassified ones have a ring.

    Signals:
        pointed: index of the image under the pointer; -1 for none.
    """

    pointed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.shown: ImageMap | None = None
        self._points: QPixmap | None = None
        self._under = -1
        self._names: tuple[str, ...] = DIGITS
        self.setAccessibleName("Map of images")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._forget_points)

    def show_map(self, found: ImageMap, names: tuple[str, ...] = DIGITS) -> None:
        """Shows a map of images of these classes.

        If only the drawing has moved, the points are not painted again.
        """
        former, self.shown = self.shown, found
        same, self._names = self._names == names, names
        if former is None or not same or not np.array_equal(former.points, found.points):
            self._points = None
            self._point(-1)
        self.setAccessibleDescription(summary(found))
        self.update()

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(self._theme.pixels(420), self._theme.pixels(320))

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(self._theme.pixels(220), self._theme.pixels(200))

    def image_at(self, spot: QPointF) -> int:
        """The index of the image nearest to a place; -1 if none is near."""
        if self.shown is None or not len(self.shown.points):
            return -1
        places = self._places(self.shown.points)
        distances = np.hypot(places[:, 0] - spot.x(), places[:, 1] - spot.y())
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= NEAR else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows the image under the pointer."""
        self._point(self.image_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Shows none."""
        self._point(-1)
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the points from their picture, then the drawing."""
        if self.shown is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._points is None or self._points.deviceIndependentSize() != self.size():
            self._points = self._painted()
        painter.drawPixmap(0, 0, self._points)
        self._paint_drawing(painter)
        painter.end()

    def _point(self, place: int) -> None:
        if place != self._under:
            self._under = place
            self.pointed.emit(place)

    def _forget_points(self) -> None:
        self._points = None
        self.update()

    def _places(self, points: np.ndarray) -> np.ndarray:
        """(n, 2) in pixels; both axes have the same scale, so that distances are true."""
        assert self.shown is not None
        known = np.vstack((self.shown.points, self.shown.drawing[np.newaxis]))
        low, high = known.min(axis=0), known.max(axis=0)
        edge = self._theme.pixels(EDGE)
        room = np.array([max(1, self.width() - 2 * edge), max(1, self.height() - 2 * edge)])
        scale = float((room / np.maximum(high - low, 1e-9)).min())
        middle = np.array([self.width(), self.height()]) / 2
        return np.asarray(middle + (points - (low + high) / 2) * scale * np.array([1, -1]))

    def _painted(self) -> QPixmap:
        """The picture of all points."""
        found, palette = self.shown, self._theme.palette
        assert found is not None
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(11))
        places = self._places(found.points).tolist()
        colors = [self._color(place) for place in range(len(self._names))]
        for (x, y), shown in zip(places, found.labels.tolist(), strict=True):
            painter.setPen(colors[shown])
            area = QRectF(x - 12, y - 8, 24, 16)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._mark(shown))
        painter.setPen(QPen(QColor(palette.bad), 1.6))
        for place in np.flatnonzero(found.labels != found.predictions).tolist():
            painter.drawEllipse(QPointF(*places[place]), 8, 8)
        painter.end()
        return picture

    def _mark(self, label: int) -> str:
        """The name of a class, in at most three characters."""
        return self._names[label][:MARK]

    def _color(self, label: int) -> QColor:
        dark = QColor(self._theme.palette.panel).lightnessF() < 0.5
        return QColor.fromHsvF(
            label / len(self._names), 0.55 if dark else 0.85, 0.95 if dark else 0.62
        )

    def _paint_drawing(self, painter: QPainter) -> None:
        assert self.shown is not None
        palette = self._theme.palette
        ((x, y),) = self._places(self.shown.drawing[np.newaxis]).tolist()
        side = self._theme.pixels(24)
        painter.setPen(QPen(QColor(palette.panel), 2))
        painter.setBrush(QColor(palette.accent))
        spot = QRectF(x - side / 2, y - side / 2, side, side)
        painter.drawEllipse(spot)
        painter.setPen(QColor(palette.on_accent))
        painter.setFont(self._theme.font(13, bold=True))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, self._mark(self.shown.prediction))


def summary(found: ImageMap) -> str:
    """What the map shows, and how much of the differences it keeps."""
    space = "gray levels" if found.layer == INPUT else f"outputs of {found.layer}"
    wrong = int((found.labels != found.predictions).sum())
    plane = (
        "placed by t-SNE, which keeps similar images near each other"
        if found.method == "tsne"
        else plane_words(found.explained)
    )
    drawing = ", between its most similar images" if found.method == "tsne" else ""
    return (
        f"The first {count(len(found.labels))} test images of {found.dataset} by their {space}, "
        f"{plane}. Rings: {count(wrong)} misclassified. Disc: your drawing{drawing}."
    )


def caption(found: ImageMap, place: int, names: Sequence[str] = DIGITS) -> str:
    """The image of a point, in words."""
    true, predicted = int(found.labels[place]), int(found.predictions[place])
    result = "correct" if true == predicted else f"predicted {names[predicted]}"
    return f"Test image {count(place)}. Label {names[true]}, {result}."
