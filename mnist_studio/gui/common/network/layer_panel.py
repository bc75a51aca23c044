"""The panel of one layer: what it does, its numbers, equations, code, and kernels."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from mnist_studio.gui.common.array_map import ArrayMap
from mnist_studio.gui.common.basics import column, label
from mnist_studio.gui.common.network.layer_details import (
    LayerDetails,
    LayerRequest,
    layer_details,
)
from mnist_studio.gui.services.background import IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.services.layer_pictures import scale
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.texts import error_text

INVITATION = "Click a layer to see what it does."
SYMBOLS = "x is the input, y the output, L the loss, dx = ∂L/∂x, and W the kernel."
NO_RUN = "Choose a trained model to see the kernels that it has learned."


class LayerPanel(QWidget):
    """Explains the layer that was clicked last."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._request: LayerRequest | None = None
        self._runner: LatestOnlyRunner[LayerRequest] = LatestOnlyRunner(
            studio.background, _compute, self
        )
        self._runner.done.connect(self._show)
        self._runner.failed.connect(self._fail)
        self.title = label(INVITATION, "cardTitle", wrap=True)
        self.meaning = label("", wrap=True)
        self.figures = _Rows()
        self.equations = _Rows(fixed=True)
        self.code = _Rows(fixed=True)
        self.kernel = ArrayMap(studio.theme, "Kernels of the layer")
        self.kernel_text = label("", "secondary", wrap=True)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.setSpacing(6)
        self.kernels = _Section("Kernels", self.kernel, self.kernel_text)
        symbols = label(SYMBOLS, "secondary", wrap=True)
        self._parts: tuple[QWidget, ...] = (
            self.meaning,
            self.kernels,
            _Section("Figures", self.figures),
            _Section("Equations", self.equations, symbols),
            _Section("Code", self.code),
        )
        for part in (self.title, *self._parts):
            lines.addWidget(part)
        lines.addStretch(1)
        self._show_parts(False)

    @property
    def request(self) -> LayerRequest | None:
        """What is shown, or soon will be."""
        return self._request

    def show_layer(self, request: LayerRequest | None) -> None:
        """Explains a layer; None explains none."""
        if request == self._request:
            return
        self._request = request
        if request is None:
            self._runner.drop()
            self.title.setText(INVITATION)
            self._show_parts(False)
        else:
            self._runner.submit(request)

    def _show_parts(self, shown: bool) -> None:
        for part in self._parts:
            part.setVisible(shown)

    @Slot(object, object)
    def _show(self, request: LayerRequest, details: LayerDetails) -> None:
        if request != self._request:
            return
        facts = details.facts
        self.title.setText(f"{facts.name} · {facts.title}")
        self.meaning.setText(facts.meaning)
        self.figures.show_rows(facts.figures)
        self.equations.show_rows(facts.equations)
        self.code.show_rows(facts.code)
        self._show_parts(True)
        self._show_kernel(request, details)

    def _show_kernel(self, request: LayerRequest, details: LayerDetails) -> None:
        kernel = details.kernel
        self.kernels.setVisible(details.has_kernel)
        self.kernel.setVisible(kernel is not None)
        if kernel is None:
            self.kernel_text.setText(details.problem or NO_RUN)
            return
        self.kernel.show_layout(kernel)
        when = f" after epoch {request.epoch}" if request.epoch else ""
        name = request.run.name if request.run else ""
        text = f"{name}{when}. Blue: above 0. Red: below 0. Full colors: {scale(kernel)}."
        self.kernel_text.setText(text)

    @Slot(object, object)
    def _fail(self, request: LayerRequest, error: Exception) -> None:
        self._show_parts(False)
        self.title.setText(error_text(error))


class _Section(QWidget):
    """Widgets below a heading."""

    def __init__(self, heading: str, *parts: QWidget) -> None:
        super().__init__()
        lines = column(label(heading, "cardTitle"), *parts, gap=6)
        lines.setContentsMargins(0, 6, 0, 0)
        self.setLayout(lines)


class _Rows(QWidget):
    """Names and values, which can be selected and copied.

    Values are on the right of their names, or below them in a font of fixed width.
    """

    def __init__(self, fixed: bool = False) -> None:
        super().__init__()
        self._fixed = fixed
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(int(not fixed), 1)
        self._labels: list[tuple[QLabel, QLabel]] = []

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Shows other rows, in the same labels as far as there are any."""
        while len(self._labels) < len(rows):
            self._add()
        for number, (name, value) in enumerate(self._labels):
            known = number < len(rows)
            name.setVisible(known)
            value.setVisible(known)
            if known:
                name.setText(rows[number][0])
                value.setText(rows[number][1])
                value.setAccessibleName(rows[number][0])

    def _add(self) -> None:
        name, value = label("", "secondary"), label("", wrap=True)
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        at = len(self._labels)
        if self._fixed:
            value.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            self._grid.addWidget(name, 2 * at, 0)
            self._grid.addWidget(value, 2 * at + 1, 0)
        else:
            self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, at, 1)
        self._labels.append((name, value))


def _compute(request: LayerRequest, is_cancelled: IsCancelled) -> LayerDetails:
    return layer_details(request)
