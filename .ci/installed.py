"""Installs MNIST Studio into fresh environments, and prints size and seconds of each as a table.

    python .ci/installed.py [EXTRA ...]

Without arguments only the base is installed. Each environment is deleted before the next one is
made. pip and setuptools, which belong to the environment, are not counted. A megabyte is 1,000,000
bytes of content.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

ROOT = Path(__file__).resolve().parents[1]
OF_THE_ENVIRONMENT = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "wheel")
MEASURED = """
import resource, time
began = time.process_time()
import mnist_studio.gui.app.application
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(time.process_time() - began, used / 1000)
"""


@dataclass(frozen=True)
class Installed:
    """An installation.

    Attributes:
        seconds: that pip took.
        sizes: bytes of each package, without bytecode.
        bytecode: bytes of what Python compiles ahead, or when a module is first imported.
        importing: processor seconds to import the window.
        memory: MB of memory afterwards.
    """

    seconds: float
    sizes: dict[str, int]
    bytecode: int
    importing: float
    memory: float

    @property
    def size(self) -> int:
        """Bytes without bytecode."""
        return sum(self.sizes.values())


def main() -> int:
    """Measures every extra, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extras", nargs="*", metavar="EXTRA", help="such as pytorch or all")
    extras = parser.parse_args().extras
    for number, extra in enumerate(("", *extras)):
        found = _measured(extra)
        if not number:
            _say("| installation | files | with bytecode | seconds | import | memory |")
            _say("|---|---|---|---|---|---|")
        _say(
            f"| {extra or 'base'} | {_megabytes(found.size)} "
            f"| {_megabytes(found.size + found.bytecode)} | {found.seconds:.0f} "
            f"| {found.importing:.2f} s | {found.memory:.0f} MB |"
        )
        if not extra:
            largest = sorted(found.sizes.items(), key=lambda one: -one[1])[:12]
            _say_apart(", ".join(f"{name} {_megabytes(size)}" for name, size in largest))
    return 0


def _measured(extra: str) -> Installed:
    with TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        wanted = f"{ROOT}[{extra}]" if extra else str(ROOT)
        began = monotonic()
        subprocess.run([python, "-m", "pip", "install", "--quiet", wanted], check=True)
        seconds = monotonic() - began
        asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
        packages = subprocess.check_output([python, "-c", asked], text=True).strip()
        sizes, bytecode = _sizes(Path(folder), Path(packages))
        done = subprocess.run(
            [python, "-c", MEASURED], check=True, capture_output=True, text=True, cwd=folder
        )
    importing, memory = map(float, done.stdout.split())
    return Installed(seconds, sizes, bytecode, importing, memory)


def _sizes(environment: Path, packages: Path) -> tuple[dict[str, int], int]:
    """The bytes of each package, and those of all bytecode."""
    sizes: dict[str, int] = {}
    bytecode = 0
    for package, file in _files(environment, packages):
        size = file.stat().st_size
        if file.suffix == ".pyc":
            bytecode += size
        else:
            sizes[package] = sizes.get(package, 0) + size
    return sizes, bytecode


def _files(environment: Path, packages: Path) -> Iterator[tuple[str, Path]]:
    """Every file of the installation, and the package that it belongs to."""
    for file in environment.rglob("*"):
        if file.is_symlink() or not file.is_file():
            continue
        inside = file.relative_to(packages).parts[0] if packages in file.parents else "programs"
        if inside.partition("-")[0] not in OF_THE_ENVIRONMENT:
            yield inside, file


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _say_apart(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
