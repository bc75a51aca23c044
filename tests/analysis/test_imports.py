import subprocess
import sys

HEAVY = "{'scipy', 'torch', 'tensorflow', 'keras', 'matplotlib', 'PySide6', 'sqlite3'}"


def loaded_by(modules: str) -> str:
    """What of the heavy packages is loaded after importing the modules of a Python expression."""
    code = (
        "import sys, pkgutil, importlib, mnist_studio.analysis as package\n"
        f"for name in {modules}:\n"
        "    importlib.import_module(f'{package.__name__}.{name}')\n"
        f"print(sorted({HEAVY} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return found.stdout.strip()


def test_analysis_needs_nothing_heavy() -> None:
    names = "[m.name for m in pkgutil.iter_modules(package.__path__)]"
    assert loaded_by(names) == "[]"
