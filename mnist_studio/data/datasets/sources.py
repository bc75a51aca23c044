"""Where datasets come from: a given folder, that of the settings, the cache, or the program."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path

from mnist_studio import paths, settings
from mnist_studio.data.datasets import builtin, folders, idx, stored
from mnist_studio.data.datasets.catalog import MNIST, Catalog
from mnist_studio.data.datasets.own import OwnDatasets
from mnist_studio.data.datasets.published_import import naming_unlike_digits
from mnist_studio.data.images import Dataset, LabeledImages, fingerprint
from mnist_studio.errors import DataError, MnistStudioError
from mnist_studio.spec import datasets
from mnist_studio.spec.datasets import OWN, check_dataset
from mnist_studio.spec.run import DatasetName


@dataclass(frozen=True)
class _Candidate:
    """A folder to look into.

    Attributes:
        folder: its path.
        title: readable.
        named: the user named it, so that errors are raised and not ignored.
        remedy: what to do after an error; empty for the remedy of the error.
    """

    folder: Path
    title: str
    named: bool
    remedy: str = ""


def load(name: DatasetName, folder: Path | None = None, catalog: Catalog = MNIST) -> Dataset:
    """A dataset, verified.

    MNIST is searched in ``folder``, else in ``MNIST_STUDIO_DATA``, else in the folder of the
    settings, else in the user's cache.

    Args:
        name: of the dataset.
        folder: named by the user; ignored for the built-in dataset.
        catalog: what MNIST consists of.

    Raises:
        DataError: it is not on this computer, or a named folder lacks it or has damaged files.
    """
    if name == "builtin":
        return builtin.load()
    if name.startswith(OWN):
        return OwnDatasets().read(name)
    if name != "mnist":
        return stored.read(_published(name), name)
    notes: list[str] = []
    raw = _raw(folder, catalog, on_damaged=notes.append)
    test = _images(raw, catalog.test_images.name, catalog.test_labels.name)
    return Dataset(
        name="mnist",
        title="MNIST",
        source=place(folder),
        train=_images(raw, catalog.train_images.name, catalog.train_labels.name),
        test=test,
        fingerprint=fingerprint(test),
        notes=tuple(notes),
    )


def load_test(
    name: DatasetName, folder: Path | None = None, catalog: Catalog = MNIST
) -> LabeledImages:
    """The test set alone, verified; the training set of MNIST is not read.

    Raises:
        DataError: as ``load``.
    """
    if name == "builtin":
        return builtin.load().test
    if name.startswith(OWN):
        return OwnDatasets().read_test(name)
    if name != "mnist":
        return stored.read_test(_published(name))
    wanted = (catalog.test_images.name, catalog.test_labels.name)
    return _images(_raw(folder, catalog, wanted), *wanted)


def place(folder: Path | None = None) -> str:
    """Where MNIST is loaded from, as text."""
    return _place(folder).title


def usual_folder() -> Path:
    """The folder of MNIST if none is given."""
    return _place(None).folder


def require(name: DatasetName, folder: Path | None = None, catalog: Catalog = MNIST) -> None:
    """Checks that ``load`` would find the files of a dataset, by their names.

    In a folder that the user named, the labels must be the published ones too: other datasets have
    the same names. The images are not read, which takes a second.

    Raises:
        DataError: it would not. Says why.
    """
    if name == "builtin":
        return
    if name.startswith(OWN):
        if not is_here(name):
            OwnDatasets().read_test(name)  # Raises and says why.
        return
    if name != "mnist":
        _published(name)
        return
    place = _place(folder)
    try:
        found = _located(place, catalog)
        if place.named:
            labels = (catalog.train_labels.name, catalog.test_labels.name)
            with naming_unlike_digits(place.folder, catalog):
                for _ in folders.raw_files(found, catalog, labels):
                    pass
    except DataError as error:
        raise DataError(error.problem, place.remedy or error.remedy) from error


def files(name: DatasetName, catalog: Catalog = MNIST) -> tuple[Path, ...]:
    """The files that ``load`` may read, if no folder is given; empty where that is not known.

    Raises:
        DataError: as ``require``.
    """
    if name != "mnist":
        return ()
    found = _located(_place(None), catalog)
    return (*(path for copies in found.copies.values() for path in copies), *found.archives)


def check_folder(folder: Path, catalog: Catalog = MNIST) -> tuple[str, ...]:
    """Reads MNIST from a folder to check it; sentences about damaged copies that are ignored.

    Raises:
        DataError: a file is missing, damaged, or not the published one.
    """
    notes: list[str] = []
    found = folders.locate(folder, catalog)
    with naming_unlike_digits(folder, catalog):
        for _ in folders.raw_files(found, catalog, None, notes.append):
            pass
    return tuple(notes)


def has_mnist(folder: Path | None = None, catalog: Catalog = MNIST) -> bool:
    """Whether ``load`` would find the files of MNIST, by their names only."""
    try:
        folders.locate(_place(folder).folder, catalog)
    except DataError:
        return False
    return True


def is_here(name: DatasetName) -> bool:
    """Whether ``load`` would find a dataset on this computer, by the names of its files only."""
    if name == "builtin":
        return True
    if name == "mnist":
        return has_mnist()
    try:
        if name.startswith(OWN):
            OwnDatasets().get(name)
        else:
            _published(name)
    except MnistStudioError:
        return False
    return True


def stored_folder(name: DatasetName) -> Path:
    """The folder of a dataset that is stored with a description, so not of MNIST.

    Raises:
        DataError: it is not on this computer.
    """
    return OwnDatasets().located(name).folder if name.startswith(OWN) else _published(name)


def _published(name: DatasetName) -> Path:
    """The folder of a dataset of the catalog other than MNIST.

    Raises:
        DataError: it is not on this computer.
    """
    folder = paths.dataset_cache(name)
    if (folder / stored.DESCRIPTION).is_file():
        return folder
    check_dataset(name)
    raise DataError(
        f"{datasets.title(name)} is not on this computer.",
        f"Download it: mnist-studio datasets download {name}. Or import a folder that has it: "
        f"mnist-studio datasets import FOLDER --name {name}",
    )


def folder_problem() -> str:
    """What is wrong with the folder that the user named; empty if nothing, or none is named."""
    place = _place(None)
    if not place.named:
        return ""
    try:
        _located(place, MNIST)
    except DataError as error:
        return f"{error.problem} {place.remedy or error.remedy}".strip()
    return ""


def default_dataset(folder: Path | None = None) -> DatasetName:
    """MNIST if it is on this computer, else the built-in dataset.

    A folder that the user named counts as MNIST even if it is wrong, so that loading gives the
    reason.
    """
    return "mnist" if _place(folder).named or has_mnist(folder) else "builtin"


def read_test_folder(folder: Path) -> LabeledImages:
    """The test set of a folder, of any dataset with 28×28 IDX files, without verification.

    Raises:
        DataError: a file is missing, malformed, or its images are not 28×28.
    """
    images, labels = folders.pair(folder, MNIST.test_images, MNIST.test_labels)
    try:
        return LabeledImages(images, labels)
    except DataError as error:
        raise DataError(f"{folder}: {error.problem}", error.remedy) from error


def _raw(
    folder: Path | None,
    catalog: Catalog,
    only: Container[str] | None = None,
    on_damaged: Callable[[str], None] = lambda sentence: None,
) -> dict[str, bytes]:
    place = _place(folder)
    try:
        found = _located(place, catalog)
        with naming_unlike_digits(place.folder, catalog):
            files = folders.raw_files(found, catalog, only, on_damaged)
            return {file.name: content for file, content in files}
    except DataError as error:
        if not place.remedy:
            raise
        raise DataError(error.problem, place.remedy) from error


def _located(place: _Candidate, catalog: Catalog) -> folders.Found:
    try:
        return folders.locate(place.folder, catalog)
    except DataError as error:
        if place.named:
            raise
        raise DataError(
            "MNIST is not on this computer.",
            "Import a folder with MNIST, download MNIST, or use the built-in dataset.",
        ) from error


def _place(folder: Path | None) -> _Candidate:
    if folder is not None:
        return _Candidate(folder, f"the folder {folder}", named=True)
    chosen = paths.data_folder()
    if chosen is not None:
        remedy = (
            f"Correct or unset {paths.DATA_VARIABLE}, which takes precedence over imported files."
        )
        return _Candidate(chosen, f"the folder {chosen} ({paths.DATA_VARIABLE})", True, remedy)
    configured = settings.load()[0].data_folder
    if configured:
        remedy = "Select another folder, or remove it, under “Dataset” on the Train page."
        return _Candidate(
            paths.expanded(configured), f"the folder {configured} (settings)", True, remedy
        )
    return _Candidate(paths.mnist_cache(), "the cache", named=False)


def _images(raw: dict[str, bytes], images: str, labels: str) -> LabeledImages:
    return LabeledImages(idx.parse(raw[images], images, 3), idx.parse(raw[labels], labels, 1))
