"""Where digits come from: a named folder, that of the settings, the cache, or the studio itself."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path

from mnist_studio import paths, settings
from mnist_studio.data.datasets import builtin, folders, idx
from mnist_studio.data.datasets.catalog import MNIST, Catalog
from mnist_studio.data.files import write_bytes
from mnist_studio.data.images import Dataset, LabeledImages, fingerprint
from mnist_studio.errors import CancelledByUser, DataError
from mnist_studio.spec.run import DatasetName


@dataclass(frozen=True)
class _Candidate:
    """A folder to look into.

    Attributes:
        folder: where.
        title: for people.
        named: the user named it, so that what is wrong there is told and not passed over.
        remedy: what to do where it is wrong; the complaint's own where empty.
    """

    folder: Path
    title: str
    named: bool
    remedy: str = ""


def load(name: DatasetName, folder: Path | None = None, catalog: Catalog = MNIST) -> Dataset:
    """Digits to train and to test on, verified.

    MNIST is looked for in ``folder``, else in ``MNIST_STUDIO_DATA``, else where the settings say,
    else in the user's cache.

    Args:
        name: which digits.
        folder: named by the user; the built-in digits take no notice of it.
        catalog: what MNIST consists of.

    Raises:
        DataError: there are none, or those in a named folder are missing or damaged.
    """
    if name == "builtin":
        return builtin.load()
    raw = _raw(folder, catalog)
    test = _digits(raw, catalog.test_images.name, catalog.test_labels.name)
    return Dataset(
        name="mnist",
        title="MNIST",
        source=place(folder),
        train=_digits(raw, catalog.train_images.name, catalog.train_labels.name),
        test=test,
        fingerprint=fingerprint(test),
    )


def load_test(
    name: DatasetName, folder: Path | None = None, catalog: Catalog = MNIST
) -> LabeledImages:
    """The test digits alone, verified; MNIST's training digits are not even read.

    Raises:
        DataError: as ``load``.
    """
    if name == "builtin":
        return builtin.load().test
    wanted = (catalog.test_images.name, catalog.test_labels.name)
    return _digits(_raw(folder, catalog, wanted), *wanted)


def place(folder: Path | None = None) -> str:
    """Where MNIST is taken from, for people."""
    return _place(folder).title


def usual_folder() -> Path:
    """Where MNIST is looked for if nobody names a folder."""
    return _place(None).folder


def check_folder(folder: Path, catalog: Catalog = MNIST) -> None:
    """Looks for MNIST's files in a folder, at their names only.

    Raises:
        DataError: they are not all there.
    """
    folders.locate(folder, catalog)


def has_mnist(folder: Path | None = None, catalog: Catalog = MNIST) -> bool:
    """Whether ``load`` would find MNIST's files; looks at their names only."""
    try:
        folders.locate(_place(folder).folder, catalog)
    except DataError:
        return False
    return True


def default_dataset(folder: Path | None = None) -> DatasetName:
    """MNIST where it can be had, else the built-in digits.

    A folder that the user named counts as MNIST even if it is bad, so that loading says why.
    """
    return "mnist" if _place(folder).named or has_mnist(folder) else "builtin"


def import_mnist(
    folder: Path,
    progress: Callable[[float], None],
    is_cancelled: Callable[[], bool],
    catalog: Catalog = MNIST,
) -> None:
    """Copies MNIST from a folder into the user's cache, file by file and verified.

    Args:
        folder: as ``load`` takes it.
        progress: gets the fraction done.
        is_cancelled: asked between files.
        catalog: what MNIST consists of.

    Raises:
        DataError: a file is missing, damaged or cannot be written; what was kept stays.
        Cancelled: by the user.
    """
    found = folders.locate(folder, catalog)
    done = 0
    progress(0.0)
    for file, content in folders.raw_files(found, catalog):
        if is_cancelled():
            raise CancelledByUser("The import was cancelled.", "Nothing that was kept is lost.")
        write_bytes(paths.mnist_cache() / file.name, content)
        done += file.size
        progress(done / catalog.size)


def read_test_folder(folder: Path) -> LabeledImages:
    """The test digits of a folder, of any data set with 28x28 IDX files; nothing is verified.

    Raises:
        DataError: a file is missing, malformed or its digits are not 28x28.
    """
    if not folder.is_dir():
        raise DataError(f"The folder {folder} does not exist.", "Choose a folder of IDX files.")
    raw = {}
    for file in (MNIST.test_images, MNIST.test_labels):
        path = folders.find_file(folder, file) or folders.find_file(folder / "MNIST/raw", file)
        if path is None:
            raise DataError(
                f"In the folder {folder} there is no {file.name}.",
                "Choose a folder with the IDX files of test digits, gzipped or not.",
            )
        raw[file.name] = idx.read_raw(path)
    return _digits(raw, MNIST.test_images.name, MNIST.test_labels.name)


def _raw(
    folder: Path | None, catalog: Catalog, only: Container[str] | None = None
) -> dict[str, bytes]:
    place = _place(folder)
    if not place.named and not has_mnist(catalog=catalog):
        raise DataError(
            "MNIST is not on this computer.",
            "Import a folder that has it, download it, or use the built-in digits.",
        )
    try:
        found = folders.locate(place.folder, catalog)
        return {file.name: content for file, content in folders.raw_files(found, catalog, only)}
    except DataError as error:
        if not place.remedy:
            raise
        raise DataError(error.problem, place.remedy) from error


def _place(folder: Path | None) -> _Candidate:
    if folder is not None:
        return _Candidate(folder, f"the folder {folder}", named=True)
    chosen = paths.data_folder()
    if chosen is not None:
        remedy = f"Correct or unset {paths.DATA_VARIABLE}, which goes before what was imported."
        return _Candidate(chosen, f"the folder {chosen} ({paths.DATA_VARIABLE})", True, remedy)
    kept = settings.load()[0].data_folder
    if kept:
        remedy = "Choose another folder, or forget it, under “Digits” on the Train page."
        return _Candidate(Path(kept), f"the folder {kept} (settings)", True, remedy)
    return _Candidate(paths.mnist_cache(), "the studio's cache", named=False)


def _digits(raw: dict[str, bytes], images: str, labels: str) -> LabeledImages:
    return LabeledImages(idx.parse(raw[images], images, 3), idx.parse(raw[labels], labels, 1))
