"""Your own recipes for the pages: saved, renamed, deleted with undo, exported and imported."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.formatting import counted
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.spec.recipes import OwnRecipe
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.own_recipes import RecipeUses, read_file, uses
from mnist_studio.store.runs import RunStore

Queued = Callable[[], tuple[RunSpec, ...]]
Saved = Callable[[OwnRecipe], object]


class OwnRecipesService(QObject):
    """Your own recipes. All work is done in the thread of the store, in order.

    Signals:
        changed: the recipes changed, here or by the command line; ``RECIPES`` has them already.
        message: a sentence about a change.
        undo_offered: a sentence about a change, and the function that undoes it.
        problem: a sentence about files that cannot be used, once for the same files.
    """

    changed = Signal()
    message = Signal(str)
    undo_offered = Signal(str, object)
    problem = Signal(str)

    def __init__(
        self, library: RunLibrary, queued: Queued = lambda: (), parent: QObject | None = None
    ) -> None:
        """Connects to the library.

        Args:
            library: of the stored runs, whose thread does the work.
            queued: returns the runs that wait in the queue.
            parent: owner.
        """
        super().__init__(parent)
        self._library, self._queued = library, queued
        self._problems: tuple[str, ...] = ()
        library.own_recipes_changed.connect(self._follow)

    @property
    def recipes(self) -> tuple[OwnRecipe, ...]:
        """All of them, by name."""
        return self._library.own_recipes.recipes

    def uses(self, name: str) -> RecipeUses:
        """What uses a recipe by its name, to show before it is renamed or deleted."""
        runs = (row.run.spec for row in self._library.rows)
        experiments = (one.spec for one in self._library.experiments)
        return uses(name, runs, experiments, self._queued())

    def save(
        self,
        run: RunSpec,
        name: str,
        summary: str = "",
        overwrite: bool = False,
        done: Saved | None = None,
    ) -> None:
        """Saves network and training of a run under a name.

        Args:
            run: with the network and the training.
            name: of the recipe.
            summary: one sentence on it.
            overwrite: replace your recipe of that name if there is one.
            done: gets the saved recipe, after ``changed``; not called if it fails.

        Raises:
            SpecError: the name is not possible, or the network or training is not valid. A name
                that is taken is reported later by ``RunLibrary.failed``.
        """
        recipe = of_run(run, name, summary)

        def command(store: RunStore) -> OwnRecipe:
            return store.own_recipes.add(recipe, overwrite)

        def finish(saved: OwnRecipe) -> None:
            self.message.emit(f"Saved as “{saved.name}” under Your recipes.")
            if done:
                done(saved)

        self._library.submit(command, finish)

    def rename(self, name: str, new: str, done: Saved | None = None) -> None:
        """Gives a recipe another name."""

        def finish(renamed: OwnRecipe) -> None:
            def undo() -> None:
                self._library.submit(lambda store: store.own_recipes.rename(renamed.name, name))

            self.undo_offered.emit(f"“{name}” is now called “{renamed.name}”.", undo)
            if done:
                done(renamed)

        self._library.submit(lambda store: store.own_recipes.rename(name, new), finish)

    def delete(self, name: str) -> None:
        """Moves a recipe to the trash, and offers to restore it."""
        note = self.uses(name).sentence

        def finish(deleted: OwnRecipe) -> None:
            def undo() -> None:
                self._library.submit(lambda store: store.own_recipes.restore(deleted.name))

            self.undo_offered.emit(f"“{deleted.name}” is in the trash. {note}".strip(), undo)

        self._library.submit(lambda store: store.own_recipes.delete(name), finish)

    def read_trash(self, done: Callable[[tuple[OwnRecipe, ...]], object]) -> None:
        """Reads the recipes in the trash, the one that was deleted last first."""
        self._library.submit(lambda store: store.own_recipes.trashed(), done)

    def restore(self, name: str, done: Callable[[], object]) -> None:
        """Moves a recipe back from the trash, and offers to undo it."""

        def finish(restored: OwnRecipe) -> None:
            def undo() -> None:
                self._library.submit(lambda store: store.own_recipes.delete(restored.name))

            self.undo_offered.emit(f"Restored “{restored.name}”.", undo)
            done()

        self._library.submit(lambda store: store.own_recipes.restore(name), finish)

    def empty_trash(self, done: Callable[[], object]) -> None:
        """Deletes the recipes in the trash for good."""

        def finish(number: int) -> None:
            self.message.emit(f"Deleted {counted(number, 'recipe')} for good.")
            done()

        self._library.submit(lambda store: store.own_recipes.empty_trash(), finish)

    def export_to(self, name: str, path: Path) -> None:
        """Writes a recipe to a file."""
        self._library.submit(
            lambda store: store.own_recipes.export(name, path),
            lambda recipe: self.message.emit(f"{recipe.name} exported to {path}."),
        )

    def import_from(self, path: Path, done: Saved | None = None) -> None:
        """Adds the recipe of a file."""

        def finish(recipe: OwnRecipe) -> None:
            self.message.emit(f"“{recipe.name}” imported from {path.name}.")
            if done:
                done(recipe)

        self._library.submit(lambda store: store.own_recipes.add(read_file(path)), finish)

    @Slot()
    def _follow(self) -> None:
        problems = tuple(map(str, self._library.own_recipes.problems))
        if problems != self._problems:
            self._problems = problems
            if problems:
                self.problem.emit(" ".join(problems))
        self.changed.emit()
