"""The entry of a child in another Python, run as a script with the numbers of its two pipes.

Of the studio's files only this one may meet any Python 3, so it uses only what all of them know.
"""

import sys

if __name__ == "__main__":
    # Python puts the folder of a script first on the path. Its files are no top-level modules.
    del sys.path[0]

from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from multiprocessing import connection
from typing import Any

OLDEST = (3, 11)
NEEDED = {
    "numpy": "numpy>=2.0",
    "msgspec": "msgspec>=0.19",
    "safetensors": "safetensors>=0.4.5",
    "platformdirs": "platformdirs>=4.2",
    "filelock": "filelock>=3.15",
    "psutil": "psutil>=5.9",
    "PIL": "pillow>=10.4",
    "tomli_w": "tomli-w>=1.0",
}
"""Modules that tasks need besides the framework, and what installs them."""


def main(handle: int, lifeline: int, package: str, task: str, console: str) -> None:
    """Sends what is missing, or an empty text, and then serves the parent's requests."""
    pipe, life = open_pipe(handle), open_pipe(lifeline, writable=False)
    missing = problem()
    pipe.send_bytes(missing.encode())
    if not missing:
        # Python must not write compiled modules into the studio's folder.
        sys.dont_write_bytecode = True
        import_studio(package)
        import_module("mnist_studio.workers.child_entry").main(pipe, task, {}, console, life)


def open_pipe(handle: int, writable: bool = True) -> Any:
    """The pipe of that number."""
    if sys.platform == "win32":
        return connection.PipeConnection(handle, writable=writable)
    return connection.Connection(handle, writable=writable)


def problem() -> str:
    """What this Python lacks, as the end of a sentence that begins with its name; else empty."""
    if sys.version_info < OLDEST:
        return "is Python %d.%d, but at least %d.%d is required" % (*sys.version_info[:2], *OLDEST)  # noqa: UP031
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if not missing:
        return ""
    return "lacks packages. Install them with: %s -m pip install %s" % (  # noqa: UP031
        sys.executable,
        " ".join('"%s"' % package for package in missing),  # noqa: UP031
    )


def import_studio(package: str) -> None:
    """Makes the studio's source importable, but nothing else of the folder that it is in."""
    spec = spec_from_file_location(
        "mnist_studio", f"{package}/__init__.py", submodule_search_locations=[package]
    )
    assert spec is not None  # It is a file with the suffix of a module.
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["mnist_studio"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
