"""The Draw page: a canvas on the left, the predictions of all models on the right."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import GAP, button, column, label, row
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.draw.canvas_card import CanvasCard
from mnist_studio.gui.draw.label_bar import LabelBar
from mnist_studio.gui.draw.network_input import NetworkInputCard
from mnist_studio.gui.draw.predictions_panel import PredictionsPanel
from mnist_studio.gui.services.examples import Examples
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme


class DrawPage(Page):
    """A drawing that all trained models classify."""

    title = "Draw"
    sentence = "Every trained model predicts while you draw"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.canvas_card = CanvasCard(studio.theme, studio.drawing)
        self.canvas_card.install_shortcuts(self)
        self.canvas = self.canvas_card.canvas
        self.network_input = NetworkInputCard(studio.theme, studio.drawing)
        self.label_bar = LabelBar(studio.theme, studio.drawing, studio.own_images)
        self.predictions = PredictionsPanel(studio)
        self.examples = ExampleBar(studio.theme, studio.examples)
        self.open_button = button(
            "Open image…", self.choose_picture, "Opens an image of handwritten digits (Ctrl+O)"
        )
        self._message = ""
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.action_line.addWidget(self.examples)
        self.action_line.addWidget(self.open_button)
        left = QVBoxLayout()
        left.setSpacing(GAP)
        self.canvas_card.body.addWidget(self.label_bar)
        left.addWidget(self.canvas_card, 3)
        left.addWidget(self.network_input, 1)
        self.tabs = DrawTabs()
        self.tabs.add(
            "predictions", "Predictions", lambda: self.predictions, "The prediction of every model"
        )
        self.tabs.add(
            "explanation", "Explanation", self._explanation, "Why a model predicts what it predicts"
        )
        self.tabs.add(
            "own_images",
            "Your images",
            self._own_images,
            "Your labeled images and how models score on them",
        )
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addLayout(left, 4)
        line.addWidget(self.tabs, 7)
        self.body.addLayout(line)
        self.fold(line, 760, (0, 420))

    def _explanation(self) -> QWidget:
        # Imported late, since the first window needs none of it.
        from mnist_studio.gui.draw.explanation.panel import ExplanationPanel

        return ExplanationPanel(self.studio)

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

    def enter(self) -> None:
        """Moves the keyboard focus to the canvas."""
        self.canvas.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Delete clear the canvas; 0 to 9 label the drawing, Backspace undoes that."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Delete):
            self.studio.drawing.clear()
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.label_bar.save(key - Qt.Key.Key_0)
        elif key == Qt.Key.Key_Backspace:
            self.label_bar.undo()
        else:
            super().keyPressEvent(event)

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
        """Hides the message on a drawing that has changed."""
        if self._message:
            if self.notice.text == self._message:
                self.notice.hide()
            self._message = ""

    @Slot()
    def choose_picture(self) -> None:
        """Asks for an image file and opens it."""
        dialog = QFileDialog(self, "Open image")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("Images (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff)")
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
        self._stack = QStackedWidget()
        self._factories: dict[str, Callable[[], QWidget]] = {}
        self._panels: dict[str, QWidget] = {}
        whole = column(row(self.switch, 1), gap=GAP)
        whole.addWidget(self._stack, 1)
        self.setLayout(whole)

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
            self._stack.addWidget(self._panels[name])
        self._stack.setCurrentWidget(self._panels[name])
        self.switch.choose(name)
        self.shown.emit(name)

    def panel(self, name: str) -> QWidget | None:
        """A panel by its name; None before it was first shown."""
        return self._panels.get(name)

    def _is_current(self, name: str) -> bool:
        return self._stack.currentWidget() is self._panels[name]


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
        name = label("Test image", "secondary")
        self.setLayout(row(self.grid_button, name, self.number, self.random_button, gap=8))
        # The shortcut belongs to the bar, so it is active only while the page is shown.
        QShortcut(QKeySequence("R"), self).activated.connect(examples.show_test_digit)
        self.number.edited.connect(self._open)
        self.number.confirmed.connect(self._open)
        examples.shown.connect(self._show)

    @Slot()
    def _open(self) -> None:
        self._examples.show_test_digit(self.number.whole)

    @Slot(int, int)
    def _show(self, index: int, count: int) -> None:
        self.number.field().setMaximum(count - 1)
        self.number.set_number(index)
