"""Optimizer, schedule and clipping of a Keras program."""

from collections.abc import Iterator

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import Cell, call, number
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimizer, RmsProp, Sgd
from mnist_studio.spec.run import ClipNorm, TrainingSpec
from mnist_studio.spec.schedules import Exponential, OneCycle

_ONE_CYCLE = '''\
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Up to the rate and down again along two half cosines (Smith 2018)."""

    def __init__(self, steps):
        self.steps = steps
        self.peak = WARMUP * steps - 1

    def __call__(self, step):
        step = keras.ops.cast(step, "float32")
        up = half_cosine(START, LEARNING_RATE, step / max(self.peak, 1e-6))
        part = (step - self.peak) / (self.steps - 1 - self.peak)
        down = half_cosine(LEARNING_RATE, END, part)
        rising = keras.ops.logical_and(self.peak > 0, step <= self.peak)
        return keras.ops.where(rising, up, down)


def half_cosine(start, end, part):
    """From start (part 0) to end (part 1)."""
    return end + (start - end) * (1 + keras.ops.cos(np.pi * part)) / 2'''


def schedule(training: TrainingSpec) -> Iterator[Cell]:
    """A schedule that is written out."""
    match training.schedule:
        case Exponential(factor=factor, period=0):
            code = (
                'def schedule(epoch, rate):\n    """The learning rate of an epoch, from 0."""\n'
                f"    return LEARNING_RATE * {factor!r}**epoch"
            )
            yield Cell("Learning rate", code)
        case OneCycle():
            yield Cell("Learning rate", _ONE_CYCLE)


def optimizer(training: TrainingSpec) -> str:
    """The argument of ``compile``, with what its defaults do not have already."""
    optimiser: Optimizer = training.optimizer
    match optimiser:
        case Sgd(momentum=momentum):
            name, options = "SGD", common.given({"momentum": 0.0}, {"momentum": momentum})
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            name = "Adam"
            options = common.given(
                {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
                {"beta_1": beta1, "beta_2": beta2, "epsilon": epsilon},
            )
        case Adadelta(rho=rho, epsilon=epsilon):
            name = "Adadelta"
            values = {"rho": rho, "epsilon": epsilon}
            options = common.given({"rho": 0.95, "epsilon": 1e-7}, values)
        case RmsProp(rho=rho, epsilon=epsilon, momentum=momentum):
            name = "RMSprop"
            options = common.given(
                {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7},
                {"rho": rho, "momentum": momentum, "epsilon": epsilon},
            )
    arguments = (_rate(training), *options, *_clip(training))
    return call(f"optimizer=keras.optimizers.{name}", *arguments, indent=2)


def _rate(training: TrainingSpec) -> str:
    match training.schedule:
        case Exponential(factor=factor, period=period) if period:
            decay = "keras.optimizers.schedules.ExponentialDecay"
            steps = (f"decay_steps={period}", f"decay_rate={factor!r}")
            return call(decay, "LEARNING_RATE", *steps, indent=3)
        case OneCycle():
            return "OneCycle(steps)"
        case _:
            return "LEARNING_RATE"


def _clip(training: TrainingSpec) -> Iterator[str]:
    if training.clip:
        name = "global_clipnorm" if isinstance(training.clip, ClipNorm) else "clipvalue"
        yield f"{name}={number(training.clip.limit)}"
