"""The task of measuring how fast a framework trains, on random images and without learning."""

from dataclasses import replace
from time import perf_counter, time

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Framework, Learner
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.running.speed import MeasuredSpeed, SpeedRequest, TrainingSpeed
from mnist_studio.running.train_task import choose_device
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.model import FEWEST_CLASSES
from mnist_studio.spec.run import RunSpec
from mnist_studio.training.chunks import ChunkMaker, ChunkSizer
from mnist_studio.training.evaluation import SLICE
from mnist_studio.training.machine import MachineMonitor
from mnist_studio.workers.task import Context

STEP_SECONDS = 0.4
"""How long steps are measured. At least one is, whatever it takes."""

EVALUATION_SECONDS = 0.1


def measure(request: SpeedRequest, context: Context[MeasuredSpeed]) -> None:
    """The task: sends the speed of every run that works here.

    Raises:
        FrameworkMissing: the framework is not installed, or its installation is broken.
    """
    framework = registry.load(request.specs[0].framework)
    begun = perf_counter()
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (max(request.images), 28, 28), np.uint8)
    labels = random.integers(0, FEWEST_CLASSES, len(images), np.uint8)
    for place, (spec, count) in enumerate(zip(request.specs, request.images, strict=True)):
        if context.is_cancelled():
            return
        if not framework.problems(spec):
            speed = _speed(framework, effective(spec), images[:count], labels[:count])
            context.send(MeasuredSpeed(place, speed, perf_counter() - begun))


def _speed(
    framework: Framework, spec: RunSpec, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> TrainingSpeed:
    begun, machine = perf_counter(), MachineMonitor()
    weights = initial_weights(spec.model, spec.training.seed, spec.training.precision)
    learner = framework.learner(spec, weights, choose_device(framework, spec))
    maker = ChunkMaker(spec.model, spec.training, images)
    learner.bind(images, labels)
    learner.train(maker.empty(min(spec.training.batch_size, len(images))))
    learner.logits(images[:SLICE])
    learner.synchronize()
    preparation = perf_counter() - begun
    step, image, around = _step(learner, maker), _image(learner, images[:SLICE]), machine.summary()
    return TrainingSpeed(
        step,
        image,
        preparation,
        others=around.others_processors or 0.0,
        processors=around.processors,
        measured=time(),
    )


def _step(learner: Learner, maker: ChunkMaker) -> float:
    """Seconds per step: of the fastest chunk, since other programs only make steps slower."""
    sizer, begun, fastest = ChunkSizer(learner.capacity), perf_counter(), float("inf")
    while True:
        chunk = maker.make(0, sizer.steps)
        prepared = perf_counter()
        # Without learning, so that random labels cannot make the weights diverge.
        learner.train(replace(chunk, rates=np.zeros_like(chunk.rates)))
        learner.synchronize()
        now, count = perf_counter(), len(chunk.indices)
        fastest = min(fastest, (now - prepared) / count)
        sizer.update(count, now - prepared)
        if now - begun >= STEP_SECONDS:
            return fastest


def _image(learner: Learner, images: NDArray[np.uint8]) -> float:
    """Seconds to evaluate one image, likewise."""
    begun, fastest = perf_counter(), float("inf")
    while True:
        before = perf_counter()
        learner.logits(images)
        learner.synchronize()
        now = perf_counter()
        fastest = min(fastest, (now - before) / len(images))
        if now - begun >= EVALUATION_SECONDS:
            return fastest
