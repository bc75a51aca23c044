"""Where the time of a run went and what else was measured of it, as lines for people.

Where the seconds of a run went, from what its process measured.
Whether the clocks of a run can be trusted, in words, from what its machine did beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from mnist_studio.events import Finished, Machine, Measures, PhaseName, Stopped
from mnist_studio.spec.run import TrainingSpec
from mnist_studio.spec.steps import steps_per_pass

Part = Literal["start-up", "build", "data", "train", "evaluate", "save", "paused", "other"]
"""Parts of a run's time; every second belongs to exactly one."""

PARTS: tuple[tuple[Part, tuple[PhaseName, ...]], ...] = (
    ("start-up", ("start", "import")),
    ("build", ("build", "compile")),
    ("data", ("data",)),
    ("train", ("train",)),
    ("evaluate", ("evaluate",)),
    ("save", ("save",)),
    ("paused", ("paused",)),
    ("other", ("other",)),
)
"""Every part with the phases of the run that it is made of, in the order of a run."""


@dataclass(frozen=True)
class TimeBreakdown:
    """The seconds of one run.

    Of a run that went on from a checkpoint they are those of its last process.

    Attributes:
        parts: seconds of every part, in the order of ``PARTS``; they add up to ``wall``.
        wall: from the start of its process to its end.
        images_per_second: training images over training seconds; None where it did not train.
        earlier: seconds of training in earlier processes, in no part.
    """

    parts: tuple[tuple[Part, float], ...]
    wall: float
    images_per_second: float | None
    earlier: float = 0.0

    @property
    def busy(self) -> float:
        """The wall time with pauses left out."""
        return self.wall - dict(self.parts)["paused"]


def time_breakdown(ended: Finished | Stopped, training: TrainingSpec, digits: int) -> TimeBreakdown:
    """The clock of a run that kept its weights.

    Args:
        ended: its last event; an older one, without measures, says nothing of earlier processes.
        training: how it was trained.
        digits: it learned from, those for validation left out.
    """
    trained, measures = ended.seconds.get("train", 0.0), ended.measures
    if measures:
        earlier, rate = measures.earlier_seconds, measures.train_images_per_second
    else:
        earlier = 0.0
        rate = images(training, digits, ended.step) / trained if trained > 0 else None
    # Of a run that went on, the phase of training is that of all its processes.
    seconds = ended.seconds | {"train": max(0.0, trained - earlier)}
    parts = tuple((part, sum(seconds.get(phase, 0.0) for phase in of)) for part, of in PARTS)
    return TimeBreakdown(parts, sum(second for _, second in parts), rate, earlier)


def images(training: TrainingSpec, digits: int, steps: int) -> int:
    """How many images the first ``steps`` steps of a run learn from, repeats counted."""
    if training.sampling == "with_replacement":
        return training.batch_size * steps
    passes, rest = divmod(steps, steps_per_pass(training, digits))
    return passes * digits + rest * training.batch_size


BUSY = 0.1
"""Other programs are worth a note from this fraction of all processors on."""

CROWDED = 0.5
"""From this fraction on, threads that share out a step wait for each other most of the time: on two
processors that two programs kept busy, NumPy took 1 to 2 s for an epoch of ``mlp-128`` on one
thread and 7 to 21 s on two."""

SLOW = 0.7
"""A clock below this fraction of the highest is worth a note: under load it is not idling."""


def timing_doubts(machine: Machine) -> tuple[str, ...]:
    """A sentence for everything that may have made the run slower; empty if nothing is known."""
    said = []
    others = machine.others_processors or 0.0
    if others > BUSY * machine.processors:
        said.append(f"Other programs kept {others:.1f} of {machine.processors} processors busy.")
    if others > CROWDED * machine.processors:
        said.append("One CPU thread is then often faster than several.")
    if machine.throttle_count:
        said.append(f"Heat slowed the processors down {machine.throttle_count:,} times.")
    if machine.frequency_fraction is not None and machine.frequency_fraction < SLOW:
        share = f"{100 * machine.frequency_fraction:.0f} %"
        said.append(f"The processors ran at {share} of their highest clock.")
    if machine.on_battery:
        said.append("The machine ran on battery.")
    return tuple(said)


Line = tuple[str, str]


def lines(ended: Finished | Stopped) -> list[Line]:
    """Name and value of every figure; the phases in the order of a run, then the others."""
    phases = [phase for phase in get_args(PhaseName) if phase in ended.seconds]
    return [*((phase, f"{ended.seconds[phase]:.3f} s") for phase in phases), *beside_phases(ended)]


def beside_phases(ended: Finished | Stopped) -> list[Line]:
    """The wall time, rates, memory, and what makes the clocks doubtful."""
    told = list(_measured(ended.measures)) if ended.measures else []
    if isinstance(ended, Finished):
        told.append(("one image", f"{ended.latency_ms:.3f} ms"))
    return told


def _measured(measures: Measures) -> Iterator[Line]:
    yield "wall time", f"{measures.wall_seconds:.3f} s"
    if measures.earlier_seconds:
        yield (
            "trained before",
            f"{measures.earlier_seconds:.3f} s, part of train",
        )
    if measures.train_images_per_second is not None:
        yield "training rate", f"{measures.train_images_per_second:,.0f} images/s"
    if measures.throughput_images_per_second is not None:
        rate = f"{measures.throughput_images_per_second:,.0f} images/s"
        yield "answering rate", f"{rate} in batches of {measures.throughput_batch}"
    if measures.peak_memory_bytes is not None:
        yield "peak memory", f"{measures.peak_memory_bytes / 1e6:,.0f} MB"
    for sentence in timing_doubts(measures.machine):
        yield "note", sentence
