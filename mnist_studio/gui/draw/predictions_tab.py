"""The Predictions tab: a large prediction with all models folded below, or all models at once."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from mnist_studio.analysis.interpretation import Vote, interpret
from mnist_studio.analysis.voters import equally_accurate
from mnist_studio.formatting import count
from mnist_studio.gui.common.basics import GAP, column
from mnist_studio.gui.common.card import CollapsibleSection
from mnist_studio.gui.draw.best_card import BestCard
from mnist_studio.gui.draw.consensus_card import true_label_verdict
from mnist_studio.gui.draw.label_bar import LabelBar
from mnist_studio.gui.draw.predictions_panel import PredictionsPanel
from mnist_studio.gui.draw.suggestion import Suggestion
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.settings import DrawLayout
from mnist_studio.spec.run import DIGITS, answers_digits

PATIENCE_MS = 300
"""How long a prediction may take before the user sees that it is not there yet."""

HIDDEN_MS = 300
"""Pause between two updates of a hidden tab."""

WRONG = "Wrong? Choose what you wrote"
_DIGITS_ONLY = (
    "Your images are digits. To collect images of these classes, use “Draw classes…” in the list "
    "of datasets on the Train page."
)


class PredictionsTab(QWidget):
    """What the models predict, in the layout that the user has chosen.

    Attributes:
        best: the large prediction, of the most accurate model or of the one to draw with.
        suggestion: what to do next.
        section: the fold with all models.
        models: the predictions of all models.

    Signals:
        explanation_requested: that of ``BestCard``.
        arranged: ``shows_best`` may have changed.
    """

    arranged = Signal()
    explanation_requested = Signal(str)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._layout: DrawLayout = "simple"
        self._open = studio.saved_settings.all_models_open
        self._arranging = self._low = False
        self._labels: LabelBar | None = None
        self.best = BestCard(studio.theme)
        self.suggestion = Suggestion(studio)
        self.models = PredictionsPanel(studio)
        self.section = CollapsibleSection("All models", studio.theme, self.models)
        self._whole = column(self.best, self.suggestion, self.section, gap=GAP)
        # The large prediction has a limited height. What it leaves free is at the foot.
        self._whole.addStretch(0)
        self.setLayout(self._whole)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_best)
        # Predictions usually come at once; only the first one waits for the model.
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self.best.show_waiting)
        self._connect()
        self._arrange()
        self._show_best()

    def _connect(self) -> None:
        studio = self._studio
        studio.library.changed.connect(self._show_models)
        studio.predictions.predicted.connect(self._show_soon)
        studio.predictions.cleared.connect(self._show_soon)
        studio.predictions.shown_changed.connect(self._show_soon)
        studio.novelty.changed.connect(self._show_soon)
        studio.drawing.image_changed.connect(self._show_soon)
        self.best.explanation_requested.connect(self.explanation_requested)
        self.best.most_accurate_requested.connect(lambda: studio.predictions.draw_with(""))
        self.section.head.toggled.connect(self._remember)

    def showEvent(self, event: QShowEvent) -> None:
        """Shows what was predicted while it was hidden."""
        super().showEvent(event)
        self._show_best()

    def take_labels(self, labels: LabelBar) -> None:
        """Shows the labels below the large prediction."""
        self._labels = labels
        labels.set_caption(WRONG, above=True)
        self.best.body.addWidget(labels)

    def show_layout(self, layout: DrawLayout) -> None:
        """Shows one large prediction, or all models."""
        self._layout = layout
        self._arrange()

    def show_low(self, low: bool) -> None:
        """Leaves the height of a low page to the canvas: the large prediction takes less."""
        if low != self._low:
            self._low = low
            self._arrange()

    @property
    def shows_best(self) -> bool:
        """Whether the large prediction is shown; it is not without any model."""
        has_models = bool(self._studio.library.trained) or not self._studio.library.loaded
        return self._layout == "simple" and has_models

    @Slot(bool)
    def _remember(self, is_open: bool) -> None:
        if not self._arranging:
            self._open = is_open
            self._studio.remember(all_models_open=is_open)
            self._arrange()

    def _arrange(self) -> None:
        simple = self.shows_best
        unfolded = self._open or not simple
        self.best.setVisible(simple)
        self.section.head.setVisible(simple)
        self._arranging = True
        self.section.open(unfolded)
        self._arranging = False
        self.best.show_compact(unfolded or self._low)
        self.models.consensus.show_compact(simple)
        self._whole.setStretchFactor(self.section, int(unfolded))
        self._whole.setStretchFactor(self.best, int(not unfolded))
        self.arranged.emit()

    @Slot()
    def _show_models(self) -> None:
        self.section.head.setText(f"All models ({count(len(self._studio.predictions.loaded))})")
        self._arrange()
        self._show_best()

    @Slot()
    def _show_soon(self) -> None:
        """Predictions arrive one by one; those of one moment are shown once.

        Nobody sees a hidden tab, so it follows seldom.
        """
        if not self._timer.isActive():
            self._timer.start(0 if self.isVisible() else HIDDEN_MS)

    @Slot()
    def _show_best(self) -> None:
        predictions, drawing = self._studio.predictions, self._studio.drawing
        shown = self._shown_row()
        self.best.show_model(
            shown, shown is not None and shown.id == predictions.best, self._equals(shown)
        )
        self._show_labels(shown)
        latest = predictions.current if drawing.example else predictions.latest
        prediction = latest.get(shown.id) if shown else None
        if shown is None or prediction is None or len(prediction.digits) != len(drawing.images):
            if not len(drawing.images):
                self._patience.stop()
                self.best.show_blank()
            elif not self._patience.isActive():
                self._patience.start()
            return
        self._patience.stop()
        names = shown.run.spec.class_names
        votes = [[Vote(shown.title, chances, names)] for chances in prediction.digits]
        p_values = self._studio.novelty.p_values if names == DIGITS else ()
        found = interpret(votes, p_values, drawing.pattern)
        if found:
            focus, example = drawing.focus, drawing.example
            known = example is not None and example.class_names == names
            verdict = ""
            if example:
                verdict = true_label_verdict(example, prediction.digits[:1] if known else ())
            self.best.show_interpretation(found, focus, verdict)
            faint = found.digits[focus].verdict == "none"
            self.best.show_probabilities(prediction.digits[focus], faint, names)

    def _show_labels(self, shown: RunRow | None) -> None:
        """Offers the labels of digits, which your images are, only below a prediction of digits."""
        if self._labels and self.best.isAncestorOf(self._labels):
            digits = shown is None or answers_digits(shown.run.spec)
            self._labels.setVisible(digits)
            self.best.show_note("" if digits else _DIGITS_ONLY)

    def _equals(self, shown: RunRow | None) -> int:
        """The number of loaded models that are as accurate as this one, which counts."""
        loaded, trained = self._studio.predictions.loaded, self._studio.library.trained
        models = [row.run for row in trained if row.id in loaded]
        return len(equally_accurate(models, shown.run)) if shown else 0

    def _shown_row(self) -> RunRow | None:
        shown = self._studio.predictions.shown
        return next((row for row in self._studio.library.trained if row.id == shown), None)
