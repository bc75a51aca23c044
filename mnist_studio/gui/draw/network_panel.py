"""The Network tab: what flows through the selected model while one draws, at any of its epochs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.basics import GAP, IconButton, column, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.layouts import Scroll, WrapBar, split
from mnist_studio.gui.common.network.layer_details import LayerRequest
from mnist_studio.gui.common.network.layer_panel import LayerPanel
from mnist_studio.gui.common.network.living_image import LivingScene
from mnist_studio.gui.common.network.living_picture import LivingPicture
from mnist_studio.gui.common.network.view import NetworkView
from mnist_studio.gui.draw.epoch_slider import EpochSlider
from mnist_studio.gui.draw.model_picker import ModelPicker
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.texts import error_text
from mnist_studio.prediction.messages import model_ref

if TYPE_CHECKING:
    from mnist_studio.explanation.live import LiveFrame, LiveRequest

UNTRAINED = "Train a model to see what flows through it."
LEGEND = "Blue: above 0. Red: below 0. The largest value of a layer has the full color."


class NetworkPanel(QWidget):
    """The living picture of one model. It follows the drawing while it is visible."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.model = ModelPicker(studio, "The model whose activations are shown")
        self.model.setMinimumWidth(studio.theme.pixels(200))
        self.epochs = EpochSlider(studio.theme, studio.background)
        self.picture = LivingPicture(studio.theme)
        self.view = NetworkView(studio, self.picture)
        self.panel = LayerPanel(studio)
        self.state = label(LEGEND, "secondary", wrap=True)
        self._lay_out()
        self._connect()
        self.model.renew()

    def _lay_out(self) -> None:
        shown, self._explained = Card(), Card()
        shown.body.addWidget(self.view, 1)
        shown.body.addWidget(self.state)
        close = IconButton(self._studio.theme, "cross", "Close the layer", self.close_layer)
        self._explained.body.addLayout(row(label("Layer", "secondary"), 1, close))
        self._explained.body.addWidget(Scroll(self.panel), 1)
        self._explained.hide()
        bar = WrapBar(holder(row(self.model)), self.epochs)
        whole = column(bar, gap=GAP)
        self.setLayout(whole)
        split(Qt.Orientation.Vertical, (shown, self._explained), (410, 280), whole)

    def _connect(self) -> None:
        studio = self._studio
        self.model.followed.connect(self._follow)
        self.epochs.chosen.connect(self._show_epoch)
        self.picture.layer_clicked.connect(self._explain)
        studio.drawing.image_changed.connect(self._ask)
        studio.living.computed.connect(self._show_frame)
        studio.living.failed.connect(self._fail)

    def showEvent(self, event: QShowEvent) -> None:
        """Starts to compute."""
        super().showEvent(event)
        # Predictions are hidden now: the activations get the processor.
        self._slow_down(True)
        self.model.renew()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stops to compute."""
        super().hideEvent(event)
        self._slow_down(False)
        self._studio.living.forget()

    def _slow_down(self, slow: bool) -> None:
        self._studio.paced_images.slow_down(slow)
        self._studio.drawing.slow_down(slow)

    @Slot()
    def _follow(self) -> None:
        """Shows the network of the chosen model."""
        row = self.model.row
        self.epochs.show_run(row.run if row else None)
        if row is None:
            self.state.setText(UNTRAINED)
            return
        other = self.picture.model != row.run.spec.model
        if other:
            self.picture.show_frame(None)
            self.close_layer()
        self.view.show_model(row.run.spec.model, row.title)
        if other:
            self.view.fit()
        self._show_epoch()

    @Slot()
    def _show_epoch(self) -> None:
        """Shows the activations and the kernels of another epoch."""
        self._ask()
        if self.panel.request is not None:
            self._explain(self.panel.request.position)

    @Slot()
    def _ask(self) -> None:
        """Requests the activations for the drawing, if the panel is visible."""
        # Imported here, since the first window needs none of it.
        from mnist_studio.explanation.live import LiveRequest

        image, row = self._studio.drawing.image, self.model.row
        if image is None or row is None:
            self._studio.living.forget()
            self.picture.show_frame(None)
        elif self.isVisible():
            request = LiveRequest(model_ref(row.run), self.epochs.epoch, image)
            self._studio.living.want(request, self.picture.painter())

    @Slot(object, object, object)
    def _show_frame(
        self, request: "LiveRequest", frame: "LiveFrame", painted: tuple[LivingScene, QImage] | None
    ) -> None:
        row = self.model.row
        if row is None or model_ref(row.run) != request.model or self._studio.drawing.blank:
            return  # Another model was chosen, or the canvas was cleared in the meantime.
        self.state.setText(LEGEND)
        self.picture.show_frame(frame, painted)

    @Slot(object, object)
    def _fail(self, request: object, error: Exception) -> None:
        self.picture.show_frame(None)
        self.state.setText(error_text(error))

    @Slot(int)
    def _explain(self, layer: int) -> None:
        row = self.model.row
        if row is None:
            return
        self.picture.select(layer)
        self._explained.show()
        model = row.run.spec.model
        self.panel.show_layer(LayerRequest(model, layer, row.run, self.epochs.epoch))

    @Slot()
    def close_layer(self) -> None:
        """Hides the explanation of the layer."""
        self._explained.hide()
        self.panel.show_layer(None)
        self.picture.select(None)
