"""What Windows shows as the properties of the packaged program."""

import sys
from pathlib import Path


def details_file(version: str, folder: Path) -> str | None:
    """The file of the properties, for PyInstaller; None on other systems."""
    if sys.platform != "win32":
        return None
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "version.txt"
    file.write_text(details(version), "utf-8")
    return str(file)


def details(version: str) -> str:
    """The text of that file; ``version`` is like 1.2.3."""
    numbers = (*(int(part) for part in version.split(".")[:3]), 0)
    strings = {
        "FileDescription": "MNIST Studio", "ProductName": "MNIST Studio",
        "FileVersion": version, "ProductVersion": version,
        "InternalName": "mnist-studio", "LegalCopyright": "MIT licence",
    }  # fmt: skip
    pairs = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f,"
        " flags=0, OS=0x40004, fileType=1, subtype=0, date=(0, 0)),"
        f" kids=[StringFileInfo([StringTable('040904B0', [{pairs}])]),"
        " VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )
