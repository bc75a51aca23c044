"""The Framework parity page: parity checks, shared weights, and fixed settings."""

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from mnist_studio.formatting import counted, duration
from mnist_studio.gui.common.basics import row
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.parity.check_panel import ParityCheckPanel
from mnist_studio.gui.parity.fixed_settings import FixedSettingsCard
from mnist_studio.gui.parity.shared_weights import SharedWeightsPanel
from mnist_studio.gui.services.outcome import NextStep, Outcome, OutcomeKind
from mnist_studio.gui.services.studio import Studio
from mnist_studio.parity.report import ParityReport
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import FrameworkName, RunSpec

VIEWS = (
    ("checks", "Parity check", "Compares the computations of all frameworks"),
    ("weights", "Shared weights", "Loads PyTorch's weights into NumPy"),
    ("settings", "Fixed settings", "Lists the defaults that differ, and the values used here"),
)


class ParityPage(Page):
    """Checks that all frameworks compute the same, and shows the settings that this requires."""

    title = "Framework parity"
    sentence = "Checks that all frameworks compute the same"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.view = Segmented("View", tuple((key, text) for key, text, _ in VIEWS))
        for key, _, tip in VIEWS:
            self.view.enable(key, tip=tip)
        self.checks = ParityCheckPanel(studio)
        self.shared_weights = SharedWeightsPanel(studio)
        self.fixed_settings = FixedSettingsCard(studio.theme)
        self._views: dict[str, QWidget] = {
            "checks": self.checks,
            "weights": self.shared_weights,
            "settings": self.fixed_settings,
        }
        self._controls = {
            "checks": self.checks.controls,
            "weights": self.shared_weights.controls,
        }
        self._stack = QStackedWidget()
        for view in self._views.values():
            self._stack.addWidget(view)
        for controls in self._controls.values():
            self.action_line.addWidget(controls)
        self.body.addLayout(row(self.view, 1))
        self.body.addWidget(self._stack, 1)
        self.view.chosen.connect(self.show_view)
        self.checks.ended.connect(self._lead_on)
        for runner in (self.checks.runner, self.shared_weights.runner):
            runner.changed.connect(self._report_occupation)
        self.show_view("checks")

    @property
    def tab(self) -> str:
        """The view that is shown."""
        return self.view.choice

    def show_tab(self, key: str) -> None:
        """Shows a view."""
        if key in self._views:
            self.show_view(key)

    @Slot(str)
    def show_view(self, key: str) -> None:
        """Shows one of the views with its controls."""
        self.view.choose(key)
        self._stack.setCurrentWidget(self._views[key])
        for name, controls in self._controls.items():
            controls.setVisible(name == key)

    @Slot(object)
    def _lead_on(self, report: ParityReport) -> None:
        """Shows what to do with a recipe that was checked."""
        recipe = recipe_title(report.run.recipe)
        title = f"The checks of {recipe} {'passed' if report.passed else 'did not all pass'}"
        train = NextStep(
            "Train in all frameworks",
            f"Opens the Train page with {recipe} in all frameworks",
            lambda: self.studio.show_settings(_in_all(report.run, self.checks.frameworks)),
        )
        settings = NextStep("See fixed settings", VIEWS[2][2], lambda: self.show_view("settings"))
        checks = counted(len(report.checks), "check").capitalize()
        facts = (f"{checks} in {duration(report.seconds)}.",)
        kind: OutcomeKind = "good" if report.passed else "bad"
        self.show_outcome(Outcome(title, facts, "", kind, (train, settings)))

    @Slot()
    def _report_occupation(self) -> None:
        self.studio.set_activity(self.checks.activity or self.shared_weights.activity)


def _in_all(run: RunSpec, frameworks: Sequence[FrameworkName]) -> tuple[RunSpec, ...]:
    return tuple(replace(run, framework=name) for name in frameworks)
