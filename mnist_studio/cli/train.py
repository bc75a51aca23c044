"""``mnist-studio train``: one recipe in one framework, or in all, one after the other."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any, get_args

from msgspec.structs import replace

from mnist_studio.cli import output
from mnist_studio.cli.training import train_all
from mnist_studio.data import sources
from mnist_studio.jobs.training import TrainingJob
from mnist_studio.spec import recipes
from mnist_studio.spec.optimisers import Optimiser
from mnist_studio.spec.run import (
    DatasetName,
    DeviceName,
    FrameworkName,
    Precision,
    RunSpec,
    TrainingSpec,
    check,
    possible_device,
)


def run(arguments: Namespace) -> int:
    """Trains; 1 if any framework failed, 130 if it was interrupted."""
    specs = run_specs(arguments)
    output.note(_digits_sentence(specs[0].dataset, arguments))
    return train_all([TrainingJob(spec, arguments.data) for spec in specs], specs, arguments.json)


def run_specs(arguments: Namespace) -> list[RunSpec]:
    """The runs that the arguments ask for, checked.

    Raises:
        UnknownName: a recipe, framework, device, dataset or precision that does not exist.
        SpecError: a number that cannot work.
    """
    recipe = recipes.recipe(arguments.recipe)
    base = replace(
        recipes.run_spec(recipe),
        training=_training(recipe.training, arguments),
        dataset=_dataset(arguments),
        device=_known("device", arguments.device, get_args(DeviceName)),
        threads=arguments.threads,
    )
    names = _frameworks(arguments.framework or recipe.framework)
    specs = [replace(base, framework=name) for name in names]
    if len(specs) > 1:
        specs = [
            replace(spec, device=possible_device(spec.framework, spec.device)) for spec in specs
        ]
    for spec in specs:
        check(spec)
    return specs


def _training(training: TrainingSpec, arguments: Namespace) -> TrainingSpec:
    chosen = {
        "epochs": arguments.epochs,
        "batch_size": arguments.batch_size,
        "seed": arguments.seed,
        "validation": arguments.validation,
        "precision": _precision(arguments.precision),
        "optimiser": _optimiser(training.optimiser, arguments.learning_rate),
    }
    return replace(training, **{name: value for name, value in chosen.items() if value is not None})


def _precision(name: str | None) -> str | None:
    return None if name is None else _known("precision", name, get_args(Precision))


def _optimiser(optimiser: Optimiser, rate: float | None) -> Optimiser:
    return optimiser if rate is None else replace(optimiser, learning_rate=rate)


def _dataset(arguments: Namespace) -> DatasetName:
    if arguments.data:
        return "mnist"
    if arguments.dataset:
        name: DatasetName = _known("dataset", arguments.dataset, get_args(DatasetName))
        return name
    return sources.default_dataset()


def _frameworks(name: str) -> Sequence[FrameworkName]:
    if name == "all":
        return get_args(FrameworkName)
    return (_known("framework", name, (*get_args(FrameworkName), "all")),)


def _known(what: str, name: str, known: tuple[Any, ...]) -> Any:
    """The name, whose type is one of the literals in ``known``."""
    if name not in known:
        raise recipes.unknown(what, name, known)
    return name


def _digits_sentence(dataset: DatasetName, arguments: Namespace) -> str:
    """Which digits are used, and why: on standard error, so that JSON stays JSON."""
    if dataset == "mnist":
        return f"Digits: MNIST from {sources.place(arguments.data)}."
    why = "as asked" if arguments.dataset else "since MNIST is not on this computer"
    return f"Digits: the 1,797 built-in ones from UCI, not MNIST, {why}."
