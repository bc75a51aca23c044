"""NumPy's way through the network with this drawing, layer by layer, and one training step."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Slot,
)
from PySide6.QtWidgets import QFileDialog, QTableView

from mnist_studio.explanation.arrays import LayerArrays, NamedArray, layer_arrays
from mnist_studio.explanation.messages import Options
from mnist_studio.explanation.trace import Trace
from mnist_studio.explanation.trace_files import export, matrix, row_names
from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.trace import NetworkTrace
from mnist_studio.gui.common.array_layout import Layout, laid_out
from mnist_studio.gui.common.basics import Elided, button, column, holder, label, row
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.draw.explanation.array_map import ArrayMap, ColorScale
from mnist_studio.gui.draw.explanation.part import ExplanationPart, chosen_digit, scrolled
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.layers import text

COLUMNS: tuple[TableColumn[LayerArrays], ...] = (
    TableColumn("Layer", lambda place: place.name, tip=lambda place: place.title),
    TableColumn(
        "y",
        lambda place: text(_output(place).values.shape),
        right=True,
        explain="Shape of the output",
    ),
)


class TracePart(ExplanationPart):
    """Layers on the left; of the chosen one equations, and of the chosen array all numbers."""

    part = "walk"
    title_words = "In NumPy"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio.theme)
        self._studio = studio
        self._shown: Trace | None = None
        self._asked = 0
        self._wanted = ""
        self._make_controls()
        self.places: RowsModel[LayerArrays] = RowsModel(COLUMNS, lambda place: place.name)
        self.table = TableView("Layers", studio.theme, self.places)
        self.places.setParent(self.table)
        self.table.selectionModel().currentRowChanged.connect(self._show_place)
        self.array = ComboBox("Array", studio.theme)
        self.array.setMinimumWidth(self.theme.pixels(230))
        self.array.chosen.connect(self.choose_array)
        self.notes = Elided("", "secondary")
        self.equations = label("", "", wrap=True)
        self.origin = label("", "secondary", wrap=True)
        self.picture = ArrayMap(studio.theme, "The array as a picture", highest=170)
        self.scale = ColorScale(studio.theme)
        self.numbers = NumbersTable()
        self.cells = QTableView()
        self.cells.setAccessibleName("The array in numbers")
        self.cells.setModel(self.numbers)
        self.numbers.setParent(self.cells)
        self._lay_out()

    def _make_controls(self) -> None:
        self.way = Segmented("Way", (("forward", "Forward"), ("step", "Training step")))
        self.way.chosen.connect(lambda _: self.changed.emit())
        self.teach = self.digit_choice("taught as", "its answer")
        self.controls.insertWidget(0, self.way)
        self.export_button = button("Export…", self._choose_folder, "Writes every array as CSV")
        self.controls.addWidget(self.export_button)

    def _lay_out(self) -> None:
        right = column(
            self.equations, row(self.array, 1), self.origin, self.picture, row(self.scale, 1), gap=6
        )
        right.addWidget(self.cells, 1)
        self.cells.setMinimumHeight(self.theme.pixels(180))
        self.table.setMinimumWidth(self.theme.pixels(130))
        self.table.setMaximumWidth(self.theme.pixels(262))
        whole = row(gap=16)
        whole.addWidget(self.table, 2)
        whole.addWidget(scrolled(holder(right)), 3)
        self.content.addWidget(self.notes)
        self.content.addLayout(whole, 1)

    def options(self) -> Options:
        """Only forward, or a training step and on which label."""
        return Options(train=self.way.choice == "step", teach=chosen_digit(self.teach))

    def show_value(self, value: object) -> None:
        """Shows a ``Trace``; stays at the layer and the array that are looked at."""
        assert isinstance(value, Trace)
        self._shown = value
        self.say(words(value.walk))
        self.notes.setText(" ".join(value.notes))
        self.notes.setVisible(bool(value.notes))
        self.places.show(layer_arrays(value.walk))
        if not self.table.selectionModel().currentIndex().isValid():
            first = self.places.index(self._first_learning(), 0)
            flag = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().setCurrentIndex(first, flag.ClearAndSelect | flag.Rows)
        self._show_place()

    def _first_learning(self) -> int:
        found = (at for at, place in enumerate(self.places.rows) if _learns(place))
        return next(found, 0)

    @property
    def place(self) -> LayerArrays | None:
        """The layer that is looked at."""
        index = self.table.selectionModel().currentIndex()
        return self.places.row(index) if index.isValid() else None

    @property
    def named(self) -> NamedArray | None:
        """The array that is looked at."""
        arrays = self.place.arrays if self.place else ()
        return next((one for one in arrays if one.name == self.array.choice), None)

    @Slot()
    def _show_place(self) -> None:
        place = self.place
        if place is None:
            return
        self.equations.setText("\n".join((place.title, *place.equations)))
        self.array.offer([(one.name, one.name, text(one.values.shape)) for one in place.arrays])
        known = {one.name for one in place.arrays}
        self.array.choose(self._wanted if self._wanted in known else _output(place).name)
        self._show_array()

    @Slot(str)
    def choose_array(self, name: str) -> None:
        """Looks at the array of that name, in every layer that has one."""
        self._wanted = name
        self._show_place()

    def _show_array(self) -> None:
        named = self.named
        if named is None:
            return
        shape = text(named.values.shape)
        self.origin.setText(
            f"{named.name}, {shape}" + (f":  {named.equation}" if named.equation else "")
        )
        self.numbers.show_array(named.values)
        self._asked += 1
        asked = self._asked

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[int, Layout]:
            return asked, laid_out(named.values)

        self._studio.background.start(work, self._show_picture, self._studio.complain)

    @Slot(object)
    def _show_picture(self, found: tuple[int, Layout]) -> None:
        asked, layout = found
        if asked == self._asked:
            self.picture.show_layout(layout)
            self.scale.show_largest(layout.largest)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, "Folder for the walkthrough")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, folder: Path) -> None:
        """Writes what is shown into a folder, and tells."""
        found = self._shown
        if found is None:
            return

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            return f"{len(export(found, folder))} files were written into {folder}."

        self._studio.background.start(work, self._tell, self._studio.complain)

    @Slot(object)
    def _tell(self, sentence: str) -> None:
        self._studio.told.emit(sentence, "good")


def words(walk: NetworkTrace) -> str:
    """The answer, and what the step does to it."""
    step, chances = walk.step, walk.probabilities
    answer = int(chances.argmax())
    way = "In training it answers" if step else "It answers"
    said = [f"{way} {answer} ({100 * float(chances[answer]):.2f} %)."]
    if step:
        said.append(
            f"Update {step.number:,}, taught as {step.label} at the rate {step.rate:g}: "
            f"loss {step.loss:.4g} → {step.loss_after:.4g}, norm of all gradients {step.norm:.3g}."
        )
    return " ".join(said)


def _output(place: LayerArrays) -> NamedArray:
    """Of a layer its output, of the loss the probabilities."""
    wanted = ("output y", "probabilities")
    return next(one for one in place.arrays if one.name in wanted)


def _learns(place: LayerArrays) -> bool:
    return any(one.name == "kernel" for one in place.arrays)


_TOP_LEVEL = QModelIndex()


class NumbersTable(QAbstractTableModel):
    """Every number; its last index across, all others down."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: Array | None = None
        self._names: tuple[str, ...] = ()

    def show_array(self, array: Array | None) -> None:
        """Shows an array, or nothing."""
        self.beginResetModel()
        self._numbers = None if array is None else matrix(array)
        self._names = () if array is None else row_names(array.shape)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _TOP_LEVEL) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _TOP_LEVEL) -> int:
        """How many numbers stand beside each other."""
        return 0 if parent.isValid() or self._numbers is None else self._numbers.shape[1]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Indices."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return str(section) if orientation == Qt.Orientation.Horizontal else self._names[section]

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """A number; in full under the pointer."""
        if self._numbers is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{self._numbers[index.row(), index.column()]:.4g}"
            case Qt.ItemDataRole.ToolTipRole:
                return repr(float(self._numbers[index.row(), index.column()]))
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None
