"""The list of what the packaged program contains, with versions and the texts of the licenses."""

import platform
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib import metadata
from importlib.metadata import Distribution
from pathlib import Path

NAMES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "THIRD")
"""So begin the names of files that must go with a package."""

OURS = "mnist-studio"
_FIELDS = ("License-Expression", "License")
_HERE = Path(__file__).resolve().parent


def write(files: Iterable[str], target: Path) -> int:
    """Writes the list.

    Args:
        files: that were collected, by their paths here.
        target: text file.

    Returns:
        How many packages it names.
    """
    found = sorted(distributions(set(files)), key=lambda one: one.name.lower())
    heads = [f"{one.name} {one.version}: {license_of(one)}" for one in found]
    texts = [*_own_texts(), *(text for one in found for text in _texts(one))]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join((_HEAD, *heads, "", *texts)), "utf-8")
    return len(found)


_HEAD = """MNIST Studio is licensed under the MIT license. It contains Python, under the license of
the Python Software Foundation, and the packages listed below. Each package has its own license.
Qt and PySide6 are used under the LGPL version 3. Their libraries are separate files that you can
replace. The GPL version 3, which the LGPL extends, is among the license texts of NumPy.
"""


def distributions(files: set[str]) -> Iterator[Distribution]:
    """The distributions one of whose files was collected."""
    for one in metadata.distributions():
        places = (str(Path(str(one.locate_file(file)))) for file in one.files or ())
        if one.name != OURS and any(place in files for place in places):
            yield one


def license_of(one: Distribution) -> str:
    """The license of a package, by its metadata."""
    fields = one.metadata
    classified = [line.rpartition("::")[2].strip() for line in fields.get_all("Classifier") or ()
                  if line.startswith("License ::")]  # fmt: skip
    expression, written = ("".join(fields.get_all(key) or ()) for key in _FIELDS)
    first = written.strip().partition("\n")[0]
    return expression or ", ".join(classified) or first or "see the license text"


def _own_texts() -> Iterator[str]:
    """Licenses of MNIST Studio, of Qt, whose wheels have none, and of Python if it has one."""
    folders = (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix))
    pythons = [folder / "LICENSE.txt" for folder in folders]
    found = [("MNIST Studio", _HERE.parent / "LICENSE"), ("Qt and PySide6", _HERE / "LGPL-3.txt")]
    found += [(f"Python {platform.python_version()}", file) for file in pythons if file.is_file()]
    for name, file in found:
        yield f"{'=' * 80}\n{name}, {file.name}\n\n" + file.read_text("utf-8", "replace")


def _texts(one: Distribution) -> Iterator[str]:
    for file in one.files or ():
        inside = ".dist-info" in str(file)
        if inside and file.name.upper().startswith(NAMES):
            path = Path(str(one.locate_file(file)))
            yield f"{'=' * 80}\n{one.name} {one.version}, {file.name}\n\n" + path.read_text(
                "utf-8", "replace"
            )
