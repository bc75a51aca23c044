"""The machine and the versions that a report tells of."""

import os
import platform
from importlib import metadata
from pathlib import Path

import psutil

from mnist_studio import __version__
from mnist_studio.analysis.pairing import listed
from mnist_studio.frameworks import registry
from mnist_studio.studies.views.chosen import Chosen

_LIBRARIES = ("scipy", "matplotlib")
_PROCESSORS = Path("/proc/cpuinfo")


def facts(chosen: Chosen) -> tuple[tuple[str, str], ...]:
    """What and which, a row each; versions are those installed when the report is made."""
    frameworks = dict.fromkeys(("numpy", *(run.spec.framework for run in chosen.runs)))
    devices = dict.fromkeys(run.ended.device for run in chosen.runs if run.ended)
    rows = [
        ("MNIST Studio", __version__),
        ("Python", platform.python_version()),
        *((_title(name), registry.version(name) or "not installed") for name in frameworks),
        *((name, metadata.version(name)) for name in _LIBRARIES),
        ("System", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("Processor", f"{_processor()}, {os.cpu_count()} logical"),
        ("Memory", f"{psutil.virtual_memory().total / 2**30:.1f} GiB"),
    ]  # fmt: skip
    if devices:
        rows.append(("Trained on", listed(list(devices))))
    return tuple(rows)


def _title(name: str) -> str:
    """Of a framework, with the package that has the version."""
    known = registry.entry(name)
    return known.title if known.package == name else f"{known.title} ({known.package})"


def _processor() -> str:
    """Its name; only the kind where the system tells no more."""
    try:
        lines = _PROCESSORS.read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
