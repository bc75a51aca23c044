"""The network of a recipe: every layer with its shape and parameters."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame

from mnist_studio.gui.models.numbers import NOTHING, count
from mnist_studio.gui.models.table import Column, RowsModel
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.table import Table
from mnist_studio.spec import layers
from mnist_studio.spec.model import LayerReport, ModelSpec, describe

COLUMNS: tuple[Column[LayerReport], ...] = (
    Column("Layer", lambda layer: layer.title, tip=lambda layer: layer.name),
    Column("Output", lambda layer: layers.text(layer.output), right=True),
    Column(
        "Parameters",
        lambda layer: count(layer.parameters) if layer.parameters else NOTHING,
        right=True,
        tip=lambda layer: layer.arithmetic,
    ),
)


class NetworkTable(Table):
    """As high as its rows, since it stands in a page that scrolls."""

    squeezed = True

    def __init__(self, theme: Theme) -> None:
        self._layers: RowsModel[LayerReport] = RowsModel(COLUMNS, lambda layer: layer.name)
        super().__init__("Network", theme, self._layers)
        self._layers.setParent(self)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(Table.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        theme.changed.connect(self._fit)

    def show_model(self, model: ModelSpec) -> None:
        """Shows another network."""
        self._layers.show(describe(model))
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """May be narrow."""
        return QSize(100, 40)

    def _fit(self) -> None:
        rows = self._layers.rowCount() * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + 4)
