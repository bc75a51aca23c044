"""The settings of the Train page, and the runs that they describe. No Qt."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.running.memory import check_memory
from mnist_studio.spec import codec, known_bugs, recipes
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
    possible_device,
    with_dataset,
)
from mnist_studio.spec.run_checks import check

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Form:
    """The value of every control of the Train page.

    Attributes:
        base: the run of the recipe or of an opened file. It supplies what no control shows.
        frameworks: train the recipe one after the other.
        dataset: for training and evaluation.
        device: requested device.
        epochs: passes over the training set.
        batch_size: images per step.
        learning_rate: of the recipe's optimizer.
        seed: of every random number.
        validation: size of the validation set, held out of the training set.
        threads: CPU threads; 0 leaves the number to the framework.
        precision: of weights and activations.
        known_bugs: of the source, that are switched on.
        sampling: order in which training images are drawn.
        epoch_steps: steps per epoch; 0 is one pass over the training set.
        clip: how gradients are clipped.
        augmentation: random changes of training images.
        training_fraction: share of the training images that are used.
        label_noise: share of the training labels that are wrong.
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
    training_fraction: float = 1.0
    label_noise: float = 0.0

    @property
    def recipe(self) -> str:
        """The id of the recipe."""
        return self.base.recipe


def recipe_form(name: str, frameworks: tuple[FrameworkName, ...], dataset: DatasetName) -> Form:
    """The settings of a recipe."""
    run = recipes.run_spec(recipes.recipe(name))
    return replace(run_form(run), frameworks=frameworks, dataset=dataset)


def run_form(run: RunSpec) -> Form:
    """The settings of a run."""
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
        training_fraction=training.training_fraction,
        label_noise=training.label_noise,
    )


def shared_form(runs: Sequence[RunSpec]) -> Form | None:
    """The settings of runs that differ only in their framework; None if they differ in more."""
    frameworks = tuple(run.framework for run in runs)
    for run in runs:
        form = replace(run_form(run), frameworks=frameworks)
        if _run_specs(form) == tuple(runs):
            return form
    return None


def remembered(form: Form) -> str:
    """The settings of a form as text, for ``restored``."""
    return codec.encode(preview_run(form))


def restored(text: str) -> Form | None:
    """The form of a text; None if it cannot be read or does not describe a valid run."""
    try:
        run = codec.decode(text)
    except SpecError as error:
        _LOG.info("the settings of the Train page are not restored: %s", error)
        return None
    return run_form(run)


def preview_run(form: Form) -> RunSpec:
    """The run that a form describes, in the framework of its base if that is selected."""
    framework = form.base.framework
    if form.frameworks and framework not in form.frameworks:
        framework = form.frameworks[0]
    return _run_spec(form, framework)


def changed_settings(form: Form) -> int:
    """How many settings differ from the recipe, besides dataset, frameworks, epochs and bugs."""
    recipe = recipes.RECIPES.get(form.recipe)
    if recipe is None:
        return 0
    plain = run_form(recipes.run_spec(recipe))
    changed = [name for name in _BEHIND_THE_FOLD if getattr(form, name) != getattr(plain, name)]
    return len(changed) + bool(form.base.own_images) + bool(form.base.handwriting_styles)


_BEHIND_THE_FOLD = (
    "device", "batch_size", "learning_rate", "seed", "validation", "threads", "precision",
    "sampling", "epoch_steps", "clip", "augmentation", "training_fraction", "label_noise",
)  # fmt: skip
"""The settings of a form that the page shows only on request."""


def applicable_bugs(form: Form) -> tuple[KnownBugName, ...]:
    """The known bugs that change something in the run of a form."""
    run = preview_run(form)
    return tuple(name for name in known_bugs.KNOWN_BUGS if known_bugs.has_effect(name, run))


def with_recipe(form: Form, name: str) -> Form:
    """The settings of another recipe with the dataset, frameworks and device of a form."""
    fresh = recipe_form(name, form.frameworks, form.dataset)
    return replace(fresh, device=form.device, threads=form.threads)


def with_run(form: Form, run: RunSpec) -> Form:
    """The settings of a run with the dataset, frameworks, device and threads of a form."""
    fresh = run_form(run)
    return replace(
        fresh,
        frameworks=form.frameworks,
        dataset=form.dataset,
        device=form.device,
        threads=form.threads,
    )


def run_specs(form: Form) -> tuple[RunSpec, ...]:
    """One run for every selected framework.

    Raises:
        SpecError: which setting is invalid, and what to do.
    """
    if not form.frameworks:
        raise SpecError("No framework is selected.", "Select at least one under “Train in”.")
    runs = _run_specs(form)
    for run in runs:
        check(run)
        known_bugs.check(run)
        check_memory(run)
    return runs


def _run_specs(form: Form) -> tuple[RunSpec, ...]:
    return tuple(_run_spec(form, framework) for framework in form.frameworks)


def _run_spec(form: Form, framework: FrameworkName) -> RunSpec:
    base = form.base.training
    optimizer = msgspec.structs.replace(base.optimizer, learning_rate=form.learning_rate)
    training = msgspec.structs.replace(
        base,
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
        training_fraction=form.training_fraction,
        label_noise=form.label_noise,
    )
    return msgspec.structs.replace(
        _on_dataset(form.base, form.dataset),
        training=training,
        framework=framework,
        device=_device(form, framework),
        threads=form.threads,
        known_bugs=form.known_bugs,
    )


def _on_dataset(base: RunSpec, dataset: DatasetName) -> RunSpec:
    """The base on a dataset; with the network as it is if that cannot have so many classes."""
    try:
        return with_dataset(base, dataset)
    except SpecError:
        return msgspec.structs.replace(base, dataset=dataset)


def _device(form: Form, framework: FrameworkName) -> DeviceName:
    """The selected device; among several frameworks, one without that device uses the CPU."""
    single = len(form.frameworks) == 1
    return form.device if single else possible_device(framework, form.device)
