"""What a recipe is: where it comes from, and the layers of its network."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from mnist_studio.formatting import NOTHING, count
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.recipe_texts import method, origin
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.network_rows import NetworkRow, network_rows
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec

_ROW_HEIGHT = 26
"""Lower than in other tables, since these rows cannot be clicked."""

_TIPS = {
    "Reported": "The result that the recipe's authors published",
    "Source": "The project behind the recipe, and what it specifies",
    "Assumptions": "Settings that the source leaves open, and the values used here",
    "Method": "Optimizer, schedule, inputs, initialization, and whatever is unusual",
}


class RecipeInfo(QWidget):
    """A paragraph on each aspect of a recipe's source, and one on its training method.

    Attributes:
        summary: of the network; the page places it.
        details: paragraphs by their titles.
    """

    def __init__(self) -> None:
        super().__init__()
        self.summary = label(wrap=True)
        self.details: dict[str, QLabel] = {}
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        for title, tip in _TIPS.items():
            self.details[title] = label(role="secondary", wrap=True)
            self.details[title].setToolTip(tip)
            lines.addWidget(self.details[title])

    def show_run(self, run: RunSpec) -> None:
        """Shows where a run comes from."""
        source = origin(run)
        self.summary.setText(source.summary)
        texts = {
            "Reported": source.reported,
            "Source": source.source,
            "Assumptions": source.inferred,
            "Method": method(run),
        }
        for title, text in texts.items():
            self.details[title].setText(f"{title}: {text}")
            self.details[title].setVisible(bool(text))


def _detail(row: NetworkRow) -> str:
    return row.detail


_COLUMNS: tuple[TableColumn[NetworkRow], ...] = (
    TableColumn("Layer", lambda row: row.title, tip=_detail),
    TableColumn(
        "Output",
        lambda row: row.output,
        right=True,
        tip=_detail,
        explain="Shape of the layer's output for one image",
    ),
    TableColumn(
        "Params",
        lambda row: count(row.parameters) if row.parameters else NOTHING,
        right=True,
        tip=_detail,
        explain="Number of parameters: weights and biases that the layer learns",
    ),
)


class NetworkTable(TableView):
    """Every layer with its shape and parameters. As high as its rows: the page around scrolls."""

    squeezed = True

    def __init__(self, theme: Theme) -> None:
        self._layers: RowsModel[NetworkRow] = RowsModel(_COLUMNS, lambda row: row.name)
        super().__init__("Network", theme, self._layers)
        self._layers.setParent(self)
        self.setObjectName("network")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(TableView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        theme.changed.connect(self._fit_height)

    def show_model(self, model: ModelSpec) -> None:
        """Shows another network."""
        self._layers.show(network_rows(model))
        self._fit_height()

    def minimumSizeHint(self) -> QSize:
        """May be narrow."""
        return QSize(100, 40)

    def _resize_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.pixels(_ROW_HEIGHT))

    def _fit_height(self) -> None:
        rows = self._layers.rowCount() * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + 4)
