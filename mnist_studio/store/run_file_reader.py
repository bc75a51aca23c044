"""Unpacks a run file, which may come from anywhere.

Nothing is believed: every name must be one of a closed list, sizes are limited before anything is
read, no more than the stated bytes are unpacked, and every hash must match. Content that is JSON or
safetensors is checked by ``store.run_import``. Nothing of the file is executed.
"""

import hashlib
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeVar

import msgspec

from mnist_studio import __version__
from mnist_studio.data.files import PRIVATE_FILE, make_folder
from mnist_studio.errors import CancelledByUser, StoreError
from mnist_studio.formatting import memory, printable
from mnist_studio.spec import codec
from mnist_studio.store import artifacts, hashed_json, robustness, step_curve, tensors
from mnist_studio.store.disk import reading, writing
from mnist_studio.store.run_file import (
    EXPERIMENT,
    FORMAT,
    MANIFEST,
    VERSION,
    IsCancelled,
    Progress,
    RunFileEntry,
    RunFileHeader,
    RunFileManifest,
    is_entry,
)

MOST_ENTRIES = 200_000
MOST_DIRECTORY = 32 << 20
"""Bytes of the zip's own directory, which Python reads as a whole."""
MOST_MANIFEST = 64 << 20
MOST_STEPS = 1 << 30
"""Bytes of the steps of a run: 134 million steps."""
MOST_TOTAL = 1 << 36
"""Bytes of all files together: 64 GiB."""
MOST_EXPANSION = 100
"""How many times larger the unpacked files may be. Text of our own is about 10 times larger."""
SPARE = 1 << 27
"""Bytes that stay free on the disk."""

GET_AGAIN = "Get the file again from where it was exported."
_UPDATE = codec.UPDATE
_BLOCK = 1 << 20
_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_LONGEST_END = 22 + 65_535
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError,
    OverflowError, EOFError, KeyError,
)  # fmt: skip
"""What ``zipfile`` raises for bytes of all kinds."""

_Header = TypeVar("_Header", bound=RunFileHeader)


def unpack(
    path: Path,
    into: Path,
    progress: Progress = lambda fraction: None,
    is_cancelled: IsCancelled = lambda: False,
) -> RunFileManifest:
    """Unpacks a run file into an empty folder, with one folder a run.

    Args:
        path: of the file.
        into: an empty folder.
        progress: gets fractions of 1.
        is_cancelled: checked between blocks.

    Returns:
        What the file contains.

    Raises:
        CancelledByUser: some files may be unpacked already.
        StoreError: the file cannot be read, is not a run file, is damaged, hostile, too large, or
            of a newer version.
    """
    with reading(path, named=True), path.open("rb") as file, _explained(path):
        size = _check_directory(path, file)
        with zipfile.ZipFile(file) as archive:
            infos = _checked_infos(path, archive.infolist(), size)
            manifest = _manifest(path, archive, infos)
            _check_listed(path, manifest, infos)
            _check_room(into, infos)
            _extract(archive, manifest, path, into, _Meter(infos, progress, is_cancelled))
    return manifest


def refused(path: Path, why: str, remedy: str = GET_AGAIN) -> StoreError:
    """The error for a file that is not imported."""
    return StoreError(f"{path.name} cannot be imported: {why}.", remedy)


def too_new(path: Path, header: RunFileHeader) -> StoreError:
    """The error for a file of a newer version."""
    by = f" by MNIST Studio {printable(header.written_by)}" if header.written_by else ""
    return StoreError(
        f"{path.name} was written{by}, which is newer than this version, {__version__}.", _UPDATE
    )


def is_newer(version: str) -> bool:
    """Whether a version of MNIST Studio is newer than this one."""
    return _numbers(version) > _numbers(__version__)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdecimal())


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise refused(
            path, f"it is damaged ({printable(str(error)) or 'it ends early'})"
        ) from error


def _check_directory(path: Path, file: BinaryIO) -> int:
    """Refuses what is not a zip, or one whose directory would fill the memory; gives its size."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_END))
    tail = file.read(_LONGEST_END)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise refused(path, "it is not a run file, or it is incomplete", "Select a .mnistrun file.")
    _, _, _, _, entries, directory, _, _ = struct.unpack("<4s4H2LH", tail[at : at + 22])
    locator = tail[max(0, at - 20) : at]
    if locator[:4] == _LOCATOR:
        entries, directory = _large_directory(file, locator)
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise refused(path, f"it lists too many files: {entries:,}")
    file.seek(0)
    return size


def _large_directory(file: BinaryIO, locator: bytes) -> tuple[int, int]:
    """The number of entries and the bytes of the directory of a zip above 4 GB."""
    (place,) = struct.unpack("<Q", locator[8:16])
    file.seek(place)
    values = struct.unpack("<4sQ2H2L4Q", file.read(56))
    return values[7], values[8]


def _checked_infos(
    path: Path, infos: Sequence[zipfile.ZipInfo], size: int
) -> Mapping[str, zipfile.ZipInfo]:
    """The entries by name. All of them are refused if one is not as MNIST Studio writes it."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        _check_info(path, info)
        if info.filename in found:
            raise refused(path, f"it has two files “{info.filename}”")
        found[info.filename] = info
    total = sum(info.file_size for info in infos)
    if total > MOST_TOTAL or total > MOST_EXPANSION * size:
        raise refused(path, f"it has {memory(size)}, but would take {memory(total)} when unpacked")
    return found


def _check_info(path: Path, info: zipfile.ZipInfo) -> None:
    # The original name also has what Python cuts off or replaces.
    name = info.orig_filename
    if name != info.filename or not is_entry(name):
        raise refused(path, f"it has an unexpected file “{printable(name[:100])}”")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise refused(path, f"“{name}” is a link, or not a plain file")
    if info.flag_bits & 1:
        raise refused(path, f"“{name}” is encrypted")
    if info.compress_type not in _METHODS:
        raise refused(path, f"“{name}” is compressed in an unknown way")
    if info.file_size > _most(name):
        raise refused(path, f"“{name}” has {memory(info.file_size)}, which is too large")


def _most(name: str) -> int:
    """The most bytes that a file of that name may have."""
    file = PurePosixPath(name).name
    limits = {
        MANIFEST: MOST_MANIFEST,
        EXPERIMENT: 8 * codec.MOST_BYTES,
        step_curve.STEPS: MOST_STEPS,
        artifacts.ROBUSTNESS: robustness.LARGEST,
    }
    arrays = tensors.LARGEST if file.endswith(".safetensors") else hashed_json.LARGEST
    return limits.get(file, arrays)


def _manifest(
    path: Path, archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo]
) -> RunFileManifest:
    if MANIFEST not in infos:
        raise refused(path, "it is not a run file", "Select a .mnistrun file.")
    with archive.open(infos[MANIFEST]) as source:
        text = source.read(MOST_MANIFEST)
    header = _decoded(path, text, RunFileHeader)
    if header.version > VERSION:
        raise too_new(path, header)
    return _decoded(path, text, RunFileManifest)


def _decoded(path: Path, text: bytes, kind: type[_Header]) -> _Header:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise refused(path, f"its {MANIFEST} is not valid: {error} (expected {FORMAT})") from error


def _check_listed(
    path: Path, manifest: RunFileManifest, infos: Mapping[str, zipfile.ZipInfo]
) -> None:
    """The manifest and the zip must list the same files, and every run has a record."""
    odd = (infos.keys() - {MANIFEST}) ^ manifest.files.keys()
    if odd:
        raise refused(path, f"its {MANIFEST} does not match: “{printable(min(odd)[:100])}”")
    for name, entry in manifest.files.items():
        if infos[name].file_size != entry.size:
            raise refused(path, f"“{name}” does not have the stated size")
    there = {PurePosixPath(name).parent.name for name in infos if "/" in name}
    records = {f"runs/{run}/record.json" for run in manifest.runs}
    if there != set(manifest.runs) or not records <= infos.keys():
        raise refused(path, "a run lacks its record")
    if len(set(manifest.runs)) != len(manifest.runs):
        raise refused(path, "it lists a run twice")


def _check_room(into: Path, infos: Mapping[str, zipfile.ZipInfo]) -> None:
    needed = sum(info.file_size for info in infos.values())
    with writing(into):
        free = shutil.disk_usage(into).free
    if needed + SPARE > free:
        raise StoreError(
            f"The import needs {memory(needed)}, but only {memory(free)} are free.",
            "Free some space and try again.",
        )


class _Meter:
    """Reports how much is unpacked, and ends the work when it is canceled."""

    def __init__(
        self,
        infos: Mapping[str, zipfile.ZipInfo],
        progress: Progress,
        is_cancelled: IsCancelled,
    ) -> None:
        self._done = 0
        self._whole = max(1, sum(info.file_size for info in infos.values()))
        self._progress, self._is_cancelled = progress, is_cancelled

    def add(self, size: int) -> None:
        if self._is_cancelled():
            raise CancelledByUser("The import was canceled.", "Nothing was changed.")
        self._done += size
        self._progress(min(1.0, self._done / self._whole))


def _extract(
    archive: zipfile.ZipFile, manifest: RunFileManifest, path: Path, into: Path, meter: _Meter
) -> None:
    for name, entry in manifest.files.items():
        parts = PurePosixPath(name).parts
        # ``runs`` itself is left out: a folder a run.
        target = into.joinpath(*parts[1:]) if len(parts) > 1 else into / name
        with writing(target):
            make_folder(target.parent, private=True)
        if _copied(archive, name, entry, target, meter) != entry.sha256:
            raise refused(path, f"the hash of “{name}” does not match")


def _copied(
    archive: zipfile.ZipFile, name: str, entry: RunFileEntry, target: Path, meter: _Meter
) -> str:
    """Unpacks a file, never more than its stated size, and gives the hash of what it has."""
    digest, left = hashlib.sha256(), entry.size
    with writing(target), archive.open(name) as source, target.open("xb") as file:
        target.chmod(PRIVATE_FILE)
        while left and (block := source.read(min(_BLOCK, left))):
            file.write(block)
            digest.update(block)
            left -= len(block)
            meter.add(len(block))
        if left or source.read(1):
            raise zipfile.BadZipFile(f"{name} does not have the stated size")
    return digest.hexdigest()
