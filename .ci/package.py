"""Makes the packaged program from a checkout, tries it, measures it and packs it.

    python .ci/package.py [--cuda]

needs Python 3.11 and pip only; everything lies in ``build/package`` and ``dist``. What is tried is
the archive, unpacked in a folder whose name has a space and a letter beyond ASCII.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypeVar

import archive
import environment

Made = TypeVar("Made")

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "package"
DIST = ROOT / "dist"
FOLDER = DIST / "mnist-studio"
LICENSES = WORK / "LICENSES.txt"
MOST_BYTES = 1_600_000_000
"""Size limit of the folder with the CPU builds."""


def main() -> int:
    """Does everything; 1 if the program does not work or is too large."""
    parser = argparse.ArgumentParser(description="Builds the packaged program.")
    parser.add_argument("--cuda", action="store_true", help="use the CUDA build of PyTorch")
    cuda = parser.parse_args().cuda
    version = _version()
    python = _timed("environment", lambda: environment.made(ROOT, WORK / "venv", cuda))
    _timed("build", lambda: _build(python))
    made = [_timed("archive", lambda: archive.packed(FOLDER, DIST, version))]
    good = _timed("selftest", lambda: _selftest(made[0]))
    if sys.platform == "linux" and shutil.which("dpkg-deb"):
        made.append(_timed("debian", lambda: _debian(version)))
    made.append(Path(shutil.copy(LICENSES, DIST / f"{archive.title(version)}-licenses.txt")))
    archive.checksums(made, DIST / f"{archive.title(version)}-SHA256SUMS")
    size = _measured()
    for file in made:
        _tell(f"{file.stat().st_size / 1e6:8.1f} MB  {file.name}")
    return 0 if good and (cuda or size <= MOST_BYTES) else 1


def _version() -> str:
    """From the one place that has it, which is not imported: nothing is installed here."""
    text = (ROOT / "mnist_studio" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if found is None:
        raise SystemExit("mnist_studio/__init__.py has no version.")
    return found[1]


def _build(python: Path) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    options = ["--noconfirm", "--log-level=WARN", f"--workpath={WORK}", f"--distpath={DIST}"]
    command = [str(python), "-m", "PyInstaller", *options, str(ROOT / "build.spec")]
    subprocess.run(command, cwd=ROOT, check=True)


def _selftest(packed: Path) -> bool:
    """Whether the program works where a user unpacks it."""
    with TemporaryDirectory(prefix="Übung und ", dir=WORK) as place:
        program = archive.unpacked(packed, Path(place))
        home = Path(place) / "home"
        done = subprocess.run(
            [program, "selftest"], check=False, env={**os.environ, "MNIST_STUDIO_HOME": str(home)}
        )
    return done.returncode == 0


def _debian(version: str) -> Path:
    return archive.debian(FOLDER, WORK / "icons", LICENSES, DIST, version)


def _measured() -> int:
    """The bytes of the folder; prints their breakdown and writes it to a file."""
    sizes: dict[str, int] = {}
    for file in FOLDER.rglob("*"):
        if file.is_file() and not file.is_symlink():
            parts = file.relative_to(FOLDER).parts
            part = parts[1] if len(parts) > 1 else parts[0]
            sizes[part] = sizes.get(part, 0) + file.stat().st_size
    largest = dict(sorted(sizes.items(), key=lambda one: -one[1]))
    (DIST / "sizes.json").write_text(json.dumps(largest, indent=1))
    for name, size in list(largest.items())[:12]:
        _tell(f"{size / 1e6:8.1f} MB  {name}")
    _tell(f"{sum(sizes.values()) / 1e6:8.1f} MB  together")
    return sum(sizes.values())


def _timed(what: str, work: Callable[[], Made]) -> Made:
    began = monotonic()
    _tell(f"{what} ...")
    result = work()
    _tell(f"{what}: {monotonic() - began:.0f} s")
    return result


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
