"""The drawing of the moment: shared by the pages, undone and redone by named commands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from mnist_studio.data.ink import Ink, Point
from mnist_studio.gui.bridge.raster import Rasteriser
from mnist_studio.gui.models.history import History

Image = NDArray[np.uint8]

FRAME_MS = 16
"""A drawing that grows is looked at once a frame of the screen."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What lies on the pad: strokes, or a picture with strokes over nothing.

    Attributes:
        ink: strokes in a square with sides of length 1.
        picture: (28, 28) digit image of a file; strokes replace it.
    """

    ink: Ink = ()
    picture: Image | None = None

    @property
    def blank(self) -> bool:
        """Nothing is on it."""
        return not self.ink and self.picture is None


class Drawing(QObject):
    """The sheet, its history, and the image that is fed.

    Signals:
        changed: something on the pad is new.
        image_changed: the fed (28, 28) image is new; None where the pad is blank.
    """

    changed = Signal()
    image_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history: History[Sheet] = History(Sheet(), self)
        self.history.moved.connect(self._touch)
        self._stroke: list[Point] = []
        self._image: Image | None = None
        self._raster = Rasteriser(self)
        self._raster.made.connect(self._take)
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
    def stroke(self) -> Sequence[Point]:
        """The stroke that is being drawn."""
        return self._stroke

    @property
    def image(self) -> Image | None:
        """The (28, 28) image that is fed; None where the pad is blank."""
        return self._image

    @property
    def blank(self) -> bool:
        """Nothing is on the pad."""
        return self.sheet.blank and not self._stroke

    def begin(self, point: Point) -> None:
        """Puts the pen down."""
        self._stroke = [point]
        self._touch()

    def extend(self, points: tuple[Point, ...]) -> None:
        """Moves the pen."""
        if self._stroke:
            self._stroke.extend(points)
            self._touch()

    def finish(self) -> None:
        """Lifts the pen: the stroke can be undone from now on."""
        if self._stroke:
            ink, self._stroke = self._ink(), []
            self.history.push("stroke", Sheet(ink))

    def clear(self) -> None:
        """Takes everything off; can be undone."""
        if not self.sheet.blank:
            self.history.push("clear", Sheet())

    @Slot(object)
    def open(self, picture: Image) -> None:
        """Shows a (28, 28) digit image; can be undone."""
        self.history.push("open picture", Sheet(picture=picture))

    @Slot()
    def _touch(self) -> None:
        self.changed.emit()
        if self._timer.isActive():
            return
        passed = self._since.elapsed() if self._since.isValid() else FRAME_MS
        self._timer.start(max(0, FRAME_MS - int(passed)))

    def close(self) -> None:
        """Ends what still works on an image."""
        self._raster.close()

    @Slot()
    def _feed(self) -> None:
        self._since.start()
        self._asked += 1
        if self.blank:
            self._take(self._asked, None)
        elif self.sheet.picture is not None and not self._stroke:
            self._take(self._asked, self.sheet.picture)
        else:
            self._raster.ask(self._asked, self._ink())

    @Slot(int, object)
    def _take(self, number: int, image: Image | None) -> None:
        # The image of a drawing that was cleared meanwhile comes too late.
        if number > self._taken:
            self._taken, self._image = number, image
            self.image_changed.emit(image)

    def _ink(self) -> Ink:
        """All strokes, the one that is being drawn among them."""
        return (*self.sheet.ink, tuple(self._stroke)) if self._stroke else self.sheet.ink
