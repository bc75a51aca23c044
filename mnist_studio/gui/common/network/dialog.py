"""The window with the picture of a network, and the panel of the layer that is clicked."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import button, column, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.dialog import LARGEST_PART
from mnist_studio.gui.common.layouts import Scroll, split
from mnist_studio.gui.common.network.layer_details import LayerRequest
from mnist_studio.gui.common.network.layer_panel import LayerPanel
from mnist_studio.gui.common.network.picture import NetworkPicture
from mnist_studio.gui.common.network.view import NetworkView
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.model import ModelSpec

NO_RUN = "none"
"""The key of the choice of no run."""


class NetworkDialog(QDialog):
    """A network of which every layer is explained when it is clicked."""

    def __init__(self, studio: Studio, parent: QWidget, model: ModelSpec, title: str) -> None:
        super().__init__(parent)
        self._studio, self._model = studio, model
        self.setWindowTitle(f"Network: {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = NetworkView(studio, NetworkPicture(studio.theme))
        self.panel = LayerPanel(studio)
        self.run = ComboBox("Kernels of", studio.theme)
        self.run.setToolTip("A trained model of this network, whose kernels are shown")
        self.run.setMinimumWidth(studio.theme.pixels(160))
        self._lay_out()
        self.view.show_model(model, title)
        self._rows: dict[str, RunRow] = {}
        self._offer()
        self.view.picture.setFocus()
        self.view.picture.layer_clicked.connect(self._explain)
        self.run.chosen.connect(self._explain_again)
        studio.library.changed.connect(self._offer)

    def _lay_out(self) -> None:
        pictures, explained = Card(), Card()
        pictures.body.addWidget(self.view)
        explained.body.addLayout(row(label("Kernels of", "secondary"), self.run, gap=8))
        explained.body.addWidget(Scroll(self.panel), 1)
        body = QVBoxLayout(self)
        body.setContentsMargins(20, 16, 20, 16)
        body.setSpacing(10)
        pixels = self._studio.theme.pixels
        sizes = (pixels(640), pixels(360))
        split(Qt.Orientation.Horizontal, (pictures, explained), sizes, body)
        close = button("Close", self.accept)
        body.addWidget(holder(column(row(1, close))))
        self.resize(
            QSize(pixels(1080), pixels(640)).boundedTo(self.screen().availableSize() * LARGEST_PART)
        )

    def show_layer(self, layer: int) -> None:
        """Explains a layer, by its position in the network."""
        self.view.show_layer(layer)
        self._explain(layer)

    @Slot()
    def _offer(self) -> None:
        """Offers the trained runs of this network, the newest first."""
        rows: Sequence[RunRow] = self._studio.library.trained
        self._rows = {row.id: row for row in rows if row.run.spec.model == self._model}
        chosen = self.run.choice
        choices = [(row.id, row.title, "") for row in self._rows.values()]
        self.run.offer([(NO_RUN, "No trained model", ""), *choices])
        if not chosen and choices:
            self.run.choose(choices[0][0])

    @Slot(int)
    def _explain(self, layer: int) -> None:
        row = self._rows.get(self.run.choice)
        self.panel.show_layer(LayerRequest(self._model, layer, row.run if row else None))

    @Slot()
    def _explain_again(self) -> None:
        if self.panel.request is not None:
            self._explain(self.panel.request.position)
