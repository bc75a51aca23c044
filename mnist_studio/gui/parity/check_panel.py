"""The proof of parity: the verdict, every check as it is made, and where frameworks part."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QScrollArea, QStackedWidget

from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common import provenance
from mnist_studio.gui.common.basics import button, column, enable, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.layouts import split
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.parity import texts as words
from mnist_studio.gui.parity.check_runner import CheckRunner, VerdictCard
from mnist_studio.gui.parity.texts import ParityTexts
from mnist_studio.gui.services.background import IsCancelled
from mnist_studio.gui.services.studio import TRAINS, Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.parity import check as parity
from mnist_studio.parity.report import Check, ParityReport
from mnist_studio.parity.sentences import figure, where
from mnist_studio.spec import recipes
from mnist_studio.spec.run import FrameworkName

_LAST = "Comes at the end of a proof: in float32 the frameworks step together until they differ."
_DIFFERENCE = (
    "The largest, relative to the largest magnitude; of curves in float32 in multiples of the "
    "own distance from float64, the framework's or NumPy's; of accuracies a part of the digits"
)
_BAR = "The largest difference that passes"


class ParityCheckPanel(QStackedWidget):
    """Proves a recipe in the installed frameworks.

    Attributes:
        controls: for the top bar: the recipe, Cancel and Prove.
        experiment: the proof itself.
        frameworks: that are compared.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.frameworks: tuple[FrameworkName, ...] = parity.installed()
        self.experiment: CheckRunner[Check, ParityReport] = CheckRunner(studio.background, self)
        self._proven = ""
        self._make_controls()
        self.verdict = VerdictCard()
        self.model: RowsModel[Check] = RowsModel(check_columns(studio.theme), words.key_of, self)
        self.table = TableView(
            "Checks", studio.theme, self.model, wide=6, empty="The frameworks load."
        )
        self.table.squeezed = True
        self.partings = DivergenceCard()
        self._lay_out()
        for work in (self.experiment, studio.queue, studio.experiment):
            work.changed.connect(self._show)
        self._show()

    def _make_controls(self) -> None:
        theme = self._studio.theme
        self.recipe = ComboBox("Recipe to prove", theme)
        self.recipe.offer(provenance.offered())
        self.recipe.setMinimumWidth(theme.pixels(270))
        self.prove_button = button("Prove", self.prove, primary=True)
        self.cancel_button = button("Cancel", self.experiment.cancel)
        self.controls = holder(row(self.recipe, self.cancel_button, self.prove_button))

    def _lay_out(self) -> None:
        checks = Card("Checks against NumPy")
        checks.body.addWidget(self.table)
        below = split(Qt.Orientation.Horizontal, (checks, self.partings), (860, 300))
        nothing = Card()
        self.empty = EmptyState(
            self._studio.theme,
            "parity",
            "Nothing is proven yet",
            "The same weights and digits go through every framework; outputs, gradients, losses "
            "and accuracy are compared here with NumPy's, check by check.",
            ("Prove", self.prove),
        )
        nothing.body.addWidget(self.empty)
        self.addWidget(nothing)
        whole = column(self.verdict)
        whole.addWidget(below, 1)
        self.addWidget(holder(whole))

    def prove(self) -> None:
        """Starts the proof of the chosen recipe."""
        if not self.prove_button.isEnabled():
            return
        run = recipes.run_spec(recipes.recipe(self.recipe.choice))
        frameworks = self.frameworks

        def work(told: Callable[[Check], None], is_cancelled: IsCancelled) -> ParityReport:
            return parity.check_parity(run, frameworks, told, is_cancelled)

        self._proven = run.recipe
        self.experiment.start(work)

    @Slot()
    def _show(self) -> None:
        experiment, alone = self.experiment, "" if words.others(self.frameworks) else words.ALONE
        reason = alone or (TRAINS if self._studio.busy else "")
        enable(self.prove_button, reason or ("It is being proven." if experiment.busy else ""))
        enable(self.empty.button, reason)
        enable(self.recipe, "Wait for the proof, or cancel it." if experiment.busy else "")
        enable(
            self.cancel_button, "" if experiment.state == "running" else "Nothing is being proven."
        )
        self.setCurrentIndex(int(experiment.state != "idle"))
        self.model.show(experiment.findings)
        self.verdict.say(self._words(), busy=experiment.busy)
        self.partings.show_report(experiment.result)

    @property
    def occupation(self) -> str:
        """What is being proven, for the status line; empty for nothing."""
        busy = self.experiment.busy
        return words.proving_short(self._proven, len(self.experiment.findings)) if busy else ""

    def _words(self) -> ParityTexts:
        experiment = self.experiment
        match experiment.state:
            case "done" if experiment.result:
                return words.proven(experiment.result)
            case "failed":
                return ParityTexts(
                    "The proof did not come to its end.", experiment.complaint, "bad"
                )
            case "cancelled":
                return words.is_cancelled(len(experiment.findings))
            case "canceling":
                return ParityTexts("Canceling.")
            case "running":
                return words.proving(self._proven, self.frameworks, len(experiment.findings))
        return ParityTexts("")


class DivergenceCard(Card):
    """Where frameworks part, in sentences, and what is to be known of the proof."""

    def __init__(self) -> None:
        super().__init__("Where they part")
        self.told = label(wrap=True)
        self.notes = label(role="secondary", wrap=True)
        for part in (self.told, self.notes):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside = holder(column(self.told, self.notes, 1, gap=10), "scrolled")
        area = QScrollArea()
        area.setAccessibleName("Where they part")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self.body.addWidget(area)

    def show_report(self, report: ParityReport | None) -> None:
        """Tells of a proof, or when there will be something to tell."""
        told = [where(parting) for parting in report.partings] if report else []
        self.told.setText("\n\n".join(told))
        self.told.setVisible(bool(told))
        self.notes.setText("\n\n".join(report.notes) if report else _LAST)


def _arrays_or_detail(check: Check) -> str:
    return words.arrays_of(check) or check.detail


def check_columns(theme: Theme) -> tuple[TableColumn[Check], ...]:
    """The columns of the table of checks."""

    def picture(check: Check) -> QPixmap:
        return sample(theme, check.framework)

    def color(check: Check) -> str:
        return theme.palette.good if check.passed else theme.palette.bad

    return (
        TableColumn("Framework", lambda check: framework_title(check.framework), picture=picture),
        TableColumn("Precision", lambda check: check.precision),
        TableColumn("What", lambda check: check.what, tip=words.arrays_of),
        TableColumn(
            "Difference",
            lambda check: figure(check.value, check.unit),
            right=True,
            explain=_DIFFERENCE,
        ),
        TableColumn("Bar", lambda check: figure(check.bar, check.unit), right=True, explain=_BAR),
        TableColumn("Verdict", lambda check: "passed" if check.passed else "missed", color=color),
        TableColumn("Where", lambda check: check.detail, tip=_arrays_or_detail),
    )
