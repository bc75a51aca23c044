"""Everything about one stored run, or in what several differ, in words."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from mnist_studio import events, formatting
from mnist_studio.analysis import settings_diff
from mnist_studio.analysis.time_breakdown import other_lines
from mnist_studio.formatting import counted
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import GAP, column, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.plots.line_plot import LinePlot
from mnist_studio.gui.common.plots.run_lines import stored_lines
from mnist_studio.gui.common.run_columns import settings_of
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme

_TITLES: Mapping[str, str] = {name: framework_title(name) for name in FRAMEWORKS}
_INVITATION = "Choose a run to see how it was made and how it went."
_MAY_END = "\N{ZERO WIDTH SPACE}"
"""A line may end here."""


class RunDetails(Card):
    """Names on the left, figures on the right; a failure's sentence on top."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._name = label(_INVITATION, "cardTitle", wrap=True)
        self._reason = label(role="bad", wrap=True)
        self._reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(column(self._reason, self._grid, 1, gap=8))
        # The scroll bar stands beside the figures, not on them.
        inside.setContentsMargins(0, 0, 8, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self.body.addWidget(self._name)
        self.body.addWidget(area, 1)
        theme.changed.connect(self._size)
        self._size()
        self.show_rows(())

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Shows one run, in what several differ, or says what to do."""
        reason = rows[0].reason if len(rows) == 1 else ""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        if len(rows) == 1:
            self._name.setText(rows[0].title)
            self._fill(lines_of(rows[0]))
        else:
            lines = differing(rows)
            self._name.setText(_heading(len(rows), bool(lines)))
            self._fill(lines)

    @Slot()
    def _size(self) -> None:
        self.setMinimumWidth(self._theme.pixels(264))

    def _fill(self, lines: Sequence[tuple[str, str]]) -> None:
        while item := self._grid.takeAt(0):
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, (name, value) in enumerate(lines):
            self._grid.addWidget(label(name, "secondary"), place, 0)
            self._grid.addWidget(_value(value), place, 1)


def _value(text: str) -> QLabel:
    # Else a line never ends between a hyphen and a figure, as an id has them, and is cut off.
    made = label(text.replace("-", f"-{_MAY_END}"), wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


def _heading(runs: int, differ: bool) -> str:
    if not runs:
        return _INVITATION
    return f"These {counted(runs, 'run')} {'differ in:' if differ else 'have the same settings.'}"


def differing(rows: Sequence[RunRow]) -> list[tuple[str, str]]:
    """The settings in which runs differ, and the values that they have."""
    found = settings_diff.differences([row.run.spec for row in rows])
    return [
        (
            setting.path.rpartition(".")[2].replace("_", " ").capitalize(),
            ", ".join(dict.fromkeys(_TITLES.get(value, value) for value in setting.values)),
        )
        for setting in found
    ]


def lines_of(row: RunRow) -> list[tuple[str, str]]:
    """What is told of a run: name and value."""
    figures, terminal = row.figures, row.run.terminal
    told = [
        ("State", row.state),
        ("Started", formatting.moment(row.run.created)),
        ("Test accuracy", formatting.percent(figures.accuracy)),
        ("Training", formatting.duration(figures.train_seconds)),
        ("Parameters", formatting.count(figures.parameters)),
    ]
    settings = [line.split(": ", 1) for line in settings_of(row).splitlines()]
    told += [(name, value) for name, value in settings]
    if isinstance(terminal, events.Finished | events.Stopped):
        told += [
            (f"Time: {word.lower()}", formatting.duration(terminal.seconds[phase]))
            for phase, word in events.PHASES.items()
            if phase in terminal.seconds
        ]
        measured = other_lines(terminal)
        told += [(name.capitalize(), value) for name, value in measured]
    told.append(("Id", row.id))
    return told


_MEASURES = {"accuracy": "Test accuracy", "loss": "Test loss"}


class RunCurves(QWidget):
    """Two plots beside each other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.plots = {measure: _plot(measure, theme) for measure in _MEASURES}
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
    return LinePlot(_MEASURES[measure], theme, empty, percent=measure == "accuracy")


def _card(measure: str, plot: LinePlot) -> Card:
    card = Card(_MEASURES[measure])
    card.body.addWidget(plot)
    return card
