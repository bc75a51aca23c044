"""The parity check: the same weights and batches give the same training in every framework.

NumPy is the reference: every other framework is compared with it. Each framework runs in its own
process, NumPy on the CPU. In float64, only different equations exceed a tolerance. In float32,
rounding alone makes frameworks diverge. ``docs/parity.md`` explains the tolerances.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from msgspec.structs import replace

from mnist_studio.errors import UsageError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Weights
from mnist_studio.parity import comparisons
from mnist_studio.parity.comparisons import REFERENCE
from mnist_studio.parity.divergence import divergences
from mnist_studio.parity.fixture import OpenLearner, ParityFixture, opened, reduced, run_data
from mnist_studio.parity.remote_learner import RemoteLearner
from mnist_studio.parity.report import Check, Divergence, ParityReport, all_passed
from mnist_studio.spec.run import DeviceName, FrameworkName, Precision, RunSpec

PRECISIONS: tuple[Precision, ...] = ("float64", "float32")


def check_parity(
    run: RunSpec,
    frameworks: Sequence[FrameworkName],
    on_check: Callable[[Check], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    precisions: Sequence[Precision] = PRECISIONS,
    data: Path | None = None,
    open_learner: OpenLearner = RemoteLearner,
    device: DeviceName = "cpu",
) -> ParityReport:
    """Compares frameworks with NumPy on a run. Takes up to a minute.

    Args:
        run: to train, with its known bugs.
        frameworks: to compare. May include NumPy.
        on_check: called with every check as soon as it is done.
        is_cancelled: polled all the time.
        precisions: some of ``PRECISIONS``.
        data: a folder with the dataset that the user named.
        open_learner: opens the learner of a framework.
        device: of the frameworks that are compared with NumPy.

    Raises:
        UsageError: there is nothing to compare, or a precision is not supported.
        FrameworkMissing: one of the frameworks is not installed.
        DataError: the dataset in the named folder is missing or damaged.
        JobError: a framework cannot compute the run, or its process died.
        Cancelled: by the user.
    """
    begun = perf_counter()
    names = _compared(frameworks)
    _check_precisions(precisions)
    fixture = run_data(run, data)
    devices = {name: "cpu" if name == REFERENCE else device for name in names}
    sides = partial(
        opened, run, devices, fixture=fixture, open_learner=open_learner, is_cancelled=is_cancelled
    )
    checks, diverged = _compare(sides, precisions, fixture, on_check)
    return ParityReport(
        run,
        fixture.title,
        fixture.batch,
        len(fixture.train),
        len(fixture.test),
        checks,
        diverged,
        tuple(_notes(run, names, fixture)),
        perf_counter() - begun,
        device,
        all_passed(checks),
    )


def _compare(
    sides: Callable[..., AbstractContextManager[comparisons.Sides]],
    precisions: Sequence[Precision],
    fixture: ParityFixture,
    on_check: Callable[[Check], None],
) -> tuple[tuple[Check, ...], tuple[Divergence, ...]]:
    """All checks, and where each framework diverges from the reference in float32."""
    checks: list[Check] = []

    def collect(found: Iterator[Check]) -> None:
        for check in found:
            checks.append(check)
            on_check(check)

    with sides(precision="float64") as doubles:
        collect(_in_float64(doubles, precisions, fixture))
        exact = _exact(doubles, fixture) if "float32" in precisions else None
    if exact is None:
        return tuple(checks), ()
    with sides(precision="float32") as singles:
        collect(_in_float32(singles, exact, fixture))
        return tuple(checks), divergences(singles, REFERENCE, fixture)


@dataclass(frozen=True)
class _Exact:
    """Results in float64 by framework, with which float32 is calibrated."""

    curves: Mapping[FrameworkName, comparisons.LossCurves]
    gradients: Mapping[FrameworkName, Weights]


def _exact(doubles: comparisons.Sides, fixture: ParityFixture) -> _Exact:
    return _Exact(
        {name: comparisons.curves(side) for name, side in doubles.items()},
        {name: comparisons.gradients(side, fixture) for name, side in doubles.items()},
    )


def _in_float64(
    sides: comparisons.Sides, precisions: Sequence[Precision], fixture: ParityFixture
) -> Iterator[Check]:
    """The checks in float64. Accuracy only if float32, which includes it, is not checked."""
    if "float64" in precisions:
        yield from comparisons.first_step(sides, "float64", fixture)
        yield from comparisons.long_curve(sides)
    if "float32" not in precisions:
        yield from comparisons.accuracy(sides, "float64", fixture)


def _in_float32(sides: comparisons.Sides, exact: _Exact, fixture: ParityFixture) -> Iterator[Check]:
    yield from comparisons.first_step(sides, "float32", fixture, exact.gradients)
    yield from comparisons.short_curves(sides, exact.curves)
    yield from comparisons.accuracy(sides, "float32", fixture)


def installed() -> tuple[FrameworkName, ...]:
    """The installed frameworks. Imports none of them."""
    return tuple(name for name in registry.FRAMEWORKS if registry.version(name))


def _compared(frameworks: Sequence[FrameworkName]) -> tuple[FrameworkName, ...]:
    """The reference and the others."""
    others = tuple(dict.fromkeys(name for name in frameworks if name != REFERENCE))
    if not others:
        raise UsageError(
            "NumPy cannot be compared with itself.",
            "Specify another framework, or install one with: "
            "mnist-studio environments pytorch --install",
        )
    for name in others:
        if missing := registry.missing(name):
            raise missing
    return (REFERENCE, *others)


def _check_precisions(precisions: Sequence[Precision]) -> None:
    for precision in precisions:
        if precision not in PRECISIONS:
            raise UsageError(
                f"Parity cannot be checked in {precision}.", f"Use {' or '.join(PRECISIONS)}."
            )


def _notes(run: RunSpec, names: Sequence[FrameworkName], fixture: ParityFixture) -> Iterator[str]:
    if fixture.batch < run.training.batch_size:
        yield f"The batch size is {fixture.batch} instead of {run.training.batch_size:,}."
    if run.training.precision == "bfloat16":
        yield "float64 and float32 replace bfloat16, whose rounding would hide differences."
    if run.dataset == "mnist" and fixture.title != "MNIST":
        yield "MNIST is not on this computer. The built-in dataset is used instead."
    own = {replace(reduced(run, name, "float64", 1), framework=REFERENCE) for name in names}
    if len(own) > 1:
        yield ("A known bug differs between the frameworks, so checks may exceed their tolerance.")
    for known in registry.ENTRIES.values():
        if registry.version(known.name) is None:
            yield f"{known.title} is not installed. {registry.install_hint(known.name)}"
