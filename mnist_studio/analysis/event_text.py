"""The events of a run as lines of text, for terminals and notebooks."""

from mnist_studio.analysis.time_breakdown import marked, training_time, training_time_after
from mnist_studio.events import (
    Cancelled,
    Crashed,
    Epoch,
    Event,
    Failed,
    Finished,
    Log,
    Progress,
    Stopped,
    ending,
    state_title,
)
from mnist_studio.formatting import duration, loss, percent


def describe(event: Event) -> str:
    """An event as a line of text; empty for events that have none."""
    match event:
        case Epoch():
            trained = duration(training_time_after(event, None))
            return (
                f"epoch {event.epoch}: training loss {loss(event.train_loss)}, "
                f"test accuracy {percent(event.test_accuracy)}, training time {trained}"
            )
        case Finished():
            trained = marked(duration(training_time(event)), event)
            special = f" · {text}" if (text := ending(event)) else ""
            return (
                f"finished: test accuracy {percent(event.test_accuracy)}, training time "
                f"{trained} on {event.device}{special} · run {event.run}"
            )
        case Stopped():
            return f"stopped after step {event.step:,}, weights saved · run {event.run}"
        case Failed(reason=reason) | Crashed(reason=reason) | Cancelled(reason=reason):
            return f"{state_title(type(event).__name__.lower(), reason).lower()}: {reason}"
        case Log(text=text):
            return text
        case _:
            return ""


def is_progress(event: Event) -> bool:
    """Whether an event only shows progress, and the next one will show it too."""
    return isinstance(event, Progress)
