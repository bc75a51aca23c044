"""The state that all pages share: theme, runs, queue, drawing, predictions, datasets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO, Any

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio import events, paths, settings
from mnist_studio.data.pictures.files import PictureNumber, open_number
from mnist_studio.gui.services import offers
from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.services.dataset_library import DatasetLibrary, StoredDataset
from mnist_studio.gui.services.datasets import DatasetService
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.services.examples import Examples
from mnist_studio.gui.services.experiment import ExperimentService
from mnist_studio.gui.services.explanations import Explanations
from mnist_studio.gui.services.first_steps import FirstSteps
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.services.live_run import LiveRun, row_in_training
from mnist_studio.gui.services.living import LivingNetwork
from mnist_studio.gui.services.newest_version import NewestVersion
from mnist_studio.gui.services.own_image_scores import OwnImageScores
from mnist_studio.gui.services.own_images import OwnImagesService
from mnist_studio.gui.services.own_recipes import OwnRecipesService
from mnist_studio.gui.services.paced_images import PacedImages
from mnist_studio.gui.services.predictions import NoveltyService, Predictions
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.gui.services.saved_drawing import DrawingSaver
from mnist_studio.gui.services.speed_meter import SpeedMeter
from mnist_studio.gui.services.texts import error_text
from mnist_studio.gui.services.training import TrainingQueue
from mnist_studio.gui.services.views import ViewLoader
from mnist_studio.gui.theme.theme import Choice, Theme
from mnist_studio.prediction.novelty_detector import NoveltyDetector
from mnist_studio.running.warm import WarmProcesses
from mnist_studio.spec import datasets
from mnist_studio.spec.run import RunSpec

TRAINS = (
    "A run is training. Other computations would distort its timing. Wait for it to finish, or "
    "stop it first."
)
"""Why no other long computation can start now."""


@dataclass(frozen=True)
class ChosenRuns:
    """What the Compare page is requested to show.

    Attributes:
        runs: ids of the runs to compare.
        view: the name of the view; empty for the one that was shown last.
        model: id of the run whose predictions are shown; empty for the newest.
    """

    runs: tuple[str, ...]
    view: str = ""
    model: str = ""


class Studio(QObject):
    """Owns the threads and the shared state of one window.

    Signals:
        message: a sentence for the user and its kind (plain, good, bad).
        undo_offered: a sentence that says what was done, and the function that undoes it.
        outcome: how something ended, an ``Outcome`` for the page that is shown.
        page_requested: the name of a page to show.
        item_requested: the name of a page, and the key of the thing to show on it.
        training_requested: train with the settings of the Train page.
        picture_requested: let the user select a picture.
        picture_opened: a picture is on the canvas.
        experiment_chosen: id of an experiment to compare.
        runs_chosen: what to compare, a ``ChosenRuns``.
        settings_chosen: runs whose settings the Train page shows.
        import_requested: the path of a file with runs for the Runs page.
        data_requested: show the dialog of the stored data.
        environments_requested: show the dialog of the environments.
        environments_changed: a framework was installed, or computes in another environment.
        settings_dropped: the path of a file with settings for the Train page.
        activity_changed: ``activity`` changed.
        page_shown: the name of the page that is shown now.
        first_training_requested: train a small network for a short time on the Train page.
        own_training_requested: train with the settings of the Train page and the own images.
        closing: the window is closed; what it should remember can be saved now.
    """

    message = Signal(str, str)
    undo_offered = Signal(str, object)
    outcome = Signal(object)
    page_requested = Signal(str)
    item_requested = Signal(str, str)
    training_requested = Signal()
    picture_requested = Signal()
    picture_opened = Signal()
    experiment_chosen = Signal(str)
    runs_chosen = Signal(object)
    settings_chosen = Signal(object)
    settings_dropped = Signal(object)
    import_requested = Signal(object)
    data_requested = Signal()
    environments_requested = Signal()
    environments_changed = Signal()
    activity_changed = Signal()
    page_shown = Signal(str)
    first_training_requested = Signal()
    own_training_requested = Signal()
    closing = Signal()

    def __init__(self, theme: Theme, loaded: tuple[settings.Settings, str] | None = None) -> None:
        super().__init__()
        self.theme = theme
        self._settings, self._complaint = loaded or settings.load()
        chosen = self._settings.data_folder
        folder = paths.expanded(chosen) if chosen else None
        self._saving = Lock()
        self._unsaved: dict[str, Any] = {}
        self.background = Background(self)
        self._pictures = LatestOnlyRunner[Path | IO[bytes]](self.background, _number_of, self)
        self._pictures.done.connect(self._show_picture)
        self._pictures.failed.connect(self._on_picture_failed)
        self._activity = ""
        self.library = RunLibrary(self)
        self.warm_processes = WarmProcesses()
        self.queue = TrainingQueue(self, self.warm_processes, self._training_logs)
        self.speeds = SpeedMeter(self.background, self.queue, self)
        self.experiment = ExperimentService(self, self._training_logs)
        detector = NoveltyDetector()
        self.drawing = Drawing(self, detector)
        self.drawing_saver = DrawingSaver(self.background, self.drawing, self)
        self.paced_images = PacedImages(self)
        self.novelty = NoveltyService(detector, self)
        self.predictions = Predictions(self)
        self.predictions.restore_pins(self._settings.pinned)
        self.datasets = DatasetService(self.background, folder, self)
        self.dataset_library = DatasetLibrary(self.background, self)
        self.views = ViewLoader(self.background, None, self)
        self.own_images = OwnImagesService(self.background, self.library, self)
        self.own_recipes = OwnRecipesService(self.library, self._queued_runs, self)
        self.own_image_scores = OwnImageScores(self.background, self.library, self)
        self.examples = Examples(self.background, self.drawing, self)
        self.explanations = Explanations(self.background, None, self)
        self.living = LivingNetwork(self)
        self.newest_version = NewestVersion(self.background, self)
        self.first_steps = FirstSteps(
            self.drawing, self.library, self._settings, self._save_steps, self
        )
        self._connect()

    def _connect(self) -> None:
        self.library.changed.connect(self._load_models)
        self.library.failed.connect(self.complain)
        self.library.interrupted.connect(self._offer_to_resume)
        self.datasets.failed.connect(self.complain)
        self.datasets.fetched.connect(self._offer_training)
        self.dataset_library.failed.connect(self.complain)
        self.dataset_library.undo_offered.connect(self.undo_offered)
        self.dataset_library.stored.connect(self._show_stored_dataset)
        self.own_images.failed.connect(self.complain)
        self.own_recipes.message.connect(self._show_success)
        self.own_recipes.undo_offered.connect(self.undo_offered)
        self.own_recipes.problem.connect(self._show_problem)
        self.own_image_scores.failed.connect(self.complain)
        self.examples.failed.connect(self.complain)
        self.drawing_saver.failed.connect(self.complain)
        self.novelty.failed.connect(self.complain)
        self.newest_version.failed.connect(self.complain)
        self.queue.changed.connect(self.library.refresh)
        self.queue.changed.connect(self._pause_or_resume_warm_processes)
        self.queue.event_received.connect(self._follow)
        self.experiment.changed.connect(self._pause_or_resume_warm_processes)
        self.experiment.idle.connect(self.library.refresh)
        self.experiment.failed.connect(self.complain)
        self.speeds.failed.connect(self.complain)
        self.drawing.images_changed.connect(self.paced_images.submit)
        self.paced_images.passed.connect(self.predictions.predict)
        self.paced_images.passed.connect(self.novelty.submit)
        self.predictions.classes_changed.connect(self.drawing.expect)
        self.predictions.pins_changed.connect(self._save_pins)
        self.page_shown.connect(self.first_steps.look_at_page)

    @property
    def busy(self) -> bool:
        """Whether a run is training."""
        return self.queue.busy or self.experiment.busy

    @property
    def activity(self) -> str:
        """What is being computed besides training, such as a parity check; empty for nothing."""
        return self._activity

    def set_activity(self, text: str) -> None:
        """Shows in the status line what is being computed besides training."""
        if text != self._activity:
            self._activity = text
            self._pause_or_resume_warm_processes()
            self.activity_changed.emit()

    def stop(self) -> None:
        """Stops all runs and saves their weights."""
        self.queue.stop()
        self.experiment.stop()

    def cancel(self) -> None:
        """Cancels all runs; their weights are not saved."""
        self.queue.cancel()
        self.experiment.cancel()

    def draw_with(self, run: str) -> None:
        """Goes to the Draw page, where this trained run is shown large."""
        self.predictions.draw_with(run)
        self.page_requested.emit("draw")

    def compare(self, runs: Sequence[str], view: str = "", model: str = "") -> None:
        """Goes to the Compare page with these runs selected; see ``ChosenRuns``."""
        self.page_requested.emit("compare")
        self.runs_chosen.emit(ChosenRuns(tuple(runs), view, model))

    def compare_experiment(self, experiment: str) -> None:
        """Goes to the Compare page with the runs of an experiment selected."""
        self.page_requested.emit("compare")
        self.experiment_chosen.emit(experiment)

    def show_settings(self, runs: Sequence[RunSpec]) -> None:
        """Goes to the Train page with the settings of these runs."""
        self.page_requested.emit("train")
        self.settings_chosen.emit(tuple(runs))

    @Slot(object)
    def _offer_to_resume(self, runs: tuple[str, ...]) -> None:
        """Leads to a run that was training when MNIST Studio ended, such as after a power cut."""
        found = [row for row in self.library.rows if row.id in runs and row.run.resumable]
        # An experiment resumes its runs itself.
        alone = [row for row in found if not self.library.experiment_of(row.id)]
        if alone:
            self.outcome.emit(offers.to_resume_run(alone[0], partial(self._resume, alone[0])))
        elif found:
            experiment = self.library.experiment_of(found[0].id)
            go = partial(self.item_requested.emit, "experiments", experiment)
            compare = partial(self.compare_experiment, experiment)
            self.outcome.emit(offers.to_resume_experiment(self.library, found, go, compare))

    def _resume(self, row: RunRow) -> None:
        self.queue.resume_run(row.run, row.epochs)
        self.page_requested.emit("train")

    @Slot()
    def _offer_training(self) -> None:
        self.outcome.emit(offers.to_train(partial(self.page_requested.emit, "train")))

    @Slot(object)
    def _show_stored_dataset(self, found: StoredDataset) -> None:
        self._show_success(" ".join((f"{datasets.title(found.name)} is ready.", *found.notes)))

    def open(self) -> None:
        """Starts the threads; called after the first paint."""
        self.library.open()
        self.datasets.look()
        self.dataset_library.look()
        self.speeds.open()
        self.drawing_saver.open()
        if self._settings.check_version:
            self.newest_version.look()
        if self._complaint:
            self.message.emit(self._complaint, "bad")

    def close(self) -> None:
        """Ends everything that runs and waits for it."""
        self.closing.emit()
        self.queue.close()
        self.experiment.close()
        self.warm_processes.close()
        self.drawing_saver.close()
        self.paced_images.close()
        self.drawing.close()
        self.novelty.close()
        self.predictions.close()
        self.background.close()
        self.views.close()
        self.explanations.close()
        self.living.close()
        self.library.close()

    def choose_theme(self, choice: Choice) -> None:
        """Sets the theme and saves the choice."""
        self.theme.choose(choice)
        self.remember(theme=choice)

    def check_version(self, wanted: bool) -> None:
        """Looks for newer versions from now on, or no longer."""
        self.remember(check_version=wanted)
        if wanted:
            self.newest_version.look()
        else:
            self.newest_version.forget()

    @property
    def saved_settings(self) -> settings.Settings:
        """The settings of the user, as this window last read or changed them."""
        return self._settings

    def _training_logs(self) -> settings.TrainingLogs:
        return self._settings.training_logs

    def remember(self, **values: Any) -> None:
        """Saves some settings, by their names; the others stay as they are in the file."""
        self._settings = replace(self._settings, **values)
        self._unsaved |= values

        def work(progress: Progress, is_cancelled: IsCancelled) -> Mapping[str, Any]:
            # Read again: a command may have changed other settings. One change at a time, as two
            # threads that read before either has saved would lose one of their changes.
            with self._saving:
                settings.save(replace(settings.load()[0], **values))
            return values

        self.background.start(work, self._forget, self.complain)

    @property
    def unsaved(self) -> Mapping[str, Any]:
        """What should be remembered and is not saved yet, because the window was closed first."""
        return self._unsaved

    @Slot(object)
    def _forget(self, values: Mapping[str, Any]) -> None:
        """Forgets what is saved now, unless it was changed again meanwhile."""
        for name, value in values.items():
            if self._unsaved.get(name) is value:
                del self._unsaved[name]

    def prepare_frameworks(self) -> None:
        """Loads frameworks for the next runs; called once when the window is idle."""
        self.warm_processes.open()
        self._pause_or_resume_warm_processes()

    @Slot()
    def _pause_or_resume_warm_processes(self) -> None:
        # A run of the queue takes its process, which pauses the others.
        if self.experiment.busy or self._activity:
            self.warm_processes.pause()
        elif not self.busy:
            self.warm_processes.resume()

    def _save_steps(self, done: tuple[settings.Step, ...], hidden: bool) -> None:
        self.remember(steps_done=done, steps_hidden=hidden)

    @Slot()
    def _save_pins(self) -> None:
        self.remember(pinned=tuple(sorted(self.predictions.pinned)))

    def open_picture(self, file: Path | IO[bytes]) -> None:
        """Shows the digits of a picture file, or of its content, on the canvas."""
        self._pictures.cancel()
        self._pictures.submit(file)

    @Slot(object, object)
    def _show_picture(self, file: object, found: PictureNumber) -> None:
        # Digits side by side are read as a number.
        self.drawing.open(np.hstack(list(found.images)), found.pattern)
        self.picture_opened.emit()

    @Slot(object, object)
    def _on_picture_failed(self, file: object, error: Exception) -> None:
        self.complain(error)

    @Slot(object)
    def complain(self, error: Exception) -> None:
        """Shows an error; where it occurred, it was logged."""
        self.message.emit(error_text(error), "bad")

    @Slot(str)
    def _show_success(self, text: str) -> None:
        self.message.emit(text, "good")

    @Slot(str)
    def _show_problem(self, text: str) -> None:
        self.message.emit(text, "bad")

    def _queued_runs(self) -> tuple[RunSpec, ...]:
        return tuple(entry.spec for entry in self.queue.waiting)

    @Slot(object)
    def _ignore(self, nothing: object) -> None:
        """Ignores the result of work that has none."""

    @Slot(object, object)
    def _follow(self, run: LiveRun, event: events.AnyEvent) -> None:
        """Lets the model in training predict after every epoch, until its run has ended."""
        if isinstance(event, events.Checkpoint):
            # The files of an epoch are written before its checkpoint.
            if run.epochs and run.epochs[-1].step == event.step:
                self.predictions.follow(row_in_training(run))
        elif isinstance(event, events.TERMINAL) and self.predictions.in_training:
            self.predictions.follow(None)

    @Slot()
    def _load_models(self) -> None:
        self.predictions.load([row.run for row in self.library.trained])


def _number_of(file: Path | IO[bytes], is_cancelled: IsCancelled) -> PictureNumber:
    return open_number(file)
