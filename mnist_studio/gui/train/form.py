"""What the Train page is set to, and the runs that makes. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.run import (
    ClipNorm,
    ClipValue,
    DatasetName,
    DeviceName,
    FrameworkName,
    KnownBugName,
    Precision,
    RunSpec,
    Sampling,
    check,
    possible_device,
)


@dataclass(frozen=True)
class Form:
    """Every control of the Train page.

    Attributes:
        base: what the recipe, or an opened file, says; all that no control shows stays as it is.
        frameworks: that train it, one after the other.
        dataset: which digits.
        device: where.
        epochs: passes over the digits.
        batch_size: digits a step.
        learning_rate: of the recipe's optimizer.
        seed: of every random number.
        validation: training digits kept apart to validate on.
        threads: of the CPU; 0 leaves it to the framework.
        precision: of weights and activations.
        known_bugs: of the sources, that are switched on.
        sampling: in which order the digits come.
        epoch_steps: steps an epoch; 0 is one pass.
        clip: what is done with large gradients.
        augmentation: how the training digits are changed.
    """

    base: RunSpec
    frameworks: tuple[FrameworkName, ...]
    dataset: DatasetName
    device: DeviceName
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    validation: int = 0
    threads: int = 0
    precision: Precision = "float32"
    known_bugs: tuple[KnownBugName, ...] = ()
    sampling: Sampling = "shuffled"
    epoch_steps: int = 0
    clip: ClipNorm | ClipValue | None = None
    augmentation: Augmentation | None = None

    @property
    def recipe(self) -> str:
        """Its name."""
        return self.base.recipe


def form_of(name: str, frameworks: tuple[FrameworkName, ...], dataset: DatasetName) -> Form:
    """The controls as a recipe sets them."""
    run = recipes.run_spec(recipes.recipe(name))
    return replace(form_of_run(run), frameworks=frameworks, dataset=dataset)


def form_of_run(run: RunSpec) -> Form:
    """The controls as a run sets them."""
    training = run.training
    return Form(
        base=run,
        frameworks=(run.framework,),
        dataset=run.dataset,
        device=run.device,
        epochs=training.epochs,
        batch_size=training.batch_size,
        learning_rate=training.optimizer.learning_rate,
        seed=training.seed,
        validation=training.validation,
        threads=run.threads,
        precision=training.precision,
        known_bugs=run.known_bugs,
        sampling=training.sampling,
        epoch_steps=training.epoch_steps,
        clip=training.clip,
        augmentation=training.augmentation,
    )


def form_of_runs(runs: Sequence[RunSpec]) -> Form | None:
    """The controls as runs set them that differ in their framework only; None if they do not."""
    frameworks = tuple(run.framework for run in runs)
    for run in runs:
        form = replace(form_of_run(run), frameworks=frameworks)
        if _run_specs(form) == tuple(runs):
            return form
    return None


def described(form: Form) -> RunSpec:
    """What is set, in the framework of the recipe."""
    return _run_spec(form, form.base.framework)


def sensible_faults(form: Form) -> tuple[KnownBugName, ...]:
    """The faults that would change something in what is set."""
    run = described(form)
    return tuple(name for name in known_bugs.KNOWN_BUGS if known_bugs.makes_sense(name, run))


def with_recipe(form: Form, name: str) -> Form:
    """The same digits, frameworks and device with everything else as another recipe sets it."""
    fresh = form_of(name, form.frameworks, form.dataset)
    return replace(fresh, device=form.device, threads=form.threads)


def run_specs(form: Form) -> tuple[RunSpec, ...]:
    """One run for every chosen framework.

    Raises:
        SpecError: what is wrong and what to choose instead.
    """
    if not form.frameworks:
        raise SpecError("No framework is chosen.", "Choose at least one under “Train in”.")
    runs = _run_specs(form)
    for run in runs:
        check(run)
        known_bugs.check(run)
    return runs


def _run_specs(form: Form) -> tuple[RunSpec, ...]:
    return tuple(_run_spec(form, framework) for framework in form.frameworks)


def _run_spec(form: Form, framework: FrameworkName) -> RunSpec:
    kept = form.base.training
    optimizer = msgspec.structs.replace(kept.optimizer, learning_rate=form.learning_rate)
    training = msgspec.structs.replace(
        kept,
        optimizer=optimizer,
        epochs=form.epochs,
        batch_size=form.batch_size,
        seed=form.seed,
        validation=form.validation,
        precision=form.precision,
        sampling=form.sampling,
        epoch_steps=form.epoch_steps,
        clip=form.clip,
        augmentation=form.augmentation,
    )
    return msgspec.structs.replace(
        form.base,
        training=training,
        dataset=form.dataset,
        framework=framework,
        device=_device(form, framework),
        threads=form.threads,
        known_bugs=form.known_bugs,
    )


def _device(form: Form, framework: FrameworkName) -> DeviceName:
    """The chosen one; in a row of frameworks one that cannot have it takes the CPU."""
    alone = len(form.frameworks) == 1
    return form.device if alone else possible_device(framework, form.device)
