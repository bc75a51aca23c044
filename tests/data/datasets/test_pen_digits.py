import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.datasets.pen_digits import PenDigit, read
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
    path.write_text(text)
    return path


def test_digits_are_read_and_turned_upright(tmp_path: Path) -> None:
    eight = PenDigit(((InkPoint(267, -333), InkPoint(260, -330)), (InkPoint(1, -2),)), 8)
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
