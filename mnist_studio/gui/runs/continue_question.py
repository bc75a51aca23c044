"""Asks in which framework a run shall go on, and for how many epochs in all."""

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from mnist_studio.events import Finished
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common import texts
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import LARGEST_EPOCHS, FrameworkName
from mnist_studio.store.rows import Run

Go = Callable[[FrameworkName, int], object]

_SENTENCE = (
    "A new run goes on from the last checkpoint on the same curve: weights, optimizer, batches and "
    "learning rates are those it would have had."
)


class ContinueQuestion(QuestionOverlay):
    """Stays over the window until it is answered.

    Attributes:
        framework: that shall go on.
        epochs: of the whole curve.
    """

    def __init__(self, parent: QWidget, theme: Theme, run: Run, go: Go) -> None:
        super().__init__(parent, f"Continue {run.title} in …", _SENTENCE)
        choices = tuple((name, framework_title(name)) for name in FRAMEWORKS)
        self.framework = Segmented("Continue in", choices, stretch=True)
        self.epochs = StepperSpinBox("Epochs in all", theme, 1, LARGEST_EPOCHS, by_one)
        self._offer_frameworks(run.spec.framework)
        planned = run.spec.training.epochs
        more = min(2 * planned, LARGEST_EPOCHS)
        self.epochs.set_number(more if isinstance(run.terminal, Finished) else planned)
        self._lay_out(f"It was to have {planned}.")
        answers = (
            ("Cancel", lambda: None),
            ("Continue", lambda: go(self._chosen(), self.epochs.whole)),
        )
        self.offer(answers, primary=1)
        self.framework.button(self.framework.choice).setFocus()

    def _offer_frameworks(self, own: FrameworkName) -> None:
        for name in FRAMEWORKS:
            self.framework.enable(name, texts.missing(name))
        usable = [name for name in FRAMEWORKS if self.framework.enabled(name)]
        # One continues in another framework, where there is one.
        self.framework.choose(next((name for name in usable if name != own), own))

    def _lay_out(self, planned: str) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label("Framework"), 0, 0)
        grid.addWidget(self.framework, 0, 1, 1, 2)
        grid.addWidget(label("Epochs in all"), 1, 0)
        grid.addWidget(self.epochs, 1, 1)
        grid.addWidget(label(planned, "secondary"), 1, 2)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addLayout(grid)

    def _chosen(self) -> FrameworkName:
        return next(name for name in FRAMEWORKS if name == self.framework.choice)
