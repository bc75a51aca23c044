"""The Draw page: a pad on the left, every model's answer on the right."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mnist_studio.gui.models.consensus import Vote, consensus
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.pages.page import Page
from mnist_studio.gui.panels.consensus_card import ConsensusCard
from mnist_studio.gui.panels.draw_tabs import DrawTabs
from mnist_studio.gui.panels.model_grid import ModelGrid
from mnist_studio.gui.panels.pad_card import PadCard
from mnist_studio.gui.panels.stages_card import StagesCard
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.widgets.basics import GAP, button, column
from mnist_studio.gui.widgets.card import Card
from mnist_studio.gui.widgets.empty_state import EmptyState
from mnist_studio.jobs.predictors import Answer, PredictorState


class DrawPage(Page):
    """Draws a digit that all trained models answer."""

    title = "Draw"
    sentence = "Every trained model answers while you draw"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.paper = PadCard(studio.theme, studio.drawing)
        self.paper.install_shortcuts(self)
        self.pad = self.paper.pad
        self.stages = StagesCard(studio.theme, studio.drawing)
        self.consensus = ConsensusCard(studio.theme)
        self.grid = ModelGrid(studio.theme)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._judge)
        self._make_actions()
        self._lay_out()
        self._connect()
        self._show_models()
        self._show_answers()

    def _make_actions(self) -> None:
        self.open_button = button(
            "Open picture…", self.choose_picture, "Opens a picture of a digit (Ctrl+O)"
        )
        self.action_line.addWidget(self.open_button)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.paper, 3)
        left.addWidget(self.stages, 1)
        self._right = QStackedWidget()
        self._right.addWidget(self._empty())
        answers = QWidget()
        answers.setLayout(column(self.consensus, self.grid, gap=GAP))
        self._right.addWidget(answers)
        self.tabs = DrawTabs()
        self.tabs.add("answers", "Answers", lambda: self._right)
        self.tabs.add("why", "Why", self._why)
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addLayout(left, 4)
        line.addWidget(self.tabs, 7)
        self.body.addLayout(line)

    def _why(self) -> QWidget:
        # It needs much that no first window needs.
        from mnist_studio.gui.panels.why_panel import WhyPanel

        return WhyPanel(self.studio)

    def _empty(self) -> Card:
        card = Card()
        self.empty = EmptyState(
            self.studio.theme,
            "draw",
            "No model is trained yet",
            "Train one, and it will answer here while you draw.",
            ("Train one", lambda: self.studio.going.emit("train")),
        )
        card.body.addWidget(self.empty)
        return card

    def _connect(self) -> None:
        studio = self.studio
        studio.library.changed.connect(self._show_models)
        studio.predictions.answered.connect(self._take)
        studio.predictions.cleared.connect(self._show_answers)
        studio.predictions.state_changed.connect(self._turn)
        studio.picture_asked.connect(self.choose_picture)

    def enter(self) -> None:
        """The keyboard goes to the pad."""
        self.pad.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space and Delete clear the pad."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Delete):
            self.studio.drawing.clear()
        else:
            super().keyPressEvent(event)

    @Slot()
    def choose_picture(self) -> None:
        """Lets the user choose a picture file."""
        dialog = QFileDialog(self, "Picture of a digit")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff)")
        dialog.fileSelected.connect(lambda file: self.studio.open_picture(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _show_models(self) -> None:
        held = self._models()
        self.grid.show_rows(held)
        self._right.setCurrentIndex(int(bool(held) or not self.studio.library.loaded))
        self._show_answers()

    def _models(self) -> list[RunRow]:
        held = self.studio.predictions.held
        return [row for row in self.studio.library.trained if row.id in held]

    @Slot(object)
    def _take(self, answer: Answer) -> None:
        card = self.grid.cards.get(answer.run)
        if card:
            card.show_answer(answer)
        # Answers come one by one: what they say together is told once for all of a moment.
        if not self._timer.isActive():
            self._timer.start(0)

    @Slot()
    def _show_answers(self) -> None:
        predictions = self.studio.predictions
        for run, card in self.grid.cards.items():
            card.show_answer(predictions.answers.get(run))
            if state := predictions.states.get(card.framework):
                card.show_state(state)
        self._judge()

    @Slot()
    def _judge(self) -> None:
        answers = self.studio.predictions.answers
        votes = [
            Vote(row.title, answers[row.id].probabilities)
            for row in self._models()
            if row.id in answers
        ]
        found = consensus(votes)
        if found:
            self.consensus.show_consensus(found)
        else:
            self.consensus.invite()

    @Slot(object)
    def _turn(self, state: PredictorState) -> None:
        for row in self._models():
            if row.framework == state.framework:
                self.grid.cards[row.id].show_state(state)
