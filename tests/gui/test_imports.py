"""The window's process never loads what would slow or crash it."""

import subprocess
import sys

FORBIDDEN = ("torch", "torchvision", "tensorflow", "keras", "sklearn", "scipy.stats", "matplotlib")

PROGRAM = """
import importlib, pkgutil, sys
import mnist_studio.gui as gui
names = [found.name for found in pkgutil.walk_packages(gui.__path__, "mnist_studio.gui.")]
for name in names:
    importlib.import_module(name)
print(len(names), *[name for name in {forbidden!r} if name in sys.modules])
"""


def loaded_by(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.split()


def test_all_modules_together_load_no_framework() -> None:
    count, *found = loaded_by(PROGRAM.format(forbidden=FORBIDDEN))
    assert int(count) > 60
    assert found == []


def test_first_paint_needs_neither_numpy_nor_pyqtgraph() -> None:
    program = (
        "import sys, mnist_studio.gui.app.application\n"
        "print(*[name for name in ('numpy', 'pyqtgraph', 'sqlite3') if name in sys.modules])"
    )
    assert loaded_by(program) == []
