"""A child in the Python of another environment, with another build of a framework.

It runs the studio's own source, so both ends always speak the same protocol. Before anything else
it reports what its environment lacks.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from mnist_studio import paths
from mnist_studio.errors import JobError

START_SECONDS = 60.0
"""A Python on a slow disk takes long to start."""

_STDERR_CHARACTERS = 500

_OURS = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "PYTHONWARNINGS",
    "_MEIPASS2",
    "__PYVENV_LAUNCHER__",
)
"""Variables that say where this Python finds its modules. Another Python has its own."""

_SAVED = ("LD_LIBRARY_PATH", "LIBPATH", "DYLD_LIBRARY_PATH")
"""The packaged program puts its own libraries first in these and saves the former value."""


class ExternalPythonProcess:
    """A process of another Python. Has the methods of ``multiprocessing``'s that a parent needs."""

    def __init__(
        self,
        python: str,
        theirs: Connection,
        lifeline: Connection,
        task: str,
        environment: Mapping[str, str],
        console: str,
    ) -> None:
        """Starts it.

        Args:
            python: path of its program.
            theirs: the child's end of the pipe; the child gets a copy.
            lifeline: the child's end of another one; see ``workers.lifeline``.
            task: dotted name of the function or class that does the work.
            environment: variables that it gets besides the user's own.
            console: file that takes what is printed; empty for nowhere.

        Raises:
            JobError: it cannot be started.
        """
        self._python = python
        entry = str(paths.external_entry())
        handles = [theirs.fileno(), lifeline.fileno()]
        try:
            self._process = subprocess.Popen(
                [python, entry, *map(str, handles), str(paths.package()), task, console],
                env={**users_environment(), **environment},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                **_inheriting(handles),
            )  # fmt: skip
        except OSError as error:
            raise self._unusable(f"cannot be started: {error.strerror}") from error

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def exitcode(self) -> int | None:
        """None while it runs; negative for a signal."""
        return self._process.poll()

    def wait_until_ready(self, ours: Connection) -> None:
        """Waits until it can take requests.

        Args:
            ours: the parent's end of the pipe; closed if it cannot.

        Raises:
            JobError: it lacks something; says what.
        """
        try:
            self._check_greeting(ours)
        except BaseException:
            ours.close()
            self.kill()
            self.join()
            raise
        finally:
            # From here on the child redirects what it prints.
            assert self._process.stderr is not None  # It is a pipe.
            self._process.stderr.close()

    def _check_greeting(self, ours: Connection) -> None:
        try:
            greeting = ours.recv_bytes() if ours.poll(START_SECONDS) else None
        except (EOFError, OSError) as error:
            raise self._unusable(f"is not a working Python. {self._stderr()}".strip()) from error
        if greeting is None:
            raise self._unusable(f"did not answer within {START_SECONDS:.0f} seconds")
        if greeting:
            raise self._unusable(greeting.decode())

    def join(self, timeout: float | None = None) -> None:
        """Waits until it has ended, ``timeout`` seconds at most."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self.exitcode is None

    def terminate(self) -> None:
        """Asks it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """Ends it."""
        self._process.kill()

    def _stderr(self) -> str:
        self.kill()
        written: bytes = self._process.communicate()[1]
        return written.decode(errors="replace").strip()[-_STDERR_CHARACTERS:]

    def _unusable(self, why: str) -> JobError:
        return JobError(
            f"{self._python} {why.rstrip('.')}.",
            "Choose another one with: mnist-studio environments",
        )


def users_environment() -> dict[str, str]:
    """This process's environment without what is meant for its own Python only."""
    variables = {
        name: text
        for name, text in os.environ.items()
        if name not in _OURS and not name.startswith("_PYI_")
    }
    if paths.frozen():
        for name in _SAVED:
            variables.pop(name, None)
            if former := variables.pop(f"{name}_ORIG", ""):
                variables[name] = former
    return variables


def _inheriting(handles: list[int]) -> dict[str, Any]:
    """The options of ``Popen`` that give a process copies of the ends of pipes."""
    if sys.platform == "win32":
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": handles})
        # Without the flag a console would open next to the window.
        return {"startupinfo": startup, "creationflags": subprocess.CREATE_NO_WINDOW}
    return {"pass_fds": handles}
