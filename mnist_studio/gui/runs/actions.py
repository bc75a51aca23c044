"""What can be done with the chosen runs, and why something cannot."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from mnist_studio.gui.common.basics import enable
from mnist_studio.gui.services.run_row import RunRow


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
