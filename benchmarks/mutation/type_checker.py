"""Mutants that the type checker refuses: it belongs to the checks of every change."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MutatedFile:
    """A source file with one mutant in it.

    Attributes:
        path: relative to the folder of the sources.
        content: of the file, with the mutant.
    """

    path: str
    content: str


def refused(folder: Path, files: Mapping[str, MutatedFile]) -> dict[str, str]:
    """What mypy says of the mutants that it refuses, by name.

    Args:
        folder: of the sources, which mypy accepts as they are.
        files: the mutants by name. Each is put in its place for a moment.

    Raises:
        RuntimeError: mypy refuses the sources without a mutant.
    """
    found: dict[str, str] = {}
    for path in sorted({each.path for each in files.values()}):
        if said := _errors(folder, path):
            raise RuntimeError(f"{path} has errors without a mutant: {said}")
        place = folder / path
        before = place.read_text("utf-8")
        try:
            for name, each in files.items():
                if each.path == path:
                    place.write_text(each.content, "utf-8")
                    if said := _errors(folder, path):
                        found[name] = said.splitlines()[0]
        finally:
            place.write_text(before, "utf-8")
    return found


def _errors(folder: Path, path: str) -> str:
    command = [sys.executable, "-m", "mypy", "--no-error-summary", path]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    ).stdout.strip()
