"""What a file is, by its first bytes: for messages about files that were expected to be others."""

import re
import zlib

HEAD = 1024
"""Bytes of a file that are looked at."""

_TAR = slice(257, 262)
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<script", b"<!--")
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"MATLAB", "a MATLAB file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
)
_CELLS = re.compile(rb"[\w\", .;x+-]+\r?")
PAGE = "a web page"
HEIC = "an HEIC image"
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
EMPTY = "empty"
ARCHIVES = frozenset(title for _, title in _MAGIC if title.endswith("archive")) | {
    "a tar archive",
    "a gzipped tar archive",
}


def is_page(head: bytes) -> bool:
    """Whether a content begins like a web page: what a site sends in place of a file."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower().startswith(_PAGES)


def format_of(head: bytes) -> str:
    """What a content is, such as ``a ZIP archive``; empty if that is not known.

    Args:
        head: its first bytes, ``HEAD`` of them if there are so many.
    """
    if not head:
        return EMPTY
    if is_page(head):
        return PAGE
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    if head[_TAR] == b"ustar":
        return "a tar archive"
    if head.startswith(b"\x1f\x8b"):
        return "a gzipped tar archive" if _unpacked(head)[_TAR] == b"ustar" else ""
    found = next((title for magic, title in _MAGIC if head.startswith(magic)), "")
    if found or any(byte < 9 for byte in head):
        return found
    return "a table of comma-separated values" if _is_table(head) else ""


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, HEAD)
    except zlib.error:
        return b""


def _is_table(head: bytes) -> bool:
    """Whether the first line is of many cells, as in the tables of MNIST that are shared."""
    first = head.split(b"\n", 1)[0]
    cells = first.count(b",")
    names = first.lower().startswith((b"label", b'"label'))
    return _CELLS.fullmatch(first) is not None and (cells > 100 or (cells > 1 and names))
