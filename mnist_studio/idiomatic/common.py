"""What all three frameworks' programs have alike."""

from collections.abc import Mapping
from math import prod, sqrt

from mnist_studio.idiomatic.program import Cell, number
from mnist_studio.spec.layers import Conv, Dense, Initializer, Uniform
from mnist_studio.spec.model import LayerReport
from mnist_studio.spec.run import FULL_BATCH, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Exponential, OneCycle, Schedule

REPORT = Cell(
    "Tell",
    '''\
def report(epoch, epochs, **scores):
    """Print loss and accuracy on each set of digits."""
    told = [
        f"{name} loss {loss:.4f}, accuracy {accuracy:.2%}"
        for name, (loss, accuracy) in scores.items()
    ]
    print(f"Epoch {epoch}/{epochs}: {'; '.join(told)}")''',
)


def is_full_batch(training: TrainingSpec) -> bool:
    """Whether a step takes all digits there are."""
    return training.batch_size == FULL_BATCH and training.sampling != "with_replacement"


def amid_pass(training: TrainingSpec) -> bool:
    """Whether an epoch is counted in steps of passes that follow each other."""
    return bool(training.epoch_steps) and training.sampling != "with_replacement"


def by_step(training: TrainingSpec) -> bool:
    """Whether the rate moves after every batch."""
    schedule = training.schedule
    by_period = isinstance(schedule, Exponential) and schedule.period > 0
    return by_period or isinstance(schedule, OneCycle)


def constants(run: RunSpec, seed: int) -> tuple[str, ...]:
    """The numbers of a run by their usual names."""
    training = run.training
    batch = "" if is_full_batch(training) else f"BATCH_SIZE = {training.batch_size}"
    steps = f"STEPS_PER_EPOCH = {training.epoch_steps}" if training.epoch_steps else ""
    apart = f"VALIDATION = {training.validation}" if training.validation else ""
    lines = (
        batch, f"EPOCHS = {training.epochs}", steps,
        f"LEARNING_RATE = {training.optimizer.learning_rate!r}", f"SEED = {seed}", apart,
    )  # fmt: skip
    return tuple(line for line in lines if line)


def own_initial(layer: Dense | Conv) -> bool:
    """Whether the recipe asks nothing special of a layer's first weights."""
    bias = not layer.bias or layer.initial_bias == "zeros"
    return layer.initial == "glorot_uniform" and bias


def limit(initialiser: Initializer, report: LayerReport) -> float | None:
    """The bound of an even draw for a layer; None if it is not drawn evenly."""
    kernel = report.arrays[f"{report.name}.kernel"]
    window = prod(kernel[:-2])
    fan_in, fan_out = window * kernel[-2], window * kernel[-1]
    match initialiser:
        case Uniform(limit=bound):
            return bound
        case "glorot_uniform":
            return sqrt(6 / (fan_in + fan_out))
        case "fan_in_uniform":
            return sqrt(1 / fan_in)
        case "size_uniform":
            return sqrt(1 / prod(kernel))
        case _:
            return None


def he_deviation(report: LayerReport) -> float:
    """The standard deviation of He et al. for a layer (2015, equation 10)."""
    return sqrt(2 / prod(report.arrays[f"{report.name}.kernel"][:-1]))


def rounded(value: float) -> str:
    """A computed number with six digits."""
    return repr(float(f"{value:.6g}"))


def given(defaults: Mapping[str, float], values: Mapping[str, float]) -> tuple[str, ...]:
    """Keyword arguments for the values that a framework's defaults do not have already."""
    return tuple(
        f"{name}={number(value)}" for name, value in values.items() if defaults.get(name) != value
    )


def one_cycle(schedule: Schedule) -> tuple[str, ...]:
    """The constants of a one-cycle schedule where it is written by hand."""
    if not isinstance(schedule, OneCycle):
        return ()
    return (
        f"WARMUP = {schedule.warmup!r}  # fraction of the steps with a rising rate",
        f"START = LEARNING_RATE / {schedule.start!r}",
        f"END = START / {schedule.final!r}",
    )
