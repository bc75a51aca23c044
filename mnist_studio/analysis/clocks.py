"""Where the seconds of a run went, from what its process measured."""

from dataclasses import dataclass
from typing import Literal

from mnist_studio.events import Finished, PhaseName, Stopped
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
class Clock:
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


def clock(ended: Finished | Stopped, training: TrainingSpec, digits: int) -> Clock:
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
    return Clock(parts, sum(second for _, second in parts), rate, earlier)


def images(training: TrainingSpec, digits: int, steps: int) -> int:
    """How many images the first ``steps`` steps of a run learn from, repeats counted."""
    if training.sampling == "with_replacement":
        return training.batch_size * steps
    passes, rest = divmod(steps, steps_per_pass(training, digits))
    return passes * digits + rest * training.batch_size
