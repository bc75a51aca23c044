"""What a user requests to train, as runs: a recipe, and what differs from it.

Command line and Python API share it, so that the same words give the same runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from msgspec.structs import replace

from mnist_studio.codegen import native_script
from mnist_studio.data.datasets import sources
from mnist_studio.data.files import parse_text
from mnist_studio.errors import SpecError
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.spec import changes, datasets, files, known_bugs, recipes
from mnist_studio.spec.changes import Change
from mnist_studio.spec.optimizers import Optimizer
from mnist_studio.spec.recipes import Recipe
from mnist_studio.spec.run import (
    DIGITS,
    DatasetName,
    DeviceName,
    FrameworkName,
    KnownBugName,
    Precision,
    RunSpec,
    TrainingSpec,
    possible_device,
    with_dataset,
)
from mnist_studio.spec.run_checks import check
from mnist_studio.store import own_images
from mnist_studio.store.runs import RunStore

ALL = "all"
"""In place of a framework: all of them."""


@dataclass(frozen=True)
class RunRequest:
    """A recipe and what differs from it. None, and an empty value, keep what the recipe has.

    Attributes:
        recipe: its name.
        framework: its name, or ``all``.
        dataset: its name; by default MNIST if it is on this computer.
        data: folder with MNIST that the user named.
        epochs: passes over the training set.
        batch_size: images per step.
        learning_rate: of the optimizer.
        seed: of all random numbers.
        validation: number of images of the validation set.
        training_fraction: fraction of the training images.
        label_noise: fraction of the training labels that are replaced.
        precision: its name.
        device: its name.
        threads: of the CPU; 0 for the choice of MNIST Studio and the framework.
        native: whether the native script trains, and not the shared loop.
        known_bugs: to turn on.
        source_bugs: whether all known bugs of the recipe's source are turned on.
        own_images: fingerprint of the user's images to train on too.
        handwriting_styles: number of generated digits to train on too.
        changes: of single settings.
    """

    recipe: str
    framework: str | None = None
    dataset: str | None = None
    data: Path | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    seed: int | None = None
    validation: int | None = None
    training_fraction: float | None = None
    label_noise: float | None = None
    precision: str | None = None
    device: str = "auto"
    threads: int = 0
    native: bool = False
    known_bugs: Sequence[str] = ()
    source_bugs: bool = False
    own_images: str = ""
    handwriting_styles: int = 0
    changes: Sequence[Change] = ()

    def specs(self) -> list[RunSpec]:
        """The requested runs, checked: one for each framework.

        Raises:
            UnknownName: a recipe, framework, device, dataset or precision that does not exist.
            SpecError: a number that cannot work.
        """
        recipe = recipes.recipe(self.recipe)
        base = replace(
            with_dataset(recipes.run_spec(recipe), chosen_dataset(self.dataset, self.data)),
            training=self._training(recipe.training),
            device=known("device", self.device, get_args(DeviceName)),
            threads=self.threads,
            style="native" if self.native else "shared",
            own_images=self.own_images,
            handwriting_styles=self.handwriting_styles,
        )
        base = changes.changed(base, self.changes)
        names = chosen_frameworks(self.framework or recipe.framework)
        found = [self._in_framework(base, recipe, name, len(names) > 1) for name in names]
        for spec in found:
            check_run(spec)
        return found

    def _in_framework(
        self, base: RunSpec, recipe: Recipe, name: FrameworkName, one_of_several: bool
    ) -> RunSpec:
        device = possible_device(name, base.device) if one_of_several else base.device
        bugs = chosen_bugs(recipe, name, self.known_bugs, self.source_bugs)
        return replace(base, framework=name, known_bugs=bugs, device=device)

    def _training(self, training: TrainingSpec) -> TrainingSpec:
        chosen = {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "seed": self.seed,
            "validation": self.validation,
            "training_fraction": self.training_fraction,
            "label_noise": self.label_noise,
            "precision": _precision(self.precision),
            "optimizer": _optimizer(training.optimizer, self.learning_rate),
        }
        known = {name: value for name, value in chosen.items() if value is not None}
        return replace(training, **known)


def check_run(spec: RunSpec) -> None:
    """Checks a run that a user requests, with its known bugs and its native script.

    Raises:
        SpecError: it cannot work.
    """
    check(spec)
    known_bugs.check(spec)
    if spec.style == "native":
        check_native_script(spec)


def check_native_script(spec: RunSpec) -> None:
    """Refuses a run that cannot be written as the native script of its framework.

    Raises:
        SpecError: says why, and what to do.
    """
    for problem in native_script.problems(spec):
        raise SpecError(
            f"{spec.recipe} has no native script in {framework_title(spec.framework)}.", problem
        )


def is_settings_file(path: Path) -> bool:
    """Whether a path names a settings file, and not a recipe."""
    return path.suffix == files.SUFFIX


def read_settings_file(path: Path) -> list[RunSpec]:
    """The runs of a settings file, with the classes of their datasets.

    Raises:
        SpecError: the file is wrong; says where.
        UsageError: it cannot be read.
    """
    return [_on_its_dataset(spec) for spec in parse_text(path, "settings", files.read)]


def _on_its_dataset(spec: RunSpec) -> RunSpec:
    """The run with the classes of its dataset, if the file names only the dataset."""
    return with_dataset(spec, spec.dataset) if spec.class_names == DIGITS else spec


def chosen_bugs(
    recipe: Recipe, framework: FrameworkName, named: Sequence[str], of_source: bool
) -> tuple[KnownBugName, ...]:
    """The known bugs to turn on in a framework.

    Args:
        recipe: with the bugs of its source.
        framework: that trains.
        named: bugs that the user named.
        of_source: whether all bugs of the source are turned on.
    """
    published = recipe.source_bugs(framework) if of_source else ()
    bugs = [known("known bug", name, get_args(KnownBugName)) for name in named]
    return (*published, *(name for name in bugs if name not in published))


def chosen_frameworks(name: str) -> Sequence[FrameworkName]:
    """The framework of that name, or all of them."""
    return FRAMEWORKS if name == ALL else (known("framework", name, (*FRAMEWORKS, ALL)),)


def chosen_dataset(name: str | None, folder: Path | None = None) -> DatasetName:
    """The dataset of that name; without one, MNIST in the folder or wherever it is, or built-in.

    Raises:
        UnknownName: there is none of that name; suggests the nearest.
    """
    if folder:
        return "mnist"
    return known_dataset(name) if name else sources.default_dataset()


def known_dataset(name: str) -> DatasetName:
    """The name of a dataset; one of yours may be written without ``own/``.

    Raises:
        UnknownName: there is none of that name; suggests the nearest.
    """
    names = tuple(one.name for one in datasets.known())
    if datasets.OWN + name in names and name not in names:
        return datasets.OWN + name
    return name if datasets.facts(name) else str(known("dataset", name, names))


def known(kind: str, name: str, names: tuple[Any, ...]) -> Any:
    """The name, whose type is one of the literals in ``names``.

    Raises:
        UnknownName: it is none of them; suggests the nearest.
    """
    if name not in names:
        raise recipes.unknown(kind, name, names)
    return name


def own_images_fingerprint() -> str:
    """Fingerprint of a stored copy of all of the user's images.

    Raises:
        DataError: there are none.
    """
    with RunStore() as store:
        images = store.own_images.all()
    return own_images.freeze(images).fingerprint


def _precision(name: str | None) -> str | None:
    return None if name is None else known("precision", name, get_args(Precision))


def _optimizer(optimizer: Optimizer, rate: float | None) -> Optimizer:
    return optimizer if rate is None else replace(optimizer, learning_rate=rate)
