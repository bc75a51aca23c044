import gzip
import io
import tarfile
from typing import Literal

import numpy as np
import pytest

from mnist_studio.data.datasets import idx
from mnist_studio.data.formats import format_of


def tarred(mode: Literal["w", "w:gz"]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><title>Sign in</title>", "a web page"),
        (b"\xef\xbb\xbf\n <HTML lang=en>", "a web page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "a web page"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (tarred("w"), "a tar archive"),
        (tarred("w:gz"), "a gzipped tar archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"\x89PNG\r\n", "a PNG image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "an HEIC image"),
        (
            b"version https://git-lfs.github.com/spec/v1",
            "a pointer of Git LFS, not the file itself",
        ),
        (b"\x80\x04\x95", "a Python pickle"),
        (b"label,pixel0,pixel1,pixel2\n5,0,0,0", "a table of comma-separated values"),
        (b",".join([b"0"] * 785) + b"\n", "a table of comma-separated values"),
        (b'{"format": [' + b"1," * 500 + b"1]}", ""),
        (b"[" + b"1," * 500 + b"1]", ""),
        (b"some text", ""),
        (gzip.compress(b"some text"), ""),
        (idx.build(np.zeros((1, 2, 2), np.uint8)), ""),
    ],
)
def test_a_content_is_known_by_its_first_bytes(content: bytes, title: str) -> None:
    assert format_of(content) == title


@pytest.mark.parametrize("size", range(20))
def test_a_cut_archive_has_no_format(size: int) -> None:
    assert format_of(gzip.compress(b"text")[:size]) in ("", "empty")
