"""The runs of the queue as a table, and their events as a log."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget

from mnist_studio import events, formatting
from mnist_studio.analysis.time_breakdown import TRAINING_SPEED, marked
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.plots.run_lines import shades
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.table import ROW_HEIGHT, TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.theme.theme import Theme

HEAD = 34
"""Height of the titles of the columns, in lengths of the design."""

_LEFT = 6
"""The column with the time left."""

REFRESH_MS = 200
_SPEED = (
    "Training images per second of training steps: over about the last second while the run "
    "trains, over the whole run at its end"
)
LONGEST_LOG = 500


class LiveRuns(Card):
    """Shows the progress of every run, and why one failed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Runs")
        self._theme = theme
        self._shades: dict[int, int] = {}
        self.model: RowsModel[LiveRun] = RowsModel(self._columns(), lambda run: str(id(run)), self)
        self.table = TableView(
            "Runs of this training",
            theme,
            self.model,
            wide=1,
            empty="Runs appear here when you click Train.",
        )
        self.table.squeezed = True
        self._size()
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(LONGEST_LOG)
        self.log.setAccessibleName("Log")
        self.log.setPlaceholderText("Messages of the runs appear here.")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.log)
        self._choice = Segmented("Show", (("runs", "Table"), ("log", "Log")))
        self._choice.enable("runs", tip="Shows the progress of every run")
        self._choice.enable("log", tip="Shows the messages of all runs")
        self._choice.chosen.connect(lambda key: self._stack.setCurrentIndex(int(key == "log")))
        self.header.addWidget(self._choice)
        self.body.addWidget(self._stack)
        theme.changed.connect(self._size)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.model.refresh)

    def _columns(self) -> tuple[TableColumn[LiveRun], ...]:
        return (
            TableColumn("Run", lambda run: run.title, picture=self._sample),
            TableColumn("State", _state, tip=lambda run: run.note, color=self._color),
            TableColumn("Epoch", _epoch, right=True, explain="Current epoch and total"),
            TableColumn(
                "Batch loss", _loss, right=True, explain="Loss of training batches, smoothed"
            ),
            TableColumn("Test accuracy", _accuracy, right=True, explain="After the latest epoch"),
            TableColumn(TRAINING_SPEED, _speed, right=True, explain=_SPEED),
            TableColumn("Time left", _left, right=True, explain="Estimate from recent batches"),
        )

    @Slot()
    def _size(self) -> None:
        """One run in each framework is always visible, however high the plots would like to be."""
        self.table.setMinimumHeight(self._theme.pixels(HEAD + len(FRAMEWORKS) * ROW_HEIGHT))

    def show_runs(self, runs: Sequence[LiveRun]) -> None:
        """Shows these runs."""
        self._shades = dict(zip(map(id, runs), shades([run.spec for run in runs]), strict=True))
        self.model.show(runs)
        # Otherwise the empty column would take its width from the titles.
        self.table.show_column(_LEFT, any(run.terminal is None for run in runs) or not runs)
        for place, run in enumerate(runs):
            if run.active:
                self.table.scrollTo(self.model.index(place, 0))

    @Slot()
    def renew(self) -> None:
        """Shows new numbers, at most once per interval."""
        if not self._timer.isActive():
            self._timer.start()

    def write(self, run: LiveRun, event: events.AnyEvent) -> None:
        """Adds a line to the log if the event has one."""
        text = log_line(event)
        if text:
            self.log.appendPlainText(f"{datetime.now():%H:%M:%S}  {run.title}: {text}")

    def _sample(self, run: LiveRun) -> QPixmap:
        return sample(self._theme, run.spec.framework, self._shades[id(run)])

    def _color(self, run: LiveRun) -> str:
        palette = self._theme.palette
        colors = {"failed": palette.bad, "crashed": palette.bad, "finished": palette.good}
        return colors.get(run.state, "")


def log_line(event: events.AnyEvent) -> str:
    """An event as a line of the log; empty if it has none."""
    match event:
        case events.Started():
            return f"started, {event.parameters:,} parameters, {event.epochs} epochs"
        case events.Phase():
            return event.text or events.PHASES[event.phase].lower()
        case events.Epoch():
            training, test = map(formatting.loss, (event.train_loss, event.test_loss))
            accuracy = formatting.percent(event.test_accuracy)
            return (
                f"epoch {event.epoch}: training loss {training}, test loss {test}, "
                f"test accuracy {accuracy}"
            )
        case events.Log():
            return event.text
        case events.Finished():
            accuracy = formatting.percent(event.test_accuracy)
            finished = f"finished on {event.device}, test accuracy {accuracy}"
            return f"{finished}. {special}" if (special := events.ending(event)) else finished
        case events.Stopped():
            return f"stopped after {event.step:,} steps, weights saved"
        case events.Cancelled() | events.Failed() | events.Crashed():
            state = events.state_title(type(event).__name__.lower(), event.reason)
            return f"{state.lower()}: {event.reason}"
        case _:
            return ""


def _state(run: LiveRun) -> str:
    # The reason is visible without hovering.
    return f"{run.state_text}: {run.note}" if run.note else run.state_text


def _epoch(run: LiveRun) -> str:
    return f"{run.epoch or formatting.NOTHING} / {run.spec.training.epochs}"


def _loss(run: LiveRun) -> str:
    values = run.losses.smoothed(0.9)
    return formatting.loss(float(values[-1]) if len(values) else None)


def _accuracy(run: LiveRun) -> str:
    if isinstance(run.terminal, events.Finished):
        return formatting.percent(run.terminal.test_accuracy)
    return formatting.percent(run.epochs[-1].test_accuracy if run.epochs else None)


def _speed(run: LiveRun) -> str:
    return marked(formatting.images_per_second(speed_of(run)), run.terminal)


def speed_of(run: LiveRun) -> float | None:
    """Training images per second: now, or of the whole run as soon as it has ended."""
    ended = run.terminal
    if isinstance(ended, events.Finished | events.Stopped) and ended.measures:
        return ended.measures.train_images_per_second
    return run.progress.images_per_second if run.progress else None


def _left(run: LiveRun) -> str:
    if run.state != "running":
        return ""
    return formatting.clock(run.progress.seconds_left if run.progress else None)
