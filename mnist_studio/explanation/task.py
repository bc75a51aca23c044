"""The task of explaining answers, in a child: it holds one network at a time."""

import sys
import traceback
from multiprocessing.connection import Connection

import numpy as np

from mnist_studio.errors import MnistStudioError
from mnist_studio.explanation import messages
from mnist_studio.explanation.messages import Done, FromWhy, Made, Part, Question, Refused, Working
from mnist_studio.explanation.parts import PARTS, ExplanationInput
from mnist_studio.explanation.subject import ExplainedModel
from mnist_studio.workers import inbox, learner_messages
from mnist_studio.workers.inbox import Inbox
from mnist_studio.workers.task_errors import explain


def run(connection: Connection, request: str) -> None:
    """Answers every ``Question`` until the parent closes its pipe or dies."""
    arrived = inbox.opened(connection)
    answers = Answers(connection, arrived)
    while True:
        answers.answer(messages.question.decode(arrived.get()))


class Answers:
    """Answers questions, the newest of those that wait."""

    def __init__(self, connection: Connection, arrived: Inbox) -> None:
        self._connection, self._inbox = connection, arrived
        self._subject: ExplainedModel | None = None

    def answer(self, question: Question) -> None:
        """Tells every part; less where a newer question has come."""
        reason = ""
        try:
            for part in question.parts:
                if self._outdated():
                    break
                self._send(self._part(question, part))
        except Exception as error:  # noqa: BLE001 - the parent tells it, whatever it is
            traceback.print_exc(file=sys.stderr)
            reason = explain(error)
        self._send(Done(question.number, reason))

    def _part(self, question: Question, part: Part) -> FromWhy | None:
        """A part; None where a newer question has come."""

        def progress(fraction: float) -> None:
            self._send(Working(question.number, part, fraction))

        try:
            subject = self._opened(question)
            image = np.frombuffer(question.image, np.uint8).reshape(28, 28)
            asked = ExplanationInput(subject, image, question.options, progress, self._outdated)
            value = PARTS[part].compute(asked)
        except MnistStudioError as error:
            return Refused(question.number, part, error.problem, error.remedy)
        if value is None:
            return None
        return Made(question.number, part, learner_messages.encode(value))

    def _opened(self, question: Question) -> ExplainedModel:
        known = self._subject
        if known is None or (known.engine, known.place, known.data) != (
            question.engine, question.place, question.data,
        ):  # fmt: skip
            self._subject = None  # Two at a time would need twice the memory.
            self._subject = ExplainedModel(question.engine, question.place, question.data)
        assert self._subject is not None
        return self._subject

    def _outdated(self) -> bool:
        return not self._inbox.empty()

    def _send(self, message: FromWhy | None) -> None:
        if message is not None:
            self._connection.send_bytes(messages.encode(message))
