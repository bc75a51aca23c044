"""Puts the program into the desktop of Linux: menu entry, file types, description, and icons."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

NAME = "mnist-studio"
APPLICATION = "io.github.mnist_studio.MnistStudio"
"""The ID of the program where one with dots is needed: AppStream and Flatpak."""

FILES = Path(__file__).parent / "linux"
_ROOT = FILES.parents[1]
_ICON = _ROOT / "resources" / "icons" / "studio.svg"
_TYPES = ("application-x-mnist-studio-run+zip", "application-x-mnist-studio-settings+toml")


def install(prefix: Path, icons: Path, version: str) -> None:
    """Copies the files of the desktop, and the manual page.

    Args:
        prefix: such as ``/usr``; its folder ``share`` gets the files.
        icons: folder with the icon as PNG in several sizes.
        version: of the program.
    """
    share = prefix / "share"
    _copy(_ROOT / "docs" / f"{NAME}.1", share / "man/man1" / f"{NAME}.1")
    _copy(FILES / f"{NAME}.desktop", share / "applications" / f"{NAME}.desktop")
    _copy(FILES / f"{NAME}.xml", share / "mime/packages" / f"{NAME}.xml")
    description = share / "metainfo" / f"{APPLICATION}.metainfo.xml"
    description.parent.mkdir(parents=True, exist_ok=True)
    description.write_text(metainfo(version), "utf-8")
    _copy(_ICON, share / "icons/hicolor/scalable/apps" / f"{NAME}.svg")
    for kind in _TYPES:
        _copy(_ICON, share / "icons/hicolor/scalable/mimetypes" / f"{kind}.svg")
    for icon in icons.glob(f"{NAME}-*.png"):
        size = icon.stem.rpartition("-")[2]
        _copy(icon, share / f"icons/hicolor/{size}x{size}/apps/{NAME}.png")


def metainfo(version: str) -> str:
    """AppStream's description with the release, and the addresses where the build knows them."""
    file = FILES / f"{APPLICATION}.metainfo.xml"
    root = ET.parse(file).getroot()
    for kind, address in addresses().items():
        ET.SubElement(root, "url", type=kind).text = address
    releases = ET.SubElement(root, "releases")
    date = datetime.fromtimestamp(build_time(), UTC).date().isoformat()
    ET.SubElement(releases, "release", version=version, date=date)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def addresses() -> dict[str, str]:
    """The addresses of the repository, by AppStream's names; only its workflow knows them."""
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    if not server or not name:
        return {}
    home = f"{server}/{name}"
    return {"homepage": home, "bugtracker": f"{home}/issues", "vcs-browser": home}


def build_time() -> int:
    """The time of every file of a build, so that two builds have the same bytes."""
    return int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
