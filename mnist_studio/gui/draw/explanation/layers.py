"""Layer activations: the output of every layer, with its learned kernel."""

from collections.abc import Iterator

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mnist_studio.gui.common.array_map import ArrayMap
from mnist_studio.gui.common.basics import label, row
from mnist_studio.gui.draw.explanation.part import ExplanationPart, scrolled
from mnist_studio.gui.services.background import IdleScheduler
from mnist_studio.gui.services.layer_pictures import LayerPicture, PicturedLayers, scale
from mnist_studio.gui.theme.theme import Theme


class LayersPart(ExplanationPart):
    """A row per layer: its output, and its kernel if it has one."""

    part = "layers"
    title_text = "Layer activations"
    tip = "The output of each layer for the drawing, with the layer's kernel"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        hint = "Blue: above 0. Red: below 0. Hover for values."
        self.controls.addWidget(label(hint, "secondary"))
        self.sentence.hide()
        self.rows: list[LayerRow] = []
        self._names: tuple[str, ...] = ()
        self._value: PicturedLayers | None = None
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(0, 0, 8, 0)
        self._lines.setSpacing(14)
        self._lines.addStretch(1)
        inside = QWidget()
        inside.setLayout(self._lines)
        self.content.addWidget(scrolled(inside), 1)

    def show_value(self, value: object) -> None:
        """Shows the ``PicturedLayers``."""
        assert isinstance(value, PicturedLayers)
        self._value = value
        names = tuple(layer.name for layer in value.layers)
        # Rows that do not exist yet will show the latest value when they are created.
        known = self.rows if names == self._names else []
        for line, layer in zip(known, value.layers, strict=False):
            line.show_layer(layer)
        if names != self._names:
            self._names = names
            self._clear()
            turns = IdleScheduler(self._steps(names), self)
            turns.done.connect(turns.deleteLater)
            turns.start()

    def _steps(self, names: tuple[str, ...]) -> Iterator[None]:
        """Creates one row per step, unless other layers are shown meanwhile."""
        for place in range(len(names)):
            if names is not self._names or self._value is None:
                return
            layer = self._value.layers[place]
            line = LayerRow(self.theme, layer)
            line.show_layer(layer)
            self.rows.append(line)
            self._lines.insertWidget(place, line)
            yield

    def _clear(self) -> None:
        for line in self.rows:
            line.hide()
            self._lines.removeWidget(line)
            line.deleteLater()
        self.rows = []


class LayerRow(QWidget):
    """One layer."""

    def __init__(self, theme: Theme, layer: LayerPicture) -> None:
        super().__init__()
        self.name = layer.name
        self._mark: int | None = None
        self._title = label("", "cardTitle")
        self._scale = label("", "secondary")
        self.output = ArrayMap(theme, f"Output of {layer.name}", highest=190)
        self.kernel = ArrayMap(theme, f"Kernel of {layer.name}", highest=190)
        self._kernel_scale = label("", "secondary")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self._title)
        shown = row(gap=16)
        shown.addLayout(_with_scale("output", self._scale, self.output), 3)
        if layer.kernel is not None:
            shown.addLayout(_with_scale("kernel", self._kernel_scale, self.kernel), 2)
        whole.addLayout(shown)

    def show_layer(self, layer: LayerPicture) -> None:
        """Shows the present values."""
        self._title.setText(layer.title)
        self._scale.setText(scale(layer.output))
        self.output.show_layout(layer.output)
        # While the user draws, only outputs change.
        if layer.kernel is not None and layer.mark != self._mark:
            self._mark = layer.mark
            self._kernel_scale.setText(scale(layer.kernel))
            self.kernel.show_layout(layer.kernel)


def _with_scale(what: str, scale_label: QWidget, shown: ArrayMap) -> QVBoxLayout:
    made = QVBoxLayout()
    made.setSpacing(4)
    made.addLayout(row(label(what, "secondary"), scale_label, 1, gap=8))
    made.addWidget(shown)
    made.addStretch(1)
    return made
