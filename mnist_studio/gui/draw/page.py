"""The Draw page: a pad on the left, every model's answer on the right."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import GAP, button, column
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.draw.canvas_card import CanvasCard
from mnist_studio.gui.draw.example_bar import ExampleBar
from mnist_studio.gui.draw.label_bar import LabelBar
from mnist_studio.gui.draw.network_input import NetworkInputCard
from mnist_studio.gui.draw.predictions_panel import PredictionsPanel
from mnist_studio.gui.draw.tabs import DrawTabs
from mnist_studio.gui.services.studio import Studio


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
