"""The task of being a learner for another process."""

import sys
import traceback
from multiprocessing.connection import Connection

from msgspec import Raw

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Learner
from mnist_studio.running.train_task import choose_device
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.workers import inbox
from mnist_studio.workers import learner_messages as messages
from mnist_studio.workers.learner_messages import Answer, Build, Built, Call, FromLearner
from mnist_studio.workers.messages import Trouble
from mnist_studio.workers.task_errors import explain


def run(connection: Connection, _: str) -> None:
    """Answers ``Build``, then every ``Call``, until the parent closes its pipe or dies."""
    arrived = inbox.opened(connection)
    learner: Learner | None = None
    while True:
        message = messages.to_learner.decode(arrived.get())
        reply: FromLearner
        try:
            if isinstance(message, Build):
                learner = _built(message)
                reply = Built(learner.capacity)
            else:
                reply = _answer(learner, message)
        except Exception as error:  # noqa: BLE001 - the parent tells it, whatever it is
            traceback.print_exc(file=sys.stderr)
            reply = Trouble(explain(error))
        connection.send_bytes(messages.encode(reply))
        if learner is None:
            return  # Nothing more can be asked of it.


def _built(message: Build) -> Learner:
    spec = effective(codec.decode(message.spec))
    framework = registry.load(spec.framework)
    return framework.learner(spec, message.weights, choose_device(framework, spec))


def _answer(learner: Learner | None, call: Call) -> Answer:
    result = getattr(learner, call.method)(*messages.arguments_of(call))
    return Answer(Raw(messages.encode(result)))
