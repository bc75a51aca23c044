"""Environments of frameworks: another Python is tested first, then saved as a setting."""

from collections.abc import Callable
from pathlib import Path
from shutil import which

from msgspec.structs import replace

from mnist_studio import paths, settings
from mnist_studio.errors import JobError, UsageError
from mnist_studio.frameworks import registry
from mnist_studio.settings import Interpreter
from mnist_studio.workers.probe import FIND_DEVICES, TIMEOUT_SECONDS
from mnist_studio.workers.task import never
from mnist_studio.workers.worker import request_once


def choose(framework: str, python: str, is_cancelled: Callable[[], bool] = never) -> Interpreter:
    """Runs a framework in another Python from now on. Takes seconds.

    Args:
        framework: to run in it.
        python: path or name of its program.
        is_cancelled: polled all the time.

    Raises:
        UnknownName: there is no such framework.
        UsageError: the framework always runs in MNIST Studio's own Python.
        JobError: that Python cannot be used; says why.
        StoreError: the setting cannot be written.
        CancelledByUser: by the user.
    """
    check(framework)
    path = which(str(paths.expanded(python)))
    if path is None:
        raise JobError(
            f"There is no program at {python}.", "Enter the path of the environment's Python."
        )
    # Not resolved: an environment's Python is a link whose location names the environment.
    program = str(Path(path).absolute())
    found = request_once(
        FIND_DEVICES, framework, framework, TIMEOUT_SECONDS,
        is_cancelled=is_cancelled, python=program,
    )  # fmt: skip
    chosen = Interpreter(program, found.version)
    _save(settings.load()[0].interpreters | {framework: chosen})
    return chosen


def forget(framework: str) -> None:
    """Runs a framework in MNIST Studio's own Python again.

    Raises:
        UnknownName: there is no such framework.
        UsageError: the framework always runs in MNIST Studio's own Python.
        StoreError: the setting cannot be written.
    """
    check(framework)
    others = settings.load()[0].interpreters.items()
    _save({name: chosen for name, chosen in others if name != framework})


def check(framework: str) -> None:
    """Checks that a framework can run in another environment.

    Raises:
        UnknownName: there is no such framework.
        UsageError: the framework always runs in MNIST Studio's own Python.
    """
    if registry.framework_entry(framework).name == "numpy":
        raise UsageError(
            "NumPy always runs in MNIST Studio's own Python.",
            "Choose a Python for pytorch or keras.",
        )


def _save(interpreters: dict[str, Interpreter]) -> None:
    settings.save(replace(settings.load()[0], interpreters=interpreters))
