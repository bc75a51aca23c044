"""Your own recipes: one readable file each in a folder of the home, and a trash for deleted ones.

A file is replaced as a whole, and a damaged one costs only itself: it is skipped and named. The
name of a recipe is in its file. The name of the file only has to be unique.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.data.datasets import own
from mnist_studio.data.files import make_folder, parse_text, read_text, write_bytes
from mnist_studio.errors import MnistStudioError, SpecError, StoreError, UnknownName, UsageError
from mnist_studio.formatting import counted, listed
from mnist_studio.spec import recipe_files, recipes
from mnist_studio.spec.experiment import ExperimentSpec, recipes_of
from mnist_studio.spec.recipes import OwnRecipe
from mnist_studio.spec.recipes.own_recipe import checked, same_name, tidy_name
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import locks
from mnist_studio.store.disk import reading, writing

MOST_RECIPES = 1000
TRASH = "trash"
"""Folder in that of the recipes with the deleted ones."""
LOCK = "recipes.lock"
LOCK_SECONDS = 10.0

_BUSY = StoreError("Another MNIST Studio is changing your recipes.", "Try again in a moment.")


@dataclass(frozen=True)
class LoadedRecipes:
    """Your own recipes, by name, and what is wrong with those that cannot be used."""

    recipes: tuple[OwnRecipe, ...] = ()
    problems: tuple[MnistStudioError, ...] = ()


@dataclass(frozen=True)
class RecipeUses:
    """What uses a recipe by its name.

    Attributes:
        runs: stored runs, running ones too.
        queued: runs that wait in the queue of the window.
        experiments: titles of stored experiments.
    """

    runs: int = 0
    queued: int = 0
    experiments: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything uses the recipe."""
        return bool(self.runs or self.queued or self.experiments)

    @property
    def sentence(self) -> str:
        """What uses the recipe, and what happens to it; empty if nothing does."""
        parts = [counted(self.runs, "run")] if self.runs else []
        parts += [counted(self.queued, "queued run")] if self.queued else []
        parts += [counted(len(self.experiments), "experiment")] if self.experiments else []
        if not self:
            return ""
        one = len(parts) == 1 and self.runs + self.queued + len(self.experiments) == 1
        text = f"{listed(parts)} {'uses' if one else 'use'} this recipe and"
        return (
            f"{text[0].upper()}{text[1:]} {'keeps' if one else 'keep'} the complete settings and "
            f"the name of the recipe."
        )


class OwnRecipes:
    """Your own recipes in a home. Any thread and several processes may use one.

    Every method raises StoreError, with a remedy, if the disk fails, and UnknownName if there is no
    such recipe. Nothing here changes ``spec.recipes.RECIPES``; see ``load``.
    """

    def __init__(self, home: Path | None = None) -> None:
        self.folder = paths.own_recipes(home)

    def all(self) -> LoadedRecipes:
        """All recipes, ordered by name. Files that cannot be used are named as problems."""
        return _loaded(self.folder)

    def trashed(self) -> tuple[OwnRecipe, ...]:
        """The recipes in the trash, the last deleted first; damaged files are left out."""
        return tuple(recipe for _, recipe in _readable(self._trash_files()))

    def stamp(self) -> tuple[object, ...]:
        """Equal as long as no file has changed."""
        return tuple(_stamps(self.folder))

    def get(self, name: str) -> OwnRecipe:
        """The recipe of that name."""
        return self._found(name)[1]

    def add(self, recipe: OwnRecipe, overwrite: bool = False) -> OwnRecipe:
        """Saves a recipe, and returns it with its name as one line.

        Args:
            recipe: with a new name.
            overwrite: replace your recipe of that name if there is one.

        Raises:
            SpecError: the name is not possible or is taken, or the recipe is not valid.
        """
        made = checked(recipe)
        with self._changing():
            if (taken := self._of_name(made.name)) and not overwrite:
                raise _taken(taken[1].name)
            _refuse_built_in(made.name)
            if not taken and len(_files(self.folder)) >= MOST_RECIPES:
                raise StoreError(f"You can have at most {MOST_RECIPES:,} recipes.", "Delete some.")
            self._write(made, taken[0] if taken else None)
        return made

    def rename(self, name: str, new: str) -> OwnRecipe:
        """Gives a recipe another name. Runs and experiments keep the former one.

        Raises:
            SpecError: the new name is not possible or is taken.
        """
        clean = tidy_name(new)
        with self._changing():
            path, recipe = self._found(name)
            other = self._of_name(clean)
            if other and other[0] != path:
                raise _taken(other[1].name)
            _refuse_built_in(clean)
            renamed = replace(recipe, name=clean)
            self._write(renamed, path)
            # A failure leaves one recipe in any case.
            with suppress(OSError):
                path.rename(self._path_for(renamed, path))
        return renamed

    def delete(self, name: str) -> OwnRecipe:
        """Moves a recipe to the trash."""
        with self._changing():
            path, recipe = self._found(name)
            target = _free(self.folder / TRASH / path.name)
            with writing(target):
                make_folder(target.parent, private=True)
                path.replace(target)
                os.utime(target)  # The order of deletion.
        return recipe

    def restore(self, name: str) -> OwnRecipe:
        """Moves the recipe of that name that was deleted last back from the trash.

        Raises:
            SpecError: another recipe has its name now.
        """
        with self._changing():
            found = _match(_readable(self._trash_files()), name)
            if found is None:
                raise UnknownName(
                    f"There is no recipe called “{name}” in the trash.",
                    "List them with: mnist-studio recipes trash",
                )
            path, recipe = found
            if taken := self._of_name(recipe.name):
                raise _taken(taken[1].name)
            target = _free(self.folder / path.name)
            with writing(target):
                path.replace(target)
        return recipe

    def empty_trash(self) -> int:
        """Deletes the recipes in the trash for good, and returns how many files they were."""
        with self._changing():
            found = self._trash_files()
            for path in found:
                with writing(path):
                    path.unlink(missing_ok=True)
        return len(found)

    def export(self, name: str, target: Path) -> OwnRecipe:
        """Writes a recipe to a file, which ``add(read_file(...))`` reads.

        Raises:
            DataError: the file cannot be written.
        """
        recipe = self.get(name)
        write_bytes(target, recipe_files.write(recipe).encode())
        return recipe

    def _found(self, name: str) -> tuple[Path, OwnRecipe]:
        found = self._of_name(name)
        if found is None:
            known = tuple(recipe.name for recipe in self.all().recipes)
            if name in recipes.BUILT_IN:
                raise UnknownName(
                    f"{name} comes with MNIST Studio and cannot be changed.",
                    "Save it under another name to get a recipe of yours.",
                )
            if not known:
                raise UnknownName(f"You have no recipe called “{name}”.", "You have none yet.")
            raise recipes.unknown("recipe of yours", name, known)
        return found

    def _of_name(self, name: str) -> tuple[Path, OwnRecipe] | None:
        return _match(_readable(_files(self.folder)), name)

    def _write(self, recipe: OwnRecipe, over: Path | None) -> Path:
        """Writes a recipe to the file that it replaces, or to one of its own."""
        path = over or self._path_for(recipe)
        with writing(path):
            write_bytes(path, recipe_files.write(recipe).encode())
        return path

    def _path_for(self, recipe: OwnRecipe, present: Path | None = None) -> Path:
        """The path for a recipe whose file is ``present``; that of no other recipe."""
        path = self.folder / _file_name(recipe.name)
        others = path != present and path.exists()
        others = others and same_name(_name_in(path)) != same_name(recipe.name)
        return _free(path) if others else path

    def _trash_files(self) -> list[Path]:
        found = _files(self.folder / TRASH)
        return sorted(found, key=_changed, reverse=True)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time, in all processes."""
        with writing(self.folder):
            make_folder(self.folder, private=True)
        with locks.waiting(self.folder / LOCK, LOCK_SECONDS, _BUSY):
            yield


def load(home: Path | None = None) -> tuple[MnistStudioError, ...]:
    """Hands your own recipes to ``spec.recipes.RECIPES`` and returns what is wrong with others.

    Each process that offers or resolves recipes calls this at its start.
    """
    found = OwnRecipes(home).all()
    recipes.hand_in(found.recipes)
    return found.problems


def load_all_yours() -> tuple[MnistStudioError, ...]:
    """Makes your own recipes and datasets known; gives what is wrong with others."""
    problems: list[MnistStudioError] = []
    for is_here, hand_in in ((paths.own_recipes(), load), (paths.own_datasets(), own.load)):
        try:
            problems += hand_in() if is_here.exists() else ()
        except MnistStudioError as error:
            problems.append(error)
    return tuple(problems)


def read_file(path: Path) -> OwnRecipe:
    """The recipe of a file that a user chose.

    Raises:
        UsageError: the file cannot be read, is too large, or is not text.
        SpecError: its content is not valid.
    """
    return parse_text(path, "recipe", recipe_files.read)


def uses(
    name: str,
    runs: Iterable[RunSpec],
    experiments: Iterable[ExperimentSpec],
    queued: Sequence[RunSpec] = (),
) -> RecipeUses:
    """What uses a recipe by its name."""
    titles = tuple(one.title for one in experiments if name in recipes_of(one))
    return RecipeUses(
        sum(run.recipe == name for run in runs), sum(run.recipe == name for run in queued), titles
    )


def _loaded(folder: Path) -> LoadedRecipes:
    found: dict[str, OwnRecipe] = {}
    problems: list[MnistStudioError] = []
    for path in _files(folder):
        try:
            recipe = _read(path)
            _refuse_other(recipe.name, found)
        except MnistStudioError as error:
            problems.append(_unusable(path, error))
        else:
            found[same_name(recipe.name)] = recipe
    ordered = sorted(found.values(), key=lambda one: same_name(one.name))
    return LoadedRecipes(tuple(ordered), tuple(problems))


def _refuse_other(name: str, found: dict[str, OwnRecipe]) -> None:
    _refuse_built_in(name)
    if same_name(name) in found:
        raise _taken(found[same_name(name)].name)


def _unusable(path: Path, error: MnistStudioError) -> StoreError:
    return StoreError(
        f"The recipe in {path} cannot be used: {error.problem}",
        error.remedy or "Correct or delete the file.",
    )


def _read(path: Path) -> OwnRecipe:
    """The recipe of a stored file.

    Raises:
        StoreError: the file cannot be read.
        UsageError: it is too large, or is not text.
        SpecError: its content is not valid.
    """
    with reading(path):
        regular = path.is_file()
    if not regular:
        raise UsageError("It is not a file.")
    return recipe_files.read(read_text(path, "recipe"))


def _readable(files: Iterable[Path]) -> Iterator[tuple[Path, OwnRecipe]]:
    for path in files:
        # ``all`` reports the files that cannot be read.
        with suppress(MnistStudioError):
            yield path, _read(path)


def _match(entries: Iterable[tuple[Path, OwnRecipe]], name: str) -> tuple[Path, OwnRecipe] | None:
    wanted = same_name(name)
    return next((entry for entry in entries if same_name(entry[1].name) == wanted), None)


def _name_in(path: Path) -> str:
    try:
        return _read(path).name
    except MnistStudioError:
        return ""


def _files(folder: Path) -> list[Path]:
    """The files of a folder that may be recipes, by name; none without the folder."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == recipe_files.SUFFIX)
    except FileNotFoundError:
        return []
    except OSError:
        with reading(folder):
            raise


def _stamps(folder: Path) -> Iterator[object]:
    for path in _files(folder):
        with suppress(OSError):
            known = path.stat()
            yield path.name, known.st_mtime_ns, known.st_size, known.st_ino


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _file_name(name: str) -> str:
    """A name for the file that people recognize, valid and unique on every system."""
    word = re.sub(r"[^a-z0-9]+", "-", same_name(name))[:40].strip("-") or "recipe"
    return f"{word}-{hashlib.sha256(same_name(name).encode()).hexdigest()[:8]}{recipe_files.SUFFIX}"


def _free(path: Path) -> Path:
    """The path, with a number if another file has it."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


def _refuse_built_in(name: str) -> None:
    wanted = same_name(name)
    for recipe in recipes.BUILT_IN.values():
        if wanted in (same_name(recipe.name), same_name(recipe.title)):
            raise SpecError(
                f"“{name}” is a recipe that comes with MNIST Studio.", "Choose another name."
            )


def _taken(name: str) -> SpecError:
    return SpecError(
        f"You already have a recipe called “{name}”.", "Choose another name, or delete that recipe."
    )
