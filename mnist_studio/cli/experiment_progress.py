"""The events of an experiment: a line per run and a bar for the whole, or JSON lines."""

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from mnist_studio.cli import output
from mnist_studio.cli.progress import describe
from mnist_studio.events import Finished, Log
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    Begun,
    CellEvent,
    Changed,
    Ended,
    ExperimentCell,
    Overall,
)
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.run import RunSpec


class ExperimentPrinter:
    """Takes the events of an experiment; a context manager."""

    def __init__(self, json: bool) -> None:
        """What people read goes to standard error, where it does not disturb a pipe."""
        self._json = json
        self._cells: dict[int, ExperimentCell] = {}
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            disable=json or not self._console.is_terminal,
        )
        self._whole: TaskID | None = None

    def __enter__(self) -> Self:
        """Shows the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves it as it is."""
        self._progress.stop()

    def tell(self, event: AnyExperimentEvent) -> None:
        """Takes one event."""
        if self._json:
            output.json_line(event)
            return
        match event:
            case Begun():
                self._begin(event)
            case Overall():
                self._move(event)
            case CellEvent(cell=cell, event=Finished() | Log() as told):
                self._line(cell, describe(told))
            case Changed(cell=cell, state="failed" | "cancelled" as state, reason=reason):
                self._line(cell, f"{state}: {reason}")
            case Changed(cell=cell, state="waiting", reason=reason) if reason:
                self._line(cell, f"is tried once more: {reason}")
            case Ended():
                self._print(f"{event.finished} of {event.total} runs finished.")
            case _:
                pass

    def _begin(self, event: Begun) -> None:
        self._cells = {cell.number: cell for cell in event.cells}
        done = sum(cell.state == "finished" for cell in event.cells)
        before = f", {done} finished before" if done else ""
        where = f" on {event.host}" if event.host else ""
        self._print(f"{event.title}: {len(event.cells)} runs{before}{where}.")
        if event.concurrency > 1:
            self._print(
                f"{event.concurrency} runs are trained at a time: their clocks are not honest, and "
                "every view says so."
            )
        self._whole = self._progress.add_task("experiment", total=1.0, left="")

    def _move(self, event: Overall) -> None:
        if self._whole is None:
            return
        known = "" if event.seconds_left is None else f", {duration(event.seconds_left)} left"
        left = f"{event.finished} of {event.total}{known}"
        self._progress.update(self._whole, completed=event.fraction, left=left)

    def _line(self, number: int, text: str) -> None:
        cell = self._cells[number]
        self._print(f"{number + 1:>4}/{len(self._cells)} {_name(cell.spec)}: {text}")

    def _print(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)


def duration(seconds: float) -> str:
    """Seconds for people: ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _name(spec: RunSpec) -> str:
    training = spec.training
    title = framework_title(spec.framework)
    return f"{spec.recipe} · {title} · batch {training.batch_size} · seed {training.seed}"
