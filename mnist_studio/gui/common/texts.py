"""What the user reads of an error that nobody foresaw. No Qt.

What things are called in the window.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType

from mnist_studio import paths
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import ENTRIES
from mnist_studio.spec.run import DatasetName, DeviceName

DATASETS: Mapping[DatasetName, str] = MappingProxyType(
    {"mnist": "MNIST", "builtin": "Built-in digits"}
)

DEVICES: Mapping[DeviceName, str] = MappingProxyType(
    {"auto": "Fastest", "cpu": "CPU", "cuda": "NVIDIA GPU", "mps": "Apple GPU"}
)

STATES: Mapping[str, str] = MappingProxyType(
    {
        "queued": "Waiting",
        "removed": "Not started",
        "running": "Training",
        "finished": "Finished",
        "stopped": "Stopped, kept",
        "cancelled": "Discarded",
        "failed": "Failed",
        "crashed": "Crashed",
    }
)


def missing(name: str) -> str:
    """Why a framework cannot be used: it is not installed; empty where it is. Imports nothing."""
    known = ENTRIES[name]
    if find_spec(known.package) is not None or registry.python(name):
        return ""
    return f"{known.title} is not installed. Install it with: pip install {known.package}"


def unexpected(error: BaseException) -> str:
    """A sentence on it, and where there is more."""
    said = str(error) or type(error).__name__
    return f"Something went wrong in the studio: {said}. More is in {paths.log_file()}."
