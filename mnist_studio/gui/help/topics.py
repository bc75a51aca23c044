"""The topics of the Help page: Markdown files, and the texts that are made from data. No Qt."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

from mnist_studio import __version__, paths
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.help.shortcuts import SHORTCUTS

LIBRARIES: Mapping[str, str] = MappingProxyType(
    {
        "PySide6-Essentials": "LGPL-3.0", "pyqtgraph": "MIT", "numpy": "BSD-3-Clause",
        "pillow": "MIT-CMU",
        "torch": "BSD-3-Clause", "tensorflow": "Apache-2.0", "keras": "Apache-2.0",
    }
)  # fmt: skip
"""Libraries whose version About shows, and their licenses. Not all of them name their own."""


@dataclass(frozen=True)
class Topic:
    """A topic of the Help page.

    Attributes:
        key: the name of its file, or of what it is made from.
        title: in the list.
        group: its heading in the list.
    """

    key: str
    title: str
    group: str


TOPICS: Sequence[Topic] = (
    Topic("first-steps", "First steps", "Start"),
    Topic("draw", "Draw", "Pages"),
    Topic("train", "Train", "Pages"),
    Topic("experiments", "Experiments", "Pages"),
    Topic("compare", "Compare", "Pages"),
    Topic("runs", "Runs", "Pages"),
    Topic("parity", "Framework parity", "Pages"),
    Topic("settings", "Settings", "Pages"),
    Topic("shortcuts", "Shortcuts", "Reference"),
    Topic("glossary", "Glossary", "Reference"),
    Topic("about", "About", "Reference"),
)


def text_of(key: str) -> str:
    """The Markdown of a topic; reads files, so not in the GUI thread where it can wait."""
    if key == "shortcuts":
        return shortcuts()
    if key == "about":
        return about()
    return (paths.resources() / "docs" / f"{key}.md").read_text(encoding="utf-8")


def shortcuts() -> str:
    """All keyboard shortcuts as a table."""
    rows = "\n".join(f"| {keys.replace('|', '&#124;')} | {does} |" for keys, does in SHORTCUTS)
    return f"# Shortcuts\n\n| Keys | What they do |\n|---|---|\n{rows}\n"


def about() -> str:
    """Versions, licenses, and the places of the data. Imports no framework."""
    frameworks = "\n".join(f"| {framework_title(name)} | {_version(name)} |" for name in FRAMEWORKS)
    libraries = "\n".join(_library(*each) for each in LIBRARIES.items())
    places = "\n".join(f"| {name} | `{path}` |" for name, path in _places())
    return (
        f"# MNIST Studio {__version__}\n\n"
        "A desktop laboratory that trains the same network in NumPy, PyTorch, and Keras, and "
        "compares them fairly on handwritten digits.\n\n"
        "MNIST Studio is free software under the MIT License. It comes without any warranty.\n\n"
        f"## Frameworks\n\n| Framework | Version |\n|---|---|\n{frameworks}\n\n"
        f"## Libraries\n\n| Library | Version | License |\n|---|---|---|\n"
        f"| Python | {platform.python_version()} | PSF License |\n{libraries}\n"
        "| DejaVu fonts | 2.37 | Bitstream Vera |\n\n"
        f"## Where your data is\n\n| What | Where |\n|---|---|\n{places}\n\n"
        "MNIST Studio sends nothing about you or your work. It downloads datasets and frameworks "
        "only when you ask for them, and looks for a newer version only if you turn that on.\n"
    )


def _version(name: str) -> str:
    """The version of a framework, as its installation says."""
    version, python = registry.version(name), registry.python(name)
    return f"{version or 'not installed'}{f', in {python}' if python else ''}"


def _library(name: str, license_name: str) -> str:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        version = "not installed"
    return f"| {name} | {version} | {license_name} |"


def _places() -> tuple[tuple[str, Path], ...]:
    return (
        ("Runs, settings, and your images", paths.home()),
        ("Downloads, can be deleted", paths.cache()),
        ("Log", paths.log_file()),
        ("Program", paths.package()),
    )
