"""The supported frameworks. Listing them imports none of them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from mnist_studio import paths, settings
from mnist_studio.errors import FrameworkBroken, FrameworkMissing
from mnist_studio.frameworks import import_errors
from mnist_studio.spec.layers import Conv
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import unknown
from mnist_studio.spec.run import FrameworkName, RunSpec

if TYPE_CHECKING:
    # The window names frameworks before its first paint, and must not load NumPy for that.
    from mnist_studio.frameworks.base import Framework


@dataclass(frozen=True)
class FrameworkEntry:
    """What is known about a framework before it is imported.

    Attributes:
        name: in specs, such as ``pytorch``.
        title: the name to show, such as ``PyTorch``.
        module: its adapter, which defines ``FRAMEWORK``.
        package: the top-level module and distribution that it needs.
        suffix: of files in its own format.
        requirements: that install it, as in the extra of its name.
        shared_loop: what is its own in the shared loop and what is not, for whoever reads its
            times as those of the framework; empty if all of it is MNIST Studio's.
    """

    name: FrameworkName
    title: str
    module: str
    package: str
    suffix: str
    shared_loop: str = ""
    requirements: tuple[str, ...] = ()


ENTRIES: Mapping[str, FrameworkEntry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            FrameworkEntry(
                "numpy", "NumPy", "mnist_studio.frameworks.numpy_scratch", "numpy", ".npz"
            ),
            FrameworkEntry(
                "pytorch",
                "PyTorch",
                "mnist_studio.frameworks.pytorch",
                "torch",
                ".pt",
                "PyTorch in the shared loop uses PyTorch's layers, gradients, and optimizers. "
                "MNIST Studio computes dropout, running statistics, clipping, batches, and the "
                "loop.",
                ("torch>=2.6", "torchvision>=0.21"),
            ),
            FrameworkEntry(
                "keras",
                "Keras",
                "mnist_studio.frameworks.tensorflow_keras",
                "tensorflow",
                ".keras",
                "Keras in the shared loop uses Keras' layers, and TensorFlow's gradients and "
                "compiler. MNIST Studio computes optimizer updates, dropout, clipping, batches, "
                "and the loop. Its times therefore differ from those of Keras' fit.",
                ("tensorflow>=2.18",),
            ),
        )
    }
)


FRAMEWORKS: tuple[FrameworkName, ...] = tuple(entry.name for entry in ENTRIES.values())
"""Their names, in the order in which they are shown."""


def framework_entry(name: str) -> FrameworkEntry:
    """The entry of a framework.

    Raises:
        UnknownName: there is no such framework; the error suggests the nearest name.
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
    """The external Python that runs a framework; empty for the Python that runs this program."""
    chosen = settings.load()[0].interpreters.get(framework_entry(name).name)
    return str(paths.expanded(chosen.python)) if chosen else ""


def version(name: str) -> str | None:
    """The version of a framework, None where it is not installed. Imports nothing.

    With an external Python, it is the version found there when the Python was selected.
    """
    known = framework_entry(name)
    chosen = settings.load()[0].interpreters.get(known.name)
    if chosen is None:
        return installed(name)
    # Settings of earlier versions have only the version of TensorFlow, which is not that of Keras.
    only_tensorflow = known.package == "tensorflow" and "TensorFlow" not in chosen.version
    return f"TensorFlow {chosen.version}" if only_tensorflow else chosen.version


def installed(name: str) -> str | None:
    """The version in this environment, None where it is not installed. Imports nothing.

    Keras also names the TensorFlow that it computes with: ``3.15.1 (TensorFlow 2.21.0)``.
    """
    package = framework_entry(name).package
    if find_spec(package) is None:
        return None
    version = _distribution_version(package)
    if package != "tensorflow":
        return version
    return f"{_distribution_version('keras')} (TensorFlow {version})"


def _distribution_version(package: str) -> str:
    for distribution in (package, f"{package}-cpu"):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "unknown"


def missing(name: str) -> FrameworkMissing | None:
    """The error for a framework that is not installed, None if it is. Imports nothing."""
    return None if version(name) is not None else _missing(framework_entry(name))


def _missing(entry: FrameworkEntry) -> FrameworkMissing:
    return FrameworkMissing(f"{entry.title} is not installed.", install_hint(entry.name))


def install_hint(name: str) -> str:
    """The command that installs a framework, as a sentence.

    It is not pip's: that would need the program's own environment, which pipx, uv, and the packaged
    program hide.
    """
    return f"Install it with: mnist-studio environments {framework_entry(name).name} --install"


def load(name: str) -> "Framework":
    """Imports a framework.

    Raises:
        UnknownName: there is no such framework.
        FrameworkMissing: it is not installed.
        FrameworkBroken: it is installed but cannot be imported; says why.
    """
    entry = framework_entry(name)
    if find_spec(entry.package) is None:
        raise _missing(entry)
    try:
        module = import_module(entry.module)
    # Packages of versions that do not fit each other raise anything.
    except (Exception, SystemExit) as error:
        raise import_errors.raised(entry.title, _packages(entry), error) from error
    return cast("Framework", module.FRAMEWORK)


def import_died(
    name: str, exit_code: int | None, output: str, external: str = ""
) -> FrameworkBroken | None:
    """The error for a process that ended while it imported a framework.

    Args:
        name: of the framework.
        exit_code: of the process; negative for a signal.
        output: that it wrote.
        external: program of another Python, if that ran it.

    Returns:
        None if the end came from outside, as when memory runs out.
    """
    entry = framework_entry(name)
    return import_errors.died(entry.title, _packages(entry), exit_code, output, external)


def _packages(entry: FrameworkEntry) -> str:
    return f"{entry.package} keras" if entry.name == "keras" else entry.package


_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


_PRODUCTS = ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Those of ``_THREADS`` that set the threads inside NumPy's matrix products."""

MOST_PRODUCT_THREADS = 4
"""A matrix product on a batch of 64 has too little work for more threads."""


_BOUNDED_SPIN = {"GOMP_SPINCOUNT": "30000", "KMP_BLOCKTIME": "1"}
"""How long a thread of OpenMP waits actively for another one: iterations (0.5 ms) and milliseconds.

The defaults (5 ms and 200 ms) keep the processor from the thread that is waited for. Measured for
compact-cnn in PyTorch with two busy programs: 4 to 6 times faster. On an idle machine, the times
are equal. This never changes a result.
"""

_SPIN = (*_BOUNDED_SPIN, "OMP_WAIT_POLICY")


def environment(name: str, threads: int) -> dict[str, str]:
    """The environment variables that a process needs before it imports a framework.

    Args:
        name: of the framework.
        threads: of the CPU; 0 leaves it to the framework.

    Raises:
        UnknownName: there is no such framework.
    """
    variables = dict.fromkeys(_THREADS, str(threads)) if threads else {}
    if framework_entry(name).name == "numpy":
        # Threads inside many small products would mostly wait for each other.
        variables |= dict.fromkeys(_PRODUCTS, "1")
    if name == "pytorch" and not any(known in os.environ for known in _SPIN):
        variables |= _BOUNDED_SPIN
    if framework_entry(name).name == "keras":
        variables |= {
            "KERAS_BACKEND": "tensorflow",
            "KERAS_HOME": str(paths.keras_home()),
            # If it is installed, Keras imports matplotlib, which caches fonts.
            "MPLCONFIGDIR": str(paths.matplotlib_home()),
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }
    return variables


def usable_processors() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


SMALL_STEP = 32_000_000
"""Multiplications in a forward pass over a batch below which a step is too short to share.

The threads of a step wait for each other many times. If another program uses a processor, each wait
can take as long as that program's time slice, which is longer than such a step: mlp-128 (6 million)
then took up to 20 times as long in PyTorch and twice as long in NumPy. On an idle machine with two
processors, one thread takes 1.2 times as long in PyTorch and 0.95 times in NumPy.
"""


def automatic_threads(run: RunSpec) -> int:
    """The CPU threads for a run that sets no number; 0 leaves it to the framework.

    The rule depends on the network only, never on the load, so that repeated runs are identical.
    Native scripts use the threads that they would use alone, and so does a user who names a number
    for all programs.
    """
    dense = not any(isinstance(layer, Conv) for layer in run.model.layers)
    free = run.style == "shared" and "OMP_NUM_THREADS" not in os.environ
    if run.framework == "keras" or not (dense and free):
        return 0
    small = parameter_count(run.model) * run.training.batch_size < SMALL_STEP
    return 1 if small else 0


def training_environment(run: RunSpec) -> dict[str, str]:
    """``environment`` for a process that trains ``run``.

    NumPy trains networks with convolutions on the learner's own threads, each on one slice of the
    batch. Large networks without convolutions use threads inside the matrix products.

    Raises:
        UnknownName: there is no such framework.
    """
    threads = run.threads or automatic_threads(run)
    variables = environment(run.framework, threads)
    if run.framework == "numpy" and not any(isinstance(layer, Conv) for layer in run.model.layers):
        inside = min(threads or usable_processors(), MOST_PRODUCT_THREADS)
        variables |= dict.fromkeys(_PRODUCTS, str(inside))
    return variables
