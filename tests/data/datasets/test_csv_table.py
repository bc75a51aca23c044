"""Tables as datasets: with and without a header, and wrong ones."""

from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.datasets import own_import
from mnist_studio.data.datasets.splitting import ImportOptions
from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.errors import DataError
from tests.data.datasets.made import table

PIXELS = np.random.default_rng(0).integers(0, 120, (12, 784))
ROWS = [(str(10 - number % 3), PIXELS[number]) for number in range(12)]


def read(place: Path) -> NewDataset:
    return own_import.read(place, "mine", ImportOptions())


@pytest.mark.parametrize("header", [True, False])
def test_a_label_and_784_pixels_a_line(header: bool, tmp_path: Path) -> None:
    found = read(table(tmp_path / "mine.csv", ROWS, header))
    assert found.class_names == ("8", "9", "10")
    assert (len(found.train), len(found.test)) == (9, 3)
    assert set(found.train.images.sum(axis=(1, 2)).tolist()) < set(PIXELS.sum(axis=1).tolist())
    assert not any("left out" in note for note in found.notes)


def test_two_tables_of_a_folder_are_train_and_test(tmp_path: Path) -> None:
    table(tmp_path / "fashion_train.csv", ROWS)
    table(tmp_path / "fashion_test.csv", ROWS[:3])
    found = read(tmp_path)
    assert (len(found.train), len(found.test)) == (12, 3)
    assert (found.train.images.reshape(12, -1) == PIXELS).all()


def test_fractions_are_scaled_and_names_may_be_any(tmp_path: Path) -> None:
    rows = [(name, np.round(PIXELS[n] / 255, 4)) for n, name in enumerate("abab")]
    found = read(table(tmp_path / "mine.tsv", rows, header=False))
    assert found.class_names == ("a", "b")
    assert abs(int(found.train.images.max()) - PIXELS[:4].max()) < 20


def test_a_bad_line_costs_itself_and_is_named(tmp_path: Path) -> None:
    path = table(tmp_path / "mine.csv", ROWS)
    text = (
        path.read_text()
        + "3,1,2\n"
        + "4,"
        + ",".join(["x"] * 784)
        + "\n"
        + "5,"
        + ",".join(["1e999"] * 784)
    )
    path.write_text(text)
    note = read(path).notes[0]
    assert note.startswith("Three lines were left out. mine.csv, line 14: it has 2 values")
    assert "line 15: a pixel is not a number" in note
    assert "line 16: a pixel is not from 0 to 255" in note


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"label,pixel0\n1,2\n", "no line with a label"),
        (b"<html><body>", "is a web page"),
        (b"PK\x03\x04" + bytes(30), "is a ZIP archive"),
        (b"1," + b"0," * 30_000, "more than 40,000 characters"),
        (b"1" + b",0" * 784, "has one class"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=problem):
        read(path)
