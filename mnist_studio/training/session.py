"""What one training needs besides its learner."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mnist_studio.data.images import LabeledImages
from mnist_studio.events import Event, Log, Phase, PhaseName
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.steps import steps_per_epoch
from mnist_studio.training.clock import PhaseClock
from mnist_studio.training.control import Control
from mnist_studio.training.machine import Watch


@dataclass(frozen=True)
class DataSplit:
    """The digits of a run.

    Attributes:
        train: to learn from.
        validation: kept apart of them; None if there are none.
        test: to be judged on.
    """

    train: LabeledImages
    validation: LabeledImages | None
    test: LabeledImages


@dataclass(frozen=True)
class TrainingSession:
    """One training: what, with which digits, for whom.

    Attributes:
        run: id of the run.
        spec: what is trained and how.
        digits: its digits.
        folder: of its artifacts.
        device: name of the device, for people.
        clock: of its phases.
        control: what the outside wants.
        report: takes its events.
        machine: watches it.
    """

    run: str
    spec: RunSpec
    digits: DataSplit
    folder: Path
    device: str
    clock: PhaseClock
    control: Control
    report: Callable[[Event], None]
    machine: Watch = field(default_factory=Watch)

    @property
    def steps_per_epoch(self) -> int:
        """Batches an epoch, the smaller last one counted."""
        return steps_per_epoch(self.spec.training, len(self.digits.train))

    @property
    def steps(self) -> int:
        """Of the whole run."""
        return self.steps_per_epoch * self.spec.training.epochs

    def enter(self, phase: PhaseName, text: str = "") -> None:
        """Moves the clock to a phase and tells so."""
        self.clock.enter(phase)
        self.report(Phase(run=self.run, framework=self.spec.framework, phase=phase, text=text))

    def warn(self, text: str) -> None:
        """Tells a warning for the log, if there is one."""
        if text:
            event = Log(run=self.run, framework=self.spec.framework, level="warning", text=text)
            self.report(event)
