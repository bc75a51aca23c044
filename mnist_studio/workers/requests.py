"""A question to a child that answers once."""

from collections.abc import Callable
from time import monotonic

from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.frameworks import registry
from mnist_studio.workers import messages
from mnist_studio.workers.messages import FromTask, Trouble
from mnist_studio.workers.process import Child, ChildGoneError

POLL_SECONDS = 0.05


def call(
    task: str,
    framework: str,
    request: str,
    timeout: float,
    is_cancelled: Callable[[], bool] = lambda: False,
    python: str | None = None,
) -> FromTask:
    """Runs a task in a child of its own and gives its first answer.

    Args:
        task: a key of ``child.TASKS``.
        framework: whose environment the child gets.
        request: JSON text that the task understands.
        timeout: seconds to wait at most.
        is_cancelled: asked all the time; ends the child.
        python: that runs it; None for the one that computes for the framework.

    Raises:
        JobError: the child had trouble, died or took too long.
        Cancelled: by the user.
    """
    program = registry.python(framework) if python is None else python
    child = Child(task, request, registry.environment(framework, 0), python=program)
    try:
        answer = first_answer(child, monotonic() + timeout, is_cancelled)
    finally:
        child.end(0.5)
    if isinstance(answer, Trouble):
        raise JobError(answer.reason)
    return answer


def first_answer(child: Child, deadline: float, is_cancelled: Callable[[], bool]) -> FromTask:
    """The next message of a child that speaks ``messages``; raises as ``first_message``."""
    return messages.from_task.decode(first_message(child, deadline, is_cancelled))


def first_message(child: Child, deadline: float, is_cancelled: Callable[[], bool]) -> bytes:
    """The next message of a child, as it came.

    Raises:
        JobError: it died, or ``deadline`` (of ``time.monotonic``) passed.
        Cancelled: by the user.
    """
    while monotonic() < deadline:
        if is_cancelled():
            raise CancelledByUser("Cancelled.", "Nothing that was kept is lost.")
        try:
            message = child.receive(POLL_SECONDS)
        except ChildGoneError as error:
            raise JobError("A helper process died.", "Try again.") from error
        if message:
            return message
    raise JobError("A helper process did not answer in time.", "Try again.")
