"""How chosen stored runs went: test accuracy and test loss after every epoch."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.basics import GAP, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.plots.line_plot import LinePlot
from mnist_studio.gui.common.plots.run_lines import stored_lines
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme

_TITLES = {"accuracy": "Test accuracy", "loss": "Test loss"}


class RunCurves(QWidget):
    """Two plots beside each other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.plots = {measure: _plot(measure, theme) for measure in _TITLES}
        self.setLayout(
            row(*(_card(measure, plot) for measure, plot in self.plots.items()), gap=GAP)
        )

    def prepare(self) -> None:
        """Builds the plots while nobody waits."""
        for plot in self.plots.values():
            plot.prepare()

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Draws these runs."""
        for measure, plot in self.plots.items():
            plot.draw(stored_lines(rows, measure, "epochs"))


def _plot(measure: str, theme: Theme) -> LinePlot:
    empty = EmptyState(
        theme, "runs", "No curve yet", "A chosen run's curve stands here after its first epoch."
    )
    return LinePlot(_TITLES[measure], theme, empty, percent=measure == "accuracy")


def _card(measure: str, plot: LinePlot) -> Card:
    card = Card(_TITLES[measure])
    card.body.addWidget(plot)
    return card
