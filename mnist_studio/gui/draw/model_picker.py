"""The picker of the model that a tab of the Draw page is about."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QFontMetrics

from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio

LONGEST = 480
"""The widest a picker gets for a long title, in lengths of the design."""


class ModelPicker(ComboBox):
    """Offers the models that predict drawings. Every picker shows the same choice.

    It is as wide as its longest title, if there is room.

    Signals:
        followed: models or choice may have changed.
    """

    followed = Signal()

    def __init__(self, studio: Studio, tip: str) -> None:
        super().__init__("Model", studio.theme)
        self._studio = studio
        self.setToolTip(tip)
        self.chosen.connect(studio.predictions.choose)
        studio.library.changed.connect(self.renew)
        studio.predictions.chosen_changed.connect(self._follow)

    @property
    def rows(self) -> list[RunRow]:
        """The models that predict drawings."""
        loaded = self._studio.predictions.loaded
        return [row for row in self._studio.library.trained if row.id in loaded]

    @property
    def row(self) -> RunRow | None:
        """The chosen model; None if there is none."""
        choice = self.choice
        if choice not in self._studio.predictions.loaded:
            return None
        return next((row for row in self._studio.library.trained if row.id == choice), None)

    def sizeHint(self) -> QSize:
        """As wide as the longest title."""
        metrics = QFontMetrics(self._theme.font(13))
        titles = [metrics.horizontalAdvance(self.itemText(at)) for at in range(self.count())]
        width = max(titles, default=0) + self._theme.pixels(16) + 32
        least = self.minimumSizeHint()
        return QSize(min(max(width, least.width()), self._theme.pixels(LONGEST)), least.height())

    @Slot()
    def renew(self) -> None:
        """Offers the models that there are now."""
        self.offer([(row.id, row.title, "") for row in self.rows])
        self.updateGeometry()
        self._follow()

    @Slot()
    def _follow(self) -> None:
        predictions = self._studio.predictions
        if self.isVisible() and predictions.chosen:
            # The model that is looked at stays, even if another one becomes the best.
            predictions.choose(predictions.chosen)
        self.choose(predictions.chosen)
        self.followed.emit()
