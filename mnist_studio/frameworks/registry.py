"""The frameworks the studio knows. Listing them imports none of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from types import MappingProxyType
from typing import cast

from mnist_studio import paths, settings
from mnist_studio.errors import FrameworkMissing
from mnist_studio.frameworks.base import Framework
from mnist_studio.frameworks.processors import usable_processors
from mnist_studio.spec.layers import Conv
from mnist_studio.spec.recipes import unknown
from mnist_studio.spec.run import FrameworkName, RunSpec


@dataclass(frozen=True)
class FrameworkEntry:
    """What is known of a framework before it is imported.

    Attributes:
        name: as in specs, such as ``pytorch``.
        title: for people, such as ``PyTorch``.
        module: of its adapter, whose ``FRAMEWORK`` is the framework.
        package: top-level module and distribution it needs.
        suffix: of its own file format.
    """

    name: FrameworkName
    title: str
    module: str
    package: str
    suffix: str


ENTRIES: Mapping[str, FrameworkEntry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            FrameworkEntry(
                "numpy", "NumPy", "mnist_studio.frameworks.numpy_scratch", "numpy", ".npz"
            ),
            FrameworkEntry("pytorch", "PyTorch", "mnist_studio.frameworks.pytorch", "torch", ".pt"),
            FrameworkEntry(
                "keras",
                "Keras",
                "mnist_studio.frameworks.tensorflow_keras",
                "tensorflow",
                ".keras",
            ),
        )
    }
)


FRAMEWORKS: tuple[FrameworkName, ...] = tuple(entry.name for entry in ENTRIES.values())
"""Their names, in the order in which they are shown."""


def framework_entry(name: str) -> FrameworkEntry:
    """What is known of the framework of that name.

    Raises:
        UnknownName: there is none; suggests the nearest.
    """
    try:
        return ENTRIES[name]
    except KeyError:
        raise unknown("framework", name, tuple(ENTRIES)) from None


def framework_title(name: str) -> str:
    """The name to show, such as ``PyTorch``.

    Raises:
        UnknownName: there is no such framework.
    """
    return framework_entry(name).title


def python(name: str) -> str:
    """The program of the Python that computes for a framework; empty if it is the studio's own."""
    chosen = settings.load()[0].interpreters.get(framework_entry(name).name)
    return chosen.python if chosen else ""


def version(name: str) -> str | None:
    """The version of a framework, None where there is none. Imports nothing.

    Of one that another Python computes for, it is the version that was there when it was chosen.
    """
    chosen = settings.load()[0].interpreters.get(framework_entry(name).name)
    return chosen.version if chosen else installed(name)


def installed(name: str) -> str | None:
    """The version of a framework in this environment, None where it is not. Imports nothing."""
    package = framework_entry(name).package
    if find_spec(package) is None:
        return None
    for distribution in (package, f"{package}-cpu"):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "unknown"


def missing(name: str) -> FrameworkMissing | None:
    """The error for a framework that is not installed; None if it is. Imports nothing."""
    if version(name) is not None:
        return None
    known = framework_entry(name)
    return FrameworkMissing(f"{known.title} is not installed.", _remedy(known))


def _remedy(known: FrameworkEntry) -> str:
    return f"Install it with: pip install {known.package}"


def load(name: str) -> Framework:
    """Imports a framework.

    Raises:
        UnknownName: there is none of that name.
        FrameworkMissing: it is not installed, or its installation is broken.
    """
    known = framework_entry(name)
    try:
        module = import_module(known.module)
    except (ImportError, OSError) as error:  # On Windows a DLL that does not load is an OSError.
        raise FrameworkMissing(
            f"{known.title} cannot be imported: {error}.", _remedy(known)
        ) from error
    return cast(Framework, module.FRAMEWORK)


_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


_PRODUCTS = ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Of these, the threads inside NumPy's matrix products."""

MOST_PRODUCT_THREADS = 4
"""A product of a batch of 64 has no more work to share out."""


def environment(name: str, threads: int) -> dict[str, str]:
    """The environment variables a process must have before it imports that framework.

    Args:
        name: of the framework.
        threads: of the CPU; 0 leaves it to the framework.

    Raises:
        UnknownName: there is none of that name.
    """
    variables = dict.fromkeys(_THREADS, str(threads)) if threads else {}
    if framework_entry(name).name == "numpy":
        # Threads of many small products would wait for each other most of the time.
        variables |= dict.fromkeys(_PRODUCTS, "1")
    if framework_entry(name).name == "keras":
        variables |= {
            "KERAS_BACKEND": "tensorflow",
            "KERAS_HOME": str(paths.keras_home()),
            # Keras imports it, and it keeps a list of fonts, else in a folder that nobody deletes.
            "MPLCONFIGDIR": str(paths.matplotlib_home()),
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }
    return variables


def training_environment(run: RunSpec) -> dict[str, str]:
    """``environment`` for a process that trains ``run``.

    Networks with convolutions NumPy trains on threads of the learner's own, each with a part of the
    batch. Others consist of a few large products, where threads inside them are faster: with two of
    them an epoch of mlp-128 takes .50 instead of .64 s, on a busy machine 2.3 instead of .92 s.

    Raises:
        UnknownName: the framework is none.
    """
    variables = environment(run.framework, run.threads)
    if run.framework == "numpy" and not any(isinstance(layer, Conv) for layer in run.model.layers):
        threads = min(run.threads or usable_processors(), MOST_PRODUCT_THREADS)
        variables |= dict.fromkeys(_PRODUCTS, str(threads))
    return variables
