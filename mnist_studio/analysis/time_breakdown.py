"""Where the time of a run went, what else was measured, and what makes its timing doubtful.

One time is compared everywhere: the *training time*, which is everything from the first layer to
the trained network. It contains the building, the compiling, the reading and waiting for data, and
the training steps. Leaving out any of them would favor the loop that moves work there: the shared
loop prepares batches in a second thread and compiles each batch size before its first step, while a
native script does both within its steps.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from mnist_studio.events import Epoch, Finished, Machine, Measures, PhaseName, Stopped, Terminal
from mnist_studio.formatting import counted, images_per_second, listed, milliseconds
from mnist_studio.spec.run import TrainingSpec
from mnist_studio.spec.steps import steps_per_pass

Part = Literal[
    "start-up", "build", "data", "train", "evaluate", "record", "save", "paused", "other"
]
"""Parts of a run's time; every second belongs to exactly one."""

PARTS: tuple[tuple[Part, tuple[PhaseName, ...]], ...] = (
    ("start-up", ("start", "import")),
    ("build", ("build", "compile")),
    ("data", ("data",)),
    ("train", ("train",)),
    ("evaluate", ("evaluate",)),
    ("record", ("record",)),
    ("save", ("save",)),
    ("paused", ("paused",)),
    ("other", ("other",)),
)
"""Every part with the phases that it consists of, in the order of a run."""

PART_TITLES: Mapping[Part, str] = MappingProxyType(
    {
        "start-up": "Startup and imports",
        "build": "Build and compile",
        "data": "Data",
        "train": "Training steps",
        "evaluate": "Evaluation",
        "record": "Recording epochs",
        "save": "Saving",
        "paused": "Paused",
        "other": "Other",
    }
)

PREPARATION: tuple[PhaseName, ...] = ("build", "compile", "data")
"""The phases of the training time outside the training steps."""

TRAINING_PARTS: tuple[Part, ...] = ("build", "data", "train")
"""The parts that the training time consists of."""

TRAINING_TIME = "Training time"
"""The name of the training time, wherever it is shown."""

TRAINING_SPEED = "Training speed"
"""The name of the training images per second of training steps, wherever they are shown."""

INCLUDED = (
    "Training time includes everything from building the network to the last step: building and "
    "compiling, reading and waiting for data, and training steps."
)
EXCLUDED = "Startup, imports, evaluation, recording, saving, and pauses are excluded."

PHASE_TITLES: Mapping[PhaseName, str] = MappingProxyType(
    {
        "start": "Startup",
        "import": "Imports",
        "data": "Data",
        "build": "Building",
        "compile": "Compiling",
        "train": "Training steps",
        "evaluate": "Evaluation",
        "record": "Recording epochs",
        "save": "Saving",
        "paused": "Paused",
        "other": "Other",
    }
)
"""A name for the seconds of every phase."""


def training_time(ended: Finished | Stopped) -> float:
    """The training time of a run that saved its weights, in seconds over all of its processes."""
    earlier = ended.measures.earlier_preparation_seconds if ended.measures else 0.0
    # The training phase of a resumed run covers all of its processes.
    return earlier + sum(ended.seconds.get(phase, 0.0) for phase in (*PREPARATION, "train"))


def training_time_after(epoch: Epoch, ended: Finished | Stopped | None) -> float | None:
    """The training time of a run until the end of an epoch, in seconds.

    Epochs of earlier versions have only the time of their training steps. All preparation of the
    run is added to it, which is exact for the last epoch: the others may have waited for less data.

    Args:
        epoch: of the run.
        ended: the event that ended the run; None if it ended without weights or still trains.

    Returns:
        None for an epoch of an earlier version if the run has no such event.
    """
    if epoch.preparation_seconds is not None:
        return epoch.preparation_seconds + epoch.train_seconds
    if ended is None:
        return None
    steps = ended.seconds.get("train", 0.0)
    return training_time(ended) - steps + epoch.train_seconds


@dataclass(frozen=True)
class TimeBreakdown:
    """The seconds of one run. For a resumed run, those of its last process.

    Attributes:
        parts: seconds of every part, in the order of ``PARTS``; they add up to ``wall``.
        wall: from the start of its process to its end.
        images_per_second: training images per second of training steps; None if it did not train.
        earlier: training time in earlier processes, not contained in any part.
    """

    parts: tuple[tuple[Part, float], ...]
    wall: float
    images_per_second: float | None
    earlier: float = 0.0

    @property
    def busy(self) -> float:
        """The wall time without pauses."""
        return self.wall - dict(self.parts)["paused"]

    @property
    def training_time(self) -> float:
        """The training time over all processes."""
        return self.earlier + sum(dict(self.parts)[part] for part in TRAINING_PARTS)


def time_breakdown(ended: Finished | Stopped, training: TrainingSpec, images: int) -> TimeBreakdown:
    """The time breakdown of a run that saved its weights.

    Args:
        ended: its terminal event. Old ones lack measures and with them earlier processes.
        training: how it was trained.
        images: size of its training set, without the validation set.
    """
    trained, measures = ended.seconds.get("train", 0.0), ended.measures
    if measures:
        steps, speed = measures.earlier_seconds, measures.train_images_per_second
        preparation = measures.earlier_preparation_seconds
    else:
        steps = preparation = 0.0
        speed = images_trained(training, images, ended.step) / trained if trained > 0 else None
    # The training phase of a resumed run covers all of its processes.
    seconds = ended.seconds | {"train": max(0.0, trained - steps)}
    parts = tuple((part, sum(seconds.get(phase, 0.0) for phase in of)) for part, of in PARTS)
    return TimeBreakdown(parts, sum(second for _, second in parts), speed, steps + preparation)


def images_trained(training: TrainingSpec, images: int, steps: int) -> int:
    """How many images the first ``steps`` steps of a run process, repeats included."""
    if training.sampling == "with_replacement":
        return training.batch_size * steps
    passes, rest = divmod(steps, steps_per_pass(training, images))
    return passes * images + rest * training.batch_size


BUSY = 0.1
"""Other programs are mentioned when they use at least this fraction of all processors."""

CROWDED = 0.5
"""From this fraction on, threads that share a step mostly wait for each other: on two processors
that two programs kept busy, NumPy took 1 to 2 s for an epoch of ``mlp-128`` on one thread and 7 to
21 s on two."""

SLOW = 0.7
"""A clock frequency below this fraction of the highest is mentioned: the processor is not idle."""


def is_busy(machine: Machine) -> bool:
    """Whether other programs used so much of the processors that the run may have been slower."""
    return (machine.others_processors or 0.0) > BUSY * machine.processors


def timing_marks(terminal: Terminal | None) -> tuple[str, ...]:
    """A word for everything that may have made a run slower, to show next to its times."""
    measures = terminal.measures if isinstance(terminal, Finished | Stopped) else None
    if measures is None:
        return ()
    machine = measures.machine
    slow = machine.frequency_fraction is not None and machine.frequency_fraction < SLOW
    marks = {
        "busy": is_busy(machine),
        "hot": bool(machine.throttle_count),
        "low clock": slow,
        "on battery": bool(machine.on_battery),
    }
    return tuple(mark for mark, holds in marks.items() if holds)


def marked(text: str, terminal: Terminal | None) -> str:
    """A time as text, with what may have made it longer: ``12.6 s (busy)``."""
    marks = timing_marks(terminal)
    return f"{text} ({', '.join(marks)})" if marks else text


def timing_doubts(machine: Machine) -> tuple[str, ...]:
    """A sentence for everything that may have made the run slower; empty if nothing is known."""
    doubts = []
    others = machine.others_processors or 0.0
    if is_busy(machine):
        doubts.append(f"Other programs used {others:.1f} of {machine.processors} processors.")
    if others > CROWDED * machine.processors:
        doubts.append("In that case, one CPU thread is often faster than several.")
    if machine.throttle_count:
        times = counted(machine.throttle_count, "time")
        doubts.append(f"The processors were throttled {times} because of heat.")
    if machine.frequency_fraction is not None and machine.frequency_fraction < SLOW:
        share = f"{100 * machine.frequency_fraction:.0f} %"
        doubts.append(f"The processors ran at {share} of their maximum clock frequency.")
    if machine.on_battery:
        doubts.append("The computer ran on battery.")
    return tuple(doubts)


Line = tuple[str, str]


def lines(ended: Finished | Stopped) -> list[Line]:
    """Name and value of every measurement: the training time, every phase, then the others."""
    parts = listed([PHASE_TITLES[phase].lower() for phase in (*PREPARATION, "train")])
    whole = (TRAINING_TIME.lower(), f"{marked(f'{training_time(ended):.3f} s', ended)}: {parts}")
    every = ((title.lower(), f"{seconds:.3f} s") for title, seconds in phases(ended))
    return [whole, *every, *other_lines(ended)]


def phases(ended: Finished | Stopped) -> list[tuple[str, float]]:
    """Title and seconds of every phase of the last process, in the order of a run."""
    earlier = ended.measures.earlier_seconds if ended.measures else 0.0
    seconds = ended.seconds | {"train": max(0.0, ended.seconds.get("train", 0.0) - earlier)}
    return [(PHASE_TITLES[p], seconds[p]) for p in get_args(PhaseName) if p in ended.seconds]


def other_lines(ended: Finished | Stopped) -> list[Line]:
    """Wall time, speed, memory, and what makes the timing doubtful."""
    found = list(_measured(ended.measures)) if ended.measures else []
    if isinstance(ended, Finished):
        found.append(("latency of one image", milliseconds(ended.latency_ms)))
    return found


def _measured(measures: Measures) -> Iterator[Line]:
    yield "wall time", f"{measures.wall_seconds:.3f} s"
    if measures.automatic_threads:
        threads = counted(measures.automatic_threads, "CPU thread")
        yield "automatic threads", f"{threads}, since the steps of this network are short"
    if measures.warm_start:
        yield "warm start", "the framework was loaded before the run, so building took less time"
    if measures.earlier_seconds:
        earlier = measures.earlier_seconds + measures.earlier_preparation_seconds
        yield "trained earlier", f"{earlier:.3f} s, included in the training time"
    if measures.train_images_per_second is not None:
        yield TRAINING_SPEED.lower(), images_per_second(measures.train_images_per_second)
    if measures.throughput_images_per_second is not None:
        speed = images_per_second(measures.throughput_images_per_second)
        yield "prediction speed", f"{speed} in batches of {measures.throughput_batch}"
    if measures.peak_memory_bytes is not None:
        yield "peak memory", f"{measures.peak_memory_bytes / 1e6:,.0f} MB"
    for sentence in timing_doubts(measures.machine):
        yield "note", sentence
