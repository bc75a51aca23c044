"""The canvas with its tools."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QWidget

from mnist_studio.gui.common.basics import IconButton, enable, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.draw.canvas import DrawingCanvas
from mnist_studio.gui.draw.drawing_keys import DrawingKeys
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.services.pen_and_eraser import LIMITS, Tool, Tools
from mnist_studio.gui.theme.theme import Theme

_TIPS: dict[Tool, str] = {
    "pen": "Draws strokes (P)",
    "eraser": "Erases strokes (E). The right mouse button and a stylus eraser work too.",
}


class CanvasCard(Card):
    """Pen, eraser, their width, undo, redo and clear, and the canvas.

    Attributes:
        canvas: the square to draw on.
        pen_button: selects the pen.
        eraser_button: selects the eraser.
        width_slider: width of the selected tool, in thousandths of the canvas side.
        undo_button: undoes the last step.
        redo_button: repeats an undone step.
        clear_button: clears the canvas.
    """

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self._drawing = drawing
        self.canvas = DrawingCanvas(theme, drawing)
        self.pen_button = self._tool(theme, "pen", "draw", "Pen")
        self.eraser_button = self._tool(theme, "eraser", "eraser", "Eraser")
        self.width_slider = QSlider(Qt.Orientation.Horizontal)
        self.undo_button = IconButton(theme, "undo", "Undo", drawing.history.undo)
        self.redo_button = IconButton(theme, "redo", "Redo", drawing.history.redo)
        self.clear_button = IconButton(theme, "clear", "Clear", drawing.clear)
        self._prepare_width(theme)
        tools = _framed(self.pen_button, self.eraser_button)
        buttons = self.undo_button, self.redo_button, self.clear_button
        self.body.addLayout(row(tools, self.width_slider, 1, *buttons, gap=6))
        self.body.addWidget(self.canvas, 1)
        self._state: tuple[str, str, bool] | None = None
        drawing.changed.connect(self._show)
        drawing.tools.changed.connect(self._show_tools)
        self._show()
        self._show_tools()

    def _tool(self, theme: Theme, tool: Tool, picture: str, name: str) -> IconButton:
        made = IconButton(theme, picture, name, lambda: self._select(tool), checkable=True)
        made.setToolTip(_TIPS[tool])
        return made

    def _prepare_width(self, theme: Theme) -> None:
        # It gives way first in a narrow window.
        self.width_slider.setMinimumWidth(theme.pixels(60))
        self.width_slider.setMaximumWidth(theme.pixels(96))
        self.width_slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.width_slider.valueChanged.connect(lambda value: self._tools.set_width(value / 1000))

    @property
    def _tools(self) -> Tools:
        return self._drawing.tools

    def _select(self, tool: Tool) -> None:
        self._tools.choose(tool)
        # A click on the selected tool must not unselect it.
        self._show_tools()

    def install_shortcuts(self, page: QWidget) -> DrawingKeys:
        """Adds the shortcuts of the whole page, and returns those of a single key."""
        history, tools = self._drawing.history, self._tools
        single = DrawingKeys(page, self.canvas)
        single.add(
            {
                Qt.Key.Key_P: lambda: tools.choose("pen"),
                Qt.Key.Key_E: lambda: tools.choose("eraser"),
                Qt.Key.Key_BracketLeft: lambda: tools.widen(-1),
                Qt.Key.Key_BracketRight: lambda: tools.widen(1),
                Qt.Key.Key_Space: self._drawing.clear,
                Qt.Key.Key_Delete: self._drawing.clear,
            }
        )
        for keys, action in (
            ("Ctrl+Z", history.undo),
            ("Ctrl+Shift+Z", history.redo),
            ("Ctrl+Y", history.redo),
        ):
            made = QShortcut(QKeySequence(keys), page)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.activated.connect(action)
        return single

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Limits the height to what a square canvas needs."""
        super().resizeEvent(event)
        layout = self.layout()
        sides = layout.contentsMargins() if layout else self.contentsMargins()
        above = self.sizeHint().height() - self.canvas.sizeHint().height()
        self.setMaximumHeight(self.width() - sides.left() - sides.right() + above)

    @Slot()
    def _show(self) -> None:
        history, blank = self._drawing.history, self._drawing.sheet.blank
        state = history.undo_name, history.redo_name, blank
        if state == self._state:
            return  # Every move of the pen comes here, and few of them change anything.
        self._state = state
        undo = f"Undoes “{history.undo_name}” (Ctrl+Z)"
        redo = f"Repeats “{history.redo_name}” (Ctrl+Shift+Z)"
        enable(self.undo_button, "" if history.undo_name else "There is nothing to undo.", undo)
        enable(self.redo_button, "" if history.redo_name else "There is nothing to redo.", redo)
        nothing = "The canvas is blank." if blank else ""
        enable(self.clear_button, nothing, "Clears the canvas (Space or Delete)")

    @Slot()
    def _show_tools(self) -> None:
        tools = self._tools
        self.pen_button.setChecked(tools.chosen == "pen")
        self.eraser_button.setChecked(tools.chosen == "eraser")
        low, high = LIMITS[tools.chosen]
        self.width_slider.blockSignals(True)
        self.width_slider.setRange(round(1000 * low), round(1000 * high))
        self.width_slider.setValue(round(1000 * tools.width))
        self.width_slider.blockSignals(False)
        name = f"{tools.chosen.capitalize()} width"
        self.width_slider.setAccessibleName(name)
        limits = f"{100 * low:.0f} to {100 * high:.0f} %"
        self.width_slider.setToolTip(
            f"{name}: {100 * tools.width:.0f} % of the canvas, {limits} ([ and ])"
        )


def _framed(*buttons: IconButton) -> QFrame:
    """A frame around buttons of which one is selected."""
    frame = QFrame()
    frame.setObjectName("segmented")
    line = QHBoxLayout(frame)
    line.setContentsMargins(1, 1, 1, 1)
    line.setSpacing(1)
    for made in buttons:
        line.addWidget(made)
    return frame
