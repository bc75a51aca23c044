"""How well trained runs read digits that were made harder, each by its own framework."""

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
from mnist_studio.store import robustness as kept
from mnist_studio.store.robustness import Robustness, RobustnessCurve
from mnist_studio.store.rows import Run

FEW = 2000
"""So many of the first test digits are answered unless all are wanted: that takes seconds."""

JUDGEMENTS = 1 + sum(len(corruption.strengths) for corruption in CORRUPTIONS.values())
"""Of a run: on the digits as they are, and for every kind and strength."""


@dataclass(frozen=True)
class Outcome:
    """What became of one run.

    Attributes:
        run: itself.
        robustness: its curves; None where it could not be judged.
        problem: why it could not, and what to do; else empty.
        kept: the curves were known already, nothing was computed.
    """

    run: Run
    robustness: Robustness | None = None
    problem: str = ""
    kept: bool = False


def known(run: Run, digits: int) -> Robustness | None:
    """What is kept of a run's present weights on so many of its test digits; computes nothing.

    Raises:
        StoreError: the file cannot be read.
    """
    step = _step(run)
    return None if step is None else kept.load(run.folder, step, digits)


def robustness(
    runs: Sequence[Run],
    most: int | None = FEW,
    data: Path | None = None,
    progress: Callable[[float], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """The curves of runs: first what is known, then, framework by framework, what is computed.

    Args:
        runs: trained ones; of another one, as of one with damaged weights, the problem is told.
        most: how many of the first test digits are answered; None for all.
        data: folder of digits named by the user.
        progress: gets the fraction of all that is to be computed.
        is_cancelled: asked all the time. What was told before is kept.

    Raises:
        DataError: there are no such digits.
        JobError: a framework's child could not be started.
        Cancelled: by the user.
    """
    digits = {name: _digits(name, most, data) for name in {run.spec.dataset for run in runs}}
    waiting = []
    for run in runs:
        outcome = _without_computing(run, len(digits[run.spec.dataset]))
        if outcome:
            yield outcome
        else:
            waiting.append(run)
    progress_of = _Progress(progress, len(waiting))
    for framework in dict.fromkeys(run.spec.framework for run in waiting):
        with Evaluator(framework) as evaluator:
            for run in (one for one in waiting if one.spec.framework == framework):
                judge = _Judge(evaluator, run, digits[run.spec.dataset], progress_of, is_cancelled)
                yield judge.outcome()


def _without_computing(run: Run, digits: int) -> Outcome | None:
    """What is known of a run, be it that it cannot be judged; None if it must be computed."""
    if not run.trained:
        return Outcome(run, problem=f"{run.title} has no weights. Train it to its end, or stop it.")
    try:
        found = known(run, digits)
    except StoreError as error:
        return Outcome(run, problem=str(error))
    return Outcome(run, found, kept=True) if found else None


class _Progress:
    """Tells how much of all judgments is made."""

    def __init__(self, told: Callable[[float], None], runs: int) -> None:
        self._told = told
        self._all = runs * JUDGEMENTS
        self._made = 0

    def make(self, judgments: int) -> None:
        self._made += judgments
        self._told(self._made / self._all)


@dataclass
class _Judge:
    """Judges one run.

    Attributes:
        evaluator: the child of its framework.
        run: itself.
        digits: to be made harder.
        progress: of all runs.
        is_cancelled: asked all the time.
    """

    evaluator: Evaluator
    run: Run
    digits: LabeledImages
    progress: _Progress
    is_cancelled: Callable[[], bool]
    made: int = 0

    def outcome(self) -> Outcome:
        """Computed and kept; a run that cannot be judged does not keep the others from it."""
        try:
            robustness = self._robustness()
            kept.save(self.run.folder, robustness)
        except CancelledByUser:
            raise
        except MnistStudioError as error:
            self.progress.make(JUDGEMENTS - self.made)
            return Outcome(self.run, problem=str(error))
        return Outcome(self.run, robustness)

    def _robustness(self) -> Robustness:
        step = _step(self.run)
        assert step is not None  # Others are told before.
        return Robustness(
            step=step,
            digits=len(self.digits),
            engine=self.evaluator.engine,
            accuracy=self._accuracy(self.digits.images),
            curves=tuple(map(self._curve, CORRUPTIONS)),
        )

    def _curve(self, kind: Kind) -> RobustnessCurve:
        strengths, images = CORRUPTIONS[kind].strengths, self.digits.images
        accuracies = (self._accuracy(corrupted(images, kind, strength)) for strength in strengths)
        return RobustnessCurve(kind, strengths, tuple(accuracies))

    def _accuracy(self, images: Images) -> float:
        logits = self.evaluator.predict(self.run, images, is_cancelled=self.is_cancelled).logits
        self.made += 1
        self.progress.make(1)
        return accuracy(logits, self.digits.labels)


def _digits(name: DatasetName, most: int | None, data: Path | None) -> LabeledImages:
    test = sources.load_test(name, data if name == "mnist" else None)
    return LabeledImages(test.images[:most], test.labels[:most])


def _step(run: Run) -> int | None:
    """Of a run's weights; None of a run without any."""
    return run.terminal.step if isinstance(run.terminal, Finished | Stopped) else None
