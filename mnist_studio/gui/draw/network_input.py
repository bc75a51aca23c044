"""How a drawing becomes what the networks get, stage by stage; each that can be left out."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.data.ink.rendering import WHOLE, Fitting
from mnist_studio.data.ink.stages import Stage
from mnist_studio.gui.common.basics import Elided, button, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.image_view import Image, picture_of
from mnist_studio.gui.common.segmented import Toggles
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme

_SWITCHES = (
    ("box", "Box", "Scales the drawing into 20 × 20 pixels; else the pad is merely shrunk"),
    ("mass", "Mass", "Moves its center of mass into the center; else its middle stays"),
    ("pen", "Pen", "Draws with a pen of MNIST's width; else the pad's pen is scaled with it"),
)

_STAGES = {"box": ("boxed", "scaled"), "mass": ("centered",), "pen": ()}
"""What is not what it is called where a stage is left out."""

_USUAL = "What is fed"
_PICTURE = "A picture, fitted when opened"


class NetworkInputCard(Card):
    """Five pictures, a switch for every stage that can be left out, and what that means.

    Attributes:
        strip: the pictures.
        switches: which stages are not left out.
        note: the title, unless the fitting is not the standard one.
        usual_button: brings the usual stages back; shown where one is left out.
    """

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self._drawing = drawing
        self.setAccessibleName(_USUAL)
        self.strip = StageStrip(theme)
        self.switches = Toggles("Stages", _SWITCHES, [key for key, _, _ in _SWITCHES])
        self.note = Elided("", "cardTitle")
        self.usual_button = button(
            "Reset", lambda: drawing.fit(WHOLE), "Fits drawings as MNIST's digits are", quiet=True
        )
        self.note.setMinimumHeight(self.switches.sizeHint().height())
        line = row(self.note, self.usual_button, self.switches, gap=4)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.strip, 1)
        self.switches.changed.connect(self._fit)
        drawing.image_changed.connect(self._show_fed)
        drawing.staged.connect(self._show_stages)
        drawing.fitting_changed.connect(self._show_fitting)
        self._show_fitting()
        self.strip.show_fed(drawing.image)

    @Slot()
    def _fit(self) -> None:
        on = self.switches.chosen
        self._drawing.fit(Fitting(box="box" in on, mass="mass" in on, pen="pen" in on))

    @Slot(object)
    def _show_fed(self, image: object) -> None:
        self.strip.show_fed(self._drawing.image)
        self._tell()

    @Slot(object)
    def _show_stages(self, stages: tuple[Stage, ...]) -> None:
        self.strip.show_stages(stages)

    @Slot()
    def _show_fitting(self) -> None:
        out = self._left_out()
        for key in _STAGES:
            self.switches.button(key).setChecked(key not in out)
        self.strip.fade(frozenset(stage for key in out for stage in _STAGES[key]))
        self._tell()

    def _left_out(self) -> list[str]:
        fitting = self._drawing.fitting
        on = {"box": fitting.box, "mass": fitting.mass, "pen": fitting.pen}
        return [key for key, kept in on.items() if not kept]

    def _tell(self) -> None:
        out = self._left_out()
        picture = self._drawing.sheet.picture is not None
        # A picture is fitted before it lies on the pad: no switch would change it.
        self.switches.setVisible(not picture)
        self.strip.show_only_fed(picture)
        self.usual_button.setVisible(bool(out) and not picture)
        if picture:
            self.note.setText(self._drawing.sheet.title or _PICTURE)
        elif out:
            self.note.setText(f"Without {', '.join(out)}")
        else:
            self.note.setText(_USUAL)


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
