"""Known bugs of the sources, to be reproduced in a run. All are off by default.

A bug changes the description of a run and nothing else, so every framework reproduces it in the
same way. ``effective`` gives the description that is really trained.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec.layers import Conv, Dense, Initializer
from mnist_studio.spec.model import STANDARDIZED, UNIT, Scaling
from mnist_studio.spec.optimizers import Adadelta, Adam, AdamW, Optimizer, RmsProp
from mnist_studio.spec.run import FULL_BATCH, FrameworkName, KnownBugName, RunSpec
from mnist_studio.spec.schedules import Exponential

MNIST_IMAGES = 60_000


@dataclass(frozen=True)
class KnownBug:
    """A known bug.

    Attributes:
        name: its id in specs and on the command line.
        title: readable.
        explanation: two or three sentences: what the source does, and the consequence.
        apply: adds the bug to a description; returns it unchanged where the bug has no effect.
        needs: what a run must have for the bug to have an effect; completes "It needs ...".
    """

    name: KnownBugName
    title: str
    explanation: str
    apply: Callable[[RunSpec], RunSpec]
    needs: str


def effective(run: RunSpec) -> RunSpec:
    """What is really trained: the run with its known bugs applied, and none named."""
    for name in run.known_bugs:
        run = KNOWN_BUGS[name].apply(run)
    return replace(run, known_bugs=())


def listed(bugs: Iterable[KnownBugName]) -> str:
    """Their titles: ``softmax applied twice, no shuffling``."""
    titles = (KNOWN_BUGS[name].title for name in bugs)
    return ", ".join(title[:1].lower() + title[1:] for title in titles)


def has_effect(name: KnownBugName, run: RunSpec) -> bool:
    """Whether a known bug changes anything in ``run``, in any framework."""
    plain = replace(run, known_bugs=())
    versions = [replace(plain, framework=framework) for framework in get_args(FrameworkName)]
    return any(KNOWN_BUGS[name].apply(version) != version for version in versions)


def check(run: RunSpec) -> None:
    """Checks that every known bug of a run has an effect, and that none contradict each other.

    Raises:
        SpecError: a known bug has no effect or is there twice.
    """
    for number, name in enumerate(run.known_bugs):
        bug, path = KNOWN_BUGS[name], ("known_bugs", number)
        if run.known_bugs.count(name) > 1:
            raise SpecError(f"The known bug “{name}” is listed twice.", "List it once.", path)
        if not has_effect(name, run):
            raise SpecError(
                f"The known bug “{name}” has no effect in this run: it needs {bug.needs}.",
                "Turn it off, or choose another recipe.",
                path,
            )
    if {"own-initial", "zero-initial"} <= set(run.known_bugs):
        raise SpecError(
            "The known bugs “own-initial” and “zero-initial” both set the initialization.",
            "Turn off one of them.",
            ("known_bugs",),
        )


def _double_softmax(run: RunSpec) -> RunSpec:
    if run.training.label_smoothing:
        return run
    return replace(run, training=replace(run.training, loss="double_softmax"))


def _batch_decay(run: RunSpec) -> RunSpec:
    schedule = run.training.schedule
    if not isinstance(schedule, Exponential) or schedule.period:
        return run
    return replace(
        run, training=replace(run.training, schedule=replace(schedule, period=MNIST_IMAGES))
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
    """The default constants of each framework's optimizer; NumPy uses those of PyTorch."""
    keras = run.framework == "keras"
    epsilon = 1e-7 if keras else 1e-8
    optimizer: Optimizer = run.training.optimizer
    match optimizer:
        case Adam() | AdamW():
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
    "pytorch": STANDARDIZED, "keras": UNIT, "numpy": UNIT,
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
                name="double-softmax",
                title="Softmax applied twice",
                explanation="The network ends in a softmax, and the loss applies another one. This "
                "shrinks the gradients and keeps the training loss above 1.4612. The test loss "
                "still uses one softmax, so runs are comparable.",
                apply=_double_softmax,
                needs="a loss with one softmax and without label smoothing",
            ),
            KnownBug(
                name="batch-decay",
                title="Decay counted in batches",
                explanation="The learning rate should fall after every epoch of 60,000 images. "
                "The schedule counts batches and waits for 60,000 of them. It therefore hardly "
                "falls: "
                "after ten epochs of 938 batches, it is 0.946 of the initial one.",
                apply=_batch_decay,
                needs="a learning rate that decays exponentially, once per epoch",
            ),
            KnownBug(
                name="unshuffled",
                title="No shuffling",
                explanation="Every epoch uses the images in the order of the file. The same "
                "images always share a batch, so the errors of the batches repeat too.",
                apply=_unshuffled,
                needs="shuffled batches that are smaller than the training set",
            ),
            KnownBug(
                name="full-batch",
                title="Full batch by mistake",
                explanation="One step uses the full training set where mini-batches were "
                "intended. One epoch is then one update, and five epochs are five updates.",
                apply=_full_batch,
                needs="a network without convolutions, which fits into memory, and smaller batches",
            ),
            KnownBug(
                name="bias-gradients",
                title="Wrong bias gradients",
                explanation="The gradient of the biases is summed over all axes, including the "
                "units. All biases of a layer change together. The output biases never learn "
                "because their errors add up to 0.",
                apply=_bias_gradients,
                needs="a layer with biases",
            ),
            KnownBug(
                name="own-constants",
                title="Per-framework optimizer constants",
                explanation="The optimizer uses the default constants of the framework. Epsilon "
                "and rho differ between PyTorch and Keras. The two frameworks then train with "
                "different methods under one name.",
                apply=_own_constants,
                needs="Adam, Adadelta, or RMSprop",
            ),
            KnownBug(
                name="own-scaling",
                title="Per-framework input scaling",
                explanation="PyTorch standardizes the inputs, while Keras and NumPy scale them to "
                "0 to 1. The frameworks then learn from different inputs.",
                apply=_own_scaling,
                needs="a different input scaling",
            ),
            KnownBug(
                name="own-initial",
                title="Per-framework initialization",
                explanation="Each framework uses the initialization of its source: uniform by "
                "fan-in in PyTorch, Glorot in Keras, and uniform by the size of the kernel in "
                "NumPy. A better start then looks like a better framework.",
                apply=_own_initial,
                needs="a different initialization",
            ),
            KnownBug(
                name="zero-initial",
                title="All weights start at zero",
                explanation="All units of a layer compute the same and get the same gradient. If "
                "a hidden layer follows another one with ReLU, only the last biases ever learn.",
                apply=_zero_initial,
                needs="a different initialization",
            ),
        )
    }
)
