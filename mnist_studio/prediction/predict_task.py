"""The task of answering images with trained networks of one framework, in a long-lived child."""

from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device, Framework, Learner
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.store import artifacts
from mnist_studio.workers import messages
from mnist_studio.workers.messages import Answered, Ask, Hold, Logits, ModelPlace, Ready, Trouble
from mnist_studio.workers.task_errors import explain


def run(connection: Connection, request: str) -> None:
    """Answers ``Hold`` and ``Ask`` with the framework that ``request`` names, until the end."""
    try:
        models = LoadedModels(registry.load(request))
    except Exception as error:  # noqa: BLE001 - the parent tells it, whatever it is
        connection.send_bytes(messages.encode(Trouble(explain(error))))
        return
    connection.send_bytes(messages.encode(Ready()))
    try:
        while True:
            message = messages.to_predictor.decode(connection.recv_bytes())
            for reply in models.replies(message):
                connection.send_bytes(messages.encode(reply))
    except (EOFError, OSError):
        return  # The parent is done with us, or gone.


class LoadedModels:
    """The networks that one framework holds, on the CPU."""

    def __init__(self, framework: Framework) -> None:
        self._framework = framework
        self._places: dict[str, ModelPlace] = {}
        self._learners: dict[str, Learner] = {}

    def replies(self, message: Hold | Ask) -> Iterator[Logits | Trouble | Answered]:
        """What to answer to a message, one reply after the other."""
        if isinstance(message, Hold):
            yield from self._hold(message.models)
        else:
            yield from self._answer(message)

    def _hold(self, models: dict[str, ModelPlace]) -> Iterator[Trouble]:
        """Opens what is new and forgets what is gone; a bad model is tried and told once."""
        former, self._places = self._places, models
        self._learners = {
            run: learner
            for run, learner in self._learners.items()
            if models.get(run) == former[run]
        }
        for run, place in models.items():
            if former.get(run) != place:
                try:
                    self._learners[run] = open_model(self._framework, place)
                except Exception as error:  # noqa: BLE001 - one bad model, the others answer
                    yield Trouble(explain(error), run)

    def _answer(self, message: Ask) -> Iterator[Logits | Trouble | Answered]:
        images = np.frombuffer(message.images, np.uint8).reshape(-1, 28, 28)
        for run, learner in self._learners.items():
            if message.run in ("", run):
                yield _logits(message.request, run, learner, images)
        yield Answered(message.request)


def open_model(framework: Framework, place: ModelPlace) -> Learner:
    """A trained network, warm: its first call is made here.

    Raises:
        StudioError: its weights are missing or damaged.
    """
    # A fault may have scaled the inputs it was trained on in another way.
    spec = effective(codec.decode(place.spec))
    weights = artifacts.load_weights(Path(place.folder), spec)
    cpu = next(device for device in framework.devices() if device.kind == "cpu")
    learner = framework.learner(spec, weights, Device("cpu", cpu.name))
    learner.logits(np.zeros((1, 28, 28), np.uint8))
    return learner


def _logits(request: int, run: str, learner: Learner, images: NDArray[np.uint8]) -> Logits:
    start = perf_counter()
    answer = learner.logits(images).astype(np.float64)
    return Logits(request, run, answer.tobytes(), 1000 * (perf_counter() - start))
