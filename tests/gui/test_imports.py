"""The window's process never loads what would slow or crash it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_studio import gui

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


@pytest.mark.parametrize("path", ["common/table_model.py", "experiments/queue_rows.py"])
def test_table_models_import_no_widgets(path: str) -> None:
    tree = ast.parse((Path(gui.__path__[0]) / path).read_text("utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "PySide6.QtCore" in imported
    assert "PySide6.QtWidgets" not in imported
