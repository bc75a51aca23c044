"""The card at the end of a training: what came out, and where to go from here."""

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.gui.services.background import IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.texts import error_text
from mnist_studio.gui.services.training_result import TrainingResult, result_of

MISTAKES_VIEW = "confident-errors"
"""The view of the Compare page with the images that a model misclassifies."""

COST_VIEW = "known-bugs"
"""The view with the accuracy that each known bug costs."""


class TrainingEnd(QObject):
    """Waits for the end of each training and makes its outcome.

    Signals:
        ready: an ``Outcome``; not for a training in which no run saved its weights.
    """

    ready = Signal(object)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._runner: LatestOnlyRunner[TrainingResult] = LatestOnlyRunner(
            studio.background, _agreement, self
        )
        self._runner.done.connect(self._show)
        self._runner.failed.connect(self._show_without_predictions)
        studio.queue.idle.connect(self._compute)

    @Slot()
    def _compute(self) -> None:
        result = result_of(self._studio.queue.runs)
        if result.runs:
            self._runner.submit(result)

    @Slot(object, object)
    def _show(self, result: TrainingResult, agreement: str) -> None:
        # The next training may have begun while the predictions were read.
        if not self._studio.queue.busy:
            self.ready.emit(outcome_of(self._studio, result, agreement))

    @Slot(object, object)
    def _show_without_predictions(self, result: TrainingResult, error: Exception) -> None:
        self._show(result, f"The predictions cannot be compared. {error_text(error)}")


def outcome_of(studio: Studio, result: TrainingResult, agreement: str) -> Outcome:
    """The outcome of a training.

    Args:
        studio: whose pages the buttons go to.
        result: of the training.
        agreement: on how many images the runs agree; empty for a single run.
    """
    runs, best = [run.id for run in result.runs], result.best
    several = len(runs) > 1
    which = f" ({best.name})" if several else ""
    leader = "one of the most accurate" if result.tied else "the most accurate"
    their = "their" if several else "its"
    steps = (
        NextStep(
            f"Draw with {'them' if several else 'it'}",
            f"Opens the Draw page with {leader} of these models selected{which}"
            if several
            else "Opens the Draw page with this model selected",
            lambda: studio.draw_with(best.id),
        ),
        NextStep(
            f"See {their} mistakes",
            f"Shows the test images that are misclassified with the highest confidence{which}",
            lambda: studio.compare(runs, MISTAKES_VIEW, best.id),
        ),
        _comparison(studio, result),
    )
    facts = tuple(
        filter(None, (result.accuracies, result.endings, agreement, result.times, *result.failed))
    )
    return Outcome(result.headline, facts, result.doubt, "good", steps)


def _comparison(studio: Studio, result: TrainingResult) -> NextStep:
    """Leads to the comparison; that of a known bug includes the same runs without the bug."""
    runs = [run.id for run in result.runs]
    these = "these runs" if len(runs) > 1 else "this run"
    plain = [replace(run.spec, known_bugs=()) for run in result.runs if run.spec.known_bugs]
    # The newest run comes first.
    correct = {row.run.spec: row.id for row in reversed(studio.library.trained)}
    others = [correct[spec] for spec in plain if spec in correct]
    if others:
        return NextStep(
            "See what the bug costs",
            f"Opens the Compare page with {these} and the same without the known bug selected",
            lambda: studio.compare([*runs, *others], COST_VIEW),
        )
    tip = f"Opens the Compare page with {these} selected"
    return NextStep("Compare", tip, lambda: studio.compare(runs))


def _agreement(result: TrainingResult, is_cancelled: IsCancelled) -> str:
    return result.agreement()
