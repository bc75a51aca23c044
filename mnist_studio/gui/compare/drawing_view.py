"""The current drawing with the predictions and class probabilities of the selected models."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QStackedWidget, QWidget

from mnist_studio.comparison.views.catalog import ENTRIES
from mnist_studio.formatting import NOTHING, confidence, milliseconds
from mnist_studio.gui.common.basics import button, column, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.layouts import FoldingSplitter
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.compare.probability_view import probability_view
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks

REFRESH_MS = 30


class DrawingCard(Card):
    """The network input, and a row for every model: prediction, confidence, latency."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(ENTRIES["drawing"].title)
        self._studio = studio
        self.view = ImageView(studio.theme, "Your drawing as network input", side=84)
        self.model: RowsModel[RunRow] = RowsModel(self._columns(), lambda one: one.id, self)
        self.table = TableView(
            "Predictions for your drawing",
            studio.theme,
            self.model,
            empty="Select runs to see their predictions.",
        )
        self.table.squeezed = True
        empty = EmptyState(
            studio.theme,
            "draw",
            "No drawing yet",
            "The predictions of the selected models for your drawing appear here.",
            ("Draw a digit", lambda: studio.page_requested.emit("draw")),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self._predictions())
        self.body.addWidget(self._stack)
        studio.theme.changed.connect(self._resize)
        self._resize()

    def _predictions(self) -> QWidget:
        change = button(
            "Change drawing",
            lambda: self._studio.page_requested.emit("draw"),
            "Opens the Draw page.",
            quiet=True,
        )
        caption = column(
            label("Network input, 28 × 28 pixels", "secondary"), row(change, 1), 1, gap=4
        )
        widget = QWidget()
        widget.setLayout(column(row(self.view, caption, 1), self.table, gap=6))
        return widget

    def _columns(self) -> tuple[TableColumn[RunRow], ...]:
        return (
            TableColumn("Run", lambda one: one.title, picture=self._sample),
            TableColumn(
                "Prediction",
                self._digit,
                right=True,
                explain="The class with the highest probability",
            ),
            TableColumn(
                "Confidence", self._confidence, right=True, explain="Probability of the prediction"
            ),
            TableColumn(
                "Latency", self._latency, right=True, explain="Duration of the forward pass"
            ),
        )

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Takes the models whose predictions are shown."""
        self.model.show(rows)

    def refresh(self) -> None:
        """Shows the current drawing and the current predictions."""
        image = self._studio.drawing.image
        self.view.show_image(image)
        self._stack.setCurrentIndex(int(image is not None))
        self.model.refresh()

    @Slot()
    def _resize(self) -> None:
        self.setMinimumWidth(self._studio.theme.pixels(330))

    def _probabilities(self, one: RunRow) -> tuple[float, ...]:
        prediction = self._studio.predictions.latest.get(one.id)
        return prediction.at(self._studio.drawing.focus) if prediction else ()

    def _digit(self, one: RunRow) -> str:
        values = self._probabilities(one)
        if not values:
            return NOTHING
        return one.run.spec.class_names[values.index(max(values))]

    def _confidence(self, one: RunRow) -> str:
        values = self._probabilities(one)
        return confidence(max(values, default=None))

    def _latency(self, one: RunRow) -> str:
        prediction = self._studio.predictions.latest.get(one.id)
        return milliseconds(prediction.milliseconds if prediction else None)

    def _sample(self, one: RunRow) -> QPixmap:
        return sample(self._studio.theme, one.framework)


class DrawingView(FoldingSplitter):
    """The prediction of every model on the left, all probabilities on the right.

    Attributes:
        card: the drawing and the predictions.
        panel: the probabilities.
    """

    def __init__(self, studio: Studio, marks: Marks, hover: Hover) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._studio = studio
        self._rows: tuple[RunRow, ...] = ()
        self.card = DrawingCard(studio)
        self.panel = ViewPanel(studio.theme, marks, hover)
        self.panel.describe(ENTRIES["drawing"])
        self.addWidget(self.card)
        self.addWidget(self.panel)
        self.setStretchFactor(1, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._show)
        studio.predictions.predicted.connect(self._refresh_soon)
        studio.drawing.image_changed.connect(self._refresh_soon)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Takes the models whose predictions are shown."""
        self._rows = tuple(row for row in rows if row.run.trained)
        self.card.show_rows(self._rows)
        self._show()

    @Slot()
    def _refresh_soon(self, *_: object) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _show(self) -> None:
        self.card.refresh()
        predictions = self._studio.predictions.latest
        focus = self._studio.drawing.focus
        by_run = {r.id: predictions[r.id].at(focus) for r in self._rows if r.id in predictions}
        if self._studio.drawing.image is None:
            self.panel.show_message(
                "No drawing yet", "The class probabilities of each model appear here."
            )
        elif not by_run:
            self.panel.show_message(
                "No prediction yet",
                "Select trained runs. The newest run of each framework makes predictions.",
            )
        else:
            names = self._class_names()
            titles = {row.id: row.title for row in self._rows if row.run.spec.class_names == names}
            self.panel.show_view(probability_view("drawing", "", titles, by_run, names))

    def _class_names(self) -> tuple[str, ...]:
        """The classes of the probabilities on the right: those of the first model.

        The table on the left has the predictions of all models, whatever their classes.
        """
        latest = self._studio.predictions.latest
        return next(r.run.spec.class_names for r in self._rows if r.id in latest)
