"""The entry of a child in another Python, run as a script with the number of its pipe.

Of the studio's files only this one may meet any Python 3, so it keeps to what all of them know.
"""

import sys

if __name__ == "__main__":
    # The folder of a script comes first on the path; its neighbors are no modules of that name.
    del sys.path[0]

import json
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
"""Modules that training and answering need beside the framework, and how they are installed."""


def main(handle: int) -> None:
    """Tells what is missing, or nothing, and then does what it is told."""
    pipe = opened(handle)
    package, *arguments = json.loads(pipe.recv_bytes().decode())
    missing = problem()
    pipe.send_bytes(json.dumps(missing).encode())
    if not missing:
        # What it learns to import must not be written into the studio's folder.
        sys.dont_write_bytecode = True
        open_studio(package)
        import_module("mnist_studio.workers.child").main(pipe, *arguments)


def opened(handle: int) -> Any:
    """The pipe of that number."""
    if sys.platform == "win32":
        return connection.PipeConnection(handle)
    return connection.Connection(handle)


def problem() -> str:
    """What this Python lacks, as the end of a sentence that begins with its name; else nothing."""
    if sys.version_info < OLDEST:
        return "is Python %d.%d, and at least %d.%d is needed" % (*sys.version_info[:2], *OLDEST)  # noqa: UP031
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if not missing:
        return ""
    return "lacks something; install it with: %s -m pip install %s" % (  # noqa: UP031
        sys.executable,
        " ".join('"%s"' % package for package in missing),  # noqa: UP031
    )


def open_studio(package: str) -> None:
    """Makes the studio's source importable, and nothing that lies beside it."""
    spec = spec_from_file_location(
        "mnist_studio", f"{package}/__init__.py", submodule_search_locations=[package]
    )
    assert spec is not None  # It is a file with the suffix of a module.
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["mnist_studio"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    main(int(sys.argv[1]))
