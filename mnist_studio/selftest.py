"""Whether this installation works: each framework trains a little, agrees, answers and is kept.

What is made lies in a home of its own inside the user's, which is thrown away: so it is also tried
whether that can be written. Nothing of the user's own is touched.

The trainings of the self-test: each framework a little, by the studio's loop and as written.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter
from zipfile import ZipFile

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.data.datasets import sources
from mnist_studio.data.ink.rendering import InkPoint, digit_image
from mnist_studio.errors import DataError, JobError, MnistStudioError
from mnist_studio.events import AnyEvent, Failed, Finished
from mnist_studio.frameworks import registry
from mnist_studio.parity import check as parity
from mnist_studio.prediction import export
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.prediction.predictors import Predictors, newest
from mnist_studio.prediction.state import Prediction
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec import recipes
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

RECIPE = "compact-cnn"
"""Small, with convolutions, pools, dropout and dense layers."""

WRITTEN_RECIPE = "mlp-128"
"""Its scripts are short even in NumPy alone; the changes of its digits are torchvision's in one."""

CHANGES = Augmentation(rotation=5.0, zoom=0.05, shift=1.0, shear=3.0)

LEARNT = 0.6
"""Accuracy on the built-in digits after a few epochs; guessing gives a tenth."""


@dataclass(frozen=True)
class Bench:
    """What the steps hand on to each other.

    Attributes:
        frameworks: that are installed.
        runs: trained here, by framework.
    """

    frameworks: tuple[FrameworkName, ...]
    runs: dict[FrameworkName, Run] = field(default_factory=dict)


def described(name: FrameworkName) -> RunSpec:
    """What each framework trains."""
    return _spec(RECIPE, name, 2)


def _spec(recipe: str, name: FrameworkName, epochs: int) -> RunSpec:
    chosen = recipes.run_spec(recipes.recipe(recipe))
    training = replace(chosen.training, epochs=epochs)
    return replace(chosen, framework=name, training=training, dataset="builtin")


def train(bench: Bench, name: FrameworkName) -> str:
    """Trains one framework and puts the run on the bench; what was found.

    Raises:
        StudioError: it does not work.
    """
    if missing := registry.missing(name):
        if paths.frozen():
            raise missing  # It was shipped.
        return f"left out: {missing.problem}"
    job = TrainingJob(described(name))
    accuracy = _learnt(_last(job))
    with RunStore() as store:
        bench.runs[name] = store.run(job.id)
    return f"{registry.version(name)}: {RECIPE} trained, {accuracy:.1%} right"


def train_as_written(bench: Bench) -> str:
    """Executes the script of every framework and keeps nothing; what was found.

    Raises:
        StudioError: one does not work.
    """
    return ", ".join(
        f"{registry.framework_title(name)} {_written(name)}" for name in bench.frameworks
    )


def _written(name: FrameworkName) -> str:
    spec = _spec(WRITTEN_RECIPE, name, 3)
    training = replace(spec.training, augmentation=CHANGES)
    job = TrainingJob(replace(spec, training=training, style="native"))
    last = _last(job)
    with RunStore() as store:
        store.delete(job.id)
    # PyTorch's builds for the CPU may have none beside them; all else must be there.
    if isinstance(last, Failed) and "needs torchvision, which isn't installed" in last.reason:
        return "left out: torchvision is not here"
    return f"{_learnt(last):.1%}"


def _last(job: TrainingJob) -> AnyEvent:
    *_, last = job.events()
    return last


def _learnt(last: AnyEvent) -> float:
    """The accuracy of a training.

    Raises:
        JobError: it did not end well, or learnt next to nothing.
    """
    if not isinstance(last, Finished):
        reason = str(getattr(last, "reason", ""))
        raise JobError(f"The training {last.__class__.__name__.lower()}: {reason}")
    if last.test_accuracy < LEARNT:
        raise JobError(f"It learnt next to nothing: {last.test_accuracy:.1%} are right.")
    return last.test_accuracy


_LOG = logging.getLogger(__name__)

SAME = 1e-4
"""Logits differ by no more than this where the same weights answer once more, in float32."""

ANSWER_SECONDS = 90.0
"""For the first answers, which wait until the frameworks are imported."""

FOUR = (
    (InkPoint(0.3, 0.2), InkPoint(0.3, 0.5), InkPoint(0.7, 0.5)),
    (InkPoint(0.65, 0.2), InkPoint(0.65, 0.8)),
)
"""A four in two strokes, on the studio's pad."""


@dataclass(frozen=True)
class Tried:
    """One thing that was tried.

    Attributes:
        what: it was.
        good: it works.
        text: what was found, or what is wrong and what to do.
        seconds: it took.
    """

    what: str
    good: bool
    text: str
    seconds: float


Step = tuple[str, Callable[[], str]]
"""What is tried, and how: gives what was found, raises ``MnistStudioError`` if it does not work."""


@contextmanager
def home_apart() -> Iterator[Path]:
    """A home of the studio's own inside the user's, for as long as the block runs.

    Raises:
        DataError: the user's cannot be written.
    """
    home = paths.home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        made = TemporaryDirectory(dir=home, prefix="selftest-", ignore_cleanup_errors=True)
    except OSError as error:
        raise DataError(
            f"{home} cannot be written: {error.strerror}.",
            f"Make room or access for it, or name another folder by {paths.HOME_VARIABLE}.",
        ) from error
    former = os.environ.get(paths.HOME_VARIABLE)
    with made as folder:
        os.environ[paths.HOME_VARIABLE] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop(paths.HOME_VARIABLE)
            if former is not None:
                os.environ[paths.HOME_VARIABLE] = former


def tried(step: Step) -> Tried:
    """Tries one thing, whatever goes wrong."""
    what, work = step
    began = perf_counter()
    try:
        good, text = True, work()
    except MnistStudioError as error:
        good, text = False, str(error)
    except Exception as error:  # noqa: BLE001 - the next step is tried all the same
        _LOG.exception("%s", what)
        good, text = False, f"Unexpected: {type(error).__name__}: {error}."
    return Tried(what, good, text, perf_counter() - began)


def steps() -> Iterator[Step]:
    """What is tried, in order; to be called inside of ``home_apart``."""
    bench = Bench(tuple(name for name in registry.FRAMEWORKS if registry.version(name)))
    for name in registry.FRAMEWORKS:
        yield registry.framework_title(name), partial(train, bench, name)
    yield "as written", lambda: train_as_written(bench)
    if len(bench.frameworks) > 1:
        yield "agreement", lambda: _agree(bench)
    yield "drawing", lambda: _draw(bench)
    yield "kept", lambda: _read_back(bench)
    yield "export", lambda: _export(bench)


def _agree(bench: Bench) -> str:
    report = parity.check_parity(described("numpy"), bench.frameworks, precisions=("float64",))
    missed = [check for check in report.checks if not check.passed]
    if missed:
        named = "; ".join(
            f"{check.framework} in {check.what} by {check.value:.1e}" for check in missed
        )
        raise JobError(f"The frameworks part: {named}.", "See: mnist-studio parity.")
    return f"outputs, gradients and losses in float64, {len(report.checks)} checks"


def _draw(bench: Bench) -> str:
    """Every trained model answers a drawing, each by its own framework."""
    with RunStore() as store:
        runs = newest(store.runs())
    answers = _answers(runs, digit_image(FOUR), bench.frameworks)
    read = {run.id: int(np.argmax(answers[run.id].probabilities)) for run in runs}
    for run in runs:
        # The models trained here have seen next to nothing; those that were shipped have.
        if run.bundled and read[run.id] != 4:
            raise JobError(f"{run.title} reads a four as {read[run.id]}.", "Install it again.")
    engines = sorted({registry.framework_title(answer.engine) for answer in answers.values()})
    return f"{len(answers)} models answered by {', '.join(engines)}"


def _answers(
    runs: tuple[Run, ...], image: NDArray[np.uint8], frameworks: tuple[str, ...]
) -> Mapping[str, Prediction]:
    """The answer of every run, by its own framework where that is installed.

    Raises:
        JobError: some did not answer in time.
    """
    told: SimpleQueue[Prediction] = SimpleQueue()
    found: dict[str, Prediction] = {}
    predictors = Predictors(told.put, lambda _: None)
    try:
        predictors.load_models(runs)
        predictors.predict(image)
        deadline = monotonic() + ANSWER_SECONDS
        while len(found) < len(runs):
            answer = told.get(timeout=max(0.0, deadline - monotonic()))
            if answer.engine == answer.framework or answer.framework not in frameworks:
                found[answer.run] = answer
    except Empty:
        silent = ", ".join(run.title for run in runs if run.id not in found)
        raise JobError(f"No answer came from: {silent}.", "Look into the log.") from None
    finally:
        predictors.close()
    return found


def _read_back(bench: Bench) -> str:
    """What was kept of each run gives the same answers again, in a process of its own."""
    digits = sources.load_test("builtin")
    widest = 0.0
    for name, run in bench.runs.items():
        with Evaluator(name) as evaluator:
            again = evaluator.predict(run, digits.images).logits
        kept = artifacts.load_test_logits(run.folder)
        widest = max(widest, float(np.abs(again - kept).max()))
    if widest > SAME:
        raise JobError(f"Weights that were kept answer otherwise, by {widest:.1e}.")
    return f"{len(bench.runs)} runs read back, answers the same within {widest:.0e}"


def _export(bench: Bench) -> str:
    """Each run as safetensors and in its framework's own format, an archive that must be whole."""
    written = []
    for name, run in bench.runs.items():
        own = paths.home() / f"{name}{export.SUFFIXES[name]}"
        export.export(run, name, own)
        with ZipFile(own) as archive:
            if torn := archive.testzip():
                raise DataError(f"In {own.name} {torn} is torn.")
        export.export(run, "safetensors", own.with_suffix(export.SUFFIXES["safetensors"]))
        written.append(own.suffix)
    return ", ".join((*written, export.SUFFIXES["safetensors"]))
