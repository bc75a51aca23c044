"""What the child that is a learner is sent and what it answers.

The types of arguments and results are those of ``frameworks.base.Learner``.
"""

from types import GenericAlias
from typing import Any, get_type_hints

import msgspec
from msgspec import Raw

from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.spec.run import RunSpec
from mnist_studio.workers.channel import decode, encode
from mnist_studio.workers.task import Task


class BuildLearner(msgspec.Struct, frozen=True, tag=True):
    """The learner to build; the first request. The result is its capacity.

    Attributes:
        spec: of the run.
        weights: by name, that it starts from.
    """

    spec: RunSpec
    weights: dict[str, Array]


class CallMethod(msgspec.Struct, frozen=True, tag=True):
    """A method of the learner with its encoded arguments. The result is that of the method."""

    method: str
    arguments: Raw


LEARN: Task[BuildLearner | CallMethod, None, Raw] = Task(
    "mnist_studio.parity.learner_task.LearnerTask", None, Raw
)


def call(method: str, *arguments: object) -> CallMethod:
    """The request to call a method of the learner."""
    return CallMethod(method, Raw(encode(arguments)))


def arguments_of(request: CallMethod) -> tuple[Any, ...]:
    """The arguments of a call, of the types that the method declares."""
    hints = get_type_hints(getattr(Learner, request.method))
    kinds = tuple(kind for name, kind in hints.items() if name != "return")
    arguments: tuple[Any, ...] = decode(request.arguments, GenericAlias(tuple, kinds))
    return arguments


def result_of(method: str, result: Raw) -> Any:
    """The result of a method, of the type that it declares."""
    return decode(result, get_type_hints(getattr(Learner, method))["return"])
