"""What all trained models say of the drawing: together on top, each on a card of its own."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QToolButton, QWidget

from mnist_studio.analysis.interpretation import Interpretation, Vote, interpret
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import GAP, column, holder, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.draw.consensus_card import ConsensusCard, truth
from mnist_studio.gui.draw.model_grid import ModelGrid
from mnist_studio.gui.draw.model_order import ORDERS, ModelFilter, arranged
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.prediction.state import EngineState, Prediction

CALM_MS = 400
"""Cards that are ordered by their answers change places when the answers have been calm so long."""


class PredictionsPanel(QStackedWidget):
    """The consensus, order and filter, and a card for every model that answers."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.consensus = ConsensusCard(studio.theme)
        self.bar = PredictionsBar(studio.theme)
        self.grid = ModelGrid(studio.theme)
        self._judging = self._timer(self._judge)
        self._ordering = self._timer(self._arrange)
        self.addWidget(self._untrained())
        self._found = QStackedWidget()
        self._found.addWidget(self.grid)
        self._found.addWidget(self._nothing_found())
        whole = column(self.consensus, self.bar, gap=GAP)
        whole.addWidget(self._found, 1)
        self.addWidget(holder(whole))
        self._connect()
        self._show_models()

    def _timer(self, action: object) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.timeout.connect(action)
        return made

    def _untrained(self) -> Card:
        self.empty = EmptyState(
            self._studio.theme,
            "draw",
            "No model is trained yet",
            "Train one, and it will answer here while you draw.",
            ("Train one", lambda: self._studio.going.emit("train")),
        )
        return _on_a_card(self.empty)

    def _nothing_found(self) -> Card:
        words = "No model is like that", "All that answer are filtered out."
        again = ("Show all", self.bar.clear)
        return _on_a_card(EmptyState(self._studio.theme, "draw", *words, again))

    def _connect(self) -> None:
        studio, predictions = self._studio, self._studio.predictions
        studio.library.changed.connect(self._show_models)
        predictions.answered.connect(self._take)
        predictions.cleared.connect(self._show_answers)
        predictions.state_changed.connect(self._turn)
        predictions.pins_changed.connect(self._arrange)
        predictions.chosen_changed.connect(self.grid.choose)
        studio.examination.told.connect(self._judge)
        studio.drawing.image_changed.connect(self._look)
        self.bar.changed.connect(self._arrange)
        self.grid.chosen.connect(predictions.choose)
        self.grid.pinned.connect(predictions.pin)
        self.consensus.looked_at.connect(studio.drawing.look_at)

    @Slot()
    def _show_models(self) -> None:
        held = self._models()
        self.setCurrentIndex(int(bool(held) or not self._studio.library.loaded))
        self.bar.setVisible(len(held) > 1)
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        predictions = self._studio.predictions
        rows = arranged(self._models(), predictions.answers, self.bar.wanted, predictions.pinned)
        self.grid.show_rows(rows, predictions.pinned)
        self.grid.choose(predictions.chosen)
        self._found.setCurrentIndex(int(not rows and bool(self._models())))
        self._show_answers()

    def _models(self) -> list[RunRow]:
        held = self._studio.predictions.held
        return [row for row in self._studio.library.trained if row.id in held]

    @Slot(object)
    def _take(self, answer: Prediction) -> None:
        card = self.grid.cards.get(answer.run)
        if card:
            card.show_answer(answer, self._studio.drawing.focus)
        # Answers come one by one: what they say together is told once for all of a moment.
        if not self._judging.isActive():
            self._judging.start(0)
        if self.bar.wanted.order in ("confidence", "latency"):
            self._ordering.start(CALM_MS)

    @Slot()
    def _look(self) -> None:
        """Another digit of the drawing is looked at, or the drawing is another."""
        for run, card in self.grid.cards.items():
            card.show_answer(self._studio.predictions.answers.get(run), self._studio.drawing.focus)

    @Slot()
    def _show_answers(self) -> None:
        states = self._studio.predictions.states
        self._look()
        for card in self.grid.cards.values():
            if state := states.get(card.framework):
                card.show_state(state)
        self._judge()

    @Slot()
    def _judge(self) -> None:
        focus, example = self._studio.drawing.focus, self._studio.drawing.example
        current = self._studio.predictions.current
        if example and not current:
            return  # What is shown is of what lay there before: nobody has answered yet.
        found = self._reading()
        if found:
            self.consensus.show_reading(found, focus, self._truth())
        else:
            self.consensus.invite()
        said = [one.consensus.digit for one in found.digits] if found else []
        strange = found is not None and found.digits[focus].verdict == "none"
        for run, card in self.grid.cards.items():
            if example is None:
                card.compare(said)
            else:
                card.compare([example.label] if run in current else [], "wrong")
            card.fade(strange)

    def _truth(self) -> str:
        """What is on the pad and who is wrong, where its label is known."""
        example, current = self._studio.drawing.example, self._studio.predictions.current
        if example is None:
            return ""
        told = [current[row.id] for row in self._models() if row.id in current]
        return truth(example, [one.digits[0] for one in told])

    def _reading(self) -> Interpretation | None:
        """What the models say that have answered as many digits as are drawn."""
        predictions, drawn = self._studio.predictions, len(self._studio.drawing.images)
        answers = predictions.current if self._studio.drawing.example else predictions.answers
        told = [
            (row.title, answers[row.id].digits)
            for row in self._models()
            if row.id in answers and len(answers[row.id].digits) == drawn
        ]
        votes = [[Vote(name, digits[at]) for name, digits in told] for at in range(drawn)]
        return interpret(votes, self._studio.examination.shares) if told else None

    @Slot(object)
    def _turn(self, state: EngineState) -> None:
        for card in self.grid.cards.values():
            if card.framework == state.framework:
                card.show_state(state)


def _on_a_card(state: EmptyState) -> Card:
    card = Card()
    card.body.addWidget(state)
    return card


class PredictionsBar(QWidget):
    """Two choices and a field for words.

    Signals:
        changed: the user wants something else.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.order = ComboBox("Order of the answers", theme)
        self.order.offer([(key, text, "") for key, text in ORDERS.items()])
        self.framework = ComboBox("Frameworks that answer", theme)
        self.framework.offer([("all", "All frameworks", ""), *_frameworks()])
        self.words = QLineEdit()
        self.words.setAccessibleName("Words of a model's name")
        self.words.setPlaceholderText("Find a model")
        self.words.setClearButtonEnabled(True)
        # Qt makes the cross without a name for those who hear the window.
        for cross in self.words.findChildren(QToolButton):
            cross.setAccessibleName("Show all models again")
        self.order.chosen.connect(self._tell)
        self.framework.chosen.connect(self._tell)
        self.words.textChanged.connect(self._tell)
        line = row(self.order, self.framework, self.words, gap=8)
        for at, stretch in enumerate((3, 3, 4)):
            line.setStretch(at, stretch)
        self.setLayout(line)

    @property
    def wanted(self) -> ModelFilter:
        """What the user wants to see."""
        framework = self.framework.choice
        return ModelFilter(
            self.order.choice, "" if framework == "all" else framework, self.words.text()
        )

    def clear(self) -> None:
        """Shows all models again."""
        self.framework.choose("all")
        self.words.clear()
        self.changed.emit()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()


def _frameworks() -> list[tuple[str, str, str]]:
    return [(key, framework_title(key), "") for key in FRAMEWORKS]
