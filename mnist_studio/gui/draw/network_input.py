"""How a drawing becomes the network input, stage by stage."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.data.ink.rendering import WHOLE, Fitting
from mnist_studio.data.ink.stages import Stage
from mnist_studio.formatting import listed
from mnist_studio.gui.common.basics import button, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.image_view import Image, picture_of
from mnist_studio.gui.common.segmented import Toggles
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme

_SWITCHES = (
    ("box", "Fit to box", "Scales the drawing to 20 × 20 pixels, as in MNIST (default: on)"),
    ("mass", "Center by mass", "Moves the center of mass to the middle, as in MNIST (default: on)"),
    ("pen", "Pen width", "Draws strokes as wide as in MNIST (default: on)"),
)

_STAGES = {"box": ("boxed", "scaled"), "mass": ("centered",), "pen": ()}
"""The stages that a switch changes."""

_TITLE = "Network input"
_PICTURE = "Image file, fitted on opening"


class NetworkInputCard(Card):
    """The images of all stages, with switches for the optional ones.

    Attributes:
        strip: the images.
        switches: the optional stages.
        note: which image file it is; otherwise which stages are off, for screen readers.
        reset_button: switches all stages on; shown if one is off.
    """

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self._drawing = drawing
        self.setAccessibleName(_TITLE)
        self.strip = StageStrip(theme)
        self.switches = Toggles("Stages", _SWITCHES, [key for key, _, _ in _SWITCHES])
        self.note = Elided("", "cardTitle")
        self.reset_button = button(
            "Reset", lambda: drawing.fit(WHOLE), "Turns on all stages, as in MNIST", quiet=True
        )
        self.note.setMinimumHeight(self.switches.sizeHint().height())
        line = row(self.note, self.switches, self.reset_button, 0, gap=4)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.strip, 1)
        self.switches.changed.connect(self._fit)
        drawing.image_changed.connect(self._show_input)
        drawing.staged.connect(self._show_stages)
        drawing.fitting_changed.connect(self._show_fitting)
        self._show_fitting()
        self.strip.show_input(drawing.image)

    @Slot()
    def _fit(self) -> None:
        on = self.switches.chosen
        self._drawing.fit(Fitting(box="box" in on, mass="mass" in on, pen="pen" in on))

    @Slot(object)
    def _show_input(self, image: object) -> None:
        self.strip.show_input(self._drawing.image)
        self._show_note()

    @Slot(object)
    def _show_stages(self, stages: tuple[Stage, ...]) -> None:
        self.strip.show_stages(stages)

    @Slot()
    def _show_fitting(self) -> None:
        out = self._switched_off()
        for key in _STAGES:
            self.switches.button(key).setChecked(key not in out)
        self.strip.fade(frozenset(stage for key in out for stage in _STAGES[key]))
        self._show_note()

    def _switched_off(self) -> list[str]:
        fitting = self._drawing.fitting
        on = {"box": fitting.box, "mass": fitting.mass, "pen": fitting.pen}
        return [key for key, is_on in on.items() if not is_on]

    def _show_note(self) -> None:
        out = self._switched_off()
        picture = self._drawing.sheet.picture is not None
        # An image file is fitted when it is opened, so the switches have no effect.
        self.switches.setVisible(not picture)
        self.strip.show_only_input(picture)
        self.reset_button.setVisible(bool(out) and not picture)
        # The switches leave no room for it; captions show which stages are off.
        self.note.setVisible(picture)
        if picture:
            self.note.setText(self._drawing.sheet.title or _PICTURE)
        elif out:
            titles = [title.lower() for key, title, _ in _SWITCHES if key in out]
            self.note.setText(f"Without {listed(titles)}")
        else:
            self.note.setText(_TITLE)


CAPTIONS = {
    "drawn": "drawn",
    "boxed": "cropped",
    "scaled": "scaled",
    "centered": "centered",
    "fed": "network input",
}
"""Captions of the stages by their names."""

CAPTION, ARROW = 18, 14
"""Height of a caption and width of an arrow, in points."""

SMALLEST, LARGEST = 72, 224
"""Limits of the side of the last image, in points."""


class StageStrip(QWidget):
    """The images of all stages; the last one, the network input, is as large as possible."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._stages: dict[str, Stage] = {}
        self._pictures: dict[str, QImage] = {}
        self._off: frozenset[str] = frozenset()
        self._only_input = False
        self.setAccessibleName("Stages of the network input")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    @property
    def empty(self) -> bool:
        """There is no network input."""
        return "fed" not in self._pictures

    def show_stages(self, stages: Sequence[Stage]) -> None:
        """Shows all stages but the last, which ``show_input`` shows; none clears them."""
        self._stages = {stage.name: stage for stage in stages}
        fed = {name: picture for name, picture in self._pictures.items() if name == "fed"}
        small = {one.name: picture_of(one.image) for one in stages if one.name != "fed"}
        self._pictures = small | fed
        self.setAccessibleDescription(" ".join(one.sentence for one in stages))
        self.update()

    def show_input(self, image: Image | None) -> None:
        """Shows the network input (28, 28), or nothing."""
        self._pictures.pop("fed", None)
        if image is not None:
            self._pictures["fed"] = picture_of(image)
        self.update()

    def show_only_input(self, only: bool) -> None:
        """Hides or shows the stages: an image file has none."""
        self._only_input = only
        self.update()

    def fade(self, names: frozenset[str]) -> None:
        """Marks stages that are off."""
        self._off = names
        self.update()

    def sizeHint(self) -> QSize:
        """The least height at which images are recognizable."""
        pixels = self._theme.pixels
        return QSize(pixels(360), pixels(SMALLEST + CAPTION))

    def minimumSizeHint(self) -> QSize:
        """The least height at which images are recognizable."""
        return QSize(0, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Shows what happens in the stage under the mouse."""
        if isinstance(event, QHelpEvent):
            at = [name for name, place in self.places().items() if place.contains(event.pos())]
            found = self._stages.get(at[0]) if at else None
            QToolTip.showText(event.globalPos(), found.sentence if found else "", self)
            return True
        return super().event(event)

    def places(self) -> dict[str, QRect]:
        """The area of each image by the name of its stage."""
        pixels = self._theme.pixels
        last = min(max(self.height() - pixels(CAPTION), 1), pixels(LARGEST), self.width() * 2 // 5)
        if self._only_input:
            return {"fed": QRect(0, 0, last, last)}
        small = min((self.width() - last) // 4 - pixels(ARROW), last)
        step = small + pixels(ARROW)
        top = last - small
        places = {
            name: QRect(at * step, top, small, small)
            for at, name in enumerate(CAPTIONS)
            if name != "fed"
        }
        return places | {"fed": QRect(4 * step, 0, last, last)}

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints images, arrows and captions."""
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
        out = name in self._off
        painter.setPen(QColor(palette.bad if out else palette.secondary))
        room = QRect(place.left(), place.bottom() + 2, place.width(), self._theme.pixels(CAPTION))
        text = f"not {CAPTIONS[name]}" if out else CAPTIONS[name]
        room.adjust(-12, 0, 12, 0)
        room.moveRight(min(room.right(), self.width() - 1))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_arrow(self, painter: QPainter, place: QRect) -> None:
        width, half = self._theme.pixels(ARROW), self._theme.pixels(3.5)
        tip = QPointF(place.right() + 1 + width / 2 + half / 2, place.center().y() + 1)
        painter.setPen(QPen(QColor(self._theme.palette.secondary), 1.5))
        painter.drawPolyline([tip + QPointF(-half, -half), tip, tip + QPointF(-half, half)])


def _crisp(picture: QImage, pixels: float) -> QImage:
    """An image enlarged by a whole factor, so that its pixels stay sharp when it is scaled."""
    factor = -int(-pixels // picture.width())
    side = picture.width() * factor
    return picture if factor == 1 else picture.scaled(side, side)
