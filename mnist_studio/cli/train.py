"""``mnist-studio train``: one recipe in one framework, or in all, one after the other."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from msgspec.structs import replace

from mnist_studio.cli import options, output, own_images
from mnist_studio.cli.training_progress import train_all
from mnist_studio.codegen import native_script
from mnist_studio.data.datasets import sources
from mnist_studio.data.files import parse_text
from mnist_studio.errors import SpecError, UsageError
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.memory import check_memory
from mnist_studio.spec import datasets, files, known_bugs, recipes
from mnist_studio.spec.optimizers import Optimizer
from mnist_studio.spec.recipes import Recipe
from mnist_studio.spec.run import (
    DIGITS,
    DeviceName,
    FrameworkName,
    KnownBugName,
    Precision,
    RunSpec,
    TrainingSpec,
    check,
    possible_device,
    with_dataset,
)

_OPTIONS = (
    "framework", "dataset", "epochs", "batch_size", "learning_rate", "seed", "validation",
    "precision", "set", "known_bug", "with_source_bugs", "native", "own_images",
    "handwriting_styles", "training_fraction", "label_noise",
)  # fmt: skip


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.epilog = "Options that you leave out keep the recipe's values."
    parser.add_argument(
        "recipe",
        metavar="RECIPE|FILE",
        help="recipe (see: recipes), or a .toml file with all settings of a run",
    )
    options.add_framework(parser, "numpy, pytorch, keras, or all")
    dataset = parser.add_mutually_exclusive_group()
    options.add_data(dataset)
    dataset.add_argument(
        "--dataset",
        metavar="NAME",
        help="name of a dataset, see: datasets (default: mnist if it is on this computer)",
    )
    _add_settings(parser)
    options.add_changes(parser)
    options.add_own_images(parser, "also train on your labeled images (see: own-images)")
    parser.add_argument(
        "--handwriting-styles", type=int, metavar="N", default=0,
        help="also train on N generated digits in the styles of several countries (default: 0)",
    )  # fmt: skip
    options.add_known_bugs(parser)
    parser.add_argument(
        "--native",
        action="store_true",
        help="run the framework's native script instead of the shared loop (see: code)",
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="record kernels, norms, outputs, and errors after every epoch, which Watch it learn "
        "shows on the Train page (default: off)",
    )
    _add_device(parser)
    options.add_json(parser, "one event per line")


def _add_settings(parser: ArgumentParser) -> None:
    """Adds what can differ from the recipe."""
    recipe = "(default: the recipe's)"
    parser.add_argument(
        "--epochs", type=int, metavar="N", help=f"passes over the training set {recipe}"
    )
    parser.add_argument(
        "--batch-size", type=int, metavar="N", help=f"images per step, 1 to 60,000 {recipe}"
    )
    parser.add_argument(
        "--learning-rate", type=float, metavar="X", help=f"learning rate of the optimizer {recipe}"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help=f"seed of all random numbers {recipe}"
    )
    parser.add_argument(
        "--validation", type=int, metavar="N", help=f"images of the validation set {recipe}"
    )
    parser.add_argument(
        "--training-fraction", type=float, metavar="X",
        help=f"fraction of the training images to use, drawn by the seed {recipe}",
    )  # fmt: skip
    parser.add_argument(
        "--label-noise", type=float, metavar="X",
        help=f"fraction of the training labels to replace by wrong ones {recipe}",
    )  # fmt: skip
    parser.add_argument(
        "--precision", metavar="NAME", help=f"float32, float64, or bfloat16 {recipe}"
    )


def _add_device(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--device", metavar="NAME", default="auto", help="auto, cpu, cuda, or mps (default: auto)"
    )
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        default=0,
        help="CPU threads, where 0 means 1 for short steps in PyTorch and NumPy, and else leaves "
        "the choice to the framework (default: 0)",
    )


def run(arguments: Namespace) -> int:
    """Trains; 1 if any framework failed, 130 after Ctrl+C.

    Raises:
        SpecError: a training would need more memory than this computer has.
    """
    from_file = _read_file(arguments)
    specs = from_file or run_specs(arguments)
    for spec in specs:
        check_memory(spec)
    if arguments.record and any(spec.style == "native" for spec in specs):
        raise UsageError(
            "--record cannot be combined with a native script, whose network is its own.",
            "Leave out --record, or train with the shared loop.",
        )
    requested = bool(arguments.dataset or from_file)
    output.note(_dataset_note(specs[0].dataset, arguments.data, requested))
    jobs = [TrainingJob(spec, arguments.data, observe=arguments.record) for spec in specs]
    return train_all(jobs, specs, arguments.data, arguments.json)


def run_specs(arguments: Namespace) -> list[RunSpec]:
    """The runs that the arguments describe, checked.

    Raises:
        UnknownName: a recipe, framework, device, dataset or precision that does not exist.
        SpecError: a number that cannot work.
    """
    recipe = recipes.recipe(arguments.recipe)
    base = replace(
        with_dataset(recipes.run_spec(recipe), _dataset(arguments)),
        training=_training(recipe.training, arguments),
        device=known("device", arguments.device, get_args(DeviceName)),
        threads=arguments.threads,
        style="native" if arguments.native else "shared",
        own_images=own_images.chosen_fingerprint(arguments),
        handwriting_styles=arguments.handwriting_styles,
    )
    names = _frameworks(arguments.framework or recipe.framework)
    base = options.with_changes(base, arguments)
    specs = [
        replace(base, framework=name, known_bugs=chosen_bugs(recipe, name, arguments))
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
            check_native_script(spec)
    return specs


def check_native_script(spec: RunSpec) -> None:
    """Refuses a run that cannot be written as the native script of its framework.

    Raises:
        SpecError: says why, and what to do.
    """
    for problem in native_script.problems(spec):
        raise SpecError(
            f"{spec.recipe} has no native script in {framework_title(spec.framework)}.", problem
        )


def _read_file(arguments: Namespace) -> list[RunSpec]:
    """The runs of a settings file; none where a recipe was named.

    Raises:
        SpecError: the file is wrong; says where.
        UsageError: it cannot be read, or options would change it.
    """
    path = options.path(arguments.recipe)
    if path.suffix != files.SUFFIX:
        return []
    changed = [name for name in _OPTIONS if getattr(arguments, name) not in (None, [], False)]
    if changed:
        option = changed[0].replace("_", "-")
        raise UsageError(
            f"A settings file contains all settings, so --{option} cannot change it.",
            "Leave the option out, or edit the file.",
        )
    return [_on_its_dataset(spec) for spec in parse_text(path, "settings", files.read)]


def _on_its_dataset(spec: RunSpec) -> RunSpec:
    """The run with the classes of its dataset, if the file names only the dataset."""
    return with_dataset(spec, spec.dataset) if spec.class_names == DIGITS else spec


def chosen_bugs(
    recipe: Recipe, framework: FrameworkName, arguments: Namespace
) -> tuple[KnownBugName, ...]:
    """The bugs that ``--with-source-bugs`` and ``--known-bug`` switch on in a framework."""
    published = recipe.source_bugs(framework) if arguments.with_source_bugs else ()
    named = [known("known bug", name, get_args(KnownBugName)) for name in arguments.known_bug]
    return (*published, *(name for name in named if name not in published))


def _training(training: TrainingSpec, arguments: Namespace) -> TrainingSpec:
    chosen = {
        "epochs": arguments.epochs,
        "batch_size": arguments.batch_size,
        "seed": arguments.seed,
        "validation": arguments.validation,
        "training_fraction": arguments.training_fraction,
        "label_noise": arguments.label_noise,
        "precision": _precision(arguments.precision),
        "optimizer": _optimizer(training.optimizer, arguments.learning_rate),
    }
    return replace(training, **{name: value for name, value in chosen.items() if value is not None})


def _precision(name: str | None) -> str | None:
    return None if name is None else known("precision", name, get_args(Precision))


def _optimizer(optimizer: Optimizer, rate: float | None) -> Optimizer:
    return optimizer if rate is None else replace(optimizer, learning_rate=rate)


def _dataset(arguments: Namespace) -> str:
    if arguments.data:
        return "mnist"
    if arguments.dataset:
        return known_dataset(arguments.dataset)
    return sources.default_dataset()


def _frameworks(name: str) -> Sequence[FrameworkName]:
    return FRAMEWORKS if name == "all" else (known("framework", name, (*FRAMEWORKS, "all")),)


def known(kind: str, name: str, names: tuple[Any, ...]) -> Any:
    """The name, whose type is one of the literals in ``names``.

    Raises:
        UnknownName: it is none of them; suggests the nearest.
    """
    if name not in names:
        raise recipes.unknown(kind, name, names)
    return name


def known_dataset(name: str) -> str:
    """The name of a dataset; one of yours may be written without ``own/``.

    Raises:
        UnknownName: there is none of that name; suggests the nearest.
    """
    names = tuple(one.name for one in datasets.known())
    if datasets.OWN + name in names and name not in names:
        return datasets.OWN + name
    return name if datasets.facts(name) else str(known("dataset", name, names))


def _dataset_note(dataset: str, folder: Path | None, requested: bool) -> str:
    """Which dataset is used, and why."""
    if dataset == "mnist":
        return f"Dataset: MNIST from {sources.place(folder)}."
    if dataset != "builtin":
        return f"Dataset: {datasets.title(dataset)}."
    if requested:
        return "Dataset: the 1,797 built-in images from UCI instead of MNIST, as requested."
    return "Dataset: the 1,797 built-in images from UCI, since MNIST is not on this computer."
