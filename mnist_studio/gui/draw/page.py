"""The Draw page: a canvas on the left, the predictions of all models on the right."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mnist_studio.data.pictures.files import suffixes
from mnist_studio.gui.common.basics import GAP, button, column, holder, label, row
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.draw.canvas_card import CanvasCard
from mnist_studio.gui.draw.label_bar import LabelBar
from mnist_studio.gui.draw.network_input import NetworkInputCard
from mnist_studio.gui.draw.predictions_tab import PredictionsTab
from mnist_studio.gui.draw.steps_bar import StepsBar
from mnist_studio.gui.services.examples import Examples
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.settings import DrawLayout
from mnist_studio.spec.run import DIGITS

NARROW_SIMPLE, NARROW_EXPERT = 700, 940
"""Widths of the page below which the predictions are below the canvas, by layout."""

LOW = 500
"""Height of the page below which the large prediction has no bars."""

_TO_EXPERT = "Shows all models, the network input, and more examples"
_TO_SIMPLE = "Shows a larger canvas and one large prediction"
_CLEARED = "Cleared. Press Ctrl+Z to bring the drawing back."


class DrawPage(Page):
    """A drawing that all trained models classify."""

    title = "Draw"
    sentence = "Every trained model predicts while you draw"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.canvas_card = CanvasCard(studio.theme, studio.drawing)
        self.keys = self.canvas_card.install_shortcuts(self)
        self.canvas = self.canvas_card.canvas
        self.network_input = NetworkInputCard(studio.theme, studio.drawing)
        self.label_bar = LabelBar(studio.theme, studio.drawing, studio.own_images)
        self.predictions_tab = PredictionsTab(studio)
        self.predictions = self.predictions_tab.models
        self.steps = StepsBar(studio, self)
        self.examples = ExampleBar(studio.theme, studio.examples)
        self.open_button = button(
            "Open image…", self.choose_picture, "Opens an image of handwritten digits (Ctrl+O)"
        )
        self.layout_button = button("", self._change_layout, quiet=True)
        self._message = ""
        self._add_keys()
        self._lay_out()
        self._connect()
        self.show_layout(studio.saved_settings.draw_layout)

    def _lay_out(self) -> None:
        self.action_line.addWidget(self.layout_button)
        self.action_line.addWidget(self.examples)
        self.action_line.addWidget(self.open_button)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.canvas_card, 3)
        left.addWidget(self.network_input, 1)
        # The canvas is square. What it leaves free is below it.
        left.addStretch(0)
        self.tabs = DrawTabs()
        self.tabs.add(
            "predictions",
            "Predictions",
            lambda: self.predictions_tab,
            "What the models predict",
        )
        self.tabs.add(
            "explanation", "Explanation", self._explanation, "Why a model predicts what it predicts"
        )
        self.tabs.add(
            "network", "Network", self._network, "What flows through a network while you draw"
        )
        self.tabs.add(
            "own_images",
            "Your images",
            self._own_images,
            "Your labeled images and how models score on them",
        )
        self._columns = QHBoxLayout()
        self._columns.setSpacing(GAP)
        self._columns.addLayout(left)
        # Below the canvas, the card would change its size under the pen.
        self._columns.addWidget(holder(column(self.tabs, self.outcome)))
        self.body.addWidget(self.steps)
        self.body.addLayout(self._columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Makes the large prediction smaller on a low page, so that the canvas is whole."""
        super().resizeEvent(event)
        self.predictions_tab.show_low(self.height() < self.studio.theme.pixels(LOW))

    @property
    def tab(self) -> str:
        """The panel that is shown."""
        return self.tabs.current

    def show_tab(self, key: str) -> None:
        """Shows a panel."""
        if key in self.tabs.names:
            self.tabs.show_panel(key)

    def _add_keys(self) -> None:
        """0 to 9 label the drawing, Backspace undoes that, and R opens a test image."""
        save, show = self.label_bar.save, self.studio.examples.show_test_digit
        labels = {
            Qt.Key(Qt.Key.Key_0 + digit): partial(save, digit) for digit in range(len(DIGITS))
        }
        self.keys.add({**labels, Qt.Key.Key_Backspace: self.label_bar.undo, Qt.Key.Key_R: show})

    def show_layout(self, layout: DrawLayout) -> None:
        """Shows a large canvas with one prediction, or all models and the network input."""
        simple = layout == "simple"
        self._layout = layout
        self.predictions_tab.show_layout(layout)
        self._place_labels()
        self.network_input.setVisible(not simple)
        self.examples.show_all(not simple)
        for column_at, stretch in enumerate((1, 1) if simple else (4, 7)):
            self._columns.setStretch(column_at, stretch)
        self.fold(self._columns, NARROW_SIMPLE if simple else NARROW_EXPERT, (0, 420))
        self.layout_button.setText("Expert layout" if simple else "Simple layout")
        self.layout_button.setToolTip(_TO_EXPERT if simple else _TO_SIMPLE)

    @Slot()
    def _place_labels(self) -> None:
        """The labels are by the large prediction; without one, they are below the canvas."""
        if self.predictions_tab.shows_best:
            self.predictions_tab.take_labels(self.label_bar)
        else:
            self.label_bar.set_caption("Label")
            # Without a parent, it would be a window of its own, and take the focus.
            self.canvas_card.body.addWidget(self.label_bar)
            self.label_bar.setVisible(True)

    def _change_layout(self) -> None:
        layout: DrawLayout = "expert" if self._layout == "simple" else "simple"
        self.show_layout(layout)
        self.studio.remember(draw_layout=layout)

    def _explanation(self) -> QWidget:
        # Imported late, since the first window needs none of it.
        from mnist_studio.gui.draw.explanation.panel import ExplanationPanel

        return ExplanationPanel(self.studio)

    def _network(self) -> QWidget:
        from mnist_studio.gui.draw.network_panel import NetworkPanel

        return NetworkPanel(self.studio)

    def _own_images(self) -> QWidget:
        from mnist_studio.gui.draw.own_images_panel import OwnImagesPanel

        return OwnImagesPanel(self.studio)

    def _connect(self) -> None:
        self.studio.picture_requested.connect(self.choose_picture)
        # Messages on an earlier image are outdated.
        self.studio.picture_opened.connect(self.notice.hide)
        self.studio.drawing.history.moved.connect(self._hide_message)
        self.label_bar.labeled.connect(self._confirm)
        self.label_bar.message.connect(self._show_message)
        self.predictions_tab.arranged.connect(self._place_labels)
        self.predictions_tab.explanation_requested.connect(self._explain)

    @Slot(str)
    def _explain(self, run: str) -> None:
        """Shows why a model predicts what it predicts."""
        self.studio.predictions.choose(run)
        self.tabs.show_panel("explanation")

    def enter(self) -> None:
        """Moves the keyboard focus to the canvas."""
        self.canvas.setFocus()

    @Slot(str)
    def _confirm(self, message: str) -> None:
        """Confirms a label on the blank canvas, unless the next digit is being drawn already."""
        if self.studio.drawing.blank:
            self.canvas.show_message(message)

    @Slot(str)
    def _show_message(self, message: str) -> None:
        """Shows a message on the canvas if it is blank, otherwise over the page."""
        if self.studio.drawing.blank:
            self.canvas.show_message(message)
        else:
            self._message = message
            self.studio.message.emit(message, "plain")

    @Slot()
    def _hide_message(self) -> None:
        """Hides the message on a drawing that has changed, and shows how to undo clearing."""
        history = self.studio.drawing.history
        cleared = history.undo_name == "clear" and self.studio.drawing.blank
        if cleared and not self.label_bar.saving:
            self.canvas.show_message(_CLEARED)
        if self._message:
            if self.notice.text == self._message:
                self.notice.hide()
            self._message = ""

    @Slot()
    def choose_picture(self) -> None:
        """Asks for an image file and opens it."""
        dialog = FileDialog(self, "Open image")
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(f"Images ({' '.join(f'*.{suffix}' for suffix in suffixes())})")
        dialog.fileSelected.connect(lambda file: self.studio.open_picture(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class DrawTabs(QWidget):
    """Panels under a switch. A panel is created when it is first shown.

    Signals:
        shown: the name of the panel that is shown now.
    """

    shown = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.switch = Segmented("Panel")
        self.switch.chosen.connect(self.show_panel)
        self._factories: dict[str, Callable[[], QWidget]] = {}
        self._panels: dict[str, QWidget] = {}
        # No stack: it would need the room of its largest panel, and stretch the others.
        self._whole = column(row(self.switch, 1), gap=GAP)
        self.setLayout(self._whole)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all panels."""
        return tuple(self._factories)

    @property
    def current(self) -> str:
        """The name of the panel that is shown; empty before the first is added."""
        return next((name for name in self._panels if self._is_current(name)), "")

    def add(self, name: str, title: str, create: Callable[[], QWidget], tip: str = "") -> None:
        """Adds a panel. The first one is shown at once."""
        self._factories[name] = create
        self.switch.add(name, title)
        self.switch.enable(name, tip=tip)
        if len(self._factories) == 1:
            self.show_panel(name)

    @Slot(str)
    def show_panel(self, name: str) -> None:
        """Shows a panel by its name."""
        if name not in self._panels:
            self._panels[name] = self._factories[name]()
            self._whole.addWidget(self._panels[name], 1)
        for other, panel in self._panels.items():
            if other != name:
                panel.hide()
        self._panels[name].show()
        self.switch.choose(name)
        self.shown.emit(name)

    def panel(self, name: str) -> QWidget | None:
        """A panel by its name; None before it was first shown."""
        return self._panels.get(name)

    def _is_current(self, name: str) -> bool:
        return not self._panels[name].isHidden()


_MOST_EXAMPLES = 10_000
"""Test images of MNIST. The true number is known when the first one is read."""


class ExampleBar(QWidget):
    """Opens images whose true label is known.

    Attributes:
        random_button: opens a random test image.
        number: index of the test image to open.
        grid_button: opens an image that is given as 7 × 7 numbers.
    """

    def __init__(self, theme: Theme, examples: Examples) -> None:
        super().__init__()
        self._examples = examples
        self.grid_button = button(
            "7 × 7 example",
            examples.show_grid,
            "Opens a 4 defined by a 7 × 7 grid of numbers",
            quiet=True,
        )
        self.random_button = button(
            "Random", examples.show_test_digit, "Opens a random test image (R)"
        )
        self.number = StepperSpinBox("Test image", theme, 0, _MOST_EXAMPLES - 1, by_one)
        self.number.setToolTip("Index of the test image to open, from 0 (Enter)")
        self.number.setFixedWidth(theme.pixels(116))
        self._name = label("Test image", "secondary")
        self.setLayout(row(self.grid_button, self._name, self.number, self.random_button, gap=8))
        self.number.edited.connect(self._open)
        self.number.confirmed.connect(self._open)
        examples.shown.connect(self._show)

    def show_all(self, every: bool) -> None:
        """Shows all examples, or only the random one."""
        for part in (self.grid_button, self._name, self.number):
            part.setVisible(every)

    @Slot()
    def _open(self) -> None:
        self._examples.show_test_digit(self.number.whole)

    @Slot(int, int)
    def _show(self, index: int, count: int) -> None:
        self.number.field().setMaximum(count - 1)
        self.number.set_number(index)
