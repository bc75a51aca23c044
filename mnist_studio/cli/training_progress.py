"""Training runs from the command line, one after the other, with progress for people or as JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from mnist_studio.analysis.event_text import describe, is_progress
from mnist_studio.cli import output
from mnist_studio.cli.background_printer import BackgroundPrinter, Printer
from mnist_studio.cli.interrupts import interrupts
from mnist_studio.data.datasets import sources
from mnist_studio.errors import MnistStudioError
from mnist_studio.events import (
    PHASES,
    Cancelled,
    Crashed,
    Event,
    Failed,
    Finished,
    Phase,
    Started,
    Stopped,
)
from mnist_studio.events import Progress as Step
from mnist_studio.formatting import images_per_second, loss, printable_lines
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.run import RunSpec


class JsonLines:
    """Writes every event as a line of JSON."""

    def __enter__(self) -> Self:
        """Has nothing to begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Has nothing to end."""

    def on_event(self, event: Event) -> None:
        """Writes one event."""
        output.json_line(event)


class ProgressBars:
    """Shows one bar per run and one line per epoch."""

    def __init__(self) -> None:
        """Bars go to standard error, so that they do not mix with the result in a pipe."""
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._narrow = output.is_narrow(self._console.file)
        room = () if self._narrow else (BarColumn(), TimeRemainingColumn())
        self._progress = Progress(
            TextColumn("{task.description}"),
            *room[:1],
            TextColumn("{task.percentage:>3.0f} %"),
            *room[1:],
            TextColumn("{task.fields[text]}"),
            console=self._console,
            disable=output.quiet or not self._console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Shows the bars."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the bars as they are."""
        self._progress.stop()

    def on_event(self, event: Event) -> None:
        """Moves the bar or writes a line."""
        title = framework_title(event.framework)
        match event:
            case Started():
                self._task = self._progress.add_task(title, total=None, text="starting")
            case Phase(phase=phase, text=text):
                self._update(text=f"{PHASES[phase].lower()} {text}".strip())
            case Step(step=step, steps=steps, losses=losses, images_per_second=speed):
                text = f"batch loss {loss(losses[-1])}"
                if not self._narrow:
                    text += f" · {images_per_second(speed)}"
                self._update(completed=step, total=steps, text=text)
            case _:
                self._write(title, event)

    def _update(self, **changes: object) -> None:
        if self._task is not None:
            self._progress.update(self._task, **changes)  # type: ignore[arg-type]

    def _write(self, title: str, event: Event) -> None:
        text = describe(event)
        if text and (not output.quiet or isinstance(event, Finished | Failed | Crashed)):
            line = printable_lines(f"{title:8} {text}")
            self._console.print(output.fitted(line, self._console.file), soft_wrap=True)


def train_all(
    jobs: Sequence[TrainingJob], specs: Sequence[RunSpec], data: Path | None, json: bool
) -> int:
    """Trains runs one after the other, so that their times are comparable.

    Args:
        jobs: the trainings.
        specs: what each of them trains.
        data: folder with MNIST that the user named.
        json: whether to write events as JSON.

    Returns:
        0 if all were trained, 1 if any failed, 130 after Ctrl+C.

    Raises:
        DataError: images are missing. No run has been created then.
    """
    for spec in specs:
        sources.require(spec.dataset, data)
    succeeded, last = True, None
    chosen: Printer[Event] = JsonLines() if json else ProgressBars()
    with interrupts() as handler, BackgroundPrinter(chosen, is_progress, handler) as printer:
        for job, spec in zip(jobs, specs, strict=True):
            handler.work = job
            last = _train(job, spec, printer)
            succeeded &= isinstance(last, Finished | Stopped)
            if handler.count or printer.error:
                break
    if handler.count:
        return handler.exit_code
    if printer.error:
        output.error(f"{printer.error.problem} {_outcome(last)}")
        return 1
    return 0 if succeeded else 1


def _outcome(last: Event | None) -> str:
    """How a run ended whose events could not be written, and whether it has weights."""
    match last:
        case Finished():
            return "The training has finished, and its weights are saved."
        case Stopped():
            return "The training was stopped, and its weights are saved."
        case Cancelled(reason=reason) | Failed(reason=reason) | Crashed(reason=reason):
            return reason
        case _:
            return "The training was stopped."


def _train(job: TrainingJob, spec: RunSpec, printer: BackgroundPrinter[Event]) -> Event | None:
    """The last event of a run; None if it could not be stored."""
    last: Event | None = None
    try:
        for last in job.events():
            printer.on_event(last)
    except MnistStudioError as error:
        output.error(f"{framework_title(spec.framework)}: {error}")
        return None
    return last
