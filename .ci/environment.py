"""The clean environment in which the program is built."""

import hashlib
import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

KEY = "made-from.txt"
EXTRAS = {
    "base": ("build",),
    "cpu": ("pytorch", "tensorflow", "build"),
    "cuda": ("pytorch", "tensorflow", "build"),
}
"""Optional requirements that each edition of the packaged program contains."""


def made(root: Path, folder: Path, edition: str) -> Path:
    """Makes an environment, or takes the one that was made from the same lists.

    Args:
        root: of the checkout.
        folder: for it.
        edition: ``base`` without frameworks, ``cpu`` or ``cuda`` with these builds of them.

    Returns:
        Its Python.
    """
    constraints = root / ("constraints.txt" if edition == "cuda" else "constraints-cpu.txt")
    wanted = _wanted(root, edition)
    key = hashlib.sha256("\n".join((*wanted, constraints.read_text("utf-8"))).encode()).hexdigest()
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    known = folder / KEY
    if known.is_file() and known.read_text() == key:
        return python
    venv.create(folder, clear=True, with_pip=True)
    install: list[str | Path]
    install = [python, "-m", "pip", "install", "--quiet", "-c", constraints, *wanted]
    subprocess.run(install, check=True)
    known.write_text(key)
    return python


def _wanted(root: Path, edition: str) -> list[str]:
    """The requirements of the project and of its build."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(one for name in EXTRAS[edition] for one in extras[name])]
    if edition == "cuda" or sys.platform != "linux":
        return wanted  # Elsewhere the index has no CUDA builds anyway.
    # No torchvision can be imported with torch's CPU build for Linux.
    usable = [one for one in wanted if not one.startswith("torchvision")]
    return [one.replace("tensorflow", "tensorflow-cpu", 1) if one.startswith("tensorflow") else one
            for one in usable]  # fmt: skip
