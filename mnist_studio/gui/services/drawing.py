"""The current drawing, which all pages share, with undo and redo by named commands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import dist

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from mnist_studio.data.datasets.examples import Example
from mnist_studio.data.ink.eraser import Eraser
from mnist_studio.data.ink.rendering import UNIT_PAD, WHOLE, Fitting, Ink, InkPoint
from mnist_studio.data.ink.segments import MOST
from mnist_studio.data.ink.stages import Stage
from mnist_studio.data.own_images import OwnImage
from mnist_studio.gui.services.history import History
from mnist_studio.gui.services.pen_and_eraser import Tool, Tools
from mnist_studio.gui.services.rasterizer import Rasterizer, RasterRequest
from mnist_studio.prediction.novelty_detector import NoveltyDetector
from mnist_studio.spec.run import DIGITS

Image = NDArray[np.uint8]
NO_IMAGES: Image = np.zeros((0, 28, 28), np.uint8)

STEP = 0.01
"""Distance between the points of a stroke, as a fraction of the canvas's side.

Points are also smoothed. A slow mouse gives whole pixels, and a curve through them is jagged."""

UNSTEADY = 3
"""Number of points at the end of a growing stroke that may still move."""

FRAME_MS = 16
"""A growing drawing is evaluated once per frame of the screen."""

SLOW_FRAME_MS = 24
"""How often it is evaluated while every image also moves a living network.

Images that come faster than the network can be shown would only take the processor from it.
"""


@dataclass(frozen=True, eq=False)
class Sheet:
    """The content of the canvas: strokes or a picture.

    Attributes:
        ink: strokes in a square with sides of length 1.
        picture: (28, 28n), n digit images of a file side by side; strokes replace it.
        example: the source of the picture, if its true label is known.
        pattern: the marks between the digits of the picture; see ``PictureNumber``.
    """

    ink: Ink = ()
    picture: Image | None = None
    example: Example | None = None
    pattern: str = ""

    @property
    def title(self) -> str:
        """The source and label of the picture; empty for a picture from a file."""
        return self.example.caption if self.example else ""

    @property
    def blank(self) -> bool:
        """Whether it is empty."""
        return not self.ink and self.picture is None


class Drawing(QObject):
    """The sheet, its history, and the network input made from it.

    Attributes:
        history: of the sheet: strokes, erasing, clearing, pictures.
        tools: pen and eraser. All strokes have the width of the pen.

    Signals:
        changed: the content of the canvas changed.
        images_changed: new network input (n, 28, 28), one image per digit; n is 0 when blank.
        image_changed: new image of the selected digit; None when the canvas is blank.
        staged: the five preprocessing stages of a drawing; empty if there is none.
        fitting_changed: the preprocessing stages changed.
    """

    changed = Signal()
    images_changed = Signal(object)
    image_changed = Signal(object)
    staged = Signal(object)
    fitting_changed = Signal()

    def __init__(
        self, parent: QObject | None = None, detector: NoveltyDetector | None = None
    ) -> None:
        super().__init__(parent)
        self.history: History[Sheet] = History(Sheet(), self)
        self.history.moved.connect(self._touch)
        self.tools = Tools(self)
        self.tools.changed.connect(self._follow_tools)
        self._stroke: list[InkPoint] = []
        self._eraser: Eraser | None = None
        self._last = InkPoint(0, 0)
        self._origin = 0.0
        self._pad = UNIT_PAD
        self._fitting = WHOLE
        self._images: Image = NO_IMAGES
        self._pattern = ""
        self._of_digits = True
        self._focus: int | None = None
        self._example: Example | None = None
        self._raster = Rasterizer(detector or NoveltyDetector(), self)
        self._raster.made.connect(self._take)
        self._raster.staged.connect(self._take_stages)
        self._requested = 0
        self._received = 0
        self._frame_ms = FRAME_MS
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        # A coarse timer may be a millisecond or two late, every frame.
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._rasterize)

    @property
    def sheet(self) -> Sheet:
        """Finished strokes or the picture."""
        return self.history.value

    @property
    def ink(self) -> Ink:
        """Finished strokes, without the parts that the eraser has removed so far."""
        return self._eraser.ink if self._eraser else self.sheet.ink

    @property
    def stroke(self) -> Sequence[InkPoint]:
        """The stroke that is being drawn."""
        return self._stroke

    @property
    def image(self) -> Image | None:
        """The (28, 28) image of the selected digit; None if the canvas is blank."""
        return self._images[self.focus] if len(self._images) else None

    @property
    def example(self) -> Example | None:
        """The source of the network input, if its true label is known."""
        return self._example

    @property
    def images(self) -> Image:
        """The network input (n, 28, 28), one image per digit from left to right; n may be 0."""
        return self._images

    @property
    def pattern(self) -> str:
        """The marks between the digits of the network input; see ``PictureNumber``."""
        return self._pattern if self.ink or self._stroke else self.sheet.pattern

    @property
    def focus(self) -> int:
        """The index of the selected digit: the last one, unless another was selected."""
        last = max(0, len(self._images) - 1)
        return last if self._focus is None else min(self._focus, last)

    @Slot(int)
    def look_at(self, place: int) -> None:
        """Selects a digit until the canvas is blank."""
        self._focus = place
        self._touch()

    @property
    def fitting(self) -> Fitting:
        """The preprocessing stages from drawing to image."""
        return self._fitting

    @property
    def blank(self) -> bool:
        """Whether the canvas is empty."""
        return not self.ink and not self._stroke and self.sheet.picture is None

    def begin(self, point: InkPoint, tool: Tool | None = None) -> None:
        """Starts a stroke of a tool, by default of the selected one."""
        self.finish()
        if (tool or self.tools.chosen) == "eraser":
            # The eraser removes all it covers, so strokes are cut where their edge would reach it.
            self._eraser = Eraser(self.sheet.ink, (self.tools.eraser + self.tools.pen) / 2)
            self._last = point
            self._erase((point,))
        else:
            self._origin = self._origin if self.ink else point.time
            self._stroke = [self._timed(point)]
            self._touch()

    def extend(self, points: tuple[InkPoint, ...]) -> None:
        """Extends the current stroke, if any."""
        if self._eraser and points:
            self._erase(points)
        elif self._stroke:
            for point in points:
                self._grow(self._timed(point))
            self._touch()

    def finish(self) -> None:
        """Ends the stroke and adds it to the history."""
        before = self.sheet.ink
        ink, name = self._all_strokes(), "stroke" if self._stroke else "eraser"
        self._stroke, self._eraser = [], None
        if ink is not before:
            self.history.push(name, Sheet(ink))

    def drop(self) -> None:
        """Ends the stroke without a trace."""
        self._stroke, self._eraser = [], None
        self._touch()

    def clear(self) -> None:
        """Clears the canvas; can be undone."""
        self.finish()
        if not self.sheet.blank:
            self.history.push("clear", Sheet())

    @Slot(object)
    def open(self, picture: Image, pattern: str = "") -> None:
        """Shows digit images (28, 28n) side by side, with marks between them; can be undone."""
        # Reading a file may be slow. A stroke begun meanwhile belongs before the picture.
        self.finish()
        self.history.push("open image", Sheet(picture=picture, pattern=pattern))

    def show_example(self, example: Example) -> None:
        """Shows a digit whose label is known, unless it is shown already; can be undone."""
        self.finish()
        if self.sheet.title == example.caption:
            return
        self.history.push("open example", Sheet(picture=example.image, example=example))

    def show_own(self, digit: OwnImage) -> None:
        """Shows one of the user's own images, with its strokes if it was drawn; can be undone."""
        self.finish()
        if not digit.ink:
            example = Example("Your own image", digit.image, digit.label)
            self.history.push("open own image", Sheet(picture=digit.image, example=example))
        elif digit.ink != self.sheet.ink:
            self.tools.set_width(digit.pen, "pen")
            self.history.push("open own image", Sheet(digit.ink))

    def fit(self, fitting: Fitting) -> None:
        """Sets the preprocessing stages."""
        if fitting != self._fitting:
            self._fitting = fitting
            self.fitting_changed.emit()
            self._touch()

    @Slot(object)
    def expect(self, class_names: tuple[str, ...]) -> None:
        """Separates drawings into images of these classes, which may not be digits."""
        if (class_names == DIGITS) != self._of_digits:
            self._of_digits = class_names == DIGITS
            self._touch()

    def slow_down(self, slow: bool) -> None:
        """Makes fewer images of a growing drawing from now on, or as many as usual again."""
        self._frame_ms = SLOW_FRAME_MS if slow else FRAME_MS
        self._raster.slow_down(slow)

    def close(self) -> None:
        """Ends the rasterizer's thread."""
        self._raster.close()

    def _timed(self, point: InkPoint) -> InkPoint:
        """A point with its time since the first point of the drawing."""
        return point._replace(time=max(0.0, point.time - self._origin))

    def _grow(self, point: InkPoint) -> None:
        """Appends a point, or moves the last one while it is too near to the one before."""
        stroke = self._stroke
        if len(stroke) > 1 and dist(stroke[-2][:2], stroke[-1][:2]) < STEP:
            stroke[-1] = point
            return
        stroke.append(point)
        if len(stroke) > 3:
            stroke[-3] = _smoothed(*stroke[-4:-1])

    def _erase(self, points: tuple[InkPoint, ...]) -> None:
        assert self._eraser is not None
        # All moves at once, since a busy window would otherwise lag behind.
        if self._eraser.move(self._last, *points):
            self._touch()
        self._last = points[-1]

    @Slot()
    def _follow_tools(self) -> None:
        pad = replace(UNIT_PAD, pen=self.tools.pen)
        if pad != self._pad:
            self._pad = pad
            self._touch()

    @Slot()
    def _touch(self) -> None:
        self.changed.emit()
        if self._timer.isActive():
            return
        passed = self._since.elapsed() if self._since.isValid() else self._frame_ms
        self._timer.start(max(0, self._frame_ms - int(passed)))

    @Slot()
    def _rasterize(self) -> None:
        self._since.start()
        self._requested += 1
        ink = self._all_strokes()
        self._example = None if ink else self.sheet.example
        if ink:
            self._raster.submit(self._request(ink))
        else:
            picture = self.sheet.picture
            images = NO_IMAGES if picture is None else apart(picture)
            self._take(self._requested, images, self.sheet.pattern)
            self.staged.emit(())

    @Slot(int, object, str)
    def _take(self, number: int, images: Image, pattern: str) -> None:
        # Images of a drawing that was cleared meanwhile are dropped.
        if number > self._received:
            self._received, self._images, self._pattern = number, images, pattern
            self._focus = self._focus if len(images) else None
            self.images_changed.emit(images)
            self.image_changed.emit(self.image)

    @Slot(int, object)
    def _take_stages(self, number: int, found: tuple[Stage, ...]) -> None:
        if number >= self._received:
            self.staged.emit(found)

    def _request(self, ink: Ink) -> RasterRequest:
        # An index beyond the end selects the last digit.
        focus = MOST if self._focus is None else self._focus
        return RasterRequest(self._requested, ink, self._fitting, self._pad, focus, self._of_digits)

    def _all_strokes(self) -> Ink:
        """All strokes, including the current one."""
        return (*self.ink, tuple(self._stroke)) if self._stroke else self.ink


def apart(picture: Image) -> Image:
    """Splits digit images (28, 28n) side by side into (n, 28, 28)."""
    side = len(picture)
    return picture.reshape(side, -1, side).swapaxes(0, 1)


def _smoothed(before: InkPoint, point: InkPoint, after: InkPoint) -> InkPoint:
    """A point, moved halfway to the middle of its neighbors if they are near."""
    if max(dist(point[:2], before[:2]), dist(point[:2], after[:2])) > 2 * STEP:
        return point
    x, y = ((before[at] + 2 * point[at] + after[at]) / 4 for at in (0, 1))
    return point._replace(x=x, y=y)
