"""The trainings of the self-test: each framework a little, by the studio's loop and as written."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.errors import JobError
from mnist_studio.events import AnyEvent, Failed, Finished
from mnist_studio.frameworks import registry
from mnist_studio.jobs.training import TrainingJob
from mnist_studio.spec import recipes
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store.runs import Run, RunStore

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
    return ", ".join(f"{registry.entry(name).title} {_written(name)}" for name in bench.frameworks)


def _written(name: FrameworkName) -> str:
    spec = _spec(WRITTEN_RECIPE, name, 3)
    training = replace(spec.training, augmentation=CHANGES)
    job = TrainingJob(replace(spec, training=training, style="idiomatic"))
    last = _last(job)
    with RunStore() as store:
        store.delete(job.id)
    # PyTorch's builds for the CPU may have none beside them; all else must be there.
    if isinstance(last, Failed) and "needs torchvision, which is not here" in last.reason:
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
