"""``mnist-studio train``: one recipe in one framework, or in all, one after the other."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from mnist_studio.cli import options, output, own_images
from mnist_studio.cli.training_progress import train_all
from mnist_studio.data.datasets import sources
from mnist_studio.errors import UsageError
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.memory import check_memory
from mnist_studio.running.run_request import RunRequest, is_settings_file, read_settings_file
from mnist_studio.spec import changes, datasets
from mnist_studio.spec.run import RunSpec

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
    options.add_logs(parser)
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
    logs = options.logs(arguments)
    from_file = _read_file(arguments)
    specs = from_file or run_specs(arguments)
    for spec in specs:
        check_memory(spec)
    if arguments.record and any(spec.style == "native" for spec in specs):
        raise UsageError(
            "--record cannot be combined with a native script, which builds its own network.",
            "Leave out --record, or train with the shared loop.",
        )
    requested = bool(arguments.dataset or from_file)
    output.note(_dataset_note(specs[0].dataset, arguments.data, requested))
    jobs = [
        TrainingJob(spec, arguments.data, observe=arguments.record, logs=logs) for spec in specs
    ]
    return train_all(jobs, specs, arguments.data, arguments.json)


def run_specs(arguments: Namespace) -> list[RunSpec]:
    """The runs that the arguments describe, checked.

    Raises:
        UnknownName: a recipe, framework, device, dataset or precision that does not exist.
        SpecError: a number that cannot work.
    """
    return RunRequest(
        recipe=arguments.recipe,
        framework=arguments.framework,
        dataset=arguments.dataset,
        data=arguments.data,
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        seed=arguments.seed,
        validation=arguments.validation,
        training_fraction=arguments.training_fraction,
        label_noise=arguments.label_noise,
        precision=arguments.precision,
        device=arguments.device,
        threads=arguments.threads,
        native=arguments.native,
        known_bugs=arguments.known_bug,
        source_bugs=arguments.with_source_bugs,
        own_images=own_images.chosen_fingerprint(arguments),
        handwriting_styles=arguments.handwriting_styles,
        changes=[changes.parse(text) for text in arguments.set],
    ).specs()


def _read_file(arguments: Namespace) -> list[RunSpec]:
    """The runs of a settings file; none where a recipe was named.

    Raises:
        SpecError: the file is wrong; says where.
        UsageError: it cannot be read, or options would change it.
    """
    path = options.path(arguments.recipe)
    if not is_settings_file(path):
        return []
    changed = [name for name in _OPTIONS if getattr(arguments, name) not in (None, [], False)]
    if changed:
        option = changed[0].replace("_", "-")
        raise UsageError(
            f"A settings file contains all settings, so --{option} cannot change it.",
            "Leave the option out, or edit the file.",
        )
    return read_settings_file(path)


def _dataset_note(dataset: str, folder: Path | None, requested: bool) -> str:
    """Which dataset is used, and why."""
    if dataset == "mnist":
        return f"Dataset: MNIST from {sources.place(folder)}."
    if dataset != "builtin":
        return f"Dataset: {datasets.title(dataset)}."
    if requested:
        return "Dataset: the 1,797 built-in images from UCI instead of MNIST, as requested."
    return "Dataset: the 1,797 built-in images from UCI, since MNIST is not on this computer."
