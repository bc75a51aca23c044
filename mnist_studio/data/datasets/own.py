"""Your own datasets: one folder each in the home, and a trash for deleted ones.

A dataset appears complete or not at all, and a damaged one costs only itself: it is skipped and
named. The name of a dataset is that of its folder.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time
from uuid import uuid4

import msgspec.structs

from mnist_studio import paths
from mnist_studio.data.datasets import stored
from mnist_studio.data.datasets.stored import DatasetDescription, NewDataset
from mnist_studio.data.files import make_folder, unreadable, unwritable
from mnist_studio.data.images import Dataset, LabeledImages
from mnist_studio.errors import DataError, MnistStudioError, SpecError, UnknownName
from mnist_studio.spec import datasets, recipes
from mnist_studio.spec.datasets import OWN, DatasetFacts, check_own_name

TRASH = ".trash"
"""Folder in that of the datasets with the deleted ones. No dataset can have this name."""

MOST_DATASETS = 500


@dataclass(frozen=True)
class OwnDataset:
    """A dataset of yours.

    Attributes:
        name: without ``own/``.
        folder: that has it.
        description: what is known of it without its images.
    """

    name: str
    folder: Path
    description: DatasetDescription

    @property
    def facts(self) -> DatasetFacts:
        """The same for those who only need to know its classes and sizes."""
        known = self.description
        return DatasetFacts(
            OWN + self.name, self.name, known.class_names, known.train, known.test,
            origin=known.source,
        )  # fmt: skip


@dataclass(frozen=True)
class LoadedDatasets:
    """Your own datasets, by name, and what is wrong with those that cannot be used."""

    datasets: tuple[OwnDataset, ...] = ()
    problems: tuple[MnistStudioError, ...] = ()


class OwnDatasets:
    """Your own datasets in a home. Any thread and several processes may use one.

    Every method raises DataError, with a remedy, if the disk fails, and UnknownName if there is no
    such dataset. Nothing here changes ``spec.datasets``; see ``load``.
    """

    def __init__(self, home: Path | None = None) -> None:
        self.folder = paths.own_datasets(home)

    def all(self) -> LoadedDatasets:
        """All datasets, ordered by name. Those that cannot be used are named as problems."""
        found, problems = [], []
        for folder in _subfolders(self.folder):
            try:
                check_own_name(folder.name)
                found.append(OwnDataset(folder.name, folder, stored.description(folder)))
            except (DataError, SpecError) as error:
                problems.append(error)
        return LoadedDatasets(tuple(found), tuple(problems))

    def get(self, name: str) -> OwnDataset:
        """The dataset of that name, or the one that had it before; case is ignored."""
        known = self.all().datasets
        name = name.removeprefix(OWN)
        for one in known:
            if one.name == name:
                return one
        for one in known:
            former = map(str.casefold, one.description.former_names)
            if one.name.casefold() == name.casefold() or name.casefold() in former:
                return one
        raise recipes.unknown("dataset of yours", name, tuple(one.name for one in known))

    def read(self, name: str) -> Dataset:
        """The dataset with its images, verified.

        Raises:
            DataError: it is not on this computer, or is damaged.
        """
        found = self.located(name)
        return stored.read(found.folder, OWN + found.name)

    def read_test(self, name: str) -> LabeledImages:
        """Its test set alone, verified."""
        return stored.read_test(self.located(name).folder)

    def located(self, name: str) -> OwnDataset:
        """As ``get``.

        Raises:
            DataError: it is not on this computer.
        """
        try:
            return self.get(name)
        except UnknownName as error:
            raise DataError(
                f"Your dataset “{name.removeprefix(OWN)}” is not on this computer.",
                "Import it again under this name, or choose another dataset.",
            ) from error

    def add(
        self,
        name: str,
        new: NewDataset,
        overwrite: bool = False,
        on_file: Callable[[], object] = lambda: None,
    ) -> OwnDataset:
        """Stores a dataset.

        Args:
            name: of the dataset, without ``own/``.
            new: its images.
            overwrite: move a dataset of that name to the trash first.
            on_file: called before every file; what it raises leaves nothing behind.

        Raises:
            SpecError: the name is not possible or is taken, or the class names are not valid.
            DataError: the disk fails.
        """
        check_own_name(name)
        taken = self._taken(name)
        if taken and not overwrite:
            raise SpecError(
                f"You already have a dataset called “{taken.name}”.",
                "Choose another name, or delete or rename that dataset first.",
            )
        if len(self.all().datasets) >= MOST_DATASETS:
            raise SpecError(
                f"You can have at most {MOST_DATASETS} datasets.", "Delete one of them first."
            )
        # Complete before the old one leaves.
        made = self.folder / f".{uuid4().hex}.new"
        try:
            known = stored.write(made, new, time(), on_file)
            target = self.folder / name
            self._exchange(made, target, taken)
        except OSError as error:
            raise unwritable(error, self.folder / name) from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return OwnDataset(name, target, known)

    def rename(self, name: str, new: str) -> OwnDataset:
        """Renames a dataset. Runs that name it find it by its former name.

        Raises:
            SpecError: the name is not possible or is taken.
        """
        check_own_name(new)
        found, taken = self.get(name), self._taken(new)
        if taken and taken.name != found.name:
            raise SpecError(
                f"You already have a dataset called “{taken.name}”.", "Choose another name."
            )
        former = tuple(dict.fromkeys((*found.description.former_names, found.name)))
        former = tuple(one for one in former if one != new)
        known = msgspec.structs.replace(found.description, title=new, former_names=former)
        target = self.folder / new
        try:
            # First, so that its runs find it however this ends.
            stored.describe(found.folder, known)
            found.folder.rename(target)
        except (OSError, DataError) as error:
            with suppress(DataError):
                stored.describe(found.folder, found.description)
            if isinstance(error, DataError):
                raise
            raise unwritable(error, target) from error
        return OwnDataset(new, target, known)

    def delete(self, name: str) -> OwnDataset:
        """Moves a dataset to the trash; one of that name there is deleted for good."""
        found = self.get(name)
        self._trash(found)
        return found

    def trashed(self) -> tuple[OwnDataset, ...]:
        """The datasets in the trash; damaged ones are left out."""
        return tuple(self._in_trash())

    def restore(self, name: str) -> OwnDataset:
        """Moves a dataset back from the trash.

        Raises:
            SpecError: a dataset has its name now.
        """
        known = self.trashed()
        name = name.removeprefix(OWN)
        found = next((one for one in known if one.name.casefold() == name.casefold()), None)
        if found is None:
            raise recipes.unknown("dataset in the trash", name, tuple(one.name for one in known))
        if taken := self._taken(found.name):
            raise SpecError(
                f"You already have a dataset called “{taken.name}”.", "Rename that one first."
            )
        target = self.folder / found.name
        try:
            found.folder.rename(target)
        except OSError as error:
            raise unwritable(error, target) from error
        return OwnDataset(found.name, target, found.description)

    def empty_trash(self) -> int:
        """Deletes the datasets in the trash for good; how many they were."""
        count = len(self.trashed())
        shutil.rmtree(self.folder / TRASH, ignore_errors=True)
        return count

    def _taken(self, name: str) -> OwnDataset | None:
        """The dataset whose folder a new one of that name would need."""
        folded = name.casefold()
        return next((one for one in self.all().datasets if one.name.casefold() == folded), None)

    def _exchange(self, made: Path, target: Path, taken: OwnDataset | None) -> None:
        """Moves a new dataset to its place and the one of its name to the trash, or neither."""
        if taken:
            self._trash(taken)
        try:
            made.rename(target)
        except OSError:
            if taken:
                (self.folder / TRASH / taken.name).rename(taken.folder)
            raise

    def _trash(self, found: OwnDataset) -> None:
        place = self.folder / TRASH / found.name
        try:
            make_folder(place.parent)
            shutil.rmtree(place, ignore_errors=True)
            found.folder.rename(place)
        except OSError as error:
            raise unwritable(error, place) from error

    def _in_trash(self) -> Iterator[OwnDataset]:
        for folder in _subfolders(self.folder / TRASH):
            try:
                yield OwnDataset(folder.name, folder, stored.description(folder))
            except DataError:
                continue  # It is deleted with the rest.


def load(home: Path | None = None) -> tuple[MnistStudioError, ...]:
    """Hands your own datasets to ``spec.datasets``, and returns what is wrong with others.

    Each process that offers or resolves datasets calls this at its start.

    Raises:
        DataError: the folder of your datasets cannot be read.
    """
    found = OwnDatasets(home).all()
    facts = [one.facts for one in found.datasets]
    former = {
        OWN + name: one.facts for one in found.datasets for name in one.description.former_names
    }
    datasets.hand_in(facts, former)
    return found.problems


def _subfolders(folder: Path) -> list[Path]:
    """The folders with datasets in a folder, ordered by name; stages and the trash are hidden."""
    try:
        return sorted(
            one for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")
        )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(error, folder) from error
