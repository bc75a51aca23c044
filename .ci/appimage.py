"""Makes an AppImage: one file that runs on any Linux without installation.

It is a runtime, a small program that mounts what follows it, and a file system with the program.
The runtime is a given file, whose checksum is verified: this script downloads nothing.
"""

import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path

import desktop

RELEASE = "20251108"
"""Of the runtime: https://github.com/AppImage/type2-runtime/releases."""

CHECKSUMS = {
    "x86_64": "2fca8b443c92510f1483a883f60061ad09b46b978b2631c807cd873a47ec260d",
    "aarch64": "00cbdfcf917cc6c0ff6d3347d59e0ca1f7f45a6df1a428a0d6d8a78664d87444",
}
"""SHA-256 of ``runtime-MACHINE`` of that release."""

_MAGIC = b"AI\x02"
_MAGIC_AT = 8


def folder(program: Path, icons: Path, target: Path, version: str) -> Path:
    """Makes the folder that becomes the file system of an AppImage.

    Args:
        program: folder of the packaged program; its files are linked, not copied.
        icons: folder with the icon as PNG.
        target: folder in which to make it.
        version: of the program.

    Returns:
        The folder. ``AppRun`` in it starts the program.
    """
    tree = target / "AppDir"
    shutil.rmtree(tree, ignore_errors=True)
    inside = tree / "usr/lib" / desktop.NAME
    shutil.copytree(program, inside, symlinks=True, copy_function=os.link)
    desktop.install(tree / "usr", icons, version)
    (tree / "usr/bin").mkdir()
    (tree / "usr/bin" / desktop.NAME).symlink_to(f"../lib/{desktop.NAME}/{desktop.NAME}")
    (tree / "AppRun").symlink_to(f"usr/bin/{desktop.NAME}")
    entry = f"{desktop.NAME}.desktop"
    (tree / entry).symlink_to(f"usr/share/applications/{entry}")
    icon = f"usr/share/icons/hicolor/256x256/apps/{desktop.NAME}.png"
    for name in (f"{desktop.NAME}.png", ".DirIcon"):
        (tree / name).symlink_to(icon)
    return tree


def made(tree: Path, runtime: Path, target: Path, checksum: str | None = None) -> Path:
    """Makes the AppImage of a folder.

    Args:
        tree: from ``folder``.
        runtime: the file ``runtime-MACHINE`` of ``RELEASE``.
        target: AppImage to write.
        checksum: SHA-256 of the runtime; None for that of the release.

    Raises:
        SystemExit: the runtime is another one.
    """
    content = verified(runtime, checksum or CHECKSUMS[platform.machine()])
    image = filesystem(tree, target.with_suffix(".squashfs"))
    with target.open("wb") as file, image.open("rb") as packed:
        file.write(content)
        shutil.copyfileobj(packed, file, 1 << 20)
    target.chmod(0o755)
    image.unlink()
    return target


def verified(runtime: Path, checksum: str) -> bytes:
    """The content of a runtime.

    Raises:
        SystemExit: it is another file, or no runtime of an AppImage.
    """
    content = runtime.read_bytes()
    if hashlib.sha256(content).hexdigest() != checksum:
        raise SystemExit(f"{runtime} is not the runtime of release {RELEASE}: its SHA-256 differs.")
    if content[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] != _MAGIC:
        raise SystemExit(f"{runtime} is not the runtime of an AppImage of type 2.")
    return content


def filesystem(tree: Path, target: Path) -> Path:
    """Packs a folder as SquashFS; the same folder gives the same bytes."""
    time = str(desktop.build_time())
    target.unlink(missing_ok=True)
    options = ["-all-root", "-no-xattrs", "-noappend", "-no-progress", "-quiet", "-b", "1M",
               "-comp", "zstd", "-Xcompression-level", "19"]  # fmt: skip
    times = ["-mkfs-time", time, "-all-time", time]
    # The tool refuses both the options and the variable.
    known = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    subprocess.run(["mksquashfs", tree, target, *options, *times], check=True, env=known)
    return target
