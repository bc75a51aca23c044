import gzip
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data import own_images
from mnist_studio.data.datasets import pen_digits
from mnist_studio.data.datasets.pen_digits import (
    DEVELOPMENT,
    PenDigit,
    by_writers,
    names_writers,
    read,
)
from mnist_studio.data.ink.rendering import InkPoint, digit_image
from mnist_studio.errors import DataError

TEXT = """.INCLUDE        dene.doc
.LEXICON "0" "1"

.SEGMENT DIGIT    0 ? "8"
.COMMENT 8 12  224
.PEN_DOWN
 267  333
 260  330
.PEN_UP
.DT 100
.PEN_DOWN
 1  2
.PEN_UP
.SEGMENT DIGIT    0 ? "1"
.PEN_DOWN
 5  6
.PEN_UP
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "pen.txt"
    path.write_text(text, "utf-8")
    return path


def test_digits_are_read_and_turned_upright(tmp_path: Path) -> None:
    eight = PenDigit(((InkPoint(267, -333), InkPoint(260, -330)), (InkPoint(1, -2),)), 8, 12)
    assert read(written(tmp_path, TEXT)) == (eight, PenDigit(((InkPoint(5, -6),),), 1))


def test_a_packed_file_reads_the_same(tmp_path: Path) -> None:
    plain = written(tmp_path, TEXT)
    packed = tmp_path / "pen.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert read(packed) == read(plain)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"8"', '"x"', "line 4: .*no label"),
        (" 260  330", " 260", "line 8: .*not a point"),
        (" 260  330", " 260  330 1", "line 8: .*not a point"),
        (" 260  330", " 260  abc", "line 8: .*abc"),
        (" 260  330", " 260  nan", "line 8: .*not a point"),
        (" 267  333\n 260  330\n", "", "line 7: the pen goes up without a stroke"),
        (".DT 100", "12 13", "line 10: a point while the pen is up"),
        (".DT 100", ".PEN_DOWN", "line 11: the pen goes down twice"),
        (".DT 100", ".PEN_UP", "line 10: the pen goes up"),
        ('.SEGMENT DIGIT    0 ? "8"', "", "line 6: a stroke before the first digit"),
        (" 1  2\n.PEN_UP", " 1  2", "line 13: the pen is still down"),
        (" 5  6\n.PEN_UP\n", " 5  6", "its end: the pen is still down"),
        (".PEN_DOWN\n 5  6\n.PEN_UP\n", "", "its end: a digit without strokes"),
    ],
)
def test_the_malformed_line_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        read(written(tmp_path, TEXT.replace(old, new, 1)))
    assert caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"\n.COMMENT\n", b"\xff\xfe\x00", b"\x1f\x8bbroken"])
def test_an_invalid_file_is_reported(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pen.txt"
    path.write_bytes(content)
    with pytest.raises(DataError):
        read(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path / "none")


def test_real_pen_digits_become_digit_images(shared_pen_digits: Path) -> None:
    digits = read(shared_pen_digits)
    assert len(digits) == 7494
    assert Counter(digit.label for digit in digits)[8] == 719
    images = np.stack([digit_image(digit.ink) for digit in digits[:500]])
    # As much ink as MNIST's training digits, whose mean is 33.3.
    assert 28 < images.mean() < 36


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (" 260  330", f" {'9' * 400} 1", "line 8: .*9{40}” is not a point"),
        (" 260  330", " \x1b[2J 1", r"line 8: “\?\[2J 1” is not a point"),
        (" 260  330", " ١ ٢", "it is not text"),
    ],
)
def test_hostile_lines_are_shown_short(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        read(written(tmp_path, TEXT.replace(old, new, 1)))
    assert len(str(caught.value)) < 300


def test_a_web_page_or_a_picture_is_told(tmp_path: Path) -> None:
    for content, kind in ((b"<html>", "a web page"), (b"\x89PNG\r\n", "a PNG image")):
        (tmp_path / "pen.txt").write_bytes(content)
        with pytest.raises(DataError, match=f"pen.txt .*: it is {kind}"):
            read(tmp_path / "pen.txt")


def test_sizes_are_limited_before_parsing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pen.gz"
    path.write_bytes(gzip.compress(bytes(pen_digits.LARGEST + 1)))
    with pytest.raises(DataError, match="more than 16,777,216 bytes") as caught:
        read(path)
    assert "pen-based" in caught.value.remedy
    monkeypatch.setattr(pen_digits, "MOST_POINTS", 3)
    with pytest.raises(DataError, match="line 16: more than 3 points"):
        read(written(tmp_path, TEXT))
    monkeypatch.setattr(own_images, "MOST_POINTS", 1)
    with pytest.raises(DataError, match="line 8: more than 1 points in one stroke"):
        read(written(tmp_path, TEXT))


def test_a_point_takes_little_memory(tmp_path: Path) -> None:
    stroke = ".PEN_DOWN\n" + "".join(f" {x % 500} {x % 400}\n" for x in range(10_000))
    path = written(tmp_path, '.SEGMENT DIGIT 0 ? "1"\n' + f"{stroke}.PEN_UP\n" * 10)
    tracemalloc.start()
    digits = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(map(len, digits[0].ink)) == 100_000
    # 24 bytes a byte of the file once took 1.4 GB for 60 MB.
    assert peak < 20 * path.stat().st_size


def test_the_writer_is_that_of_the_digit_and_not_of_the_one_before(tmp_path: Path) -> None:
    first, second = read(written(tmp_path, TEXT))
    assert (first.writer, second.writer) == (12, None)
    assert not names_writers((first, second))


@pytest.mark.parametrize("comment", ["8 12", "8 12 224 1", "of 12 letters", "88 12 224", "8 -2 3"])
def test_other_comments_name_no_writer(tmp_path: Path, comment: str) -> None:
    first, _ = read(written(tmp_path, TEXT.replace("8 12  224", comment)))
    assert first.writer is None


def test_every_writer_belongs_to_one_part() -> None:
    digits = [PenDigit((), 3, writer) for writer in range(1, 45)]
    development = by_writers(digits, "development")
    assert [digit.writer for digit in development] == list(DEVELOPMENT)
    assert [digit.writer for digit in by_writers(digits, "held-out")] == [*range(16, 45)]
    assert by_writers(digits, "all") == tuple(digits)


def test_digits_of_unknown_writers_are_not_held_out_unseen() -> None:
    digits = [PenDigit((), 3, 20), PenDigit((), 4)]
    with pytest.raises(DataError, match="does not name the writer") as caught:
        by_writers(digits, "held-out")
    assert "--writers all" in caught.value.remedy
    assert by_writers(digits, "all") == tuple(digits)


def test_the_real_writers_are_split_in_halves(shared_pen_digits: Path) -> None:
    digits = read(shared_pen_digits)
    assert {digit.writer for digit in digits} == set(range(1, 31))
    assert len(by_writers(digits, "development")) == 3749
    assert len(by_writers(digits, "held-out")) == 3745


def test_a_good_copy_in_the_same_folder_is_named(tmp_path: Path) -> None:
    plain, packed = tmp_path / "pen.txt", tmp_path / "pen.txt.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    for content in (None, b"", TEXT.encode()[:150]):
        if content is not None:
            plain.write_bytes(content)
        with pytest.raises(DataError) as caught:
            read(plain)
        assert caught.value.remedy == "pen.txt.gz in the same folder is intact."
    plain.write_text(TEXT)
    packed.write_bytes(b"<html>")
    with pytest.raises(DataError) as caught:
        read(packed)
    assert caught.value.remedy == "pen.txt in the same folder is intact."
    plain.write_text("")
    with pytest.raises(DataError, match=r"pen\.txt\.gz .*: it is a web page") as caught:
        read(packed)
    assert "same folder" not in caught.value.remedy
