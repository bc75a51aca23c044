"""The Draw page: a pad on the left, every model's answer on the right."""

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
    """Draws a digit that all trained models answer."""

    title = "Draw"
    sentence = "Every trained model answers while you draw"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.paper = CanvasCard(studio.theme, studio.drawing)
        self.paper.install_shortcuts(self)
        self.pad = self.paper.pad
        self.stages = NetworkInputCard(studio.theme, studio.drawing)
        self.labels = LabelBar(studio.theme, studio.drawing, studio.own_images)
        self.answers = PredictionsPanel(studio)
        self._said = ""
        self._make_actions()
        self._lay_out()
        self._connect()

    def _make_actions(self) -> None:
        self.open_button = button(
            "Open picture…", self.choose_picture, "Opens a picture of a digit (Ctrl+O)"
        )
        self.examples = ExampleBar(self.studio.theme, self.studio.examples)
        self.action_line.addWidget(self.examples)
        self.action_line.addWidget(self.open_button)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP)
        self.paper.body.addWidget(self.labels)
        left.addWidget(self.paper, 3)
        left.addWidget(self.stages, 1)
        self.tabs = DrawTabs()
        self.tabs.add("answers", "Answers", lambda: self.answers)
        self.tabs.add("why", "Why", self._why)
        self.tabs.add("personal", "My digits", self._personal)
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addLayout(left, 4)
        # Above the pad it would move what is being drawn.
        line.addLayout(column(self.notice, self.tabs, gap=GAP), 7)
        self.body.addLayout(line)

    def _why(self) -> QWidget:
        # It needs much that no first window needs.
        from mnist_studio.gui.draw.explanation.panel import ExplanationPanel

        return ExplanationPanel(self.studio)

    def _personal(self) -> QWidget:
        from mnist_studio.gui.draw.own_images_panel import OwnImagesPanel

        return OwnImagesPanel(self.studio)

    def _connect(self) -> None:
        self.studio.picture_asked.connect(self.choose_picture)
        # What was told of another picture is over.
        self.studio.picture_opened.connect(self.notice.hide)
        self.studio.drawing.history.moved.connect(self._forget)
        self.labels.kept.connect(self._confirm)
        self.labels.told.connect(self._tell)

    def enter(self) -> None:
        """The keyboard goes to the pad."""
        self.pad.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Delete clear the pad; 0 to 9 keep what is on it, Backspace takes that back."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Delete):
            self.studio.drawing.clear()
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.labels.keep(key - Qt.Key.Key_0)
        elif key == Qt.Key.Key_Backspace:
            self.labels.undo()
        else:
            super().keyPressEvent(event)

    @Slot(str)
    def _confirm(self, words: str) -> None:
        """On the pad; who draws the next digit already has moved on."""
        if self.studio.drawing.blank:
            self.pad.say(words)

    @Slot(str)
    def _tell(self, words: str) -> None:
        """On the pad, where the eyes are; over the page where something is drawn."""
        if self.studio.drawing.blank:
            self.pad.say(words)
        else:
            self._said = words
            self.studio.told.emit(words, "plain")

    @Slot()
    def _forget(self) -> None:
        """What was said of a drawing is over when it is another one."""
        if self._said:
            if self.notice.text == self._said:
                self.notice.hide()
            self._said = ""

    @Slot()
    def choose_picture(self) -> None:
        """Lets the user choose a picture file."""
        dialog = QFileDialog(self, "Picture of a digit")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff)")
        dialog.fileSelected.connect(lambda file: self.studio.open_picture(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class DrawTabs(QWidget):
    """One of several panels. The first that is added is shown.

    Signals:
        shown: the name of the panel that is shown now.
    """

    shown = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.switch = Segmented("What is shown of the drawing")
        self.switch.chosen.connect(self.show_panel)
        self._stack = QStackedWidget()
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._panels: dict[str, QWidget] = {}
        whole = column(row(self.switch, 1), gap=GAP)
        whole.addWidget(self._stack, 1)
        self.setLayout(whole)

    @property
    def current(self) -> str:
        """The name of the panel that is shown; empty before the first is added."""
        return next((name for name in self._panels if self._is_current(name)), "")

    def add(self, name: str, title: str, make: Callable[[], QWidget]) -> None:
        """Adds a panel, which ``make`` makes when it is first shown."""
        self._makers[name] = make
        self.switch.add(name, title)
        if len(self._makers) == 1:
            self.show_panel(name)

    @Slot(str)
    def show_panel(self, name: str) -> None:
        """Shows a panel by its name."""
        if name not in self._panels:
            self._panels[name] = self._makers[name]()
            self._stack.addWidget(self._panels[name])
        self._stack.setCurrentWidget(self._panels[name])
        self.switch.choose(name)
        self.shown.emit(name)

    def panel(self, name: str) -> QWidget | None:
        """A panel; None before it was first shown."""
        return self._panels.get(name)

    def _is_current(self, name: str) -> bool:
        return self._stack.currentWidget() is self._panels[name]


MANY = 10_000
"""Test digits of MNIST; how many there really are is known when the first is read."""


class ExampleBar(QWidget):
    """Two buttons and a number.

    Attributes:
        random_button: puts any test digit on the pad.
        number: of the test digit that is put on the pad, from 0.
        grid_button: puts a digit on the pad that is given as a table of numbers.
    """

    def __init__(self, theme: Theme, examples: Examples) -> None:
        super().__init__()
        self._examples = examples
        self.grid_button = button(
            "7 × 7 example",
            examples.show_grid,
            "A four that is given as a table of 7 × 7 numbers. The source that tries networks so\n"
            "shows such a table without its numbers: these are the studio's",
            quiet=True,
        )
        self.random_button = button(
            "Random", examples.show_test_digit, "Puts any test digit on the pad (R)"
        )
        self.number = StepperSpinBox("Number of the test digit", theme, 0, MANY - 1, by_one)
        self.number.setToolTip("Test digit of that number (Enter)")
        self.number.setFixedWidth(theme.pixels(116))
        words = label("Test digit", "secondary")
        self.setLayout(row(self.grid_button, words, self.number, self.random_button, gap=8))
        # It counts while the page is shown: then this bar is, too.
        QShortcut(QKeySequence("R"), self).activated.connect(examples.show_test_digit)
        self.number.edited.connect(self._ask)
        self.number.confirmed.connect(self._ask)
        examples.shown.connect(self._show)

    @Slot()
    def _ask(self) -> None:
        self._examples.show_test_digit(self.number.whole)

    @Slot(int, int)
    def _show(self, number: int, count: int) -> None:
        self.number.field().setMaximum(count - 1)
        self.number.set_number(number)
