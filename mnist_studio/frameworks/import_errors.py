"""Frameworks that are installed but cannot be imported: what happened, and what to try.

An import can raise any exception, since packages of other versions meet there for the first time,
or end its process, since it loads libraries that this processor or another library forbids.
"""

import re
import signal
import sys
from collections.abc import Iterator

from mnist_studio import paths
from mnist_studio.errors import FrameworkBroken

_LONGEST = 300
"""Characters of what a framework wrote."""

_OUTPUT = 4000
"""Characters of its output that count. A resumed run has that of earlier processes before."""

_SIGNALS = {
    "SIGILL": "an instruction that this processor does not support",
    "SIGSEGV": "an invalid memory access",
    "SIGBUS": "a memory bus error",
    "SIGABRT": "an abort in one of its libraries",
    "SIGFPE": "an arithmetic error",
}
"""What ends a process while it imports a library. Others, such as SIGKILL, come from outside."""

_WINDOWS = {
    0xC000001D: "SIGILL",
    0xC0000005: "SIGSEGV",
    0xC0000409: "SIGABRT",
    0xC0000135: "a missing library",
}
"""Exit codes of Windows for the same."""

_TELLING = re.compile(r"error|fail|abort|cannot|not |incompatib|requires|mismatch", re.IGNORECASE)

_REMEDIES = (
    (
        r"_ARRAY_API|numpy\.core\.multiarray|NumPy 1\.x|compiled using NumPy|dtype size changed|"
        r"binary incompatib|numpy\._core|module 'numpy' has no attribute",
        "It was built for another version of NumPy. Reinstall both: {pip} numpy {packages}",
    ),
    (
        r"protobuf|Descriptors cannot be created|runtime_version",
        "It needs another version of protobuf. Reinstall both: {pip} protobuf {packages}",
    ),
    (
        r"OMP: Error|libiomp|libomp|OpenMP",
        "Two copies of OpenMP were loaded. Install NumPy and {packages} from the same source, such "
        "as all with pip: {pip} numpy {packages}",
    ),
    (
        r"SIGILL|AVX|illegal instruction",
        "Choose an environment with a build for older processors: mnist-studio environments",
    ),
    (
        r"DLL|WinError|a missing library",
        "Install the Microsoft Visual C++ Redistributable, then reinstall it: {pip} {packages}",
    ),
    (
        r"cannot open shared object|\.so\b|\.dylib|Library not loaded|undefined symbol|GLIBC",
        "Install the library named in the message, or reinstall the package: {pip} {packages}",
    ),
)
"""Patterns of what a framework says, and what to try."""


def raised(title: str, packages: str, error: BaseException) -> FrameworkBroken:
    """The error for a framework whose import raises an exception in this process.

    Args:
        title: of the framework.
        packages: that pip installs for it.
        error: that was raised.
    """
    said = " ".join(map(str, _chain(error)))
    what = f"{type(error).__name__}: {_first_line(str(error))}"
    return _broken(title, packages, f"Importing it fails with {what}", said, sys.executable)


def died(
    title: str, packages: str, exit_code: int | None, output: str, python: str = ""
) -> FrameworkBroken | None:
    """The error for a framework whose import ended its process; None if something else ended it.

    Args:
        title: of the framework.
        packages: that pip installs for it.
        exit_code: of the process; negative for a signal.
        output: of the process.
        python: of its environment; empty for MNIST Studio's own.
    """
    name = _cause(exit_code)
    if not name:
        return None
    number = f"signal {-exit_code} " if exit_code and exit_code < 0 else ""
    meaning = f"{number}({name}), {_SIGNALS[name]}" if name in _SIGNALS else name
    written = _before_signal(output)
    said = _telling(written)
    what = f"Importing it ends the process with {meaning}" + (f": {said}" if said else "")
    return _broken(title, packages, what, f"{written} {name}", python or sys.executable)


def _broken(title: str, packages: str, what: str, said: str, python: str) -> FrameworkBroken:
    pip = f'"{python}" -m pip install --force-reinstall'
    problem = f"{title} is installed but broken. {what.rstrip('. ')}."
    if paths.frozen() and python == sys.executable:
        return FrameworkBroken(problem, "Reinstall MNIST Studio.")
    found = (remedy for pattern, remedy in _REMEDIES if re.search(pattern, said, re.IGNORECASE))
    remedy = next(found, "Reinstall it: {pip} {packages}")
    return FrameworkBroken(problem, remedy.format(pip=pip, packages=packages))


def _cause(exit_code: int | None) -> str:
    """The signal or the exit code that an import ends with; empty for an end from outside."""
    if not exit_code:
        return ""
    if exit_code > 0:
        return _WINDOWS.get(exit_code, f"exit code {exit_code}")
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"
    return name if name in _SIGNALS else ""


def _before_signal(output: str) -> str:
    """The end of an output, without Python's own account of the signal, which names modules."""
    before, found, _ = output.rpartition("Fatal Python error")
    return (before if found else output)[-_OUTPUT:]


def _telling(output: str) -> str:
    """The line of an output that says most; empty without any."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if _TELLING.search(line)]
    return _first_line((telling or lines[-1:] or [""])[0])


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[0][:_LONGEST].rstrip(".") if text else ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and those that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
