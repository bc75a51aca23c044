"""A child in another Python: of another environment, with another build of a framework.

It runs the studio's own source, which it is told where to find, so both always speak alike; what
its environment lacks it tells before anything else.
"""

import json
import os
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

from mnist_studio import paths
from mnist_studio.errors import JobError

HELLO_SECONDS = 60.0
"""Until a Python has started from a slow disk."""

_COMPLAINT_CHARACTERS = 500

_OURS = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "PYTHONWARNINGS",
    "PYTHONSAFEPATH",
    "_MEIPASS2",
    "__PYVENV_LAUNCHER__",
)
"""Variables that say where this Python finds its modules; another one has modules of its own."""

_SAVED = ("LD_LIBRARY_PATH", "LIBPATH", "DYLD_LIBRARY_PATH")
"""The packaged program puts its own libraries first there and saves what was."""


class Foreign:
    """A process of another Python; has what the parent needs of ``multiprocessing``'s."""

    def __init__(self, python: str, theirs: Connection) -> None:
        """Starts it.

        Args:
            python: path of its program.
            theirs: its end of the pipe; it gets a copy.

        Raises:
            JobError: it cannot be started.
        """
        self._python = python
        try:
            self._process = subprocess.Popen(
                [python, str(paths.entry()), str(theirs.fileno())], env=_environment(),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                **_inherited(theirs.fileno()),
            )  # fmt: skip
        except OSError as error:
            raise self._useless(f"cannot be started: {error.strerror}") from error

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def exitcode(self) -> int | None:
        """None while it lives; negative for a signal."""
        return self._process.poll()

    def introduce(self, ours: Connection, arguments: tuple[str, ...]) -> None:
        """Tells it what to do, and hears whether it can.

        Args:
            ours: end of the pipe; closed if it cannot.
            arguments: of ``child.main``.

        Raises:
            JobError: it lacks something; says what.
        """
        try:
            self._greet(ours, arguments)
        except BaseException:
            ours.close()
            self.kill()
            self.join()
            raise
        finally:
            # From here on the child sends what it prints elsewhere.
            assert self._process.stderr is not None  # It is a pipe.
            self._process.stderr.close()

    def _greet(self, ours: Connection, arguments: tuple[str, ...]) -> None:
        try:
            ours.send_bytes(json.dumps([str(paths.package()), *arguments]).encode())
            answer = ours.recv_bytes() if ours.poll(HELLO_SECONDS) else None
        except (EOFError, OSError) as error:
            raise self._useless(f"is no Python that works. {self._complaint()}".strip()) from error
        if answer is None:
            raise self._useless(f"did not answer in {HELLO_SECONDS:.0f} seconds")
        if problem := json.loads(answer):
            raise self._useless(problem)

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

    def _complaint(self) -> str:
        self.kill()
        said: bytes = self._process.communicate()[1]
        return said.decode(errors="replace").strip()[-_COMPLAINT_CHARACTERS:]

    def _useless(self, what: str) -> JobError:
        return JobError(
            f"{self._python} {what.rstrip('.')}.", "Choose another with: mnist-studio python."
        )


def _environment() -> dict[str, str]:
    """This process's own environment, without what is meant for its Python only."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if name not in _OURS and not name.startswith("_PYI_")
    }
    if paths.frozen():
        for name in _SAVED:
            kept.pop(name, None)
            if former := kept.pop(f"{name}_ORIG", ""):
                kept[name] = former
    return kept


def _inherited(handle: int) -> dict[str, Any]:
    """The options of ``Popen`` by which a process gets a copy of a pipe's end."""
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        # Without the flag a console would open beside the window.
        return {"startupinfo": startup, "creationflags": subprocess.CREATE_NO_WINDOW}
    return {"pass_fds": [handle]}
