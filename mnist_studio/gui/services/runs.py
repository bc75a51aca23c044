"""The stored runs. One thread accesses the store; the window gets values."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.data.own_images import OwnImage
from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.services.background import BackgroundTask, Work
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.store_thread import Command, StoreThread
from mnist_studio.spec import recipes
from mnist_studio.store.annotations import Change
from mnist_studio.store.experiments import Experiment, Membership, RemovedExperiment
from mnist_studio.store.own_recipes import LoadedRecipes
from mnist_studio.store.run_record import Annotations

_LOG = logging.getLogger(__name__)


class RunLibrary(QObject):
    """All runs, as the pages see them.

    Signals:
        changed: the rows were read again.
        own_images_changed: the own images changed.
        own_recipes_changed: the own recipes changed; ``spec.recipes.RECIPES`` has them already.
        failed: a command of the store failed; an exception.
        interrupted: the ids of runs that were training when MNIST Studio last ended; once.
        damaged: the store must be rebuilt or restored before it can be opened; an exception.
    """

    changed = Signal()
    own_images_changed = Signal()
    own_recipes_changed = Signal()
    failed = Signal(object)
    interrupted = Signal(object)
    damaged = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._own_images: tuple[OwnImage, ...] = ()
        self._own_recipes = LoadedRecipes()
        self._rows: tuple[RunRow, ...] = ()
        self._experiments: tuple[Experiment, ...] = ()
        self._memberships: Mapping[str, Membership] = {}
        self._trashed: tuple[RunRow, ...] = ()
        self._done: dict[Command, Callable[[Any], object]] = {}
        self._loaded = False
        self._thread = StoreThread(self)
        self._thread.read.connect(self._take)
        self._thread.own_images_read.connect(self._on_own_images)
        self._thread.own_recipes_read.connect(self._on_own_recipes)
        self._thread.executed.connect(self._finish)
        self._thread.refused.connect(self._drop)
        self._thread.interrupted.connect(self.interrupted)
        self._thread.failed.connect(self._fail)
        self._thread.damaged.connect(self.damaged)

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """All runs but those in the trash, newest first; archived ones too."""
        return self._rows

    @property
    def trashed(self) -> tuple[RunRow, ...]:
        """The runs in the trash, the last deleted first."""
        return self._trashed

    @property
    def trained(self) -> tuple[RunRow, ...]:
        """The runs whose weights can be used, newest first; archived ones are left out."""
        return tuple(row for row in self._rows if row.run.trained and not row.archived)

    @property
    def own_images(self) -> tuple[OwnImage, ...]:
        """Your own images, oldest first."""
        return self._own_images

    @property
    def own_recipes(self) -> LoadedRecipes:
        """Your own recipes, by name, and what is wrong with files that cannot be used."""
        return self._own_recipes

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """All experiments, newest first."""
        return self._experiments

    @property
    def memberships(self) -> Mapping[str, Membership]:
        """How every run that an experiment trained belongs to it, by the run's id."""
        return self._memberships

    def experiment_of(self, run: str) -> str:
        """Id of the experiment that a run belongs to; empty if it belongs to none."""
        membership = self._memberships.get(run)
        return membership.experiment if membership else ""

    @property
    def loaded(self) -> bool:
        """The store was read at least once."""
        return self._loaded

    def open(self) -> None:
        """Starts reading."""
        self._thread.start()

    def refresh(self) -> None:
        """Reads all runs again."""
        self._thread.submit(lambda store: None)

    def submit(self, command: Command, done: Callable[[Any], object] | None = None) -> None:
        """Executes a command on the store, then reads everything again.

        Args:
            command: gets the store.
            done: gets the result, in the thread of the window; not called if the command fails.
        """
        if done:
            self._done[command] = done
        self._thread.submit(command)

    def replace(
        self, work: Work, done: Callable[[Any], object], failed: Callable[[Exception], object]
    ) -> BackgroundTask:
        """Does work that replaces the database, while the store is closed.

        The arguments are those of ``Background.start``.
        """
        task = BackgroundTask(self, done, failed)
        # It lives as long as this object: its signals arrive after the work.
        self._thread.replace(lambda: task.execute(work))
        return task

    def rename(self, run: str, title: str) -> None:
        """Gives a run another title."""
        self._thread.submit(lambda store: store.rename(run, title))

    def delete_experiment(
        self, experiment: str, done: Callable[[RemovedExperiment], object] | None = None
    ) -> None:
        """Deletes an experiment, but not its runs; ``done`` gets what brings it back."""
        self.submit(lambda store: store.experiments.delete(experiment), done)

    def restore_experiment(
        self, removed: RemovedExperiment, done: Callable[[None], object] | None = None
    ) -> None:
        """Brings a deleted experiment back, with the runs that belonged to it."""
        self.submit(lambda store: store.experiments.restore(removed), done)

    def delete(
        self, runs: tuple[str, ...], done: Callable[[tuple[str, ...]], object] | None = None
    ) -> None:
        """Moves runs to the trash; ``done`` gets their ids."""
        self.submit(lambda store: store.move_to_trash(runs), done)

    def restore(self, runs: tuple[str, ...], done: Callable[[None], object] | None = None) -> None:
        """Moves runs back from the trash."""
        self.submit(lambda store: store.trash.restore(runs), done)

    def annotate(
        self,
        runs: tuple[str, ...],
        change: Change,
        done: Callable[[Mapping[str, Annotations]], object] | None = None,
    ) -> None:
        """Changes tags, note, or archived state; ``done`` gets what they were, for ``revert``."""
        self.submit(lambda store: store.annotate(runs, change), done)

    def revert(self, former: Mapping[str, Annotations]) -> None:
        """Brings annotations back."""
        self.submit(lambda store: store.revert(former))

    def close(self) -> None:
        """Waits for the thread."""
        self._thread.end()
        self._thread.wait()

    @Slot(object, object)
    def _finish(self, command: Command, result: object) -> None:
        done = self._done.pop(command, None)
        if done:
            done(result)

    @Slot(object)
    def _drop(self, command: Command) -> None:
        self._done.pop(command, None)

    @Slot(object, object, object, object)
    def _take(
        self,
        rows: tuple[RunRow, ...],
        experiments: tuple[Experiment, ...],
        memberships: Mapping[str, Membership],
        trashed: tuple[RunRow, ...],
    ) -> None:
        self._rows, self._experiments, self._memberships = rows, experiments, memberships
        self._trashed = trashed
        self._loaded = True
        self.changed.emit()

    @Slot(object)
    def _on_own_images(self, own_images: tuple[OwnImage, ...]) -> None:
        self._own_images = own_images
        self.own_images_changed.emit()

    @Slot(object)
    def _on_own_recipes(self, loaded: LoadedRecipes) -> None:
        self._own_recipes = loaded
        recipes.hand_in(loaded.recipes)
        self.own_recipes_changed.emit()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        if not isinstance(error, MnistStudioError):
            _LOG.error("an unexpected error in the store", exc_info=error)
        self.failed.emit(error)
