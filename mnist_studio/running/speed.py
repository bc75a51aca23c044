"""How fast this computer trains, measured on a few steps, and how long a run therefore takes."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from time import perf_counter

import msgspec
from msgspec.structs import replace

from mnist_studio.spec.datasets import test_images, trained_images
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.steps import steps_per_epoch
from mnist_studio.workers.task import Task
from mnist_studio.workers.worker import request_once

TIMEOUT_SECONDS = 120.0


class TrainingSpeed(msgspec.Struct, frozen=True):
    """The speed of one run on this computer, in one framework.

    Attributes:
        step: seconds of a training step with a full batch.
        image: seconds to evaluate one image.
        preparation: seconds to build and compile the network.
        start: seconds until the process has imported its framework.
        others: processors that other programs used meanwhile; 0 if that is unknown.
        processors: of this computer.
        measured: when, in seconds since 1970.
    """

    step: float
    image: float
    preparation: float
    start: float = 0.0
    others: float = 0.0
    processors: int = 1
    measured: float = 0.0


class SpeedRequest(msgspec.Struct, frozen=True):
    """Runs to measure, all in the framework of the process.

    Attributes:
        specs: of the runs.
        images: number of training images of each.
    """

    specs: tuple[RunSpec, ...]
    images: tuple[int, ...]


class MeasuredSpeed(msgspec.Struct, frozen=True):
    """One of the measured speeds.

    Attributes:
        place: of its run in the request.
        speed: of the run, without the start of the process.
        elapsed: seconds since the task began.
    """

    place: int
    speed: TrainingSpeed
    elapsed: float


MEASURE: Task[SpeedRequest, MeasuredSpeed, None] = Task(
    "mnist_studio.running.speed_task.measure", MeasuredSpeed, None
)


def kind(spec: RunSpec) -> RunSpec:
    """What decides the speed of a run: everything but seed, learning rate, and epochs."""
    training = spec.training
    optimizer = replace(training.optimizer, learning_rate=1.0)
    return replace(
        spec, training=replace(training, seed=0, epochs=1, optimizer=optimizer), own_images=""
    )


def seconds(spec: RunSpec, speed: TrainingSpeed) -> float:
    """How long a run takes at a speed, from the start of its process to its end."""
    training = spec.training
    steps = training.epochs * steps_per_epoch(training, _images(spec))
    evaluated = training.epochs * (test_images(spec.dataset) + training.validation)
    return speed.start + speed.preparation + steps * speed.step + evaluated * speed.image


def measure(
    specs: Sequence[RunSpec],
    on_speed: Callable[[RunSpec, TrainingSpeed], object],
    is_cancelled: Callable[[], bool],
) -> None:
    """Measures runs, with one process for each framework and number of threads.

    Args:
        specs: what to measure. Runs that cannot work here are left out.
        on_speed: takes the ``kind`` of every measured run and its speed, one by one.
        is_cancelled: asked all the time.

    Raises:
        JobError: a process failed, died, or took too long.
        CancelledByUser: by the user.
    """
    usable = [spec for spec in specs if _images(spec) > 0]
    for (framework, threads), group in _by_process(usable):
        _measure_in(framework, threads, tuple(group), on_speed, is_cancelled)


def _images(spec: RunSpec) -> int:
    """Training images of a run; none if its validation set needs more than there are."""
    return trained_images(spec.dataset, spec.training.validation, spec.training.training_fraction)


def _by_process(
    specs: Sequence[RunSpec],
) -> Iterator[tuple[tuple[str, int], Iterator[RunSpec]]]:
    def process(spec: RunSpec) -> tuple[str, int]:
        return spec.framework, spec.threads

    return groupby(sorted(specs, key=process), key=process)


def _measure_in(
    framework: str,
    threads: int,
    specs: tuple[RunSpec, ...],
    on_speed: Callable[[RunSpec, TrainingSpeed], object],
    is_cancelled: Callable[[], bool],
) -> None:
    begun = perf_counter()
    start: list[float] = []

    def take(found: MeasuredSpeed) -> None:
        # What passed before the task began is the same for all runs.
        start.append(max(0.0, perf_counter() - begun - found.elapsed))
        on_speed(kind(specs[found.place]), replace(found.speed, start=start[0]))

    images = tuple(map(_images, specs))
    request_once(
        MEASURE, SpeedRequest(specs, images), framework, TIMEOUT_SECONDS,
        on_progress=take, is_cancelled=is_cancelled, threads=threads,
    )  # fmt: skip
