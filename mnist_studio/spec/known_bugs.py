"""The faults of the five sources as switches: what a run does "as published".

A fault rewrites a run's description and nothing else, so that every framework has it alike:
``effective`` gives the description that is really trained. All are off by default.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec.layers import Conv, Dense, Initializer
from mnist_studio.spec.model import STANDARDISED, UNIT, Scaling
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimizer, RmsProp
from mnist_studio.spec.run import FULL_BATCH, FrameworkName, KnownBugName, RunSpec
from mnist_studio.spec.schedules import Exponential

MNIST_DIGITS = 60_000


@dataclass(frozen=True)
class KnownBug:
    """One fault.

    Attributes:
        name: in specs and on the command line.
        title: for people.
        explanation: two sentences: what the source does, and what follows.
        apply: the description with the fault in it; the same one where it makes no sense.
        needs: what a run must have for it to make sense, to complete "It needs ...".
    """

    name: KnownBugName
    title: str
    explanation: str
    apply: Callable[[RunSpec], RunSpec]
    needs: str


def effective(run: RunSpec) -> RunSpec:
    """What is really trained: the run with the effect of its faults in place of their names."""
    for name in run.known_bugs:
        run = KNOWN_BUGS[name].apply(run)
    return replace(run, known_bugs=())


def makes_sense(name: KnownBugName, run: RunSpec) -> bool:
    """Whether a fault would change anything in ``run``, in whichever framework."""
    plain = replace(run, known_bugs=())
    versions = [replace(plain, framework=framework) for framework in get_args(FrameworkName)]
    return any(KNOWN_BUGS[name].apply(version) != version for version in versions)


def check(run: RunSpec) -> None:
    """Refuses faults where they make no sense.

    Raises:
        SpecError: names the fault and what it needs.
    """
    for number, name in enumerate(run.known_bugs):
        bug, path = KNOWN_BUGS[name], ("known_bugs", number)
        if run.known_bugs.count(name) > 1:
            raise SpecError(f"The fault “{name}” is switched on twice.", "Name it once.", path)
        if not makes_sense(name, run):
            raise SpecError(
                f"The fault “{name}” makes no sense here: it needs {bug.needs}.",
                "Switch it off.",
                path,
            )
    if {"own-initial", "zero-initial"} <= set(run.known_bugs):
        raise SpecError(
            "The faults “own-initial” and “zero-initial” contradict each other.",
            "Switch one of them off.",
            ("known_bugs",),
        )


def _double_softmax(run: RunSpec) -> RunSpec:
    return replace(run, training=replace(run.training, loss="double_softmax"))


def _batch_decay(run: RunSpec) -> RunSpec:
    schedule = run.training.schedule
    if not isinstance(schedule, Exponential) or schedule.period:
        return run
    return replace(
        run, training=replace(run.training, schedule=replace(schedule, period=MNIST_DIGITS))
    )


def _unshuffled(run: RunSpec) -> RunSpec:
    if run.training.batch_size == FULL_BATCH or run.training.sampling != "shuffled":
        return run
    return replace(run, training=replace(run.training, sampling="stored"))


def _full_batch(run: RunSpec) -> RunSpec:
    if any(isinstance(layer, Conv) for layer in run.model.layers):
        return run
    return replace(run, training=replace(run.training, batch_size=FULL_BATCH, sampling="shuffled"))


def _bias_gradients(run: RunSpec) -> RunSpec:
    if not any(isinstance(layer, Dense | Conv) and layer.bias for layer in run.model.layers):
        return run
    return replace(run, training=replace(run.training, bias_gradients="summed"))


def _own_constants(run: RunSpec) -> RunSpec:
    """The constants that each framework's optimizer has by itself; NumPy's are PyTorch's."""
    keras = run.framework == "keras"
    epsilon = 1e-7 if keras else 1e-8
    optimizer: Optimizer = run.training.optimizer
    match optimizer:
        case Adam():
            optimizer = replace(optimizer, beta1=0.9, beta2=0.999, epsilon=epsilon)
        case Adadelta():
            rho, epsilon = (0.95, 1e-7) if keras else (0.9, 1e-6)
            optimizer = replace(optimizer, rho=rho, epsilon=epsilon)
        case RmsProp():
            optimizer = replace(optimizer, rho=0.9 if keras else 0.99, epsilon=epsilon)
        case _:
            return run
    return replace(run, training=replace(run.training, optimizer=optimizer))


_OWN_SCALING: Mapping[FrameworkName, Scaling] = {
    "pytorch": STANDARDISED, "keras": UNIT, "numpy": UNIT,
}  # fmt: skip


def _own_scaling(run: RunSpec) -> RunSpec:
    return replace(run, model=replace(run.model, scaling=_OWN_SCALING[run.framework]))


_OWN_INITIAL: Mapping[FrameworkName, tuple[Initializer, Initializer]] = {
    "pytorch": ("fan_in_uniform", "fan_in_uniform"),
    "keras": ("glorot_uniform", "zeros"),
    "numpy": ("size_uniform", "zeros"),
}


def _own_initial(run: RunSpec) -> RunSpec:
    return _initial(run, *_OWN_INITIAL[run.framework])


def _zero_initial(run: RunSpec) -> RunSpec:
    return _initial(run, "zeros", "zeros")


def _initial(run: RunSpec, kernels: Initializer, biases: Initializer) -> RunSpec:
    layers = tuple(
        replace(layer, initial=kernels, initial_bias=biases)
        if isinstance(layer, Dense | Conv)
        else layer
        for layer in run.model.layers
    )
    return replace(run, model=replace(run.model, layers=layers))


KNOWN_BUGS: Mapping[KnownBugName, KnownBug] = MappingProxyType(
    {
        bug.name: bug
        for bug in (
            KnownBug(
                "double-softmax",
                "Softmax twice",
                "The network ends in a softmax and the loss applies another one: the training loss "
                "cannot fall below 1.4612 and the gradients shrink, which costs accuracy. The test "
                "loss stays the plain one, of one softmax, so that runs can be compared.",
                _double_softmax,
                "a loss with one softmax",
            ),
            KnownBug(
                "batch-decay",
                "Decay counted in batches",
                "The learning rate is meant to fall after every epoch of 60,000 digits, but "
                "the schedule counts batches and waits for 60,000 of those. The rate hardly "
                "falls: after ten epochs of 938 batches it is .946 of the first one.",
                _batch_decay,
                "a rate that falls exponentially, once an epoch",
            ),
            KnownBug(
                "unshuffled",
                "Unshuffled digits",
                "Every epoch sees the digits in the order of the file. Batches repeat with the "
                "same companions, so that their errors repeat too.",
                _unshuffled,
                "shuffled batches smaller than all digits",
            ),
            KnownBug(
                "full-batch",
                "Full batch by mistake",
                "All digits are put through the network at once where mini-batches were meant. "
                "An epoch is then a single update, and five epochs are five.",
                _full_batch,
                "a network without convolutions, which fits into memory, and smaller batches",
            ),
            KnownBug(
                "bias-gradients",
                "Wrong bias gradients",
                "The gradient of a layer's biases is summed over everything, the units too. "
                "All biases of a layer move together, and those of the output, whose errors add "
                "up to 0, never learn.",
                _bias_gradients,
                "a layer with biases",
            ),
            KnownBug(
                "own-constants",
                "Own optimizer constants",
                "The optimizer runs with the constants that a framework happens to have: epsilon "
                "and rho differ between PyTorch and Keras. Two frameworks then train two "
                "different methods under one name.",
                _own_constants,
                "Adam, Adadelta or RMSprop",
            ),
            KnownBug(
                "own-scaling",
                "Own input scaling",
                "The input is standardized in PyTorch and scaled to 0-1 in Keras and NumPy. "
                "Two frameworks then learn from two different inputs.",
                _own_scaling,
                "any network",
            ),
            KnownBug(
                "own-initial",
                "Own first weights",
                "The weights start as each framework's source draws them: evenly by the fan-in "
                "in PyTorch, by Glorot in Keras, evenly by the size of the kernel in NumPy. What "
                "then looks like a better framework is a better start.",
                _own_initial,
                "first weights that are drawn otherwise",
            ),
            KnownBug(
                "zero-initial",
                "All weights start at zero",
                "Every weight starts at 0, so that all units of a layer compute the same and get "
                "the same gradient. Where a hidden layer follows another with ReLU, nothing but "
                "the last biases ever learns.",
                _zero_initial,
                "weights that start elsewhere",
            ),
        )
    }
)
