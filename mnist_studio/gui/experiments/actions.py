"""What can be done with the experiment that is shown, and why something cannot."""

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from mnist_studio.gui.common.basics import enable
from mnist_studio.gui.services.studio import TRAINS

_IDLE = "No experiment is being run."
_ONE = "One experiment runs at a time."


@dataclass(frozen=True)
class ActionState:
    """What the buttons depend on.

    Attributes:
        busy: an experiment is being run.
        mine: it is the one that is shown.
        paused: it is.
        ending: it was told to end.
        other: something else trains.
        begun: the one that is shown has runs.
        complete: all of them are finished.
        own: it is no ready-made one.
    """

    busy: bool
    mine: bool
    paused: bool
    ending: bool
    other: bool
    begun: bool
    complete: bool
    own: bool


class ExperimentActions:
    """The buttons: five in the top bar, four under the list of experiments."""

    def __init__(self, line: QHBoxLayout) -> None:
        self.new = QPushButton("New grid…")
        self.open = QPushButton("Open…")
        self.save = QPushButton("Save…")
        self.forget = QPushButton("Forget")
        self.compare = QPushButton("Compare its runs")
        self.cancel = QPushButton("Cancel")
        self.pause = QPushButton("Pause")
        self.stop = QPushButton("Stop")
        self.run = QPushButton("Run experiment")
        self.run.setProperty("primary", True)
        for made in (self.forget, self.cancel):
            made.setProperty("danger", True)
        for made in (self.compare, self.cancel, self.pause, self.stop, self.run):
            line.addWidget(made)
        enable(self.new, "", "Recipes × frameworks × batch sizes × learning rates × seeds")
        enable(self.open, "", "Opens an experiment file")
        enable(self.save, "", "Keeps the experiment as a text file")

    def show_state(self, now: ActionState) -> None:
        """Enables what can be done now."""
        self.run.setText("Go on" if now.begun and not now.mine else "Run experiment")
        self.pause.setText("Resume" if now.paused else "Pause")
        reason = _ONE if now.busy else TRAINS if now.other else ""
        reason = reason or ("It is complete." if now.complete else "")
        enable(self.run, reason, "Trains what is left, in the order of the queue")
        idle = "It is ending." if now.ending else "" if now.busy else _IDLE
        enable(self.pause, idle, "Holds what trains and begins nothing")
        enable(self.stop, idle, "Ends it; what trains keeps what it learnt and can go on")
        enable(self.cancel, idle, "Ends it at once; only finished runs are kept")
        unknown = "" if now.begun else "None of its runs is trained yet."
        enable(self.compare, unknown, "Shows its runs on the Compare page")
        why = "It is being run." if now.mine else "" if now.own else "Ready-made ones stay."
        enable(self.forget, why, "Takes it off this list; its runs stay")
