"""What a run tells: a closed union of small frozen values, JSON on the wire.

Every accuracy is a fraction, every time is in seconds. A run ends in exactly one terminal event.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

import msgspec

PhaseName = Literal[
    "start", "import", "data", "build", "compile", "train", "evaluate", "save", "paused", "other"
]
"""``other`` is what the supervisor waited beyond all that the child accounts for."""

PHASES: Mapping[PhaseName, str] = MappingProxyType(
    {
        "start": "Starting",
        "import": "Loading",
        "data": "Reading digits",
        "build": "Building",
        "compile": "Compiling",
        "train": "Training",
        "evaluate": "Evaluating",
        "save": "Saving",
        "paused": "Paused",
        "other": "Handing over",
    }
)
"""What a run does in each, for people."""


class Event(msgspec.Struct, frozen=True, tag=str.lower, tag_field="type", kw_only=True):
    """What all events carry.

    Attributes:
        run: id of the run.
        framework: who trains it.
    """

    run: str
    framework: str


class Started(Event, frozen=True):
    """The run is known to the store and its process is about to start.

    Attributes:
        title: of the run, for people.
        recipe: its name.
        dataset: which digits: ``mnist`` or ``builtin``.
        epochs: to train.
        parameters: that are learnt.
    """

    title: str
    recipe: str
    dataset: str
    epochs: int
    parameters: int


class Phase(Event, frozen=True):
    """What the run does from now on."""

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
        train_seconds: spent training so far.
        images_per_second: in the newest chunks, about a second of training.
        seconds_left: estimated until the end of the training; None while unknown.
    """

    epoch: int
    step: int
    steps: int
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    train_seconds: float
    images_per_second: float
    seconds_left: float | None = None


class Epoch(Event, frozen=True):
    """An epoch was trained and evaluated.

    Attributes:
        epoch: from 1.
        step: steps so far.
        train_loss: mean over the epoch's own batches, while the weights moved.
        train_accuracy: likewise.
        validation_loss: None without validation digits.
        validation_accuracy: likewise.
        test_loss: mean over the test digits after the epoch.
        test_accuracy: likewise.
        learning_rate: of the epoch's last step.
        train_seconds: spent training so far, evaluation left out.
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


class Checkpoint(Event, frozen=True):
    """Weights and optimizer state of this step are safe on disk."""

    step: int


class Log(Event, frozen=True):
    """A line for the log."""

    level: Literal["info", "warning"]
    text: str


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine did beside a run; None where it does not tell.

    Attributes:
        processors: that it has.
        others_processors: mean number of them that other processes kept busy during the run.
        frequency_fraction: mean clock of the processors over their highest, a fraction.
        throttle_count: times that a processor was slowed down by heat during the run.
        on_battery: at the beginning or the end of the run.
    """

    processors: int
    others_processors: float | None = None
    frequency_fraction: float | None = None
    throttle_count: int | None = None
    on_battery: bool | None = None


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of a run beside its ``seconds``, which add up to its two fields of seconds.

    Attributes:
        wall_seconds: from the start of the run's process to its last word, as its supervisor sees
            it.
        earlier_seconds: of training in earlier processes, of a run that went on.
        train_images_per_second: in the phase of training, in this process; None without a step.
        peak_memory_bytes: the most memory that the process held at once, that of a GPU left out;
            None where the system does not tell.
        throughput_images_per_second: answered in batches, median; None of a stopped run.
        throughput_batch: images in each of these batches.
        machine: what else it did.
    """

    wall_seconds: float
    earlier_seconds: float
    train_images_per_second: float | None
    peak_memory_bytes: int | None
    throughput_images_per_second: float | None = None
    throughput_batch: int = 0
    machine: Machine


class Finished(Event, frozen=True):
    """Trained to the end.

    Attributes:
        epochs: trained.
        step: steps trained.
        test_accuracy: after the last epoch.
        test_loss: likewise.
        seconds: phase -> seconds spent in it.
        device: where it really ran.
        latency_ms: one image, median, on that device.
        measures: None of a run of an older version.
    """

    epochs: int
    step: int
    test_accuracy: float
    test_loss: float
    seconds: dict[str, float]
    device: str
    latency_ms: float
    measures: Measures | None = None


class Stopped(Event, frozen=True):
    """Stopped by the user, its weights kept.

    Attributes:
        epochs: whole epochs trained.
        step: steps trained; the kept weights are of this step.
        test_accuracy: after the last whole epoch; None before the first.
        test_loss: likewise.
        seconds: phase -> seconds spent in it.
        device: where it ran.
        measures: None of a run of an older version.
    """

    epochs: int
    step: int
    test_accuracy: float | None
    test_loss: float | None
    seconds: dict[str, float]
    device: str
    measures: Measures | None = None


class Cancelled(Event, frozen=True):
    """Ended by the user with nothing kept."""

    reason: str


class Failed(Event, frozen=True):
    """Could not go on; ``reason`` says why and what to do."""

    reason: str


class Crashed(Event, frozen=True):
    """The process died without a word of its own."""

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
