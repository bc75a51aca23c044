"""The button that leads to the installation of missing frameworks; hidden if none is missing."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.formatting import listed
from mnist_studio.frameworks import registry
from mnist_studio.gui.common.basics import button, row
from mnist_studio.gui.services.studio import Studio


class InstallButton(QWidget):
    """Opens the dialog of environments, which installs frameworks."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.button = button(
            "",
            studio.environments_requested.emit,
            "Opens the dialog that installs a framework into an environment of its own",
            quiet=True,
        )
        layout = row(self.button, 1, gap=0)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)
        studio.environments_changed.connect(self.update_frameworks)
        self.update_frameworks()

    @Slot()
    def update_frameworks(self) -> None:
        """Names the frameworks that are missing now."""
        missing = [
            registry.framework_title(name) for name in registry.FRAMEWORKS if registry.missing(name)
        ]
        self.button.setText(f"Install {listed(missing)}…" if missing else "Install frameworks…")
        self.setVisible(bool(missing))
