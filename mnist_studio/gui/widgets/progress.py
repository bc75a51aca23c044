"""A thin bar: how much is done."""

from PySide6.QtWidgets import QProgressBar


class ProgressLine(QProgressBar):
    """A fraction without words; those stand beside it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTextVisible(False)
        self.setRange(0, 1000)

    def show_fraction(self, fraction: float) -> None:
        """Shows how much is done, from 0 to 1."""
        self.setValue(round(1000 * fraction))
