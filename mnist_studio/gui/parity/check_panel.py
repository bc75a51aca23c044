"""The parity check: the verdict, a table of checks, and the first divergence."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QScrollArea, QStackedWidget

from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common import recipe_texts
from mnist_studio.gui.common.basics import button, column, enable, holder, keep_focus, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.install_button import InstallButton
from mnist_studio.gui.common.layouts import FoldingSplitter
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
from mnist_studio.parity.sentences import divergence_sentence, format_difference
from mnist_studio.spec import recipes
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import FrameworkName

LEAST_WIDTHS = 560, 250
"""Of the checks, and of the first divergence next to them, in lengths of the design."""

LEAST_TABLE, LEAST_DIVERGENCE = 154, 150
"""Heights: four checks, and some lines of the first divergence."""

_NO_DIVERGENCE = (
    "The last check appears here. It trains the frameworks in float32, step by step, until they "
    "diverge."
)
_DIFFERENCE = (
    "Largest difference from NumPy, relative to the largest magnitude. For curves in float32 it "
    "is a multiple of the framework's own distance from float64. For accuracies it is the "
    "fraction of the test images"
)
_TOLERANCE = "Largest difference that passes"


_RUNNING = "The checks are running. Wait for them to finish, or cancel them."


class ParityCheckPanel(QStackedWidget):
    """Checks the parity of a recipe in the installed frameworks.

    Attributes:
        controls: for the top bar: recipe, Cancel, and Run checks.
        runner: runs the checks in the background.
        frameworks: to compare.

    Signals:
        ended: the ``ParityReport`` of checks that ran to their end.
    """

    ended = Signal(object)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.frameworks: tuple[FrameworkName, ...] = parity.installed()
        self.runner: CheckRunner[Check, ParityReport] = CheckRunner(studio.background, self)
        self._checked = ""
        self._make_controls()
        self.verdict = VerdictCard(studio.theme)
        self.model: RowsModel[Check] = RowsModel(check_columns(studio.theme), words.key_of, self)
        self.table = TableView(
            "Checks", studio.theme, self.model, wide=6, empty="The frameworks are loading."
        )
        self.table.squeezed = True
        self.divergence = DivergenceCard()
        self._lay_out()
        self.runner.changed.connect(self._report_end)
        studio.own_recipes.changed.connect(self._offer_recipes)
        studio.environments_changed.connect(self._update_frameworks)
        for source in (self.runner, studio.queue, studio.experiment):
            source.changed.connect(self._show)
        self._show()

    def _make_controls(self) -> None:
        theme = self._studio.theme
        self.recipe = ComboBox("Recipe", theme)
        self.recipe.offer(recipe_texts.offered())
        self.recipe.setMinimumWidth(theme.pixels(330))
        self.run_button = button("Run checks", self.run, primary=True)
        self.cancel_button = button("Cancel", self.runner.cancel)
        self.controls = holder(row(self.recipe, self.cancel_button, self.run_button))

    def _lay_out(self) -> None:
        checks = Card("Checks against NumPy")
        checks.body.addWidget(self.table)
        checks.setMinimumWidth(self._studio.theme.pixels(LEAST_WIDTHS[0]))
        self.divergence.setMinimumWidth(self._studio.theme.pixels(LEAST_WIDTHS[1]))
        for part, height in ((self.table, LEAST_TABLE), (self.divergence, LEAST_DIVERGENCE)):
            part.setMinimumHeight(self._studio.theme.pixels(height))
        below = FoldingSplitter(Qt.Orientation.Horizontal)
        below.add((checks, self.divergence), (930, 250))
        nothing = Card()
        self.empty = EmptyState(
            self._studio.theme,
            "parity",
            "No checks yet",
            "Every framework gets the same weights and images. Their outputs, gradients, losses, "
            "and accuracies are compared with those of NumPy and listed here.",
            ("Run checks", self.run),
        )
        nothing.body.addWidget(self.empty)
        nothing.body.addWidget(InstallButton(self._studio), alignment=Qt.AlignmentFlag.AlignHCenter)
        self.addWidget(nothing)
        whole = column(self.verdict)
        whole.addWidget(below, 1)
        self.addWidget(holder(whole))

    def run(self) -> None:
        """Starts the checks of the selected recipe."""
        if not self.run_button.isEnabled():
            return
        run = recipes.run_spec(recipes.recipe(self.recipe.choice))
        frameworks = self.frameworks

        def work(on_check: Callable[[Check], None], is_cancelled: IsCancelled) -> ParityReport:
            return parity.check_parity(run, frameworks, on_check, is_cancelled)

        self._checked = run.recipe
        self.runner.start(work)

    @Slot()
    def _offer_recipes(self) -> None:
        """Offers the recipes as they are now; the choice stays if it still exists."""
        self.recipe.offer(recipe_texts.offered())

    @Slot()
    def _update_frameworks(self) -> None:
        self.frameworks = parity.installed()
        self._show()

    @Slot()
    def _report_end(self) -> None:
        if self.runner.state == "done" and self.runner.result:
            self.ended.emit(self.runner.result)

    @Slot()
    def _show(self) -> None:
        buttons = self.cancel_button, self.run_button, self.empty.button, self.recipe, self.table
        keep_focus(buttons, self._show_state)

    def _show_state(self) -> None:
        runner, alone = self.runner, "" if words.others(self.frameworks) else words.ALONE
        reason = alone or (TRAINS if self._studio.busy else "")
        running = _RUNNING if runner.busy else ""
        enable(self.run_button, reason or running, "Compares all frameworks with NumPy")
        enable(self.empty.button, reason, "Compares all frameworks with NumPy")
        enable(self.recipe, running, "The network and training settings to check")
        idle = "" if runner.state == "running" else "No check is running."
        enable(self.cancel_button, idle, "Ends the checks without a result")
        self.setCurrentIndex(int(runner.state != "idle"))
        self.model.show(runner.findings)
        self.verdict.show_texts(self._texts(), busy=runner.busy)
        self.divergence.show_report(runner.result)

    @property
    def activity(self) -> str:
        """What is running, for the status line; empty if nothing is."""
        checks = len(self.runner.findings)
        return (
            words.checking_status(recipe_title(self._checked), checks) if self.runner.busy else ""
        )

    def _texts(self) -> ParityTexts:
        runner = self.runner
        match runner.state:
            case "done" if runner.result:
                return words.finished(runner.result)
            case "failed":
                return words.failed(runner.complaint)
            case "cancelled":
                return words.cancelled(len(runner.findings))
            case "canceling":
                return words.CANCELING
            case "running":
                return words.checking(
                    recipe_title(self._checked), self.frameworks, len(runner.findings)
                )
        return ParityTexts("")


class DivergenceCard(Card):
    """The first divergence of every framework, and notes on the checks."""

    def __init__(self) -> None:
        super().__init__("First divergence")
        self.sentences = label(wrap=True)
        self.notes = label(role="secondary", wrap=True)
        for part in (self.sentences, self.notes):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside = holder(column(self.sentences, self.notes, 1, gap=10), "scrolled")
        area = QScrollArea()
        area.setAccessibleName("First divergence")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self.body.addWidget(area)

    def show_report(self, report: ParityReport | None) -> None:
        """Shows the divergence of a report, or what will appear."""
        sentences = [divergence_sentence(one) for one in report.divergences] if report else []
        self.sentences.setText("\n\n".join(sentences))
        self.sentences.setVisible(bool(sentences))
        self.notes.setText("\n\n".join(report.notes) if report else _NO_DIVERGENCE)


def _arrays_or_detail(check: Check) -> str:
    return words.arrays_of(check) or check.detail


def check_columns(theme: Theme) -> tuple[TableColumn[Check], ...]:
    """The columns of the table of checks."""

    def picture(check: Check) -> QPixmap:
        return sample(theme, check.framework)

    def color(check: Check) -> str:
        if check.result == "not informative":
            return theme.palette.secondary
        return theme.palette.good if check.passed else theme.palette.bad

    return (
        TableColumn("Framework", lambda check: framework_title(check.framework), picture=picture),
        TableColumn("Precision", lambda check: check.precision),
        TableColumn("Quantity", lambda check: check.quantity, tip=words.arrays_of),
        TableColumn(
            "Difference",
            lambda check: format_difference(check.value, check.unit),
            right=True,
            explain=_DIFFERENCE,
        ),
        TableColumn(
            "Tolerance",
            lambda check: format_difference(check.tolerance, check.unit),
            right=True,
            explain=_TOLERANCE,
        ),
        TableColumn("Result", lambda check: check.result, color=color, explain=words.RESULT),
        TableColumn("Details", lambda check: check.detail, tip=_arrays_or_detail),
    )
