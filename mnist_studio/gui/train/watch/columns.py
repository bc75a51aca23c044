"""The column of one run in every part of Watch it learn; all columns share their scales."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from mnist_studio.analysis.view import Matrix
from mnist_studio.gui.common.array_picture import ArrayPicture
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.plots.heat_map import HeatMap
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.watch import records
from mnist_studio.gui.train.watch.painted import ErrorGrid, HistogramStrip, NormLines, span_of
from mnist_studio.gui.train.watch.records import RunRecords

_NOTHING = np.zeros((4, 8))


@dataclass(frozen=True)
class Shown:
    """What all columns show.

    Attributes:
        runs: with their records.
        epoch: that is selected.
        norm: one of ``records.NORMS``.
    """

    runs: tuple[RunRecords, ...]
    epoch: int
    norm: str


class RunColumn(QWidget):
    """One run in one part.

    Attributes:
        body: its content.
    """

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__()
        self._theme, self._framework = theme, framework
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(4)

    def show_run(self, run: RunRecords, shown: Shown) -> None:
        """Shows a run that has records."""
        raise NotImplementedError


class KernelsColumn(RunColumn):
    """The weights of the first layer."""

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__(theme, framework)
        self.picture = ArrayPicture(theme, "First-layer kernels", _NOTHING)
        self.body.addWidget(self.picture, 1)

    def show_run(self, run: RunRecords, shown: Shown) -> None:
        """Shows the kernels of the selected epoch."""
        record = run.at(shown.epoch) or run.epochs[0]
        values = records.tiled(record.kernels, run.kernel_scale)
        self.picture.show_values(values if values.size else _NOTHING)
        self.picture.setMinimumHeight(self.picture.height_at(self._theme.pixels(200)))


class NormsColumn(RunColumn):
    """A norm of every layer over the epochs."""

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__(theme, framework)
        self.lines = NormLines(theme, framework)
        self.body.addWidget(self.lines, 1)

    def show_run(self, run: RunRecords, shown: Shown) -> None:
        """Shows the lines on the scale of all runs."""
        every = [
            value
            for one in shown.runs
            for layer in one.layers
            for value in one.curves[shown.norm, layer][1]
        ]
        curves = [(layer, *run.curves[shown.norm, layer]) for layer in run.layers]
        last = records.epochs_of(shown.runs)[-1]
        self.lines.show_curves(curves, span_of(every), last, shown.epoch)


class OutputsColumn(RunColumn):
    """Histograms of the outputs of every layer over the epochs."""

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__(theme, framework)
        self.strips: dict[str, tuple[QLabel, HistogramStrip]] = {}

    def show_run(self, run: RunRecords, shown: Shown) -> None:
        """Shows a strip for every layer."""
        column = [record.epoch for record in run.epochs if record.epoch <= shown.epoch]
        for layer in run.output_layers:
            head, strip = self._of(layer)
            strip.show_strip(run.strips[layer], run.spans[layer], len(column) - 1)
            head.setText(_units(run, layer, shown.epoch))

    def _of(self, layer: str) -> tuple[QLabel, HistogramStrip]:
        if layer not in self.strips:
            self.strips[layer] = label("", "secondary"), HistogramStrip(self._theme, layer)
            for widget in self.strips[layer]:
                self.body.addWidget(widget)
        return self.strips[layer]


def _units(run: RunRecords, layer: str, epoch: int) -> str:
    """A layer with its dead units, if it can have any."""
    record = run.at(epoch) or run.epochs[0]
    one = next(each for each in record.outputs if each.layer == layer)
    return layer if one.dead is None else f"{layer}: {one.dead:,} of {one.units:,} units dead"


class ConfusionColumn(RunColumn):
    """The confusion matrix on the test set."""

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__(theme, framework)
        self.map = HeatMap(theme)
        self.body.addWidget(self.map, 1)

    def show_run(self, run: RunRecords, shown: Shown) -> None:
        """Shows the matrix of the selected epoch."""
        record = run.at(shown.epoch) or run.epochs[0]
        values = tuple(tuple(map(float, row)) for row in record.confusion.tolist())
        names = run.run.class_names
        self.map.draw(Matrix("", "True label", "Prediction", names, names, values))
        self.map.setAccessibleName(f"Confusion matrix of {run.run.title}")


class ErrorsColumn(RunColumn):
    """The most confident errors on the test set."""

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__(theme, framework)
        self.grid = ErrorGrid(theme)
        self.body.addWidget(self.grid, 1)

    def show_run(self, run: RunRecords, shown: Shown) -> None:
        """Shows the errors of the selected epoch."""
        record = run.at(shown.epoch) or run.epochs[0]
        self.grid.show_errors(record.errors, record.images, run.run.class_names)


COLUMNS: dict[str, type[RunColumn]] = {
    "kernels": KernelsColumn,
    "norms": NormsColumn,
    "outputs": OutputsColumn,
    "confusion": ConfusionColumn,
    "errors": ErrorsColumn,
}


class SideBySide(QWidget):
    """Titled columns of equal width."""

    def __init__(self, theme: Theme, part: str, runs: Sequence[RunRecords]) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setRowStretch(1, 1)
        self.columns: list[RunColumn] = []
        for place, run in enumerate(runs):
            made = COLUMNS[part](theme, run.run.framework)
            self._grid.addWidget(label(run.run.title, "cardTitle"), 0, place)
            self._grid.addWidget(made, 1, place)
            self._grid.setColumnStretch(place, 1)
            self.columns.append(made)

    def show_records(self, shown: Shown) -> None:
        """Shows the records of the same runs."""
        for column, run in zip(self.columns, shown.runs, strict=True):
            column.show_run(run, shown)

    def sizeHint(self) -> QSize:
        """As small as the columns allow."""
        return self.minimumSizeHint()
