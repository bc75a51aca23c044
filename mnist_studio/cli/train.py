"""``mnist-studio train``: one recipe in one framework, or in all, one after the other."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from msgspec.structs import replace

from mnist_studio.cli import digits, output
from mnist_studio.cli.training import train_all
from mnist_studio.codegen import native_script
from mnist_studio.data.datasets import sources
from mnist_studio.data.files import read_text
from mnist_studio.errors import SpecError, UsageError
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec import files, known_bugs, recipes
from mnist_studio.spec.optimizers import Optimizer
from mnist_studio.spec.recipes import Recipe
from mnist_studio.spec.run import (
    DatasetName,
    DeviceName,
    FrameworkName,
    KnownBugName,
    Precision,
    RunSpec,
    TrainingSpec,
    check,
    possible_device,
)

_OPTIONS = (
    "framework", "dataset", "epochs", "batch_size", "learning_rate", "seed", "validation",
    "precision", "known_bug", "with_source_bugs", "native", "own_digits",
)  # fmt: skip


def run(arguments: Namespace) -> int:
    """Trains; 1 if any framework failed, 130 if it was interrupted."""
    from_file = _from_file(arguments)
    specs = from_file or run_specs(arguments)
    asked = bool(arguments.dataset or from_file)
    output.note(_digits_sentence(specs[0].dataset, arguments.data, asked))
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
        device=known("device", arguments.device, get_args(DeviceName)),
        threads=arguments.threads,
        style="native" if arguments.native else "shared",
        own_images=digits.own(arguments),
    )
    names = _frameworks(arguments.framework or recipe.framework)
    specs = [
        replace(base, framework=name, known_bugs=chosen_faults(recipe, name, arguments))
        for name in names
    ]
    if len(specs) > 1:
        specs = [
            replace(spec, device=possible_device(spec.framework, spec.device)) for spec in specs
        ]
    for spec in specs:
        check(spec)
        known_bugs.check(spec)
        if spec.style == "native":
            check_writable(spec)
    return specs


def check_writable(spec: RunSpec) -> None:
    """Refuses what cannot be written in a framework's own words.

    Raises:
        SpecError: says what, and what to do.
    """
    for problem in native_script.problems(spec):
        raise SpecError(f"{spec.recipe} cannot be written for {spec.framework}.", problem)


def _from_file(arguments: Namespace) -> list[RunSpec]:
    """The runs of a settings file; none where a recipe was named.

    Raises:
        SpecError: the file is wrong; says where.
        UsageError: it cannot be read, or is to be changed by options.
    """
    path = Path(arguments.recipe)
    if path.suffix != files.SUFFIX:
        return []
    changed = [name for name in _OPTIONS if getattr(arguments, name) not in (None, [], False)]
    if changed:
        raise UsageError(
            f"A settings file says everything itself; --{changed[0].replace('_', '-')} would "
            "change it.",
            "Leave the option out or edit the file.",
        )
    return list(files.read(read_text(path, "settings")))


def chosen_faults(
    recipe: Recipe, framework: FrameworkName, arguments: Namespace
) -> tuple[KnownBugName, ...]:
    """The faults that ``--with-source-bugs`` and ``--known-bug`` switch on in a framework."""
    published = recipe.source_bugs(framework) if arguments.with_source_bugs else ()
    asked = [known("fault", name, get_args(KnownBugName)) for name in arguments.known_bug]
    return (*published, *(name for name in asked if name not in published))


def _training(training: TrainingSpec, arguments: Namespace) -> TrainingSpec:
    chosen = {
        "epochs": arguments.epochs,
        "batch_size": arguments.batch_size,
        "seed": arguments.seed,
        "validation": arguments.validation,
        "precision": _precision(arguments.precision),
        "optimizer": _optimizer(training.optimizer, arguments.learning_rate),
    }
    return replace(training, **{name: value for name, value in chosen.items() if value is not None})


def _precision(name: str | None) -> str | None:
    return None if name is None else known("precision", name, get_args(Precision))


def _optimizer(optimizer: Optimizer, rate: float | None) -> Optimizer:
    return optimizer if rate is None else replace(optimizer, learning_rate=rate)


def _dataset(arguments: Namespace) -> DatasetName:
    if arguments.data:
        return "mnist"
    if arguments.dataset:
        name: DatasetName = known("dataset", arguments.dataset, get_args(DatasetName))
        return name
    return sources.default_dataset()


def _frameworks(name: str) -> Sequence[FrameworkName]:
    if name == "all":
        return get_args(FrameworkName)
    return (known("framework", name, (*get_args(FrameworkName), "all")),)


def known(what: str, name: str, names: tuple[Any, ...]) -> Any:
    """The name, whose type is one of the literals in ``names``.

    Raises:
        UnknownName: it is none of them; suggests the nearest.
    """
    if name not in names:
        raise recipes.unknown(what, name, names)
    return name


def _digits_sentence(dataset: DatasetName, folder: Path | None, asked: bool) -> str:
    """Which digits are used, and why: on standard error, so that JSON stays JSON."""
    if dataset == "mnist":
        return f"Digits: MNIST from {sources.place(folder)}."
    why = "as asked" if asked else "since MNIST is not on this computer"
    return f"Digits: the 1,797 built-in ones from UCI, not MNIST, {why}."
