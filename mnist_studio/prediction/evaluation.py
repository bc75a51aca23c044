"""Trained networks on many digits, each by its own framework, in a child."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array
from mnist_studio.store.rows import Run
from mnist_studio.workers import messages
from mnist_studio.workers.messages import Answered, Ask, FromTask, Hold, Logits, Trouble, place_of
from mnist_studio.workers.process import Child
from mnist_studio.workers.requests import first_answer

SLICE = 500
TIMEOUT_SECONDS = 120.0


def _never() -> bool:
    return False


def _silent(_: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Evaluation:
    """What one network says of some images.

    Attributes:
        logits: (n, 10) float64.
        milliseconds: all forward passes took.
    """

    logits: Array
    milliseconds: float


def engine_for(framework: str) -> str:
    """The framework that computes for runs of ``framework``: NumPy where it is not installed."""
    return framework if registry.version(framework) else "numpy"


class Evaluator:
    """A child that answers with the networks of one framework; a context manager.

    Attributes:
        engine: the framework that really computes.
    """

    def __init__(self, framework: str, threads: int = 0) -> None:
        """Starts the child.

        Args:
            framework: of the runs; NumPy stands in where it is not installed.
            threads: of the CPU; 0 leaves it to the framework.

        Raises:
            JobError: it could not be started.
        """
        self.engine = engine_for(framework)
        environment = registry.environment(self.engine, threads)
        python = registry.python(self.engine)
        self._child = Child("predict", self.engine, environment, python=python)
        self._ready = False

    def __enter__(self) -> Self:
        """The evaluator itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the child."""
        self._child.end(0.0)

    def judge(
        self,
        run: Run,
        images: NDArray[np.uint8],
        progress: Callable[[float], None] = _silent,
        is_cancelled: Callable[[], bool] = _never,
    ) -> Evaluation:
        """What a trained run says of images (n, 28, 28).

        Raises:
            JobError: the child died, or the run's weights cannot be used.
            Cancelled: by the user.
        """
        self._wait_until_ready(is_cancelled)
        self._child.send(messages.encode(Hold({run.id: place_of(run)})))
        parts, milliseconds = [], 0.0
        for start in range(0, len(images), SLICE):
            answer = self._ask(run, start, images[start : start + SLICE], is_cancelled)
            parts.append(np.frombuffer(answer.logits).reshape(-1, 10))
            milliseconds += answer.milliseconds
            progress(min(1.0, (start + SLICE) / len(images)))
        return Evaluation(np.concatenate(parts), milliseconds)

    def _wait_until_ready(self, is_cancelled: Callable[[], bool]) -> None:
        if self._ready:
            return
        reply = self._reply(is_cancelled)
        if isinstance(reply, Trouble):
            raise JobError(reply.reason)
        self._ready = True

    def _ask(
        self, run: Run, start: int, images: NDArray[np.uint8], is_cancelled: Callable[[], bool]
    ) -> Logits:
        self._child.send(messages.encode(Ask(start, images.tobytes(), run.id)))
        trouble = f"{run.title} gave no answer. Train it again."
        found: Logits | None = None
        # To the last reply, so that the next question does not get what is left of this one.
        while not isinstance(reply := self._reply(is_cancelled), Answered):
            if isinstance(reply, Logits):
                found = reply
            elif isinstance(reply, Trouble):
                trouble = reply.reason
        if found is None:
            raise JobError(trouble)
        return found

    def _reply(self, is_cancelled: Callable[[], bool]) -> FromTask:
        return first_answer(self._child, monotonic() + TIMEOUT_SECONDS, is_cancelled)
