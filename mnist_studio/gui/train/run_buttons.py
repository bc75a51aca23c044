"""The buttons for the run that trains: pause, stop, and discard."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.formatting import clock, counted
from mnist_studio.gui.common.basics import button, enable
from mnist_studio.gui.common.question import QuestionOverlay, ask
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.studio import Studio

_IDLE = "No run is training. Click Train to start one."


class RunButtons(QObject):
    """Buttons that are visible while a run trains.

    Attributes:
        all: the buttons, in order.
        question: whether to discard the run, if that was asked.
    """

    def __init__(self, studio: Studio, owner: QWidget) -> None:
        """Makes the buttons, which the owner places."""
        super().__init__(owner)
        self._studio, self._queue, self._owner = studio, studio.queue, owner
        self.question: QuestionOverlay | None = None
        self.discard_button = button("Discard…", self.ask_to_discard, danger=True)
        self.pause_button = button("Pause", self._pause_or_resume)
        self.stop_button = button("Stop", self.stop)
        self.all = (self.discard_button, self.pause_button, self.stop_button)
        self._queue.changed.connect(self._update)
        self._update()

    @Slot()
    def _update(self) -> None:
        queue = self._queue
        idle = "" if queue.busy else _IDLE
        pause = "Resumes the paused run" if queue.paused else "Pauses the run until you resume it"
        enable(self.pause_button, idle, pause)
        enable(self.stop_button, idle, "Ends after the current batch and saves the weights")
        enable(self.discard_button, idle, "Asks, then ends at once and deletes the weights")
        self.pause_button.setText("Resume" if queue.paused else "Pause")
        for action in self.all:
            # At first there is one button only.
            action.setVisible(queue.busy)

    def stop(self) -> None:
        """Stops the run, and then offers to queue the runs again that waited for it."""
        queue = self._queue
        removed = queue.stop()
        if removed:
            done = f"Removed {counted(len(removed), 'waiting run')} from the queue."
            self._studio.undo_offered.emit(done, lambda: queue.put_back(removed))

    @Slot()
    def ask_to_discard(self) -> None:
        """Asks whether to discard the run, and says what is lost."""
        queue = self._queue
        run = next((run for run in queue.runs if run.active), None)
        if run is None:
            return
        self.question = ask(
            self._owner.window(),
            f"Discard {run.title}?",
            _lost(run, len(queue.waiting)),
            (
                ("Keep training", lambda: None),
                ("Stop", self.stop),
                ("Discard", queue.cancel),
            ),
            primary=1,
            danger=2,
        )

    def _pause_or_resume(self) -> None:
        queue = self._queue
        if queue.paused:
            queue.resume()
        else:
            queue.pause()


def _lost(run: LiveRun, waiting: int) -> str:
    """What is lost if a run is discarded."""
    epochs = f"{len(run.epochs):,} of {counted(run.spec.training.epochs, 'epoch')}"
    seconds = f" in {clock(run.progress.train_seconds)}" if run.progress else ""
    more = f" {counted(waiting, 'waiting run').capitalize()} will not train." if waiting else ""
    return (
        f"It has trained {epochs}{seconds}. Discard deletes its weights. Stop saves them, and you "
        f"can resume the run later.{more}"
    )
