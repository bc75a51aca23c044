"""Whether a run learns from the user's own digits, too."""

from PySide6.QtCore import Signal, Slot

from mnist_studio.gui.bridge.personal import PersonalDigits
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import enable
from mnist_studio.gui.widgets.tick_box import TickBox

TIP = (
    "Learns from your own digits beside the data set, each once a pass. Digits that a run learnt "
    "from are not counted when it is scored on them."
)


class OwnTraining(TickBox):
    """A box to tick; the digits are those of the moment it is ticked, or changed after that.

    Signals:
        chosen: fingerprint of the digits; empty for none.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, personal: PersonalDigits) -> None:
        super().__init__("And my own digits", theme)
        self._personal = personal
        self.clicked.connect(self._choose)
        personal.changed.connect(self._follow)
        self._show()

    def show_personal(self, fingerprint: str) -> None:
        """As a run has it; tells nobody."""
        self.setChecked(bool(fingerprint))

    @Slot()
    def _choose(self) -> None:
        if self.isChecked():
            self._personal.freeze(self.chosen.emit)
        else:
            self.chosen.emit("")

    @Slot()
    def _follow(self) -> None:
        self._show()
        if self.isChecked():
            self.setChecked(bool(self._personal.digits))
            self._choose()

    def _show(self) -> None:
        count = len(self._personal.digits)
        self.setText(f"And my own digits ({count:,})" if count else "And my own digits")
        missing = "" if count else "Write and label some on the Draw page first"
        enable(self, missing, TIP)
        self.updateGeometry()
