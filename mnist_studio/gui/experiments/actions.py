"""The buttons of the Experiments page: what each does, and why one is disabled."""

from dataclasses import dataclass

from PySide6.QtWidgets import QLayout, QPushButton

from mnist_studio.gui.common.basics import enable
from mnist_studio.gui.services.studio import TRAINS

_IDLE = "No experiment is running. Click Run experiment to start this one."
_OTHER_RUNS = "Another experiment is running. Wait for it to finish, or stop it."
_COMPLETE = "All runs are finished. Select another experiment to run it."


@dataclass(frozen=True)
class ActionState:
    """What decides which buttons are enabled.

    Attributes:
        busy: an experiment is running.
        running: it is the selected one.
        paused: it is paused.
        ending: it is about to end.
        training: a run of the Train page is training.
        begun: the selected experiment has runs.
        complete: all of them are finished.
        own: the selected experiment is not a ready-made one.
    """

    busy: bool
    running: bool
    paused: bool
    ending: bool
    training: bool
    begun: bool
    complete: bool
    own: bool


class ExperimentActions:
    """The buttons: five in the top bar, six under the list of experiments."""

    def __init__(self, line: QLayout) -> None:
        self.new = QPushButton("New grid…")
        self.search = QPushButton("New search…")
        self.open = QPushButton("Open…")
        self.save = QPushButton("Save…")
        self.export = QPushButton("Export…")
        self.remove = QPushButton("Remove")
        self.compare = QPushButton("Compare runs")
        self.discard = QPushButton("Discard")
        self.pause = QPushButton("Pause")
        self.stop = QPushButton("Stop")
        self.run = QPushButton("Run experiment")
        self.run.setProperty("primary", True)
        for action in (self.remove, self.discard):
            action.setProperty("danger", True)
        for action in (self.compare, self.discard, self.pause, self.stop, self.run):
            line.addWidget(action)
        enable(self.new, tip="Combines recipes, frameworks, batch sizes, learning rates, and seeds")
        enable(self.search, tip="Tries settings and learns from each trial where to look next")
        enable(self.open, tip="Reads an experiment from a file")
        enable(self.save, tip="Writes the experiment to a text file, without its runs")

    def show_state(self, state: ActionState) -> None:
        """Enables the buttons that can be used, and explains the others."""
        resumes = state.begun and not state.running
        self.run.setText("Resume experiment" if resumes else "Run experiment")
        self.pause.setText("Resume" if state.paused else "Pause")
        enable(self.run, _run_reason(state), "Trains the remaining runs in queue order")
        idle = "The experiment is stopping." if state.ending else "" if state.busy else _IDLE
        pause = (
            "Resumes the paused runs" if state.paused else "Pauses all runs until you resume them"
        )
        enable(self.pause, idle, pause)
        enable(self.stop, idle, "Ends the experiment. You can resume its runs later.")
        enable(self.discard, idle, "Ends the experiment and deletes the runs that are training")
        untrained = "" if state.begun else "The experiment has no runs yet. Run it first."
        enable(self.compare, untrained, "Shows the runs on the Compare page")
        tip = "Writes the experiment with its runs to a file for other computers (.mnistrun)"
        enable(self.export, untrained, tip)
        enable(self.remove, _remove_reason(state), "Removes the experiment but keeps its runs")


def _run_reason(state: ActionState) -> str:
    if state.busy:
        return "The experiment is running." if state.running else _OTHER_RUNS
    if state.training:
        return TRAINS
    return _COMPLETE if state.complete else ""


def _remove_reason(state: ActionState) -> str:
    if state.running:
        return "The experiment is running. Stop it first."
    return "" if state.own else "A ready-made experiment cannot be removed."
