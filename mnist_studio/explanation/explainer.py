"""The parent's side of the child that explains answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.explanation import messages
from mnist_studio.explanation.messages import Done, FromWhy, Made, Options, Part, Question, Refused
from mnist_studio.explanation.parts import PARTS, Value
from mnist_studio.frameworks import registry
from mnist_studio.prediction.evaluation import engine_for
from mnist_studio.store.rows import Run
from mnist_studio.workers import learner_messages
from mnist_studio.workers.messages import place_of
from mnist_studio.workers.persistent import StayingChild
from mnist_studio.workers.process import Child
from mnist_studio.workers.requests import first_message

TIMEOUT_SECONDS = 300.0
"""Between two messages; a framework is imported in seconds."""


def _never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Explained:
    """A part of an explanation.

    Attributes:
        part: its name.
        value: of ``parts.PARTS[part].made``.
        engine: the framework that computed it.
    """

    part: Part
    value: Value
    engine: str


@dataclass(frozen=True)
class Unexplained:
    """A part that cannot be had, why, and what to do."""

    part: Part
    problem: str
    remedy: str


@dataclass(frozen=True)
class Underway:
    """How much of a part is done, from 0 to 1."""

    part: Part
    fraction: float


Told = Explained | Unexplained | Underway


class Explainer(StayingChild):
    """Explains answers in a child until it is closed; a context manager, for one thread at a time.

    It starts with the first question, and anew when a network of another framework is asked about.
    """

    def __init__(self, data: Path | None = None) -> None:
        """See ``StayingChild``."""
        super().__init__(data)
        self._engine = ""
        self._number = 0

    def explain(
        self,
        run: Run,
        image: NDArray[np.uint8],
        parts: Sequence[Part],
        options: Options | None = None,
        is_cancelled: Callable[[], bool] = _never,
    ) -> Iterator[Told]:
        """Every part as soon as it is made, with progress between.

        Args:
            run: trained, by any framework; NumPy stands in where that is not installed.
            image: (28, 28).
            parts: that are wanted, in this order.
            options: that the user set.
            is_cancelled: asked all the time. The child goes on living and is soon free again.

        Raises:
            JobError: the child died or had trouble.
            Cancelled: by the user.
        """
        self._number += 1
        child = self._started(engine_for(run.spec.framework))
        question = Question(
            self._number, self._engine, place_of(run), image.astype(np.uint8).tobytes(),
            tuple(parts), options or Options(), str(self._data or ""),
        )  # fmt: skip
        child.send(messages.encode(question))
        try:
            yield from self._replies(child, is_cancelled)
        except CancelledByUser:
            self._number += 1
            child.send(messages.encode(_nothing(question, self._number)))
            raise
        except JobError:
            self.close()
            raise

    def _started(self, engine: str) -> Child:
        if self._child and self._engine != engine:
            self.close()
        self._engine = engine
        if self._child is None:
            environment, python = registry.environment(engine, 1), registry.python(engine)
            self._child = Child("why", "", environment, python=python)
        return self._child

    def _replies(self, child: Child, is_cancelled: Callable[[], bool]) -> Iterator[Told]:
        while True:
            message = first_message(child, monotonic() + TIMEOUT_SECONDS, is_cancelled)
            reply = messages.from_why.decode(message)
            if reply.number != self._number:
                continue  # Of a question that nobody asks any more.
            if isinstance(reply, Done):
                if reply.reason:
                    raise JobError(reply.reason)
                return
            yield self._told(reply)

    def _told(self, reply: FromWhy) -> Told:
        match reply:
            case Made(part=part, value=value):
                made = learner_messages.decoded(value, PARTS[part].made)
                # The walk is NumPy's, whoever trained the network.
                return Explained(part, made, "numpy" if part == "walk" else self._engine)
            case Refused(part=part, problem=problem, remedy=remedy):
                return Unexplained(part, problem, remedy)
            case messages.Working(part=part, fraction=fraction):
                return Underway(part, fraction)
            case _:
                raise TypeError(reply)


def _nothing(question: Question, number: int) -> Question:
    """The question that only ends the work on another one."""
    return Question(number, question.engine, question.place, b"", (), question.options)
