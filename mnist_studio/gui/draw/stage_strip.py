"""The way of a drawing to what is fed, as small pictures with arrows between them."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.data.ink.stages import Stage
from mnist_studio.gui.common.image_view import Image, picture_of
from mnist_studio.gui.theme.theme import Theme

NAMES = ("drawn", "boxed", "scaled", "centered", "fed")

CAPTION, ARROW = 18, 14
"""Points of a caption's height and of an arrow's room."""

SMALLEST, LARGEST = 72, 224
"""Points of the last picture's side, the one that is fed."""


class StageStrip(QWidget):
    """Five pictures; the last one, which the networks get, as large as there is room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._stages: dict[str, Stage] = {}
        self._pictures: dict[str, QImage] = {}
        self._left_out: frozenset[str] = frozenset()
        self._only_fed = False
        self.setAccessibleName("Stages of the drawing")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    @property
    def empty(self) -> bool:
        """Nothing is fed."""
        return "fed" not in self._pictures

    def show_stages(self, stages: Sequence[Stage]) -> None:
        """Shows the stages but the last, which is shown by itself; nothing where there is none."""
        self._stages = {stage.name: stage for stage in stages}
        fed = {name: picture for name, picture in self._pictures.items() if name == "fed"}
        small = {one.name: picture_of(one.image) for one in stages if one.name != "fed"}
        self._pictures = small | fed
        self.setAccessibleDescription(" ".join(one.sentence for one in stages))
        self.update()

    def show_fed(self, image: Image | None) -> None:
        """Shows the (28, 28) image that is fed, or nothing."""
        self._pictures.pop("fed", None)
        if image is not None:
            self._pictures["fed"] = picture_of(image)
        self.update()

    def show_only_fed(self, only: bool) -> None:
        """Whether what is fed has no stages: a picture was fitted before."""
        self._only_fed = only
        self.update()

    def fade(self, names: frozenset[str]) -> None:
        """Marks stages that are left out."""
        self._left_out = names
        self.update()

    def sizeHint(self) -> QSize:
        """The least that can be seen well."""
        pixels = self._theme.pixels
        return QSize(pixels(360), pixels(SMALLEST + CAPTION))

    def minimumSizeHint(self) -> QSize:
        """The least that can be seen well."""
        return QSize(0, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Each picture has a sentence under the pointer."""
        if isinstance(event, QHelpEvent):
            at = [name for name, place in self.places().items() if place.contains(event.pos())]
            found = self._stages.get(at[0]) if at else None
            QToolTip.showText(event.globalPos(), found.sentence if found else "", self)
            return True
        return super().event(event)

    def places(self) -> dict[str, QRect]:
        """Where each picture is, by its name."""
        pixels = self._theme.pixels
        last = min(max(self.height() - pixels(CAPTION), 1), pixels(LARGEST), self.width() * 2 // 5)
        if self._only_fed:
            return {"fed": QRect(0, 0, last, last)}
        small = min((self.width() - last) // 4 - pixels(ARROW), last)
        step = small + pixels(ARROW)
        top = last - small
        places = {name: QRect(at * step, top, small, small) for at, name in enumerate(NAMES[:4])}
        return places | {"fed": QRect(4 * step, 0, last, last)}

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pictures, arrows, and what each is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(self._theme.font(11))
        for name, place in self.places().items():
            self._paint(painter, name, place)
            if name != "fed":
                self._paint_arrow(painter, place)
        painter.end()

    def _paint(self, painter: QPainter, name: str, place: QRect) -> None:
        palette = self._theme.palette
        painter.fillRect(place, QColor("#000000"))
        picture = self._pictures.get(name)
        if picture is not None:
            painter.drawImage(place, _crisp(picture, place.width() * self.devicePixelRatioF()))
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5))
        out = name in self._left_out
        painter.setPen(QColor(palette.bad if out else palette.secondary))
        room = QRect(place.left(), place.bottom() + 2, place.width(), self._theme.pixels(CAPTION))
        text = f"not {name}" if out else name
        painter.drawText(room.adjusted(-12, 0, 12, 0), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_arrow(self, painter: QPainter, place: QRect) -> None:
        width, half = self._theme.pixels(ARROW), self._theme.pixels(3.5)
        tip = QPointF(place.right() + 1 + width / 2 + half / 2, place.center().y() + 1)
        painter.setPen(QPen(QColor(self._theme.palette.secondary), 1.5))
        painter.drawPolyline([tip + QPointF(-half, -half), tip, tip + QPointF(-half, half)])


def _crisp(picture: QImage, pixels: float) -> QImage:
    """Enlarged by whole pixels to at least so many: its squares stay sharp when it is fitted in."""
    times = -int(-pixels // picture.width())
    side = picture.width() * times
    return picture if times == 1 else picture.scaled(side, side)
