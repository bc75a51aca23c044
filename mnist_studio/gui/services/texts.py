"""Names of datasets, devices and states, and texts of errors. No Qt."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mnist_studio import events, paths
from mnist_studio.errors import MnistStudioError
from mnist_studio.frameworks import registry
from mnist_studio.spec import datasets
from mnist_studio.spec.run import DatasetName, DeviceName


class _Titles(Mapping[DatasetName, str]):
    """The titles of all datasets that are known now; also of those that are not here any more."""

    def __getitem__(self, name: DatasetName) -> str:
        return datasets.title(name)

    def __iter__(self) -> Iterator[DatasetName]:
        return (one.name for one in datasets.known())

    def __len__(self) -> int:
        return len(datasets.known())


DATASETS: Mapping[DatasetName, str] = _Titles()

DEVICES: Mapping[DeviceName, str] = MappingProxyType(
    {"auto": "Fastest", "cpu": "CPU", "cuda": "NVIDIA GPU", "mps": "Apple GPU"}
)

STATES: Mapping[str, str] = MappingProxyType(
    {
        "queued": "Waiting",
        "removed": "Removed",
        **events.STATES,
    }
)


def missing(name: str) -> str:
    """Why a framework cannot be used: it is not installed. Empty if it is; imports nothing."""
    return str(registry.missing(name) or "")


def unexpected(error: BaseException) -> str:
    """The text of an error that is a mistake in the program."""
    reason = str(error) or type(error).__name__
    return (
        f"An unexpected error occurred: {reason}. The log has details: {paths.log_file()}. "
        "For a report that you can send: mnist-studio doctor --report FILE"
    )


def error_text(error: BaseException) -> str:
    """The text of any error for the user."""
    return str(error) if isinstance(error, MnistStudioError) else unexpected(error)
