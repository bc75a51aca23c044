"""What Windows shows as the properties of the packaged program."""

import sys
from pathlib import Path


def details_file(version: str, program: str, folder: Path) -> str | None:
    """The file of a program's properties, for PyInstaller; None on other systems."""
    here = sys.platform == "win32"
    if not here:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{program}-version.txt"
    file.write_text(details(version, program), "utf-8")
    return str(file)


def details(version: str, program: str) -> str:
    """The text of that file.

    Args:
        version: like 1.2.3.
        program: its name, without ``.exe``.
    """
    numbers = (*(int(part) for part in version.split(".")[:3]), 0)
    strings = {
        "FileDescription": "MNIST Studio, commands" if program.endswith("-cli") else "MNIST Studio",
        "ProductName": "MNIST Studio", "FileVersion": version, "ProductVersion": version,
        "InternalName": program, "OriginalFilename": f"{program}.exe",
        "LegalCopyright": "MIT license",
    }  # fmt: skip
    pairs = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f,"
        " flags=0, OS=0x40004, fileType=1, subtype=0, date=(0, 0)),"
        f" kids=[StringFileInfo([StringTable('040904B0', [{pairs}])]),"
        " VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )
