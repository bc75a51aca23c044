"""The drawing of the moment: shared by the pages, undone and redone by named commands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import dist

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

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

Image = NDArray[np.uint8]
NO_IMAGES: Image = np.zeros((0, 28, 28), np.uint8)

STEP = 0.01
"""Points of a stroke are so far apart, as a part of the pad's side, and are then steadied: those of
a slow mouse lie on whole pixels, and a curve through all of them would tremble."""

UNSTEADY = 3
"""So many points at the end of a growing stroke may move yet."""

FRAME_MS = 16
"""A drawing that grows is looked at once a frame of the screen."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What lies on the pad: strokes, or a picture with strokes over nothing.

    Attributes:
        ink: strokes in a square with sides of length 1.
        picture: (28, 28n), n digit images of a file beside each other; strokes replace it.
        example: what the picture is, where its true label is known.
    """

    ink: Ink = ()
    picture: Image | None = None
    example: Example | None = None

    @property
    def title(self) -> str:
        """What the picture is and shows, for people; empty where it is just a file."""
        return self.example.told if self.example else ""

    @property
    def blank(self) -> bool:
        """Nothing is on it."""
        return not self.ink and self.picture is None


class Drawing(QObject):
    """The sheet, its history, and the image that is fed.

    Attributes:
        history: of the sheet: strokes, erasing, clearing, pictures.
        tools: pen and eraser. The pen's width is that of all strokes.

    Signals:
        changed: something on the pad is new.
        images_changed: the fed images (n, 28, 28) are new, one a digit; none: the pad is blank.
        image_changed: the image of the digit that is looked at is new; None: the pad is blank.
        staged: the five stages of a drawing are new; empty where there is none.
        fitting_changed: the stages that a drawing goes through are others.
    """

    changed = Signal()
    images_changed = Signal(object)
    image_changed = Signal(object)
    staged = Signal(object)
    fitting_changed = Signal()

    def __init__(
        self, parent: QObject | None = None, examiner: NoveltyDetector | None = None
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
        self._focus: int | None = None
        self._example: Example | None = None
        self._raster = Rasterizer(examiner or NoveltyDetector(), self)
        self._raster.made.connect(self._take)
        self._raster.staged.connect(self._take_stages)
        self._asked = 0
        self._taken = 0
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._feed)

    @property
    def sheet(self) -> Sheet:
        """Finished strokes or the picture."""
        return self.history.value

    @property
    def ink(self) -> Ink:
        """Finished strokes, or what the eraser on its way has left of them."""
        return self._eraser.ink if self._eraser else self.sheet.ink

    @property
    def stroke(self) -> Sequence[InkPoint]:
        """The stroke that is being drawn."""
        return self._stroke

    @property
    def image(self) -> Image | None:
        """The (28, 28) image of the digit that is looked at; None where the pad is blank."""
        return self._images[self.focus] if len(self._images) else None

    @property
    def example(self) -> Example | None:
        """What is fed, where its true label is known."""
        return self._example

    @property
    def images(self) -> Image:
        """(n, 28, 28): what is fed, one a digit from left to right; none where the pad is blank."""
        return self._images

    @property
    def focus(self) -> int:
        """The place of the digit that is looked at: the last, unless another was chosen."""
        last = max(0, len(self._images) - 1)
        return last if self._focus is None else min(self._focus, last)

    @Slot(int)
    def look_at(self, place: int) -> None:
        """Chooses the digit that is looked at, until the pad is blank."""
        self._focus = place
        self._touch()

    @property
    def fitting(self) -> Fitting:
        """The stages that a drawing goes through on its way to the image."""
        return self._fitting

    @property
    def blank(self) -> bool:
        """Nothing is on the pad."""
        return not self.ink and not self._stroke and self.sheet.picture is None

    def begin(self, point: InkPoint, tool: Tool | None = None) -> None:
        """Puts a tool down, the chosen one unless another is named."""
        self.finish()
        if (tool or self.tools.chosen) == "eraser":
            # What it covers is gone, hence strokes are cut where their edge would reach.
            self._eraser = Eraser(self.sheet.ink, (self.tools.eraser + self.tools.pen) / 2)
            self._last = point
            self._erase((point,))
        else:
            self._origin = self._origin if self.ink else point.time
            self._stroke = [self._timed(point)]
            self._touch()

    def extend(self, points: tuple[InkPoint, ...]) -> None:
        """Moves the tool that is down, if any."""
        if self._eraser and points:
            self._erase(points)
        elif self._stroke:
            for point in points:
                self._grow(self._timed(point))
            self._touch()

    def finish(self) -> None:
        """Lifts the tool: what it did can be undone from now on."""
        before = self.sheet.ink
        ink, name = self._whole(), "stroke" if self._stroke else "eraser"
        self._stroke, self._eraser = [], None
        if ink is not before:
            self.history.push(name, Sheet(ink))

    def drop(self) -> None:
        """Lifts the tool as if it had never been down."""
        self._stroke, self._eraser = [], None
        self._touch()

    def clear(self) -> None:
        """Takes everything off; can be undone."""
        self.finish()
        if not self.sheet.blank:
            self.history.push("clear", Sheet())

    @Slot(object)
    def open(self, picture: Image) -> None:
        """Shows digit images (28, 28n) beside each other; can be undone."""
        # A stroke that is on its way when a slow file is read lies under the picture, not on it.
        self.finish()
        self.history.push("open image", Sheet(picture=picture))

    def show_example(self, example: Example) -> None:
        """Shows a digit whose label is known, unless it lies there already; can be undone."""
        self.finish()
        if self.sheet.title == example.told:
            return
        self.history.push("open example", Sheet(picture=example.image, example=example))

    def show_own(self, digit: OwnImage) -> None:
        """Lays one of the user's own digits on the pad again, as it was drawn; can be undone."""
        self.finish()
        if not digit.ink:
            example = Example("Your own digit", digit.image, digit.label)
            self.history.push("open own digit", Sheet(picture=digit.image, example=example))
        elif digit.ink != self.sheet.ink:
            self.tools.set_width(digit.pen, "pen")
            self.history.push("open own digit", Sheet(digit.ink))

    def fit(self, fitting: Fitting) -> None:
        """Lets drawings go through these stages."""
        if fitting != self._fitting:
            self._fitting = fitting
            self.fitting_changed.emit()
            self._touch()

    def close(self) -> None:
        """Ends what still works on an image."""
        self._raster.close()

    def _timed(self, point: InkPoint) -> InkPoint:
        """With its time since the first point of the drawing."""
        return point._replace(time=max(0.0, point.time - self._origin))

    def _grow(self, point: InkPoint) -> None:
        """The last point follows the tool until it is far enough from the one before."""
        stroke = self._stroke
        if len(stroke) > 1 and dist(stroke[-2][:2], stroke[-1][:2]) < STEP:
            stroke[-1] = point
            return
        stroke.append(point)
        if len(stroke) > 3:
            stroke[-3] = _steadied(*stroke[-4:-1])

    def _erase(self, points: tuple[InkPoint, ...]) -> None:
        assert self._eraser is not None
        # In one, however many moves came together: else a busy window would fall behind.
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
        passed = self._since.elapsed() if self._since.isValid() else FRAME_MS
        self._timer.start(max(0, FRAME_MS - int(passed)))

    @Slot()
    def _feed(self) -> None:
        self._since.start()
        self._asked += 1
        ink = self._whole()
        self._example = None if ink else self.sheet.example
        if ink:
            self._raster.submit(self._wanted(ink))
        else:
            picture = self.sheet.picture
            self._take(self._asked, NO_IMAGES if picture is None else apart(picture))
            self.staged.emit(())

    @Slot(int, object)
    def _take(self, number: int, images: Image) -> None:
        # The images of a drawing that was cleared meanwhile come too late.
        if number > self._taken:
            self._taken, self._images = number, images
            self._focus = self._focus if len(images) else None
            self.images_changed.emit(images)
            self.image_changed.emit(self.image)

    @Slot(int, object)
    def _take_stages(self, number: int, found: tuple[Stage, ...]) -> None:
        if number >= self._taken:
            self.staged.emit(found)

    def _wanted(self, ink: Ink) -> RasterRequest:
        # Many more than there are mean the last.
        focus = MOST if self._focus is None else self._focus
        return RasterRequest(self._asked, ink, self._fitting, self._pad, focus)

    def _whole(self) -> Ink:
        """All strokes, the one that is being drawn among them."""
        return (*self.ink, tuple(self._stroke)) if self._stroke else self.ink


def apart(picture: Image) -> Image:
    """Digit images (28, 28n) beside each other as (n, 28, 28)."""
    side = len(picture)
    return picture.reshape(side, -1, side).swapaxes(0, 1)


def _steadied(before: InkPoint, point: InkPoint, after: InkPoint) -> InkPoint:
    """A point between near neighbors, moved halfway to their middle."""
    if max(dist(point[:2], before[:2]), dist(point[:2], after[:2])) > 2 * STEP:
        return point
    x, y = ((before[at] + 2 * point[at] + after[at]) / 4 for at in (0, 1))
    return point._replace(x=x, y=y)
