"""The details of the selected runs: settings, figures and curves."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from mnist_studio import events, formatting
from mnist_studio.analysis.time_breakdown import TRAINING_TIME, marked, other_lines, phases
from mnist_studio.formatting import counted
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import GAP, clear, column, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.chart import LinePlot
from mnist_studio.gui.common.plots.run_lines import family, stored_lines
from mnist_studio.gui.common.run_columns import settings_of
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run_settings import differences

_TITLES: Mapping[str, str] = {name: framework_title(name) for name in FRAMEWORKS}
_INVITATION = "Select a run to see its settings and results."
_BREAK = "\N{ZERO WIDTH SPACE}"
"""Allows a line break."""


class RunDetails(Card):
    """Settings and figures of one run, or the settings in which several runs differ."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._name = label(_INVITATION, "cardTitle", wrap=True)
        self._reason = label(role="bad", wrap=True)
        self._reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lines: tuple[tuple[str, str], ...] = ()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(column(self._reason, self._grid, 1, gap=8))
        # Keeps the scroll bar off the figures.
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
        """Shows one run, the differences of several, or a hint if none is selected."""
        reason = rows[0].reason if len(rows) == 1 and not _is_imported(rows[0]) else ""
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
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        clear(self._grid)
        for place, (name, value) in enumerate(lines):
            self._grid.addWidget(label(name, "secondary"), place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(_value(value), place, 1)


def _value(text: str) -> QLabel:
    # Without it, Qt never breaks a line between a hyphen and a figure, and cuts off an id.
    made = label(text.replace("-", f"-{_BREAK}"), wrap=True)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


def _heading(runs: int, differ: bool) -> str:
    if not runs:
        return _INVITATION
    return f"These {counted(runs, 'run')} {'differ in:' if differ else 'have the same settings.'}"


def differing(rows: Sequence[RunRow]) -> list[tuple[str, str]]:
    """The settings in which runs differ, and the values that they have."""
    found = differences([row.run.spec for row in rows])
    return [
        (
            setting.path.rpartition(".")[2].replace("_", " ").capitalize(),
            ", ".join(dict.fromkeys(_TITLES.get(value, value) for value in setting.values)),
        )
        for setting in found
    ]


def lines_of(row: RunRow) -> list[tuple[str, str]]:
    """The details of a run: names and values."""
    figures, terminal = row.figures, row.run.terminal
    lines = [
        ("State", row.state),
        *_annotations(row),
        ("Started", formatting.moment(row.run.created)),
        *_ending(terminal),
        ("Test accuracy", formatting.percent(figures.accuracy)),
        (TRAINING_TIME, marked(formatting.duration(figures.training_time), terminal)),
        ("Parameters", formatting.count(figures.parameters)),
    ]
    settings = [line.split(": ", 1) for line in settings_of(row).splitlines()]
    lines += [(name, value) for name, value in settings]
    if isinstance(terminal, events.Finished | events.Stopped):
        lines += [
            (f"Time: {title.lower()}", formatting.duration(seconds))
            for title, seconds in phases(terminal)
        ]
        measured = other_lines(terminal)
        lines += [(name.capitalize(), value) for name, value in measured]
    lines.append(("ID", row.id))
    return lines


def _is_imported(row: RunRow) -> bool:
    return events.is_imported(row.run.terminal)


def _ending(terminal: events.Terminal | None) -> list[tuple[str, str]]:
    if events.is_imported(terminal):
        return [("Source", events.reason_of(terminal))]
    text = events.ending(terminal)
    return [("Ending", text)] if text else []


def _annotations(row: RunRow) -> list[tuple[str, str]]:
    notes = row.run.annotations
    lines = [("Tags", ", ".join(notes.tags)), ("Note", notes.note)]
    return [(name, value) for name, value in lines if value]


_MEASURES = {"accuracy": "Test accuracy", "loss": "Test loss"}


class RunCurves(QWidget):
    """Test accuracy and test loss after every epoch, as two plots."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        hover = Hover(family, self)
        self.plots = {measure: _plot(measure, theme, hover) for measure in _MEASURES}
        self.setLayout(
            row(*(_card(measure, plot) for measure, plot in self.plots.items()), gap=GAP)
        )

    def prepare(self) -> None:
        """Builds the plots while the window is idle."""
        for plot in self.plots.values():
            plot.prepare()

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Draws these runs."""
        for measure, plot in self.plots.items():
            plot.draw(stored_lines(rows, measure, "epochs"))


def _plot(measure: str, theme: Theme, hover: Hover) -> LinePlot:
    empty = EmptyState(
        theme,
        "runs",
        "No curve yet",
        "A selected run's curve appears after its first epoch.",
    )
    return LinePlot(_MEASURES[measure], theme, empty, hover)


def _card(measure: str, plot: LinePlot) -> Card:
    card = Card(_MEASURES[measure])
    card.body.addWidget(plot)
    return card
