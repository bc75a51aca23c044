"""The events of an experiment: a line per run and a bar for all of them, or JSON lines."""

from typing import Self

from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from mnist_studio.analysis.event_text import describe
from mnist_studio.cli import output
from mnist_studio.events import Finished, Log, Started, state_title
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    BestChanged,
    CellAdded,
    CellChanged,
    CellEvent,
    ExperimentCell,
    ExperimentEnded,
    ExperimentStarted,
    ProgressChanged,
)
from mnist_studio.formatting import printable_lines


class ExperimentPrinter:
    """Shows the events of an experiment; a context manager."""

    def __init__(self, json: bool) -> None:
        """Text goes to standard error, so that it does not mix with JSON in a pipe."""
        self._json = json
        self._cells: dict[int, ExperimentCell] = {}
        self._planned = 0
        self._found: tuple[str, ...] = ()
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            *(() if output.is_narrow(self._console.file) else (BarColumn(),)),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            disable=json or output.quiet or not self._console.is_terminal,
        )
        self._overall: TaskID | None = None

    def __enter__(self) -> Self:
        """Shows the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the bar as it is."""
        self._progress.stop()

    def on_event(self, event: AnyExperimentEvent) -> None:
        """Shows one event."""
        if self._json:
            output.json_line(event)
            return
        match event:
            case ExperimentStarted():
                self._begin(event)
            case ProgressChanged():
                self._move(event)
            case CellAdded(cell=added, planned=planned):
                self._cells[added.number] = added
                self._planned = planned
            case CellEvent():
                self._show_run(event)
            case CellChanged():
                self._change(event)
            case BestChanged():
                self._find(event)
            case ExperimentEnded():
                # The winner is reported once, with all its seeds.
                for sentence in self._found[1:]:
                    self._print(sentence)
                self._print(f"{event.finished} of {event.total} runs are finished.")
            case _:
                pass

    def _show_run(self, event: CellEvent) -> None:
        match event.event:
            case Started(title=title):
                self._cells[event.cell] = replace(self._cells[event.cell], name=title)
            case Finished() | Log() as run_event if not output.quiet:
                self._line(event.cell, describe(run_event))
            case _:
                pass

    def _find(self, event: BestChanged) -> None:
        if self._found[:1] != event.found[:1]:
            self._print(event.found[0])
        self._found = event.found

    def _change(self, event: CellChanged) -> None:
        match event.state, event.reason:
            case "pruned", reason:
                self._line(event.cell, reason)
            case "failed" | "cancelled" as state, reason:
                self._line(event.cell, f"{state_title(state, reason).lower()}: {reason}")
            case "waiting", reason if reason:
                self._line(event.cell, f"will be tried again: {reason}")
            case _:
                pass

    def _begin(self, event: ExperimentStarted) -> None:
        self._cells = {cell.number: cell for cell in event.cells}
        self._planned = event.planned
        done = sum(cell.state in ("finished", "pruned") for cell in event.cells)
        before = f", {done} already finished" if done else ""
        where = f" on {event.host}" if event.host else ""
        runs = f"{event.planned} run{'s' if event.planned > 1 else ''}"
        self._print(f"{event.title}: {runs}{before}{where}.")
        if event.concurrency > 1:
            self._print(
                f"{event.concurrency} runs train in parallel, so their times are not comparable. "
                f"Views and reports mention this."
            )
        self._overall = self._progress.add_task("experiment", total=1.0, left="")

    def _move(self, event: ProgressChanged) -> None:
        if self._overall is None:
            return
        known = "" if event.seconds_left is None else f", {estimate(event.seconds_left)} left"
        left = f"{event.finished} of {event.total}{known}"
        self._progress.update(self._overall, completed=event.fraction, left=left)

    def _line(self, number: int, text: str) -> None:
        cell = self._cells[number]
        total = max(self._planned, len(self._cells))
        self._print(f"{number + 1:>4}/{total} {cell.title}: {text}")

    def _print(self, text: str) -> None:
        line = output.fitted(printable_lines(text), self._console.file)
        self._console.print(line, soft_wrap=True)


def estimate(seconds: float) -> str:
    """An estimated time, rounded: ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
