"""The first steps of a new user: draw a digit, train a network, compare networks."""

from collections.abc import Callable
from typing import get_args

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.settings import Settings, Step

ENOUGH_DIGITS = 3
"""Drawn digits after which training a network of one's own is suggested."""

STEPS: tuple[Step, ...] = get_args(Step)


class FirstSteps(QObject):
    """Which steps are done, and what to suggest next.

    Attributes:
        digits: that were drawn since the start.

    Signals:
        changed: a step was done, or the suggestion changed.
    """

    changed = Signal()

    def __init__(
        self,
        drawing: Drawing,
        library: RunLibrary,
        saved: Settings,
        save: Callable[[tuple[Step, ...], bool], object],
        parent: QObject | None = None,
    ) -> None:
        """Follows what the user does.

        Args:
            drawing: the digits that are drawn.
            library: the runs that are trained.
            saved: what was done earlier.
            save: gets the steps that are done, and whether all are hidden.
            parent: owns this object.
        """
        super().__init__(parent)
        self._drawing, self._library, self._save = drawing, library, save
        self._done = frozenset(saved.steps_done)
        self._hidden = saved.steps_hidden
        self._before = self._now = 0
        drawing.images_changed.connect(self._count)
        library.changed.connect(self._look_at_runs)

    @property
    def done(self) -> frozenset[Step]:
        """The steps that are done."""
        return self._done

    @property
    def hidden(self) -> bool:
        """Whether the user has dismissed the steps."""
        return self._hidden

    @property
    def digits(self) -> int:
        """How many digits were drawn since the start."""
        return self._before + self._now

    @property
    def suggests_training(self) -> bool:
        """Whether it is time to suggest training, as the user has drawn but not trained."""
        return self.digits >= ENOUGH_DIGITS and "train" not in self._done

    def hide(self) -> None:
        """Dismisses the steps for good."""
        self._hidden = True
        self._save(self._in_order(), True)
        self.changed.emit()

    @Slot(str)
    def look_at_page(self, page: str) -> None:
        """Marks the last step when its page is shown."""
        if page == "compare":
            self._mark("compare")

    @Slot(object)
    def _count(self, images: object) -> None:
        drawing, suggested = self._drawing, self.suggests_training
        count = len(drawing.images) if drawing.ink or drawing.stroke else 0
        if count:
            # While a digit is drawn, its strokes may look like several digits for a moment.
            self._now = count
            self._mark("draw")
        else:
            self._before, self._now = self.digits, 0
        if self.suggests_training != suggested:
            self.changed.emit()

    @Slot()
    def _look_at_runs(self) -> None:
        if any(not row.run.bundled for row in self._library.trained):
            self._mark("train")

    def _mark(self, step: Step) -> None:
        if step not in self._done:
            self._done |= {step}
            self._save(self._in_order(), self._hidden)
            self.changed.emit()

    def _in_order(self) -> tuple[Step, ...]:
        return tuple(step for step in STEPS if step in self._done)
