"""The self-test of an installation: training, native scripts, parity, prediction, storage, export.

It works in a temporary home inside the user's home, which also tests that the home is writable. It
does not touch the user's own data.
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
from mnist_studio.data.files import make_folder
from mnist_studio.data.ink.rendering import InkPoint, digit_image
from mnist_studio.errors import DataError, JobError, MnistStudioError
from mnist_studio.events import AnyEvent, Failed, Finished
from mnist_studio.formatting import counted, listed, percent
from mnist_studio.frameworks import registry
from mnist_studio.parity import check as parity
from mnist_studio.parity.sentences import check_sentence
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
"""A small recipe with convolutions, pooling, dropout and dense layers."""

NATIVE_RECIPE = "mlp-128"
"""Its native scripts are fast even in NumPy. The PyTorch script augments with torchvision."""

AUGMENTATION = Augmentation(rotation=5.0, zoom=0.05, shift=1.0, shear=3.0)

LEAST_ACCURACY = 0.6
"""Expected on the built-in digits after a few epochs. Chance level is 0.1."""


@dataclass(frozen=True)
class Trained:
    """The runs that later tests use.

    Attributes:
        frameworks: the installed ones.
        runs: trained by the self-test, by framework.
    """

    frameworks: tuple[FrameworkName, ...]
    runs: dict[FrameworkName, Run] = field(default_factory=dict)


def shared_spec(name: FrameworkName) -> RunSpec:
    """The run that each framework trains in the shared loop."""
    return _spec(RECIPE, name, 2)


def _spec(recipe: str, name: FrameworkName, epochs: int) -> RunSpec:
    chosen = recipes.run_spec(recipes.recipe(recipe))
    training = replace(chosen.training, epochs=epochs)
    return replace(chosen, framework=name, training=training, dataset="builtin")


def train(trained: Trained, name: FrameworkName) -> str:
    """Trains in one framework and adds the run to ``trained``. Returns the result as text.

    Raises:
        StudioError: it does not work.
    """
    if missing := registry.missing(name):
        return f"skipped: {missing.problem}"
    job = TrainingJob(shared_spec(name))
    accuracy = _accuracy(_last(job))
    with RunStore() as store:
        trained.runs[name] = store.run(job.id)
    return f"{registry.version(name)}: trained {RECIPE}, accuracy {percent(accuracy)}"


def train_native(trained: Trained) -> str:
    """Runs the native script of every framework and deletes the runs. Returns the result as text.

    Raises:
        StudioError: one does not work.
    """
    return ", ".join(
        f"{registry.framework_title(name)} {_native(name)}" for name in trained.frameworks
    )


def _native(name: FrameworkName) -> str:
    spec = _spec(NATIVE_RECIPE, name, 3)
    training = replace(spec.training, augmentation=AUGMENTATION)
    job = TrainingJob(replace(spec, training=training, style="native"))
    last = _last(job)
    with RunStore() as store:
        store.delete(job.id)
    # PyTorch can be installed without torchvision. Everything else must work.
    if isinstance(last, Failed) and "needs torchvision, which is not installed" in last.reason:
        return "skipped: torchvision is not installed"
    return percent(_accuracy(last))


def _last(job: TrainingJob) -> AnyEvent:
    *_, last = job.events()
    return last


def _accuracy(last: AnyEvent) -> float:
    """The accuracy of a training.

    Raises:
        JobError: it failed, or its accuracy is too low.
    """
    if not isinstance(last, Finished):
        reason = str(getattr(last, "reason", ""))
        raise JobError(f"The training {last.__class__.__name__.lower()}: {reason}")
    if last.test_accuracy < LEAST_ACCURACY:
        raise JobError(f"The accuracy is only {percent(last.test_accuracy)}.")
    return last.test_accuracy


_LOG = logging.getLogger(__name__)

SAME = 1e-4
"""The largest difference of logits between two evaluations of the same weights in float32."""

PREDICTION_SECONDS = 90.0
"""Time limit for the first predictions, which wait until the frameworks are imported."""

FOUR = (
    (InkPoint(0.3, 0.2), InkPoint(0.3, 0.5), InkPoint(0.7, 0.5)),
    (InkPoint(0.65, 0.2), InkPoint(0.65, 0.8)),
)
"""A 4 in two strokes on the canvas."""


@dataclass(frozen=True)
class SelfTestResult:
    """The result of one test.

    Attributes:
        name: of the test.
        passed: whether it passed.
        detail: the result, or what is wrong and what to do.
        seconds: the duration.
    """

    name: str
    passed: bool
    detail: str
    seconds: float


Step = tuple[str, Callable[[], str]]
"""The name of a test and its function, which returns details or raises ``MnistStudioError``."""


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A temporary home inside the user's home, until the end of the block.

    Raises:
        DataError: the user's home is not writable.
    """
    home = paths.home()
    try:
        make_folder(home)
        temporary = TemporaryDirectory(dir=home, prefix="selftest-", ignore_cleanup_errors=True)
    except OSError as error:
        raise DataError(
            f"{home} is not writable: {error.strerror}.",
            f"Change its permissions, or set {paths.HOME_VARIABLE} to another folder.",
        ) from error
    former = os.environ.get(paths.HOME_VARIABLE)
    with temporary as folder:
        os.environ[paths.HOME_VARIABLE] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop(paths.HOME_VARIABLE)
            if former is not None:
                os.environ[paths.HOME_VARIABLE] = former


def run_step(step: Step) -> SelfTestResult:
    """Runs one test. An error of any kind is its result."""
    name, work = step
    began = perf_counter()
    try:
        passed, detail = True, work()
    except MnistStudioError as error:
        passed, detail = False, str(error)
    except Exception as error:  # noqa: BLE001 - the next test runs anyway
        _LOG.exception("%s", name)
        passed, detail = False, f"Unexpected error: {type(error).__name__}: {error}."
    return SelfTestResult(name, passed, detail, perf_counter() - began)


def steps() -> Iterator[Step]:
    """All tests, in order. Call it inside of ``temporary_home``."""
    trained = Trained(tuple(name for name in registry.FRAMEWORKS if registry.version(name)))
    for name in registry.FRAMEWORKS:
        yield registry.framework_title(name), partial(train, trained, name)
    yield "native scripts", lambda: train_native(trained)
    if len(trained.frameworks) > 1:
        yield "parity", lambda: _check_parity(trained)
    yield "drawing", lambda: _predict_drawing(trained)
    yield "saved weights", lambda: _read_back(trained)
    yield "export", lambda: _export(trained)


def _check_parity(trained: Trained) -> str:
    report = parity.check_parity(shared_spec("numpy"), trained.frameworks, precisions=("float64",))
    passed = [check for check in report.checks if check.passed]
    if not report.passed:
        others = [check for check in report.checks if not check.passed]
        raise JobError(" ".join(f"{check_sentence(check)}." for check in others))
    return f"{counted(len(passed), 'check')} of outputs, gradients, and losses in float64"


def _predict_drawing(trained: Trained) -> str:
    """Predicts a drawing with every trained model, each in its own framework."""
    with RunStore() as store:
        runs = newest(store.runs())
    predictions = _predictions(runs, digit_image(FOUR), trained.frameworks)
    digits = {run.id: int(np.argmax(predictions[run.id].probabilities)) for run in runs}
    for run in runs:
        # The runs of the self-test are hardly trained, but the bundled models must be right.
        if run.bundled and digits[run.id] != 4:
            problem = f"{run.name} predicts {digits[run.id]} for a drawn 4."
            raise JobError(problem, "Reinstall MNIST Studio.")
    engines = sorted({registry.framework_title(each.engine) for each in predictions.values()})
    return f"{counted(len(predictions), 'model')} in {listed(engines)}"


def _predictions(
    runs: tuple[Run, ...], image: NDArray[np.uint8], frameworks: tuple[str, ...]
) -> Mapping[str, Prediction]:
    """The prediction of every run, in its own framework where that is installed.

    Raises:
        JobError: some predictions did not arrive in time.
    """
    arrived: SimpleQueue[Prediction] = SimpleQueue()
    found: dict[str, Prediction] = {}
    predictors = Predictors(arrived.put, lambda _: None)
    try:
        predictors.load_models(runs)
        predictors.predict(image)
        deadline = monotonic() + PREDICTION_SECONDS
        while len(found) < len(runs):
            prediction = arrived.get(timeout=max(0.0, deadline - monotonic()))
            if prediction.engine == prediction.framework or prediction.framework not in frameworks:
                found[prediction.run] = prediction
    except Empty:
        missing = ", ".join(run.name for run in runs if run.id not in found)
        raise JobError(f"There was no prediction from {missing}.", "See the log.") from None
    finally:
        predictors.close()
    return found


def _read_back(trained: Trained) -> str:
    """The saved weights of each run give the same logits in another process."""
    images = sources.load_test("builtin")
    largest = 0.0
    for name, run in trained.runs.items():
        with Evaluator(name) as evaluator:
            again = evaluator.predict(run, images.images).logits
        saved = artifacts.load_test_logits(run.folder, len(run.spec.class_names))
        largest = max(largest, float(np.abs(again - saved).max()))
    if largest > SAME:
        raise JobError(f"The logits of the saved weights differ by {largest:.1e}.")
    return f"logits of {counted(len(trained.runs), 'run')} repeat within {largest:.0e}"


def _export(trained: Trained) -> str:
    """Exports each run as safetensors and in its framework's own format, an intact archive."""
    written = []
    for name, run in trained.runs.items():
        own = paths.home() / f"{name}{export.SUFFIXES[name]}"
        export.export(run, name, own)
        with ZipFile(own) as archive:
            if damaged := archive.testzip():
                raise DataError(f"{damaged} in {own.name} is damaged.")
        export.export(run, "safetensors", own.with_suffix(export.SUFFIXES["safetensors"]))
        written.append(own.suffix)
    return ", ".join((*written, export.SUFFIXES["safetensors"]))
