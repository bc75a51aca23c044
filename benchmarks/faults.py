"""Makes calls that write fail, in this process and its children: see ``faults.c``.

The library must be loaded before Python starts, by ``variables`` in the environment.
"""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("faults.c")
_NUMBERS = struct.Struct("=4Q")

POSSIBLE = sys.platform == "linux" and shutil.which("cc") is not None
"""Whether it works here."""


class Faults:
    """The failures of one folder.

    Attributes:
        variables: for the environment of processes whose calls fail.
    """

    def __init__(self, library: Path, folder: Path) -> None:
        """Compiles the library.

        Args:
            library: where; the file that processes share is next to it.
            folder: calls on files in it fail.
        """
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", str(SOURCE), "-o", str(library), "-ldl"], check=True
        )
        self._file = library.with_suffix(".counter")
        self.variables = {
            "LD_PRELOAD": str(library),
            "FAULTS_FOLDER": str(folder),
            "FAULTS_FILE": str(self._file),
        }
        self.arm(0)

    def arm(self, at: int, error: int = 0, stays: bool = False) -> None:
        """Counts from 0 again, and chooses what fails.

        Args:
            at: number of the call that fails, from 1; 0 for none.
            error: its ``errno``.
            stays: whether every later call fails too.
        """
        arm(self._file, at, error, stays)

    @property
    def calls(self) -> int:
        """Number of calls since ``arm``."""
        return calls(self._file)


def arm(file: Path, at: int, error: int = 0, stays: bool = False) -> None:
    """As ``Faults.arm``, from within a process whose calls fail: by the file that it shares."""
    content = _NUMBERS.pack(0, at, error, stays)
    if not file.exists():
        file.write_bytes(content)
    # Processes have it mapped, so that it must stay the same file.
    with file.open("r+b", buffering=0) as opened:
        opened.write(content)


def calls(file: Path) -> int:
    """As ``Faults.calls``."""
    return int(_NUMBERS.unpack(file.read_bytes())[0])
