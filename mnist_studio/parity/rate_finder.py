"""The learning-rate finder of Smith (2017), on the same batches in every framework.

The rate grows exponentially from step to step while the network trains, until its loss diverges.
L. N. Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017, section 3.3.
Nothing is stored as a run.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from math import isfinite
from pathlib import Path

import msgspec
import numpy as np
from msgspec.structs import replace

from mnist_studio.data.datasets import sources
from mnist_studio.data.pipeline.batches import split
from mnist_studio.errors import CancelledByUser, UsageError
from mnist_studio.formatting import number
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Chunk, Learner
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.parity.fixture import OpenLearner
from mnist_studio.parity.remote_learner import RemoteLearner
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import FrameworkName, RunSpec, possible_device
from mnist_studio.training.chunks import ChunkMaker

LOWEST, HIGHEST = 1e-6, 10.0
STEPS, FEWEST, MOST = 100, 20, 1000
CHUNK = 5
"""Steps between two answers: few, so that a cancellation takes effect quickly."""

SMOOTHING = 0.85
"""Weight of the past in the moving average of the losses."""

DIVERGED = 4.0
"""A smoothed loss this many times the smallest one ends the search, as is usual."""

FALLEN = 0.95
"""A smallest loss above this fraction of the first one is no learning."""

_NONE = "No learning rate can be suggested"
RULE = "Rule: a tenth of the learning rate at which the smoothed loss is smallest."


class RatePoint(msgspec.Struct, frozen=True):
    """One step of the search.

    Attributes:
        rate: of this step.
        loss: of its batch before the update.
        smoothed: moving average of the losses, corrected for its start.
    """

    rate: float
    loss: float
    smoothed: float


class RateCurve(msgspec.Struct, frozen=True):
    """The search in one framework.

    Attributes:
        framework: that trained.
        points: in the order of the steps, up to a loss that diverged.
        diverged: whether the loss diverged before the highest rate.
    """

    framework: FrameworkName
    points: tuple[RatePoint, ...] = ()
    diverged: bool = False

    @property
    def suggestion(self) -> float | None:
        """The suggested learning rate by ``RULE``, to two digits; None if the loss never fell."""
        if not self.points:
            return None
        best = min(self.points, key=lambda point: point.smoothed)
        if best.smoothed > FALLEN * self.points[0].smoothed:
            return None
        return float(f"{best.rate / 10:.1e}")


OnCurve = Callable[[RateCurve], None]


def rates(steps: int) -> list[float]:
    """The rates of all steps, from ``LOWEST`` to ``HIGHEST``, each the same factor larger.

    Raises:
        UsageError: too few or too many steps.
    """
    if not FEWEST <= steps <= MOST:
        raise UsageError(f"Number of steps must be {FEWEST} to {MOST:,}, got {steps:,}.")
    return [float(rate) for rate in np.geomspace(LOWEST, HIGHEST, steps)]


def find_rates(
    run: RunSpec,
    frameworks: Sequence[FrameworkName],
    on_curve: OnCurve = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    steps: int = STEPS,
    data: Path | None = None,
    open_learner: OpenLearner = RemoteLearner,
) -> tuple[RateCurve, ...]:
    """Searches in all frameworks, which take turns, each in a process of its own.

    Args:
        run: its network, optimizer, batch size and data; its learning rate and schedule are not
            used.
        frameworks: to search in.
        on_curve: called with the curve so far of a framework after every few steps.
        is_cancelled: polled all the time.
        steps: of the search.
        data: a folder with the dataset that the user named.
        open_learner: opens the learner of a framework.

    Raises:
        UsageError: too few or too many steps.
        FrameworkMissing: one of the frameworks is not installed.
        DataError: the dataset is missing or damaged.
        JobError: a framework cannot compute the run, or its process died.
        CancelledByUser: as ``is_cancelled`` said.
    """
    wanted = rates(steps)
    for name in frameworks:
        if missing := registry.missing(name):
            raise missing
    batches = RateBatches(run, steps, data)
    curves: dict[FrameworkName, RateCurve] = {name: RateCurve(name) for name in frameworks}
    with ExitStack() as stack:
        learners = {
            name: stack.enter_context(_opened(run, name, open_learner, is_cancelled))
            for name in frameworks
        }
        for learner in learners.values():
            learner.bind(batches.images, batches.labels)
        for chunk in batches.chunks(wanted):
            for name in frameworks:
                if is_cancelled():
                    raise CancelledByUser("The search was canceled.")
                if not curves[name].diverged:
                    curves[name] = _longer(curves[name], learners[name], chunk)
                    on_curve(curves[name])
            if all(curve.diverged for curve in curves.values()):
                break
    return tuple(curves.values())


class RateBatches:
    """The first batches of a run, the same for every framework, and only their images.

    Attributes:
        images: (n, 28, 28), of all batches in order.
        labels: (n,).
    """

    def __init__(self, run: RunSpec, steps: int, data: Path | None) -> None:
        spec = effective(replace(run, style="shared", continued_from=None))
        dataset = sources.load(spec.dataset, data)
        train, _ = split(dataset.train, spec.training.validation, spec.training.seed)
        maker = ChunkMaker(spec.model, spec.training, train.images)
        self._chunks, step = [], 0
        while step < steps:
            chunk = maker.make(step, min(CHUNK, steps - step))
            self._chunks.append(chunk)
            step += len(chunk.indices)
        used = np.concatenate([chunk.indices.ravel() for chunk in self._chunks])
        self.images, self.labels = train.images[used], train.labels[used]

    def chunks(self, wanted: Sequence[float]) -> Iterator[Chunk]:
        """The chunks with these rates, whose indices are those of ``images``."""
        step = first = 0
        for chunk in self._chunks:
            count, size = chunk.indices.shape
            indices = np.arange(first, first + count * size).reshape(count, size)
            chosen = np.array(wanted[step : step + count])
            yield Chunk(indices, chosen, chunk.masks, chunk.images)
            step, first = step + count, first + count * size


def _opened(
    run: RunSpec,
    framework: FrameworkName,
    open_learner: OpenLearner,
    is_cancelled: Callable[[], bool],
) -> AbstractContextManager[Learner]:
    own = replace(run, framework=framework, style="shared", continued_from=None)
    spec = effective(replace(own, device=possible_device(framework, run.device)))
    weights = initial_weights(spec.model, spec.training.seed, spec.training.precision)
    return open_learner(spec, weights, spec.device, is_cancelled)


def _longer(curve: RateCurve, learner: Learner, chunk: Chunk) -> RateCurve:
    """The curve with the steps of a chunk, up to the one that diverged."""
    points = list(curve.points)
    losses = learner.train(chunk).losses
    for rate, loss in zip(chunk.rates.tolist(), losses.tolist(), strict=True):
        if not isfinite(loss):
            return replace(curve, points=tuple(points), diverged=True)
        points.append(RatePoint(rate, loss, _smoothed(points, loss)))
        if points[-1].smoothed > DIVERGED * min(point.smoothed for point in points):
            return replace(curve, points=tuple(points), diverged=True)
    return replace(curve, points=tuple(points))


def _smoothed(points: Sequence[RatePoint], loss: float) -> float:
    """The moving average with another loss, in which the start counts no more than the rest."""
    losses = np.array([*(point.loss for point in points), loss])
    weights = SMOOTHING ** np.arange(len(losses))[::-1]
    return float(losses @ weights / weights.sum())


def common_suggestion(curves: Sequence[RateCurve]) -> float | None:
    """The smallest suggestion, which works in every framework; None if one has none."""
    found = [curve.suggestion for curve in curves]
    return min((rate for rate in found if rate is not None), default=None) if all(found) else None


def sentence(curves: Sequence[RateCurve]) -> str:
    """What the search found, in words."""
    searched = [curve for curve in curves if curve.points or curve.diverged]
    if not searched:
        return ""
    failed = [curve for curve in searched if curve.suggestion is None]
    if failed:
        names = registry.framework_title(failed[0].framework)
        if len(failed[0].points) <= CHUNK:
            return (
                f"{_NONE}: the loss of {names} diverges at once, even at {number(LOWEST)}. "
                "Check the scaling of the input and the initialization."
            )
        return (
            f"{_NONE}: the loss of {names} does not fall at any rate from {number(LOWEST)} to "
            f"{number(HIGHEST)}. Change the network or the optimizer."
        )
    # None of them has failed.
    rate = common_suggestion(searched) or LOWEST
    never = [curve for curve in searched if not curve.diverged]
    more = " The loss did not diverge even at the highest rate." if never else ""
    return f"Suggested learning rate: {number(rate, 6)}.{more}"
