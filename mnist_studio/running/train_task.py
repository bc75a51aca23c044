"""The task of training one run, in a child."""

import os
import sys
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread
from time import perf_counter

from msgspec.structs import replace

from mnist_studio.data.datasets import sources
from mnist_studio.data.datasets.dataset import joined
from mnist_studio.data.pipeline.batches import split
from mnist_studio.errors import TrainingFailed
from mnist_studio.events import Event, Failed, Phase, encode
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device, Framework
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.running import native_task
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import KNOWN_BUGS, effective
from mnist_studio.spec.run import KnownBugName, RunSpec
from mnist_studio.store import artifacts, own_image_sets
from mnist_studio.training.clock import PhaseClock
from mnist_studio.training.control import Control
from mnist_studio.training.loop import Training
from mnist_studio.training.machine import Watch
from mnist_studio.training.session import DataSplit, TrainingSession
from mnist_studio.workers import messages
from mnist_studio.workers.messages import TrainRequest
from mnist_studio.workers.task_errors import explain


def run(connection: Connection, request: str) -> None:
    """Trains the run that ``request``, a ``TrainRequest``, describes; ends in a terminal event."""
    asked = messages.train_request.decode(request)
    described = codec.decode(asked.spec)
    spec = effective(described)
    reporter = _Reporter(connection)
    control = Control()
    Thread(target=_listen, args=(connection, control), name="control", daemon=True).start()
    clock, watch = PhaseClock("import"), Watch()
    clock.add("start", perf_counter() - asked.launched)
    try:
        reporter.tell(_train(asked, spec, described.known_bugs, reporter, control, clock, watch))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here ends the run, in words
        traceback.print_exc(file=sys.stderr)
        reason = explain(error)
        reporter.tell(Failed(run=asked.run, framework=spec.framework, reason=reason))


class _Reporter:
    """Sends events; the loop and the control thread may both do so."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()

    def tell(self, event: Event) -> None:
        with self._lock:
            self._connection.send_bytes(encode(event))


def _listen(connection: Connection, control: Control) -> None:
    """Hears the parent until its pipe closes, which ends this process at once."""
    actions = {b"pause": control.pause, b"resume": control.resume, b"stop": control.stop}
    try:
        while True:
            actions[connection.recv_bytes()]()
    except (EOFError, OSError):
        os._exit(1)


def _train(
    asked: TrainRequest,
    spec: RunSpec,
    bugs: Sequence[KnownBugName],
    reporter: _Reporter,
    control: Control,
    clock: PhaseClock,
    watch: Watch,
) -> Event:
    """Trains ``spec``, in which the effect of its ``faults`` is already."""
    reporter.tell(Phase(run=asked.run, framework=spec.framework, phase="import"))
    framework = registry.load(spec.framework)
    device = choose_device(framework, spec)
    clock.enter("data")
    reporter.tell(Phase(run=asked.run, framework=spec.framework, phase="data"))
    digits = _digits(spec, Path(asked.data) if asked.data else None)
    session = TrainingSession(
        run=asked.run, spec=spec, digits=digits, folder=Path(asked.folder), device=device.name,
        clock=clock, control=control, report=reporter.tell, machine=watch,
    )  # fmt: skip
    session.enter("build", f"on {device.name}")
    _warn_of_faults(session, bugs)
    if spec.style == "native":
        return native_task.train(session, bugs, Path(asked.data) if asked.data else None)
    weights = initial_weights(spec.model, spec.training.seed, spec.training.precision)
    training = Training(session, framework.learner(spec, weights, device))
    training.prepare()
    if asked.resume:
        checkpoint = artifacts.load_checkpoint(session.folder, spec)
        training.resume(checkpoint, asked.epochs)
    return training.run()


def _warn_of_faults(session: TrainingSession, bugs: Sequence[KnownBugName]) -> None:
    for name in bugs:
        session.warn(f"Fault switched on: {KNOWN_BUGS[name].title}.")
    if session.spec.training.loss == "double_softmax":
        session.warn(
            "The training loss is that of a softmax applied twice; the validation and test losses "
            "are the plain cross-entropy."
        )


def _digits(spec: RunSpec, folder: Path | None) -> DataSplit:
    dataset = sources.load(spec.dataset, folder)
    train, validation = split(dataset.train, spec.training.validation, spec.training.seed)
    if spec.own_images:
        train = joined(train, own_image_sets.load(spec.own_images).digits)
    return DataSplit(train, validation, dataset.test)


def choose_device(framework: Framework, spec: RunSpec) -> Device:
    """The device that ``spec`` asks for, the fastest for ``auto``.

    Raises:
        TrainingFailed: the framework cannot do here what the spec asks, such as use that device.
    """
    for device in framework.devices():
        # The fastest may lack something, such as a precision, that the next one has.
        wanted = spec.device in ("auto", device.kind)
        if wanted and not framework.problems(replace(spec, device=device.kind)):
            return device
    problem = framework.problems(spec)[0]
    raise TrainingFailed(problem.text, problem.remedy)
