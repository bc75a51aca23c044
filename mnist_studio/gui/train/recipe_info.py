"""Where a run comes from, a paragraph for each part."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.provenance import origin
from mnist_studio.spec.run import RunSpec


class RecipeInfo(QWidget):
    """The network, then what its source reports, has, and leaves open."""

    def __init__(self) -> None:
        super().__init__()
        self.summary = label(wrap=True)
        self.parts: dict[str, QLabel] = {
            title: label(role="secondary", wrap=True)
            for title in ("Reported", "Source", "Inferred")
        }
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 2, 0, 2)
        lines.setSpacing(4)
        for part in (self.summary, *self.parts.values()):
            lines.addWidget(part)

    def show_run(self, run: RunSpec) -> None:
        """Tells of another run."""
        told = origin(run)
        self.summary.setText(told.summary)
        for title, text in (
            ("Reported", told.reported), ("Source", told.source), ("Inferred", told.inferred)
        ):  # fmt: skip
            self.parts[title].setText(f"{title}: {text}")
            self.parts[title].setVisible(bool(text))
