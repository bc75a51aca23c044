"""What users download: the folder as an archive, a Debian package, and their checksums."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

NAME = "mnist-studio"
HERE = Path(__file__).parent

DEPENDS = (
    # Of the machine that builds: what was compiled there may need no older one.
    f"libc6 (>= {platform.libc_ver()[1]})",
    "libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1",
    "libxcb-cursor0", "libxkbcommon-x11-0",
)  # fmt: skip
"""What Qt loads from the system."""


def title(version: str) -> str:
    """The base name of the files, such as ``mnist-studio-1.2.3-linux-x86_64``."""
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")
    return f"{NAME}-{version}-{system}-{platform.machine().lower()}"


def packed(folder: Path, target: Path, version: str) -> Path:
    """Packs the program's folder, or on macOS the bundle next to it, into ``target``.

    The folder has links inside, which zip loses: so it is a tar, but on Windows, which has none. Of
    zstd's only where tar is GNU's: macOS' has not the same options, and its Finder opens gzip's.
    """
    bundle = folder.parent / "MNIST Studio.app"
    source = bundle if bundle.is_dir() else folder
    stem = target / title(version)
    if sys.platform == "win32":
        return Path(shutil.make_archive(str(stem), "zip", source.parent, source.name))
    if sys.platform != "linux" or not shutil.which("zstd"):
        return Path(shutil.make_archive(str(stem), "gztar", source.parent, source.name))
    made = stem.with_name(f"{stem.name}.tar.zst")
    _run("tar", "--use-compress-program", "zstd -T0 -9", "--owner=0", "--group=0", "-cf", made,
         "-C", source.parent, source.name)  # fmt: skip
    return made


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpacks an archive; gives the program."""
    if archive.suffix == ".zst":
        _run("tar", "--use-compress-program", "zstd -d", "-xf", archive, "-C", folder)
    else:
        shutil.unpack_archive(archive, folder)
    inside = folder / "MNIST Studio.app" / "Contents" / "MacOS"
    suffix = "-cli.exe" if sys.platform == "win32" else ""
    return (inside if inside.is_dir() else folder / NAME) / f"{NAME}{suffix}"


def debian(folder: Path, icons: Path, licenses: Path, target: Path, version: str) -> Path:
    """Makes a Debian package that puts the program into /opt and into the menu."""
    tree = target / "debian"
    shutil.rmtree(tree, ignore_errors=True)
    # Links instead of a second gigabyte; the package's tool reads them like copies.
    shutil.copytree(folder, tree / "opt" / NAME, symlinks=True, copy_function=os.link)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin" / NAME).symlink_to(f"/opt/{NAME}/{NAME}")
    _copy(HERE / f"{NAME}.desktop", tree / "usr/share/applications" / f"{NAME}.desktop")
    _copy(licenses, tree / "usr/share/doc" / NAME / "copyright")
    _copy(HERE.parent / f"docs/{NAME}.1", tree / f"usr/share/man/man1/{NAME}.1")
    for icon in icons.glob(f"{NAME}-*.png"):
        size = icon.stem.rpartition("-")[2]
        _copy(icon, tree / f"usr/share/icons/hicolor/{size}x{size}/apps/{NAME}.png")
    _control(tree, folder, version)
    made = target / f"{NAME}_{version}_{_architecture()}.deb"
    _run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", tree, made)
    shutil.rmtree(tree)
    return made


def checksums(files: list[Path], target: Path) -> Path:
    """Writes the SHA-256 of files as ``sha256sum --check`` reads them."""
    lines = [f"{_sha256(file)}  {file.name}\n" for file in files]
    target.write_text("".join(lines), "utf-8")
    return target


def _control(tree: Path, folder: Path, version: str) -> None:
    size = sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(
        f"Package: {NAME}\nVersion: {version}\nArchitecture: {_architecture()}\n"
        f"Section: education\nPriority: optional\nInstalled-Size: {size // 1024}\n"
        f"Depends: {', '.join(DEPENDS)}\nMaintainer: The developers of MNIST Studio\n"
        "Description: One network, three frameworks, compared fairly\n"
        " A desktop laboratory that trains the same network on handwritten digits in PyTorch,\n"
        " TensorFlow/Keras and NumPy, and compares them.\n"
    )


def _architecture() -> str:
    return subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True)
