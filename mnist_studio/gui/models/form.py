"""What the Train page is set to, and the runs that makes. No Qt."""

from dataclasses import dataclass, replace

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.spec import recipes
from mnist_studio.spec.run import (
    DatasetName,
    DeviceName,
    FrameworkName,
    RunSpec,
    check,
    possible_device,
)


@dataclass(frozen=True)
class Form:
    """Every control of the Train page.

    Attributes:
        recipe: its name.
        frameworks: that train it, one after the other.
        dataset: which digits.
        device: where.
        epochs: passes over the digits.
        batch_size: digits a step.
        learning_rate: of the recipe's optimiser.
        seed: of every random number.
        validation: training digits kept apart to validate on.
        threads: of the CPU; 0 leaves it to the framework.
    """

    recipe: str
    frameworks: tuple[FrameworkName, ...]
    dataset: DatasetName
    device: DeviceName
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    validation: int = 0
    threads: int = 0


def form_of(name: str, frameworks: tuple[FrameworkName, ...], dataset: DatasetName) -> Form:
    """The controls as a recipe sets them."""
    training = recipes.recipe(name).training
    return Form(
        recipe=name,
        frameworks=frameworks,
        dataset=dataset,
        device="auto",
        epochs=training.epochs,
        batch_size=training.batch_size,
        learning_rate=training.optimiser.learning_rate,
        seed=training.seed,
        validation=training.validation,
    )


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
    runs = tuple(_run_spec(form, framework) for framework in form.frameworks)
    for run in runs:
        check(run)
    return runs


def _run_spec(form: Form, framework: FrameworkName) -> RunSpec:
    chosen = recipes.recipe(form.recipe)
    optimiser = msgspec.structs.replace(chosen.training.optimiser, learning_rate=form.learning_rate)
    training = msgspec.structs.replace(
        chosen.training,
        optimiser=optimiser,
        epochs=form.epochs,
        batch_size=form.batch_size,
        seed=form.seed,
        validation=form.validation,
    )
    return RunSpec(
        recipe=chosen.name,
        model=chosen.model,
        training=training,
        dataset=form.dataset,
        framework=framework,
        device=_device(form, framework),
        threads=form.threads,
    )


def _device(form: Form, framework: FrameworkName) -> DeviceName:
    """The chosen one; in a row of frameworks one that cannot have it takes the CPU."""
    alone = len(form.frameworks) == 1
    return form.device if alone else possible_device(framework, form.device)
