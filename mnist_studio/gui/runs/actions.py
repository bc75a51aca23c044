"""What can be done with the chosen runs, and why something cannot."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.events import Finished
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common import texts
from mnist_studio.gui.common.basics import enable, label
from mnist_studio.gui.common.question import QuestionOverlay
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.prediction.export import SUFFIXES, Kind, export
from mnist_studio.spec.run import LARGEST_EPOCHS, FrameworkName
from mnist_studio.store.rows import Run


class RunActions:
    """The buttons: five in the top bar, two under the details."""

    def __init__(self, line: QHBoxLayout) -> None:
        """Makes them.

        Args:
            line: of the top bar.
        """
        self.go_on = QPushButton("Continue")
        self.go_on_in = QPushButton("Continue in…")
        self.rename = QPushButton("Rename")
        self.delete = QPushButton("Delete")
        self.export = QPushButton("Export")
        self.code = QPushButton("Show code")
        self.reveal = QPushButton("Reveal folder")
        self.delete.setProperty("danger", True)
        self.export.setProperty("primary", True)
        for made in (self.code, self.reveal):
            made.setProperty("quiet", True)
        for made in (self.go_on, self.go_on_in, self.rename, self.delete, self.export):
            line.addWidget(made)

    def show_chosen(self, chosen: Sequence[RunRow]) -> None:
        """Enables what can be done with these runs."""
        none = "" if chosen else "Choose a run first."
        one = none or ("" if len(chosen) == 1 else "Choose a single run.")
        running = any(row.run.status == "running" for row in chosen)
        fixed = "It came with the studio." if any(row.run.bundled for row in chosen) else ""
        busy = "It is still training: stop it first." if running else ""
        enable(self.code, one, "The run as each framework's own script")
        enable(self.reveal, one, "Opens the folder with everything the run left")
        enable(self.rename, one or fixed, "Gives the run another name (F2)")
        enable(self.delete, none or fixed or busy, "Deletes weights and curves (Delete)")
        self._show_one(one, chosen[0] if chosen else None, running)

    def _show_one(self, reason: str, row: RunRow | None, running: bool) -> None:
        """What depends on what a single run has left."""
        whole = "" if row and row.run.resumable else "It did not end early."
        enable(self.go_on, reason or whole, "Goes on training from its last checkpoint")
        no_end = "It is still training." if running else ""
        no_start = "" if row and row.run.checkpoint else "It left nothing to go on from."
        tip = "Goes on in another framework, or longer, as a new run"
        enable(self.go_on_in, reason or no_end or no_start, tip)
        no_weights = "" if row and row.run.trained else "This run has no weights to export."
        enable(self.export, reason or no_weights, "Writes the weights (Ctrl+Shift+E)")


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


KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("safetensors", "Weights as safetensors…", "numpy"),
    ("pytorch", "PyTorch state dict (.pt)…", "pytorch"),
    ("keras", "Keras model (.keras)…", "keras"),
    ("numpy", "NumPy arrays (.npz)…", "numpy"),
)


class Exporter(QObject):
    """Asks for a file and writes it in the background."""

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window

    def menu(self, row: RunRow) -> QMenu:
        """The formats; one whose framework is missing says so."""
        made = QMenu(self._window)
        made.setToolTipsVisible(True)
        for kind, text, framework in KINDS:
            action = made.addAction(text)
            action.triggered.connect(self._asker(row, kind))
            reason = texts.missing(framework)
            action.setEnabled(not reason)
            action.setToolTip(reason)
        made.aboutToHide.connect(made.deleteLater)
        return made

    def write(self, row: RunRow, kind: Kind, file: Path) -> None:
        """Writes a file off the GUI thread and tells when it is there."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path:
            export(row.run, kind, file, is_cancelled)
            return file

        self._studio.told.emit(f"Writing {file.name} …", "plain")
        self._studio.background.start(work, self._written, self._studio.complain)

    def _asker(self, row: RunRow, kind: Kind) -> Callable[[], None]:
        def ask() -> None:
            dialog = QFileDialog(self._window, "Export weights")
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(SUFFIXES[kind].removeprefix("."))
            name = row.run.title.replace(" · ", "-").replace("/", "-")
            dialog.selectFile(f"{name}{SUFFIXES[kind]}")
            dialog.fileSelected.connect(lambda chosen: self.write(row, kind, Path(chosen)))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        return ask

    @Slot(object)
    def _written(self, file: Path) -> None:
        self._studio.told.emit(f"Exported to {file}.", "good")
