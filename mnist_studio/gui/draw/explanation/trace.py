"""Training step trace: every array of a pass through the network in NumPy."""

from collections.abc import Sequence
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
from PySide6.QtWidgets import QTableView

from mnist_studio.explanation.messages import Options
from mnist_studio.explanation.trace import Trace
from mnist_studio.explanation.trace_files import (
    LayerArrays,
    NamedArray,
    export,
    layer_arrays,
    matrix,
    row_names,
)
from mnist_studio.formatting import confidence, counted, number
from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.traced_arrays import NetworkTrace
from mnist_studio.gui.common.array_map import ArrayMap, ColorScale
from mnist_studio.gui.common.basics import button, column, holder, label, row
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.common.written_file import written
from mnist_studio.gui.draw.explanation.part import ExplanationPart, chosen_class, scrolled
from mnist_studio.gui.services.array_layout import Layout, layout_of
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.outcome import Outcome
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.layers import text
from mnist_studio.spec.run import DIGITS

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
    """Layers on the left; equations and arrays of the selected layer on the right."""

    part = "trace"
    title_text = "Training step trace"
    tip = "Every array of a forward pass or a training step, computed by NumPy"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio.theme)
        self._studio = studio
        self._shown: Trace | None = None
        self._request = 0
        self._array_name = ""
        self._make_controls()
        self.places: RowsModel[LayerArrays] = RowsModel(COLUMNS, lambda place: place.name)
        self.table = TableView("Layers", studio.theme, self.places)
        self.places.setParent(self.table)
        self.table.selectionModel().currentRowChanged.connect(self._show_place)
        self.array = ComboBox("Array", studio.theme)
        self.array.setToolTip("The array of the layer to show")
        self.array.setMinimumWidth(self.theme.pixels(230))
        self.array.chosen.connect(self.choose_array)
        self.notes = Elided("", "secondary")
        self.equations = label("", "", wrap=True)
        self.origin = label("", "secondary", wrap=True)
        self.picture = ArrayMap(studio.theme, "Array as an image", highest=170)
        self.scale = ColorScale(studio.theme)
        self.numbers = NumbersTable()
        self.cells = QTableView()
        self.cells.setAccessibleName("Array as numbers")
        self.cells.setModel(self.numbers)
        self.numbers.setParent(self.cells)
        self._lay_out()

    def _make_controls(self) -> None:
        self.way = Segmented("Trace", (("forward", "Forward pass"), ("step", "Training step")))
        self.way.enable("forward", tip="Traces the prediction for the drawing (default)")
        self.way.enable("step", tip="Traces one training step on the drawing")
        self.way.chosen.connect(lambda _: self.changed.emit())
        self.controls.addWidget(self.way)
        self.target_label = self.class_choice(
            "Target label", "prediction", "The label to learn (default: the prediction)"
        )
        self.export_button = button(
            "Export…", self._choose_folder, "Writes all arrays to CSV files"
        )
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
        """A forward pass, or a training step with its target label."""
        return Options(
            train=self.way.choice == "step", target_label=chosen_class(self.target_label)
        )

    def show_value(self, value: object) -> None:
        """Shows a ``Trace``; the selected layer and array stay selected."""
        assert isinstance(value, Trace)
        self._shown = value
        self.sentence.setText(summary(value.network, self.class_names))
        self.notes.setText(" ".join(value.notes))
        self.notes.setVisible(bool(value.notes))
        self.places.show(layer_arrays(value.network))
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
        """The selected layer."""
        index = self.table.selectionModel().currentIndex()
        return self.places.row(index) if index.isValid() else None

    @property
    def named(self) -> NamedArray | None:
        """The selected array."""
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
        self.array.choose(self._array_name if self._array_name in known else _output(place).name)
        self._show_array()

    @Slot(str)
    def choose_array(self, name: str) -> None:
        """Shows the array of that name in every layer that has one."""
        self._array_name = name
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
        self._request += 1
        request = self._request

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[int, Layout]:
            return request, layout_of(named.values)

        self._studio.background.start(work, self._show_picture, self._studio.complain)

    @Slot(object)
    def _show_picture(self, found: tuple[int, Layout]) -> None:
        request, layout = found
        if request == self._request:
            self.picture.show_layout(layout)
            self.scale.show_largest(layout.largest)

    def _choose_folder(self) -> None:
        dialog = FileDialog(self, "Export trace")
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, folder: Path) -> None:
        """Writes the trace to a folder, and reports it."""
        found = self._shown
        if found is None:
            return

        def work(progress: Progress, is_cancelled: IsCancelled) -> Outcome:
            files = counted(len(export(found, folder)), "file")
            return written(self._studio, f"The trace is exported as {files}", folder)

        self._studio.background.start(work, self._report, self._studio.complain)

    @Slot(object)
    def _report(self, outcome: Outcome) -> None:
        self._studio.outcome.emit(outcome)


def summary(trace: NetworkTrace, names: Sequence[str] = DIGITS) -> str:
    """The prediction, and the effect of the training step."""
    step, chances = trace.step, trace.probabilities
    answer = int(chances.argmax())
    mode = " in training mode" if step else ""
    sentences = [f"The prediction{mode} is {names[answer]} ({confidence(float(chances[answer]))})."]
    if step:
        sentences.append(
            f"Update {step.number:,} with target label {names[step.label]} and learning rate "
            f"{number(step.rate, 6)}: loss {step.loss:.4g} → {step.loss_after:.4g}, gradient norm "
            f"{step.norm:.3g}."
        )
    return " ".join(sentences)


def _output(place: LayerArrays) -> NamedArray:
    """The output of a layer, or the probabilities of the loss."""
    names = ("output y", "probabilities")
    return next(one for one in place.arrays if one.name in names)


def _learns(place: LayerArrays) -> bool:
    return any(one.name == "kernel" for one in place.arrays)


_TOP_LEVEL = QModelIndex()


class NumbersTable(QAbstractTableModel):
    """All numbers of an array: columns for its last index, rows for the others."""

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
        """The number of rows."""
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _TOP_LEVEL) -> int:
        """The number of columns."""
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
        """A number; in full in the tooltip."""
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
