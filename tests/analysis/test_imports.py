import subprocess
import sys


def test_analysis_needs_nothing_heavy() -> None:
    code = (
        "import sys, pkgutil, importlib, mnist_studio.analysis as package\n"
        "for module in pkgutil.iter_modules(package.__path__):\n"
        "    importlib.import_module(f'{package.__name__}.{module.name}')\n"
        "heavy = {'scipy', 'torch', 'tensorflow', 'keras', 'matplotlib', 'PySide6', 'sqlite3'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
