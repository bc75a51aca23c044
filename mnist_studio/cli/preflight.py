"""Whether the packages that every command needs can be imported. Imports none of them itself."""

import subprocess
import sys
from functools import cache
from importlib import import_module
from types import ModuleType

from mnist_studio import paths
from mnist_studio.frameworks import import_errors

PACKAGES = {
    "numpy": "numpy", "msgspec": "msgspec", "safetensors": "safetensors", "filelock": "filelock",
    "platformdirs": "platformdirs", "psutil": "psutil", "PIL": "pillow", "rich": "rich",
    "tomli_w": "tomli-w", "jinja2": "jinja2",
}  # fmt: skip
"""Modules, and what installs them."""

SECONDS = 60.0

_CODE = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    print(name, flush=True)
    import_module(name)
"""


def imported(module: str) -> ModuleType:
    """Imports a module of MNIST Studio.

    Raises:
        FrameworkBroken: a package that it needs cannot be imported; says which, and why.
    """
    try:
        return import_module(module)
    except (Exception, SystemExit) as error:
        check()
        raise import_errors.raised("MNIST Studio", "mnist-studio", error) from error


@cache
def check() -> None:
    """Imports every package in a process of its own, which an import may end.

    Raises:
        FrameworkBroken: one cannot be imported; says which, and why.
    """
    if paths.frozen():
        return
    done = subprocess.run(
        [sys.executable, "-P", "-c", _CODE, *PACKAGES], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        name = (done.stdout.split() or ["numpy"])[-1]
        # The last line of a traceback is the exception.
        said = "\n".join(reversed(done.stderr.splitlines()))
        error = import_errors.died(name, PACKAGES[name], done.returncode, said)
        if error:
            raise error
