"""What the child that trains is sent and what it answers."""

import msgspec

from mnist_studio.events import AnyEvent, Epoch, Terminal
from mnist_studio.spec.run import RunSpec
from mnist_studio.training.session import RecordingOptions
from mnist_studio.workers.task import Task


class TrainRequest(msgspec.Struct, frozen=True):
    """A run to train.

    Attributes:
        run: its id.
        spec: of the run.
        folder: of its artifacts.
        data: data folder named by the user; empty for the usual places.
        launched: ``time.perf_counter`` when the parent started the process. All processes of a
            system read the same clock.
        resume: whether it starts from the checkpoint in the folder.
        epochs: that were trained before, as the database knows them.
        checkpoint_seconds: see ``settings.Settings``.
        recording: what to record after every epoch. It is not part of the spec, so that a
            recorded run and one that is not are the same to every comparison.
    """

    run: str
    spec: RunSpec
    folder: str
    data: str
    launched: float
    resume: bool = False
    epochs: tuple[Epoch, ...] = ()
    checkpoint_seconds: float = 60.0
    recording: RecordingOptions = RecordingOptions()


TRAIN: Task[TrainRequest, AnyEvent, Terminal] = Task(
    "mnist_studio.running.train_task.train", AnyEvent, Terminal
)
"""Takes the commands ``pause``, ``resume`` and ``stop``."""


class WarmUp(msgspec.Struct, frozen=True):
    """What a run that may follow will need.

    Attributes:
        spec: of the run.
    """

    spec: RunSpec


WARM_UP: Task[WarmUp, None, None] = Task("mnist_studio.running.warm_task.warm_up", None, None)
"""Loads framework, dataset, and network. Requested again, it loads only what is missing."""
