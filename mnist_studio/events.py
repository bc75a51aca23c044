"""Events of a run: a closed union of small frozen values, sent as JSON.

Every accuracy is a fraction, every time is in seconds. A run ends in exactly one terminal event.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

import msgspec

PhaseName = Literal[
    "start",
    "import",
    "data",
    "build",
    "compile",
    "train",
    "evaluate",
    "record",
    "save",
    "paused",
    "other",
]
"""``record`` is what ``training.recorder`` does, and ``other`` the time that the supervisor waited
beyond the phases of the child."""

PHASES: Mapping[PhaseName, str] = MappingProxyType(
    {
        "start": "Starting",
        "import": "Loading",
        "data": "Reading images",
        "build": "Building",
        "compile": "Compiling",
        "train": "Training",
        "evaluate": "Evaluating",
        "record": "Recording",
        "save": "Saving",
        "paused": "Paused",
        "other": "Waiting",
    }
)
"""What a run does in each phase, as text."""


DIVERGED = "became NaN or infinite"
"""What the reason of a failure says if the loss is not finite any more.

Runs are stored with their reason, so this also recognizes those of earlier versions.
"""

PRUNED = "Pruned"
"""What the reason begins with if a search ended a run early."""

IMPORTED = "Imported"
"""What the reason begins with if the weights come from a file of another program."""

STATES: Mapping[str, str] = MappingProxyType(
    {
        "running": "Training",
        "finished": "Finished",
        "stopped": "Stopped",
        "cancelled": "Discarded",
        "failed": "Failed",
        "crashed": "Crashed",
    }
)
"""The state of a run as text, by its status in the store; see ``state_title``."""

DIVERGED_STATE = "Diverged"


def state_title(status: str, reason: str = "") -> str:
    """The state of a run as text, the one that window, command line, and reports show.

    Args:
        status: of the run in the store.
        reason: why it failed or was pruned, or that it was imported; empty if none of these.
    """
    for early in (PRUNED, IMPORTED):
        if reason.startswith(early):
            return early
    return DIVERGED_STATE if status == "failed" and DIVERGED in reason else STATES[status]


def is_imported(terminal: "Terminal | None") -> bool:
    """Whether the weights of a run come from a file of another program."""
    return isinstance(terminal, Stopped) and terminal.reason.startswith(IMPORTED)


def reason_of(terminal: "Terminal | None") -> str:
    """Why a run failed, was discarded, or was pruned; empty for any other end."""
    known = Cancelled | Failed | Crashed | Stopped
    return terminal.reason if isinstance(terminal, known) else ""


class Event(msgspec.Struct, frozen=True, tag=str.lower, tag_field="type", kw_only=True):
    """The fields of all events.

    Attributes:
        run: id of the run.
        framework: that trains it.
    """

    run: str
    framework: str


class Started(Event, frozen=True):
    """The run is known to the store and its process is about to start.

    Attributes:
        title: of the run.
        recipe: its name.
        dataset: ``mnist`` or ``builtin``.
        epochs: to train.
        parameters: number of trainable parameters.
    """

    title: str
    recipe: str
    dataset: str
    epochs: int
    parameters: int


class Phase(Event, frozen=True):
    """The run enters another phase."""

    phase: PhaseName
    text: str = ""


class Progress(Event, frozen=True):
    """A chunk of steps was trained.

    Attributes:
        epoch: from 1, the epoch of these steps.
        step: number of the last of these steps, from 1, over the whole run.
        steps: of the whole run.
        losses: mean loss of the batch of every step.
        accuracies: accuracy on the batch of every step.
        train_seconds: spent in training steps so far.
        images_per_second: in the newest chunks, about a second of training.
        seconds_left: estimated until the end of the training; None while unknown.
        preparation_seconds: spent building, compiling and getting data so far; see ``Epoch``.
    """

    epoch: int
    step: int
    steps: int
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    train_seconds: float
    images_per_second: float
    seconds_left: float | None = None
    preparation_seconds: float = 0.0


class Epoch(Event, frozen=True):
    """An epoch was trained and evaluated.

    Attributes:
        epoch: from 1.
        step: steps so far.
        train_loss: mean over the epoch's own batches, while the weights moved.
        train_accuracy: likewise.
        validation_loss: None without a validation set.
        validation_accuracy: likewise.
        test_loss: mean over the test set after the epoch.
        test_accuracy: likewise.
        learning_rate: of the epoch's last step.
        train_seconds: spent in training steps so far.
        preparation_seconds: spent building, compiling and getting data so far, also in earlier
            processes of a resumed run; None for a run of an earlier version.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    test_loss: float
    test_accuracy: float
    learning_rate: float
    train_seconds: float
    preparation_seconds: float | None = None


class Checkpoint(Event, frozen=True):
    """Weights and optimizer state of this step are safe on disk."""

    step: int


class Log(Event, frozen=True):
    """A line for the log."""

    level: Literal["info", "warning"]
    text: str


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The load of the computer during a run; None if the system does not report it.

    Attributes:
        processors: number of them.
        others_processors: mean number of them that other processes used during the run.
        frequency_fraction: mean clock frequency divided by the highest one.
        throttle_count: how often a processor was slowed down by heat during the run.
        on_battery: at the beginning or the end of the run.
    """

    processors: int
    others_processors: float | None = None
    frequency_fraction: float | None = None
    throttle_count: int | None = None
    on_battery: bool | None = None


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """Measurements of a run. Its ``seconds`` by phase add up to the two fields of seconds.

    Attributes:
        wall_seconds: from the start of the run's process to its last event, measured by the
            supervisor.
        earlier_seconds: of training steps in earlier processes, if the run was resumed.
        earlier_preparation_seconds: of building, compiling and getting data in them; 0 also if an
            earlier version, which did not store them, trained the first part.
        train_images_per_second: in the phase of training, in this process; None without a step.
        peak_memory_bytes: the most memory that the process used at once, without GPU memory;
            None if the system does not report it.
        throughput_images_per_second: predictions in batches, median; None for a stopped run.
        throughput_batch: images in each of these batches.
        warm_start: whether its process had loaded the framework before the run started.
        automatic_threads: CPU threads that MNIST Studio chose; 0 if the run sets a number, or if
            the framework chose it.
        machine: its load.
    """

    wall_seconds: float
    earlier_seconds: float
    earlier_preparation_seconds: float = 0.0
    train_images_per_second: float | None
    peak_memory_bytes: int | None
    throughput_images_per_second: float | None = None
    throughput_batch: int = 0
    warm_start: bool = False
    automatic_threads: int = 0
    machine: Machine


class Finished(Event, frozen=True):
    """Trained to the end.

    Attributes:
        epochs: trained.
        step: steps trained.
        test_accuracy: of the stored weights: after the last epoch, or after ``weights_epoch``.
        test_loss: likewise.
        seconds: phase -> seconds spent in it.
        device: that was used.
        latency_ms: one image, median, on that device.
        measures: None for a run of an earlier version.
        stopped_early: whether early stopping ended the training before its last epoch.
        weights_epoch: the epoch whose weights are stored, chosen by the validation set; None if
            they are those of the last epoch because the run chooses none.
    """

    epochs: int
    step: int
    test_accuracy: float
    test_loss: float
    seconds: dict[str, float]
    device: str
    latency_ms: float
    measures: Measures | None = None
    stopped_early: bool = False
    weights_epoch: int | None = None


def ending(event: "Terminal | None") -> str:
    """What is special about the end of a finished training; empty if nothing is.

    Such as ``Stopped early after epoch 7; weights of epoch 4``.
    """
    if not isinstance(event, Finished):
        return ""
    early = f"Stopped early after epoch {event.epochs:,}" if event.stopped_early else ""
    if event.weights_epoch is None:
        return early
    weights = f"eights of epoch {event.weights_epoch:,}"
    return f"{early}; w{weights}" if early else f"W{weights}"


class Stopped(Event, frozen=True):
    """Stopped by the user, or pruned by a search; its weights are stored.

    Attributes:
        epochs: whole epochs trained.
        step: steps trained; the stored weights are of this step.
        test_accuracy: after the last whole epoch; None before the first.
        test_loss: likewise.
        seconds: phase -> seconds spent in it.
        device: that was used.
        measures: None for a run of an earlier version.
        reason: why a search pruned it, or where its weights were imported from; empty if the user
            stopped it.
    """

    epochs: int
    step: int
    test_accuracy: float | None
    test_loss: float | None
    seconds: dict[str, float]
    device: str
    measures: Measures | None = None
    reason: str = ""


class Cancelled(Event, frozen=True):
    """Ended by the user; nothing is stored."""

    reason: str


class Failed(Event, frozen=True):
    """Ended by an error; ``reason`` says why and what to do."""

    reason: str


class Crashed(Event, frozen=True):
    """The process ended without a terminal event."""

    reason: str
    exit_code: int | None = None


Terminal = Finished | Stopped | Cancelled | Failed | Crashed
AnyEvent = Started | Phase | Progress | Epoch | Checkpoint | Log | Terminal
TERMINAL: tuple[type[Event], ...] = get_args(Terminal)

_DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: Event) -> bytes:
    """An event as one line of JSON."""
    return msgspec.json.encode(event)


def decode(line: bytes | str) -> AnyEvent:
    """The event of one line.

    Raises:
        msgspec.DecodeError: not an event.
    """
    return _DECODER.decode(line)
