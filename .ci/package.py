"""Makes the packaged program from a checkout, tries it, measures it and packs it.

    python .ci/package.py [--edition base|cpu|cuda] [--appimage-runtime FILE]

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

import appimage
import archive
import environment

Made = TypeVar("Made")

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "package"
DIST = ROOT / "dist"
FOLDER = DIST / "mnist-studio"
LICENSES = WORK / "LICENSES.txt"
BILL = WORK / "sbom.cdx.json"
MOST_BYTES = {"base": 350_000_000, "cpu": 1_500_000_000}
"""Size limits of the folder, by edition."""


def main() -> int:
    """Does everything; 1 if the program does not work or is too large."""
    given = _arguments()
    edition = given.edition
    version = _version()
    os.environ.setdefault("SOURCE_DATE_EPOCH", _commit_time())
    os.environ["PYTHONHASHSEED"] = "0"  # PyInstaller orders some tables by hashes.
    python = _timed(
        "environment", lambda: environment.made(ROOT, WORK / f"venv-{edition}", edition)
    )
    _timed("build", lambda: _build(python))
    name = "mnist-studio-base" if edition == "base" else "mnist-studio"
    title = archive.title(name, version)
    made = [_timed("archive", lambda: archive.packed(FOLDER, DIST, title))]
    good = _timed("selftest", lambda: _selftest(made[0]))
    if sys.platform == "linux" and shutil.which("dpkg-deb"):
        made.append(_timed("debian", lambda: _debian(name, version)))
    if given.appimage_runtime:
        target, runtime = DIST / f"{title}.AppImage", given.appimage_runtime
        made.append(_timed("appimage", lambda: _appimage(runtime, target, version)))
    for file, ending in ((LICENSES, "licenses.txt"), (BILL, "sbom.cdx.json")):
        made.append(Path(shutil.copy(file, DIST / f"{title}-{ending}")))
    archive.checksums(made, DIST / f"{title}-SHA256SUMS")
    good = _complete(FOLDER, edition) and good
    size = _measured()
    for file in made:
        _tell(f"{file.stat().st_size / 1e6:8.1f} MB  {file.name}")
    return 0 if good and size <= MOST_BYTES.get(edition, size) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Builds the packaged program.")
    parser.add_argument(
        "--edition",
        choices=environment.EXTRAS,
        default="cpu",
        help="without frameworks, or with these builds of them (default: %(default)s)",
    )
    parser.add_argument(
        "--appimage-runtime",
        type=Path,
        metavar="FILE",
        help=f"runtime of an AppImage, release {appimage.RELEASE}; also makes an AppImage",
    )
    return parser.parse_args()


def _commit_time() -> str:
    """The time of the last commit: the same for all who build it."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


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
    archive.dated(FOLDER)


def _selftest(packed: Path) -> bool:
    """Whether the program works where a user unpacks it."""
    with TemporaryDirectory(prefix="Übung und ", dir=WORK) as place:
        program = archive.unpacked(packed, Path(place))
        home = Path(place) / "home"
        done = subprocess.run(
            [program, "selftest"], check=False, env={**os.environ, "MNIST_STUDIO_HOME": str(home)}
        )
    return done.returncode == 0


def _complete(folder: Path, edition: str) -> bool:
    """Whether a program has the frameworks of its edition, which its self-test would skip."""
    wanted = () if edition == "base" else ("torch", "tensorflow")
    missing = [name for name in wanted if not (folder / "_internal" / name).is_dir()]
    for name in missing:
        _tell(f"{name} is missing in the program")
    return not missing


def _debian(name: str, version: str) -> Path:
    return archive.debian(FOLDER, WORK / "icons", LICENSES, DIST, name, version)


def _appimage(runtime: Path, target: Path, version: str) -> Path:
    tree = appimage.folder(FOLDER, WORK / "icons", WORK, version)
    return appimage.made(tree, runtime, target)


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
