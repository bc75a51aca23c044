"""The context of a training: its data, its folder, its events, and requests to stop or pause."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition

import msgspec

from mnist_studio.data.images import LabeledImages
from mnist_studio.events import Event, Log, Phase, PhaseName
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.steps import steps_per_epoch
from mnist_studio.training.clock import PhaseClock
from mnist_studio.training.machine import MachineMonitor


class Control:
    """Pause, resume and stop."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._paused = False
        self._stopped = False

    def pause(self) -> None:
        """Pauses after the current chunk."""
        self._set(paused=True)

    def resume(self) -> None:
        """Resumes a paused training."""
        self._set(paused=False)

    def stop(self) -> None:
        """Ends the training after the current chunk, even if it is paused. Saves the weights."""
        self._set(paused=False, stopped=True)

    @property
    def paused(self) -> bool:
        """Whether a pause, but no stop, was requested."""
        return self._paused

    @property
    def stopped(self) -> bool:
        """Whether a stop was requested."""
        return self._stopped

    def wait_while_paused(self) -> None:
        """Returns as soon as the training should resume or stop."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)

    def _set(self, *, paused: bool, stopped: bool = False) -> None:
        with self._changed:
            self._stopped |= stopped
            # A pause after a stop would prevent the stop from taking effect.
            self._paused = paused and not self._stopped
            self._changed.notify_all()


@dataclass(frozen=True)
class DataSplit:
    """The data of a run.

    Attributes:
        train: the training set.
        validation: the validation set, split off the training set; None without one.
        test: the test set.
    """

    train: LabeledImages
    validation: LabeledImages | None
    test: LabeledImages


class RecordingOptions(msgspec.Struct, frozen=True):
    """What a run records after every epoch; see ``training.recorder``. By default nothing.

    Attributes:
        weights_bytes: budget of disk for the weights of epochs; 0 stores none.
        observe: whether to observe the network, see ``training.observation``.
    """

    weights_bytes: int = 0
    observe: bool = False


@dataclass(frozen=True)
class TrainingSession:
    """The context of one training.

    Attributes:
        run: id of the run.
        spec: of the run, with its known bugs applied.
        data: the dataset, split.
        folder: for the run's artifacts.
        device: the device's name to show.
        clock: measures the phases.
        control: requests to pause or stop.
        on_event: receives the events.
        machine: observes the machine.
        checkpoint_seconds: see ``settings.Settings``.
        recording: what to record after every epoch.
    """

    run: str
    spec: RunSpec
    data: DataSplit
    folder: Path
    device: str
    clock: PhaseClock
    control: Control
    on_event: Callable[[Event], None]
    machine: MachineMonitor = field(default_factory=MachineMonitor)
    checkpoint_seconds: float = 60.0
    recording: RecordingOptions = field(default_factory=RecordingOptions)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch, including a smaller last one."""
        return steps_per_epoch(self.spec.training, len(self.data.train))

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.steps_per_epoch * self.spec.training.epochs

    def enter(self, phase: PhaseName, text: str = "") -> None:
        """Switches the clock to a phase and reports it."""
        self.clock.enter(phase)
        self.on_event(Phase(run=self.run, framework=self.spec.framework, phase=phase, text=text))

    def warn(self, text: str) -> None:
        """Reports a warning; does nothing for an empty text."""
        if text:
            event = Log(run=self.run, framework=self.spec.framework, level="warning", text=text)
            self.on_event(event)
