"""The predictions of all trained models: the consensus, then a card per model."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QStackedWidget, QToolButton, QWidget

from mnist_studio.analysis.interpretation import Interpretation, Vote, interpret
from mnist_studio.analysis.voters import RULE
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import GAP, column, holder
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.draw.consensus_card import ConsensusCard, true_label_verdict
from mnist_studio.gui.draw.model_grid import ModelGrid
from mnist_studio.gui.draw.model_order import ORDERS, ModelFilter, arranged
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.prediction.state import EngineState, Prediction
from mnist_studio.settings import Votes
from mnist_studio.spec.run import DIGITS

EVERY = "Every loaded model has one vote, whatever its test accuracy."

WIDTHS = (168, 140, 102, 116)
"""Of order, framework, votes, and search, so that no choice is cut off."""

SORT_DELAY_MS = 400
"""Pause without predictions before cards are sorted by them again."""


class PredictionsPanel(QStackedWidget):
    """The consensus, order and filter, and a card for every model.

    While it is hidden, it does not follow the drawing: it catches up when it is shown.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._is_behind = False
        self.consensus = ConsensusCard(studio.theme)
        self.bar = PredictionsBar(studio.theme)
        self.bar.votes.choose(studio.saved_settings.votes)
        self.grid = ModelGrid(studio.theme)
        self._consensus_timer = self._timer(self._show_consensus)
        self._sort_timer = self._timer(self._arrange)
        self.addWidget(self._untrained())
        self._found = QStackedWidget()
        self._found.addWidget(self.grid)
        self._found.addWidget(self._nothing_found())
        whole = column(self.consensus, self.bar, gap=GAP)
        whole.addWidget(self._found, 1)
        self.addWidget(holder(whole))
        self._connect()
        self._show_models()

    def showEvent(self, event: QShowEvent) -> None:
        """Shows what was predicted while it was hidden."""
        super().showEvent(event)
        if self._is_behind:
            self._arrange()

    def _waits(self) -> bool:
        """Whether nobody sees the cards; then they are filled when they are shown."""
        self._is_behind = self._is_behind or not self.isVisible()
        return not self.isVisible()

    def _timer(self, action: object) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.timeout.connect(action)
        return made

    def _untrained(self) -> Card:
        self.empty = EmptyState(
            self._studio.theme,
            "draw",
            "No trained model",
            "Every model that you train shows its prediction here while you draw.",
            ("Train a model", lambda: self._studio.page_requested.emit("train")),
        )
        return _on_a_card(self.empty)

    def _nothing_found(self) -> Card:
        texts = "No model found", "The filter hides all models."
        again = ("Show all models", self.bar.clear)
        return _on_a_card(EmptyState(self._studio.theme, "draw", *texts, again))

    def _connect(self) -> None:
        studio, predictions = self._studio, self._studio.predictions
        studio.library.changed.connect(self._show_models)
        predictions.predicted.connect(self._show_prediction)
        predictions.cleared.connect(self._show_predictions)
        predictions.state_changed.connect(self._show_state)
        predictions.pins_changed.connect(self._arrange)
        predictions.training_changed.connect(self._show_models)
        predictions.chosen_changed.connect(self.grid.choose)
        predictions.chosen_changed.connect(self._show_consensus)
        studio.novelty.changed.connect(self._show_consensus)
        studio.drawing.image_changed.connect(self._show_focus)
        self.bar.changed.connect(self._arrange)
        self.bar.votes.chosen.connect(self._choose_votes)
        self.grid.chosen.connect(self._choose)
        self.grid.pinned.connect(predictions.pin)
        self.consensus.selected.connect(studio.drawing.look_at)

    @Slot()
    def _show_models(self) -> None:
        models = self._models()
        self.setCurrentIndex(int(bool(models) or not self._studio.library.loaded))
        self.bar.setVisible(len(models) > 1)
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        predictions = self._studio.predictions
        rows = arranged(self._trained(), predictions.latest, self.bar.filter, predictions.pinned)
        training = predictions.in_training
        if training and self.bar.filter.admits(training):
            rows.insert(0, training)
        self.grid.show_rows(rows, predictions.pinned)
        self.grid.choose(predictions.chosen)
        self._found.setCurrentIndex(int(not rows and bool(self._models())))
        self._show_predictions()

    @Slot(str)
    def _choose(self, run: str) -> None:
        """Selects a trained model; one in training changes too soon to be explained."""
        if any(row.id == run for row in self._trained()):
            self._studio.predictions.choose(run)

    def _models(self) -> list[RunRow]:
        """The trained models, after the one that still trains."""
        training = self._studio.predictions.in_training
        return [*([training] if training else []), *self._trained()]

    def _trained(self) -> list[RunRow]:
        loaded = self._studio.predictions.loaded
        return [row for row in self._studio.library.trained if row.id in loaded]

    def _voters(self) -> list[RunRow]:
        """The models that vote on the common prediction."""
        if self._studio.saved_settings.votes == "all":
            classes = self._studio.predictions.voted_classes
            return [row for row in self._trained() if row.run.spec.class_names == classes]
        voters = self._studio.predictions.voters
        return [row for row in self._trained() if row.id in voters]

    @Slot(str)
    def _choose_votes(self, votes: Votes) -> None:
        self._studio.remember(votes=votes)
        self._show_consensus()

    @Slot(object)
    def _show_prediction(self, prediction: Prediction) -> None:
        if self._waits():
            return
        card = self.grid.cards.get(prediction.run)
        if card:
            card.show_prediction(prediction, self._studio.drawing.focus)
        # Predictions arrive one by one; those of one moment are summarized once.
        if not self._consensus_timer.isActive():
            self._consensus_timer.start(0)
        if self.bar.filter.order in ("confidence", "latency"):
            self._sort_timer.start(SORT_DELAY_MS)

    @Slot()
    def _show_focus(self) -> None:
        """Shows the selected digit of the drawing on all cards."""
        if self._waits():
            return
        latest, focus = self._studio.predictions.latest, self._studio.drawing.focus
        for run, card in self.grid.cards.items():
            card.show_prediction(latest.get(run), focus)

    @Slot()
    def _show_predictions(self) -> None:
        if self._waits():
            return
        self._is_behind = False
        states = self._studio.predictions.states
        self._show_focus()
        for card in self.grid.cards.values():
            if state := states.get(card.framework):
                card.show_state(state)
        self._show_consensus()

    @Slot()
    def _show_consensus(self) -> None:
        if self._waits():
            return
        focus, example = self._studio.drawing.focus, self._studio.drawing.example
        current = self._studio.predictions.current
        if example and not current:
            return  # All predictions are of an earlier image.
        found = self._interpretation()
        self.consensus.show_rule(RULE if self._studio.saved_settings.votes == "best" else EVERY)
        if found:
            self.consensus.show_interpretation(found, focus, self._verdict())
        else:
            self.consensus.show_blank()
        labels = [one.consensus.label for one in found.digits] if found else []
        unfamiliar = found is not None and found.digits[focus].verdict == "none"
        voted = self._studio.predictions.voted_classes
        for run, card in self.grid.cards.items():
            if example is None:
                card.compare(labels if card.class_names == voted else [])
            else:
                known = run in current and card.class_names == example.class_names
                card.compare([example.label] if known else [], "wrong")
            card.fade(unfamiliar and card.class_names == voted)
            card.show_scope(voted)

    def _verdict(self) -> str:
        """The true label and which models are wrong; empty for an unknown label."""
        example, current = self._studio.drawing.example, self._studio.predictions.current
        if example is None:
            return ""
        known = [
            current[row.id]
            for row in self._models()
            if row.id in current and row.run.spec.class_names == example.class_names
        ]
        return true_label_verdict(example, [one.digits[0] for one in known])

    def _interpretation(self) -> Interpretation | None:
        """The common prediction of the voters that have predicted all digits of the drawing."""
        predictions, drawn = self._studio.predictions, len(self._studio.drawing.images)
        latest = predictions.current if self._studio.drawing.example else predictions.latest
        complete = [
            (row.title, latest[row.id].digits)
            for row in self._voters()
            if row.id in latest and len(latest[row.id].digits) == drawn
        ]
        names = predictions.voted_classes
        votes = [
            [Vote(name, digits[at], names) for name, digits in complete] for at in range(drawn)
        ]
        p_values = self._studio.novelty.p_values if names == DIGITS else ()
        return interpret(votes, p_values, self._studio.drawing.pattern) if complete else None

    @Slot(object)
    def _show_state(self, state: EngineState) -> None:
        for card in self.grid.cards.values():
            if card.framework == state.framework:
                card.show_state(state)


def _on_a_card(state: EmptyState) -> Card:
    card = Card()
    card.body.addWidget(state)
    # A page of a stack that is not shown would otherwise demand its height.
    card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
    return card


class PredictionsBar(QWidget):
    """Order and filter of the models.

    Signals:
        changed: the user has changed one.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.order = ComboBox("Order of models", theme)
        self.order.offer([(key, text, "") for key, text in ORDERS.items()])
        self.framework = ComboBox("Framework", theme)
        self.framework.offer([("all", "All frameworks", ""), *_frameworks()])
        self.votes = ComboBox("Votes", theme)
        self.votes.offer([("best", "Best vote", ""), ("all", "All vote", "")])
        self.search = QLineEdit()
        self.search.setAccessibleName("Search for models")
        self.search.setPlaceholderText("Search models")
        self.search.setClearButtonEnabled(True)
        # Qt gives its clear button no name for screen readers.
        for cross in self.search.findChildren(QToolButton):
            cross.setAccessibleName("Clear the search")
            cross.setToolTip("Shows all models again")
        self.order.setToolTip(
            "Order of the models below the pinned ones (default: most accurate first)"
        )
        self.votes.setToolTip(
            f"Who decides the common prediction (default: best). {RULE} "
            "A network votes by its most accurate model."
        )
        self.framework.setToolTip("Shows models of one framework (default: all)")
        self.search.setToolTip("Shows models whose titles contain all of these words")
        self.order.chosen.connect(self._notify)
        self.framework.chosen.connect(self._notify)
        self.search.textChanged.connect(self._notify)
        for field, width in zip(
            (self.order, self.framework, self.votes, self.search), WIDTHS, strict=True
        ):
            field.setMinimumWidth(theme.pixels(width))
        line = Flow(self, gap=8)
        for field in (self.order, self.framework, self.votes, self.search):
            line.addWidget(field)

    @property
    def filter(self) -> ModelFilter:
        """The selected order and filter."""
        framework = self.framework.choice
        return ModelFilter(
            self.order.choice, "" if framework == "all" else framework, self.search.text()
        )

    def clear(self) -> None:
        """Shows all models again."""
        self.framework.choose("all")
        self.search.clear()
        self.changed.emit()

    @Slot()
    def _notify(self) -> None:
        self.changed.emit()


def _frameworks() -> list[tuple[str, str, str]]:
    return [(key, framework_title(key), "") for key in FRAMEWORKS]
