"""The Parity page: the proof that the frameworks learn alike, and what is pinned for it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from mnist_studio.gui.common.basics import row
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.parity.check_panel import ParityCheckPanel
from mnist_studio.gui.parity.fixed_settings import FixedSettingsCard
from mnist_studio.gui.parity.shared_weights import SharedWeightsPanel
from mnist_studio.gui.services.studio import Studio

VIEWS = (("proof", "Proof"), ("weights", "Weights handed over"), ("pinned", "What is pinned"))


class ParityPage(Page):
    """Proves parity and tells what it rests on."""

    title = "Parity"
    sentence = "Proof that all compute the same"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.view = Segmented("View", VIEWS)
        self.proof = ParityCheckPanel(studio)
        self.handed = SharedWeightsPanel(studio)
        self.pinned = FixedSettingsCard(studio.theme)
        self._views: dict[str, QWidget] = {
            "proof": self.proof, "weights": self.handed, "pinned": self.pinned,
        }  # fmt: skip
        self._controls = {"proof": self.proof.controls, "weights": self.handed.controls}
        self._stack = QStackedWidget()
        for part in self._views.values():
            self._stack.addWidget(part)
        for controls in self._controls.values():
            self.action_line.addWidget(controls)
        self.body.addLayout(row(self.view, 1))
        self.body.addWidget(self._stack, 1)
        self.view.chosen.connect(self.show_view)
        for experiment in (self.proof.experiment, self.handed.experiment):
            experiment.changed.connect(self._occupy)
        self.show_view("proof")

    @Slot(str)
    def show_view(self, key: str) -> None:
        """Shows one of the views with its controls."""
        self.view.choose(key)
        self._stack.setCurrentWidget(self._views[key])
        for name, controls in self._controls.items():
            controls.setVisible(name == key)

    @Slot()
    def _occupy(self) -> None:
        self.studio.occupy(self.proof.occupation or self.handed.occupation)
