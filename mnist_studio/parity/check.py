"""The proof of parity: the same weights and batches give the same learning in every framework.

NumPy is the hub: every other framework is compared with it, and so with each other. Each computes
in a process of its own, NumPy on the CPU, in float64, where only another equation can part them,
and in float32, where rounding does. ``docs/parity.md`` says where the bars come from.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from msgspec.structs import replace

from mnist_studio.errors import UsageError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Weights
from mnist_studio.parity import comparisons
from mnist_studio.parity.comparisons import HUB
from mnist_studio.parity.divergence import divergences
from mnist_studio.parity.fixture import OpenLearner, ParityFixture, opened, reduced, run_data
from mnist_studio.parity.remote_learner import RemoteLearner
from mnist_studio.parity.report import Check, Divergence, ParityReport
from mnist_studio.spec.run import DeviceName, FrameworkName, Precision, RunSpec

PRECISIONS: tuple[Precision, ...] = ("float64", "float32")


def check_parity(
    run: RunSpec,
    frameworks: Sequence[FrameworkName],
    told: Callable[[Check], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    precisions: Sequence[Precision] = PRECISIONS,
    data: Path | None = None,
    open_learner: OpenLearner = RemoteLearner,
    device: DeviceName = "cpu",
) -> ParityReport:
    """Compares frameworks with NumPy on a run. Takes up to a minute.

    Args:
        run: what they learn, its faults included.
        frameworks: to compare; NumPy itself may be among them.
        told: gets every check as it is made.
        is_cancelled: asked all the time.
        precisions: to prove it in, of ``PRECISIONS``.
        data: folder of digits named by the user.
        open_learner: how a framework's learner is had.
        device: where the frameworks compute that are compared with NumPy.

    Raises:
        UsageError: there is nothing to compare, or parity is not proven in that precision.
        FrameworkMissing: one of the frameworks is not installed.
        DataError: digits in a named folder are missing or damaged.
        JobError: a framework cannot compute the run, or its process died.
        Cancelled: by the user.
    """
    begun = perf_counter()
    names = _compared(frameworks)
    _check_precisions(precisions)
    material = run_data(run, data)
    places = {name: "cpu" if name == HUB else device for name in names}
    made: list[Check] = []
    parted: tuple[Divergence, ...] = ()
    sides = partial(
        opened, run, places, material=material, open_learner=open_learner, is_cancelled=is_cancelled
    )

    def keep(found: Iterator[Check]) -> None:
        for check in found:
            made.append(check)
            told(check)

    with sides(precision="float64") as doubles:
        keep(_in_float64(doubles, precisions, material))
        exact = _exact(doubles, material) if "float32" in precisions else None
    if exact:
        with sides(precision="float32") as singles:
            keep(_in_float32(singles, exact, material))
            parted = divergences(singles, HUB, material)
    notes, seconds = tuple(_notes(run, names, material)), perf_counter() - begun
    digits = material.title, material.batch, len(material.train), len(material.test)
    passed = all(check.passed for check in made)
    return ParityReport(run, *digits, tuple(made), parted, notes, seconds, device, passed)


@dataclass(frozen=True)
class _Exact:
    """What is learnt in float64, by framework: float32 is measured by it."""

    curves: Mapping[FrameworkName, comparisons.LossCurves]
    gradients: Mapping[FrameworkName, Weights]


def _exact(doubles: comparisons.Sides, material: ParityFixture) -> _Exact:
    return _Exact(
        {name: comparisons.curves(side) for name, side in doubles.items()},
        {name: comparisons.gradients(side, material) for name, side in doubles.items()},
    )


def _in_float64(
    sides: comparisons.Sides, precisions: Sequence[Precision], material: ParityFixture
) -> Iterator[Check]:
    """What is asked for in float64; the accuracy only where it is not measured in float32."""
    if "float64" in precisions:
        yield from comparisons.first_step(sides, "float64", material)
        yield from comparisons.long_curve(sides)
    if "float32" not in precisions:
        yield from comparisons.accuracy(sides, "float64", material)


def _in_float32(
    sides: comparisons.Sides, exact: _Exact, material: ParityFixture
) -> Iterator[Check]:
    yield from comparisons.first_step(sides, "float32", material, exact.gradients)
    yield from comparisons.short_curves(sides, exact.curves)
    yield from comparisons.accuracy(sides, "float32", material)


def installed() -> tuple[FrameworkName, ...]:
    """The frameworks that can be compared here. Imports none of them."""
    return tuple(name for name in registry.FRAMEWORKS if registry.version(name))


def _compared(frameworks: Sequence[FrameworkName]) -> tuple[FrameworkName, ...]:
    """The hub and the others."""
    others = tuple(dict.fromkeys(name for name in frameworks if name != HUB))
    if not others:
        raise UsageError(
            "NumPy alone has nothing to be compared with.", "Install or name another framework."
        )
    for name in others:
        if missing := registry.missing(name):
            raise missing
    return (HUB, *others)


def _check_precisions(precisions: Sequence[Precision]) -> None:
    for precision in precisions:
        if precision not in PRECISIONS:
            raise UsageError(
                f"Parity is not proven in {precision}.", f"Choose {' or '.join(PRECISIONS)}."
            )


def _notes(run: RunSpec, names: Sequence[FrameworkName], material: ParityFixture) -> Iterator[str]:
    if material.batch < run.training.batch_size:
        yield f"Batches of {material.batch} digits in place of {run.training.batch_size:,}."
    if run.training.precision == "bfloat16":
        yield "float64 and float32 in place of bfloat16, whose rounding would hide everything."
    if run.dataset == "mnist" and material.title != "MNIST":
        yield "MNIST is not on this computer: the built-in digits in its place."
    own = {replace(reduced(run, name, "float64", 1), framework=HUB) for name in names}
    if len(own) > 1:
        yield "A fault gives each framework a method of its own: it is bound to miss bars."
    for known in registry.ENTRIES.values():
        if registry.version(known.name) is None:
            yield f"{known.title} is not installed."
