"""Events of a training for people: progress bars on a terminal, plain lines elsewhere."""

from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from mnist_studio.cli.output import percent
from mnist_studio.events import (
    PHASES,
    Cancelled,
    Crashed,
    Epoch,
    Event,
    Failed,
    Finished,
    Log,
    Phase,
    Started,
    Stopped,
)
from mnist_studio.events import Progress as Step
from mnist_studio.frameworks.registry import framework_title


class ProgressPrinter(Protocol):
    """Takes the events of trainings; a context manager."""

    def __enter__(self) -> Self:
        """Begins."""

    def __exit__(self, *_: object) -> None:
        """Ends."""

    def tell(self, event: Event) -> None:
        """Takes one event."""


class ProgressBars:
    """A bar a run, and a line an epoch."""

    def __init__(self) -> None:
        """Bars go to standard error, where they do not disturb a pipe."""
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[text]}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Shows the bars."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the bars as they are."""
        self._progress.stop()

    def tell(self, event: Event) -> None:
        """Moves the bar or writes a line."""
        title = framework_title(event.framework)
        match event:
            case Started():
                self._task = self._progress.add_task(title, total=None, text="starting")
            case Phase(phase=phase, text=text):
                self._update(text=f"{PHASES[phase].lower()} {text}".strip())
            case Step(step=step, steps=steps, losses=losses, images_per_second=speed):
                told = f"loss {losses[-1]:.4f} · {speed:,.0f} images/s"
                self._update(completed=step, total=steps, text=told)
            case _:
                self._write(title, event)

    def _update(self, **changes: object) -> None:
        if self._task is not None:
            self._progress.update(self._task, **changes)  # type: ignore[arg-type]

    def _write(self, title: str, event: Event) -> None:
        text = describe(event)
        if text:
            self._console.print(f"{title:8} {text}", soft_wrap=True)


def describe(event: Event) -> str:
    """An event in words; empty for those that need none."""
    match event:
        case Epoch():
            return (
                f"epoch {event.epoch}: loss {event.train_loss:.4f}, "
                f"test {percent(event.test_accuracy)}, {event.train_seconds:.1f} s"
            )
        case Finished():
            return (
                f"finished: test {percent(event.test_accuracy)}, trained in "
                f"{event.seconds['train']:.1f} s on {event.device} · run {event.run}"
            )
        case Stopped():
            return f"stopped after step {event.step:,}, weights kept · run {event.run}"
        case Failed(reason=reason) | Crashed(reason=reason) | Cancelled(reason=reason):
            return f"{type(event).__name__.lower()}: {reason}"
        case Log(text=text):
            return text
        case _:
            return ""
