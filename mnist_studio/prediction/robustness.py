"""Robustness of trained runs to corruptions of the test images, each in its own framework."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.data.datasets import sources
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS, Images, Kind, corrupted
from mnist_studio.errors import CancelledByUser, MnistStudioError, StoreError
from mnist_studio.events import Finished, Stopped
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.spec.run import DatasetName
from mnist_studio.store import robustness as cache
from mnist_studio.store.robustness import Robustness, RobustnessCurve
from mnist_studio.store.rows import Run

FEW = 2000
"""The default number of test images, which takes seconds."""

EVALUATIONS = 1 + sum(len(corruption.strengths) for corruption in CORRUPTIONS.values())
"""Evaluations of a run: on the original images, and for every kind and strength."""


@dataclass(frozen=True)
class RobustnessResult:
    """The result for one run.

    Attributes:
        run: the run.
        robustness: its curves; None if it could not be evaluated.
        problem: why it could not, and what to do; otherwise empty.
        cached: the curves were read from disk, without computing.
    """

    run: Run
    robustness: Robustness | None = None
    problem: str = ""
    cached: bool = False


def cached_robustness(run: Run, images: int) -> Robustness | None:
    """The cached curves of a run's weights on this number of test images; computes nothing.

    Raises:
        StoreError: the file cannot be read.
    """
    step = _step(run)
    return None if step is None else cache.load(run.folder, step, images)


def robustness(
    runs: Sequence[Run],
    limit: int | None = FEW,
    data: Path | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[RobustnessResult]:
    """The curves of runs: first the cached ones, then the computed ones by framework.

    Args:
        runs: to evaluate. A run without usable weights yields a problem.
        limit: number of test images, from the first; None for all.
        data: a folder with the dataset that the user named.
        on_progress: receives the fraction of all evaluations.
        is_cancelled: polled all the time. Results so far are cached.

    Raises:
        DataError: the dataset is missing.
        JobError: a framework's process could not be started.
        Cancelled: by the user.
    """
    names = {run.spec.dataset for run in runs}
    datasets = {name: _test_images(name, limit, data) for name in names}
    waiting = []
    for run in runs:
        result = _without_computing(run, len(datasets[run.spec.dataset]))
        if result:
            yield result
        else:
            waiting.append(run)
    progress = _Progress(on_progress, len(waiting))
    for framework in dict.fromkeys(run.spec.framework for run in waiting):
        with Evaluator(framework) as evaluator:
            for run in (one for one in waiting if one.spec.framework == framework):
                images = datasets[run.spec.dataset]
                evaluation = _RunEvaluation(evaluator, run, images, progress, is_cancelled)
                yield evaluation.result()


def _without_computing(run: Run, images: int) -> RobustnessResult | None:
    """The result of a run that needs no computing, or cannot be computed; otherwise None."""
    if not run.trained:
        problem = f"{run.name} has no weights. Finish its training, or stop it."
        return RobustnessResult(run, problem=problem)
    try:
        found = cached_robustness(run, images)
    except StoreError as error:
        return RobustnessResult(run, problem=str(error))
    return RobustnessResult(run, found, cached=True) if found else None


class _Progress:
    """Reports the fraction of all evaluations that are done."""

    def __init__(self, on_progress: Callable[[float], None], runs: int) -> None:
        self._on_progress = on_progress
        self._all = runs * EVALUATIONS
        self._done = 0

    def add(self, evaluations: int) -> None:
        self._done += evaluations
        self._on_progress(self._done / self._all)


@dataclass
class _RunEvaluation:
    """Evaluates one run.

    Attributes:
        evaluator: of its framework.
        run: the run.
        images: the original test images.
        progress: of all runs.
        is_cancelled: polled all the time.
        done: number of evaluations so far.
    """

    evaluator: Evaluator
    run: Run
    images: LabeledImages
    progress: _Progress
    is_cancelled: Callable[[], bool]
    done: int = 0

    def result(self) -> RobustnessResult:
        """Computes and caches the curves. A failing run does not stop the others."""
        try:
            robustness = self._robustness()
            cache.save(self.run.folder, robustness)
        except CancelledByUser:
            raise
        except MnistStudioError as error:
            self.progress.add(EVALUATIONS - self.done)
            return RobustnessResult(self.run, problem=str(error))
        return RobustnessResult(self.run, robustness)

    def _robustness(self) -> Robustness:
        step = _step(self.run)
        assert step is not None  # Runs without weights are left out before.
        return Robustness(
            step=step,
            digits=len(self.images),
            engine=self.evaluator.engine,
            accuracy=self._accuracy(self.images.images),
            curves=tuple(map(self._curve, CORRUPTIONS)),
        )

    def _curve(self, kind: Kind) -> RobustnessCurve:
        strengths, images = CORRUPTIONS[kind].strengths, self.images.images
        accuracies = (self._accuracy(corrupted(images, kind, strength)) for strength in strengths)
        return RobustnessCurve(kind, strengths, tuple(accuracies))

    def _accuracy(self, images: Images) -> float:
        logits = self.evaluator.predict(self.run, images, is_cancelled=self.is_cancelled).logits
        self.done += 1
        self.progress.add(1)
        return accuracy(logits, self.images.labels)


def _test_images(name: DatasetName, limit: int | None, data: Path | None) -> LabeledImages:
    test = sources.load_test(name, data if name == "mnist" else None)
    return LabeledImages(test.images[:limit], test.labels[:limit])


def _step(run: Run) -> int | None:
    """The step of a run's weights; None for a run without weights."""
    return run.terminal.step if isinstance(run.terminal, Finished | Stopped) else None
