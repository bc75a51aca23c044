"""Where a run comes from, a paragraph for each part."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from mnist_studio.formatting import NOTHING, count
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.provenance import origin
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.network_rows import NetworkRow, network_rows
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec


class RecipeInfo(QWidget):
    """The network, then what its source reports, has, and leaves open."""

    def __init__(self) -> None:
        super().__init__()
        self.summary = label(wrap=True)
        self.parts: dict[str, QLabel] = {
            title: label(role="secondary", wrap=True)
            for title in ("Reported", "Source", "Inferred")
        }
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 2, 0, 2)
        lines.setSpacing(4)
        for part in (self.summary, *self.parts.values()):
            lines.addWidget(part)

    def show_run(self, run: RunSpec) -> None:
        """Tells of another run."""
        told = origin(run)
        self.summary.setText(told.summary)
        for title, text in (
            ("Reported", told.reported), ("Source", told.source), ("Inferred", told.inferred)
        ):  # fmt: skip
            self.parts[title].setText(f"{title}: {text}")
            self.parts[title].setVisible(bool(text))


ROW = 26
"""Lower than elsewhere: nothing in these rows is clicked."""


def _detail(row: NetworkRow) -> str:
    return row.detail


COLUMNS: tuple[TableColumn[NetworkRow], ...] = (
    TableColumn("Layer", lambda row: row.title, tip=_detail),
    TableColumn("Output", lambda row: row.output, right=True, tip=_detail),
    TableColumn(
        "Parameters",
        lambda row: count(row.parameters) if row.parameters else NOTHING,
        right=True,
        tip=_detail,
    ),
)


class NetworkTable(TableView):
    """As high as its rows, since it stands in a page that scrolls."""

    squeezed = True

    def __init__(self, theme: Theme) -> None:
        self._layers: RowsModel[NetworkRow] = RowsModel(COLUMNS, lambda row: row.name)
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
        self.verticalHeader().setDefaultSectionSize(self._theme.pixels(ROW))

    def _fit_height(self) -> None:
        rows = self._layers.rowCount() * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + 4)
