"""What users download: the folder as an archive, a Debian package, and their checksums.

The same folder gives the same bytes: files are sorted, and all have the time of the build.
"""

import gzip
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import desktop

NAME = desktop.NAME

DEPENDS = (
    # Of the machine that builds: what was compiled there may need no older one.
    f"libc6 (>= {platform.libc_ver()[1]})",
    "libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1",
    "libxcb-cursor0", "libxkbcommon-x11-0",
)  # fmt: skip
"""What Qt loads from the system."""


def title(name: str, version: str) -> str:
    """The base name of the files, such as ``mnist-studio-1.2.3-linux-x86_64``."""
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")
    return f"{name}-{version}-{system}-{platform.machine().lower()}"


def dated(folder: Path) -> None:
    """Gives everything in a folder the time of the build."""
    time = desktop.build_time()
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            os.utime(path, (time, time))


def packed(folder: Path, target: Path, title: str) -> Path:
    """Packs the program's folder, or on macOS the bundle next to it, into ``target``.

    The folder has links inside, which zip loses: so it is a tar, but on Windows, which has none. Of
    zstd's only where tar is GNU's: macOS' has not the same options, and its Finder opens gzip's.
    """
    bundle = folder.parent / "MNIST Studio.app"
    source = bundle if bundle.is_dir() else folder
    stem = target / title
    if sys.platform == "win32":
        return _zipped(source, stem.with_name(f"{title}.zip"))
    if sys.platform != "linux" or not shutil.which("zstd"):
        return _gzipped(source, stem.with_name(f"{title}.tar.gz"))
    made = stem.with_name(f"{title}.tar.zst")
    _run("tar", "--use-compress-program", "zstd -T0 -9", "--owner=0", "--group=0",
         "--numeric-owner", "--sort=name", f"--mtime=@{desktop.build_time()}", "-cf", made,
         "-C", source.parent, source.name)  # fmt: skip
    return made


def _zipped(source: Path, target: Path) -> Path:
    when = datetime.fromtimestamp(desktop.build_time(), UTC).timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for path in _sorted(source):
            if path.is_file():
                name = path.relative_to(source.parent).as_posix()
                entry = zipfile.ZipInfo(name, when)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with path.open("rb") as content, file.open(entry, "w") as packed:
                    shutil.copyfileobj(content, packed, 1 << 20)
    return target


def _gzipped(source: Path, target: Path) -> Path:
    def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = desktop.build_time()
        return entry

    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=desktop.build_time()) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as file,
    ):
        for path in _sorted(source):
            file.add(path, path.relative_to(source.parent).as_posix(), False, filter=anonymous)
    return target


def _sorted(source: Path) -> Iterator[Path]:
    yield source
    yield from sorted(source.rglob("*"))


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpacks an archive; gives the program."""
    if archive.suffix == ".zst":
        _run("tar", "--use-compress-program", "zstd -d", "-xf", archive, "-C", folder)
    else:
        shutil.unpack_archive(archive, folder)
    inside = folder / "MNIST Studio.app" / "Contents" / "MacOS"
    suffix = "-cli.exe" if sys.platform == "win32" else ""
    return (inside if inside.is_dir() else folder / NAME) / f"{NAME}{suffix}"


def debian(
    folder: Path, icons: Path, licenses: Path, target: Path, name: str, version: str
) -> Path:
    """Makes a Debian package that puts the program into /opt and into the menu.

    Args:
        folder: of the packaged program.
        icons: folder with the icon as PNG.
        licenses: list of the licenses.
        target: folder for the package.
        name: of the package; all have the same files, so only one can be installed.
        version: of the program.
    """
    tree = target / "debian"
    shutil.rmtree(tree, ignore_errors=True)
    # Links instead of a second gigabyte; the package's tool reads them like copies.
    shutil.copytree(folder, tree / "opt" / NAME, symlinks=True, copy_function=os.link)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin" / NAME).symlink_to(f"/opt/{NAME}/{NAME}")
    desktop.install(tree / "usr", icons, version)
    _copy(licenses, tree / "usr/share/doc" / name / "copyright")
    _control(tree, folder, name, version)
    dated(tree)
    made = target / f"{name}_{version}_{_architecture()}.deb"
    _run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", tree, made)
    shutil.rmtree(tree)
    return made


def checksums(files: list[Path], target: Path) -> Path:
    """Writes the SHA-256 of files as ``sha256sum --check`` reads them."""
    lines = [f"{_sha256(file)}  {file.name}\n" for file in files]
    target.write_text("".join(lines), "utf-8")
    return target


def _control(tree: Path, folder: Path, name: str, version: str) -> None:
    size = sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: {_architecture()}\n"
        f"Section: education\nPriority: optional\nInstalled-Size: {size // 1024}\n"
        f"Depends: {', '.join(DEPENDS)}\n{_conflicts(name)}"
        "Maintainer: The developers of MNIST Studio\n"
        "Description: One network, three frameworks, compared fairly\n"
        " A desktop laboratory that trains the same network on handwritten digits in PyTorch,\n"
        " TensorFlow/Keras and NumPy, and compares them.\n"
    )


def _conflicts(name: str) -> str:
    """The other edition, whose files this one replaces."""
    other = {NAME: f"{NAME}-base", f"{NAME}-base": NAME}.get(name, "")
    return f"Conflicts: {other}\nReplaces: {other}\n" if other else ""


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
