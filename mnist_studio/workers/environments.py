"""Pythons of their own for frameworks: tried before they are chosen, and kept as a setting."""

from collections.abc import Callable
from pathlib import Path
from shutil import which

from msgspec.structs import replace

from mnist_studio import settings
from mnist_studio.errors import JobError, UsageError
from mnist_studio.frameworks import registry
from mnist_studio.settings import Interpreter
from mnist_studio.workers.messages import Probed
from mnist_studio.workers.requests import call

TIMEOUT_SECONDS = 120.0


def choose(
    framework: str, python: str, is_cancelled: Callable[[], bool] = lambda: False
) -> Interpreter:
    """Lets another Python compute for a framework from now on. Takes seconds.

    Args:
        framework: whose environment it has.
        python: path or name of its program.
        is_cancelled: asked all the time.

    Raises:
        UnknownName: there is no such framework.
        UsageError: the framework needs none.
        JobError: that Python cannot be used; says what it lacks.
        StoreError: the setting cannot be written.
        Cancelled: by the user.
    """
    _check(framework)
    found = which(python)
    if found is None:
        raise JobError(f"There is no program {python}.", "Name the Python of an environment.")
    # Never resolved: an environment's Python is a link, and its name says where it belongs.
    program = str(Path(found).absolute())
    answer = call("probe", framework, framework, TIMEOUT_SECONDS, is_cancelled, program)
    assert isinstance(answer, Probed)  # Trouble was raised.
    chosen = Interpreter(program, answer.version)
    _keep(settings.load()[0].interpreters | {framework: chosen})
    return chosen


def forget(framework: str) -> None:
    """Lets the studio's own Python compute for a framework again.

    Raises:
        UnknownName: there is no such framework.
        UsageError: the framework needs none.
        StoreError: the setting cannot be written.
    """
    _check(framework)
    others = settings.load()[0].interpreters.items()
    _keep({name: chosen for name, chosen in others if name != framework})


def _check(framework: str) -> None:
    if registry.framework_entry(framework).name == "numpy":
        raise UsageError(
            "NumPy computes in the studio's own Python, also inside of the window.",
            "Name a Python for pytorch or keras.",
        )


def _keep(interpreters: dict[str, Interpreter]) -> None:
    settings.save(replace(settings.load()[0], interpreters=interpreters))
