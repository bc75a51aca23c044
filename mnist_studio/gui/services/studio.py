"""What all pages share, handed to each: theme, runs, queue, drawing, answers, digits."""

from pathlib import Path
from typing import IO

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio import settings
from mnist_studio.data.pictures.files import open_digits
from mnist_studio.gui.services.background import Background, IsCancelled, Progress, Task
from mnist_studio.gui.services.datasets import DatasetService
from mnist_studio.gui.services.drawing import Drawing, Image
from mnist_studio.gui.services.examples import Examples
from mnist_studio.gui.services.experiment import ExperimentService
from mnist_studio.gui.services.explanations import Explanations
from mnist_studio.gui.services.novelty import NoveltyService
from mnist_studio.gui.services.own_image_scores import OwnImageScores
from mnist_studio.gui.services.own_images import OwnImagesService
from mnist_studio.gui.services.predictions import Predictions
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.gui.services.texts import error_text
from mnist_studio.gui.services.training import TrainingQueue
from mnist_studio.gui.services.views import ViewLoader
from mnist_studio.gui.theme.theme import Choice, Theme
from mnist_studio.prediction.novelty_detector import NoveltyDetector

TRAINS = "Something is training: beside it no clock would be honest. Wait, or stop it first."
"""Why nothing else may keep the processors busy now."""


class Studio(QObject):
    """Owns the threads and the shared state of one window.

    Signals:
        told: a sentence for the user and its kind (plain, good, bad).
        going: the name of a page to go to.
        training_asked: train with what the Train page is set to.
        picture_asked: let the user choose a picture.
        picture_opened: one lies on the pad.
        experiment_chosen: id of an experiment that shall be compared.
        settings_dropped: the path of a file with settings for the Train page.
        occupied: with something else than training, see ``occupation``, or no longer.
    """

    told = Signal(str, str)
    going = Signal(str)
    training_asked = Signal()
    picture_asked = Signal()
    picture_opened = Signal()
    experiment_chosen = Signal(str)
    settings_dropped = Signal(object)
    occupied = Signal()

    def __init__(self, theme: Theme, loaded: tuple[settings.Settings, str] | None = None) -> None:
        super().__init__()
        self.theme = theme
        self._settings, self._complaint = loaded or settings.load()
        folder = Path(self._settings.data_folder) if self._settings.data_folder else None
        self.background = Background(self)
        self._opening: Task | None = None
        self._occupation = ""
        self.library = RunLibrary(self)
        self.queue = TrainingQueue(self)
        self.experiment = ExperimentService(self)
        examiner = NoveltyDetector()
        self.drawing = Drawing(self, examiner)
        self.examination = NoveltyService(examiner, self)
        self.predictions = Predictions(self)
        self.predictions.restore_pins(self._settings.pinned)
        self.digits = DatasetService(self.background, folder, self)
        self.views = ViewLoader(self.background, None, self)
        self.own_images = OwnImagesService(self.background, self.library, self)
        self.scores = OwnImageScores(self.background, self.library, self)
        self.examples = Examples(self.background, self.drawing, self)
        self.explanations = Explanations(self.background, None, self)
        self._connect()

    def _connect(self) -> None:
        self.library.changed.connect(self._hold)
        self.library.failed.connect(self.complain)
        self.digits.failed.connect(self.complain)
        self.own_images.failed.connect(self.complain)
        self.scores.failed.connect(self.complain)
        self.examples.failed.connect(self.complain)
        self.examination.failed.connect(self.complain)
        self.queue.changed.connect(self.library.refresh)
        self.experiment.idle.connect(self.library.refresh)
        self.experiment.failed.connect(self.complain)
        self.drawing.images_changed.connect(self.predictions.ask)
        self.drawing.images_changed.connect(self.examination.ask)
        self.predictions.pins_changed.connect(self._keep_pins)

    @property
    def busy(self) -> bool:
        """Something trains."""
        return self.queue.busy or self.experiment.busy

    @property
    def occupation(self) -> str:
        """What goes on beside all training, in words; empty for nothing."""
        return self._occupation

    def occupy(self, words: str) -> None:
        """Tells what goes on beside all training, or that nothing does any more."""
        if words != self._occupation:
            self._occupation = words
            self.occupied.emit()

    def stop(self) -> None:
        """Ends what trains and keeps what was learnt."""
        self.queue.stop()
        self.experiment.stop()

    def cancel(self) -> None:
        """Ends what trains and keeps nothing of it."""
        self.queue.cancel()
        self.experiment.cancel()

    def open(self) -> None:
        """Starts the threads; called after the first paint."""
        self.library.open()
        self.digits.look()
        if self._complaint:
            self.told.emit(self._complaint, "bad")

    def close(self) -> None:
        """Ends everything that runs and waits for it."""
        self.queue.close()
        self.experiment.close()
        self.drawing.close()
        self.examination.close()
        self.predictions.close()
        self.background.close()
        self.views.close()
        self.explanations.close()
        self.library.close()

    def choose_theme(self, choice: Choice) -> None:
        """Sets the theme and keeps it."""
        self.theme.choose(choice)

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            # Read anew: a command may have changed the others meanwhile.
            settings.save(replace(settings.load()[0], theme=choice))

        self.background.start(work, self._ignore, self.complain)

    @Slot()
    def _keep_pins(self) -> None:
        pinned = tuple(sorted(self.predictions.pinned))

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            settings.save(replace(settings.load()[0], pinned=pinned))

        self.background.start(work, self._ignore, self.complain)

    def open_picture(self, file: Path | IO[bytes]) -> None:
        """Puts the digits of a picture file, or of its content, on the pad; the newest wins."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> object:
            # Digits beside each other are read as a number.
            return np.hstack(list(open_digits(file)))

        if self._opening:
            self._opening.cancel()
        self._opening = self.background.start(work, self._show_picture, self.complain)

    @Slot(object)
    def _show_picture(self, picture: Image) -> None:
        self.drawing.open(picture)
        self.picture_opened.emit()

    @Slot(object)
    def complain(self, error: Exception) -> None:
        """Tells the user of an error; whoever met it has logged it."""
        self.told.emit(error_text(error), "bad")

    @Slot(object)
    def _ignore(self, nothing: object) -> None:
        """Takes the result of work that has none."""

    @Slot()
    def _hold(self) -> None:
        self.predictions.hold([row.run for row in self.library.trained])
