import gzip
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.datasets import idx
from mnist_studio.errors import DataError

IMAGES = np.arange(3 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)


def test_building_and_parsing_are_inverse() -> None:
    again = idx.parse(idx.build(IMAGES), "images", 3)
    assert (again == IMAGES).all()
    assert again.flags.writeable


def test_a_known_file_is_parsed() -> None:
    assert idx.parse(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 9]), "labels", 1).tolist() == [5, 9]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "ends after 0 bytes"),
        (idx.build(IMAGES)[:15], "ends after 15 bytes"),
        (idx.build(IMAGES)[:-1], "2,351 elements, not 2,352"),
        (idx.build(IMAGES) + b"x", "2,353 elements, not 2,352"),
        (idx.build(IMAGES[:, 0]), "not an IDX file"),
        (b"\1" + idx.build(IMAGES)[1:], "not an IDX file"),
        (b"\0\0\x0d\3" + idx.build(IMAGES)[4:], "not an IDX file"),
        (b"\0\0\x08\3" + b"\xff" * 12, "0 elements, not 79,"),
        (b"<html>" + b" " * 100, "not an IDX file"),
    ],
)
def test_what_is_no_idx_file_is_refused(raw: bytes, problem: str) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        idx.parse(raw, "images", 3)
    assert caught.value.problem.startswith("images is damaged")
    assert caught.value.remedy


def test_packed_or_not_is_seen_in_the_content_not_the_name(tmp_path: Path) -> None:
    packed, plain = tmp_path / "packed", tmp_path / "plain.gz"
    packed.write_bytes(gzip.compress(b"content"))
    plain.write_bytes(b"content")
    assert idx.read_raw(packed) == idx.read_raw(plain) == b"content"


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 20)[:-20])
    with pytest.raises(DataError, match="incomplete or damaged"):
        idx.read_raw(path)


def test_every_flipped_bit_of_an_archive_is_reported_or_harmless(tmp_path: Path) -> None:
    content = bytes(range(64))
    good = gzip.compress(content, mtime=0)
    path = tmp_path / "flipped.gz"
    for bit in range(8 * len(good)):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bad)
        try:
            raw = idx.read_raw(path)
        except DataError:
            continue
        # A flip in the header's time or flags does no harm; one in the magic makes it unpacked.
        assert raw in (content, bytes(bad))


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(10_000_000)))
    with pytest.raises(DataError, match="more than 1,000 bytes"):
        idx.read_raw(path, largest=1000)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        idx.read_raw(tmp_path / "none")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="could not be read"):
        idx.read_raw(tmp_path)
