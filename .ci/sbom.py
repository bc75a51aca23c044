"""The software bill of materials of the packaged program, in CycloneDX's format.

It names each package with a file in the program, and each library that came from the system of the
build. The same program gives the same bytes.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import metadata
from importlib.metadata import Distribution
from pathlib import Path
from uuid import UUID, uuid5

import desktop
import licenses
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

_SPACE = UUID("5d7ad9a2-5d0b-4b0a-9b4e-0c3a1f3f8f0e")
"""Of the serial numbers, so that they are no other program's."""


def write(files: Iterable[str], target: Path, version: str) -> int:
    """Writes the bill as JSON.

    Args:
        files: that were collected, by their paths here.
        target: JSON file.
        version: of the program.

    Returns:
        How many components it names.
    """
    collected = set(files)
    packages = sorted(licenses.distributions(collected), key=lambda one: one.name.lower())
    parts = [_python(), *map(_package, packages), *_system(collected, packages)]
    bom = Bom(components=parts, serial_number=uuid5(_SPACE, _content(parts)))
    bom.metadata.timestamp = datetime.fromtimestamp(desktop.build_time(), UTC)
    program = _component(desktop.NAME, version, ComponentType.APPLICATION)
    program.licenses.add(LicenseFactory().make_from_string("MIT"))
    bom.metadata.component = program
    bom.register_dependency(program, parts)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"{text}\n", "utf-8")
    return len(parts)


def _python() -> Component:
    version = ".".join(map(str, sys.version_info[:3]))
    made = _component("python", version, ComponentType.PLATFORM)
    made.licenses.add(LicenseFactory().make_from_string("PSF-2.0"))
    return made


def _package(one: Distribution) -> Component:
    made = _component(one.name, one.version, ComponentType.LIBRARY)
    made.purl = PackageURL("pypi", name=one.name.lower().replace("_", "-"), version=one.version)
    made.licenses.add(LicenseFactory().make_from_string(licenses.license_of(one)))
    return made


def _system(files: set[str], packages: Iterable[Distribution]) -> Iterator[Component]:
    """The libraries that belong to no package, such as those of the system, with their hashes."""
    known = {
        os.path.realpath(str(one.locate_file(file)))
        for one in (*packages, *metadata.distributions())
        for file in one.files or ()
    }
    seen: set[str] = set()
    for file in sorted(files):
        path = Path(os.path.realpath(file))
        if ".so" not in path.name or str(path) in known or path.name in seen or not path.is_file():
            continue
        seen.add(path.name)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        made = _component(path.name, digest[:12], ComponentType.FILE)
        made.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=digest))
        yield made


def _component(name: str, version: str, kind: ComponentType) -> Component:
    return Component(name=name, version=version, type=kind, bom_ref=f"{name}@{version}")


def _content(parts: Iterable[Component]) -> str:
    return "\n".join(f"{part.name} {part.version}" for part in parts)
