import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mnist_studio.cli.evaluate import drawn
from mnist_studio.data.datasets import builtin, idx, pen_digits
from mnist_studio.events import Finished
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import TRAIN, studio

KEYS = ["run", "recipe", "framework", "accuracy", "images", "writers"]
PEN = """.VERSION 1.0
.SEGMENT DIGIT 0 ? "1"
.PEN_DOWN
 100  400
 102  200
 101  100
.PEN_UP
.SEGMENT DIGIT 1 ? "7"
.PEN_DOWN
 100  400
 250  400
 150  100
.PEN_UP
.PEN_DOWN
 120  250
 220  250
.PEN_UP
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The built-in test digits as IDX files."""
    test = builtin.load().test
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx.build(test.images))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx.build(test.labels))
    return tmp_path


def test_idx_files_are_evaluated_as_in_training(run: str, folder: Path) -> None:
    said = studio("evaluate", "--idx", folder, "--json")
    (score,) = said.json
    with RunStore() as store:
        end = store.run(run).terminal
    assert isinstance(end, Finished)
    assert said.code == 0
    assert list(score) == KEYS
    assert (score["run"], score["recipe"], score["framework"]) == (run, "mlp-128", "numpy")
    assert (score["images"], score["writers"]) == (500, None)
    assert score["accuracy"] == pytest.approx(end.test_accuracy, abs=0.004)


def test_pen_strokes_are_evaluated_after_every_stage(run: str, tmp_path: Path) -> None:
    path = tmp_path / "strokes.txt"
    path.write_text(PEN)
    said = studio("evaluate", "--pen-digits", path, "--stages", "--run", run, "--json")
    (score,) = said.json
    assert said.code == 0
    assert list(score) == [
        "run",
        "recipe",
        "framework",
        "raw",
        "box",
        "mass",
        "width",
        "images",
        "writers",
    ]
    plain = studio("evaluate", "--pen-digits", path, "--run", run, "--json")
    assert score["width"] == plain.json[0]["accuracy"]
    table = studio("evaluate", "--pen-digits", path, "--stages", "--run", run)
    assert "scaled down" in table.output
    assert table.output.count("%") == 4


def test_pen_strokes_are_evaluated(run: str, tmp_path: Path) -> None:
    path = tmp_path / "strokes.txt"
    path.write_text(PEN)
    said = studio("evaluate", "--pen-digits", path, "--run", run, "--json")
    (score,) = said.json
    assert said.code == 0
    assert list(score) == KEYS
    # The file does not name its writers.
    assert (score["images"], score["writers"]) == (2, "all")
    assert score["accuracy"] in (0.0, 0.5, 1.0)


def test_pen_strokes_become_digit_images(tmp_path: Path) -> None:
    path = tmp_path / "strokes.txt"
    path.write_text(PEN)
    digits = drawn(pen_digits.read(path))
    assert digits.labels.tolist() == [1, 7]
    assert digits.images.shape == (2, 28, 28)
    assert digits.images.max(axis=(1, 2)).tolist() == [255, 255]
    # y of the file goes upwards: the bar of the seven is at the top of its image.
    assert digits.images[1][:10].astype(int).sum() > digits.images[1][18:].astype(int).sum()


SIGNED = """.SEGMENT DIGIT 0 ? "1"
.COMMENT 1 15 1
.PEN_DOWN
 100  400
 101  100
.PEN_UP
.SEGMENT DIGIT 1 ? "1"
.COMMENT 1 16 1
.PEN_DOWN
 100  400
 101  100
.PEN_UP
.SEGMENT DIGIT 2 ? "1"
.COMMENT 1 30 2
.PEN_DOWN
 100  400
 101  100
.PEN_UP
"""
"""By a writer for development, and two others."""


@pytest.mark.parametrize(
    ("options", "images", "writers"),
    [
        ((), 2, "held-out"),
        (("--writers", "held-out"), 2, "held-out"),
        (("--writers", "development"), 1, "development"),
        (("--writers", "all"), 3, "all"),
    ],
)
def test_pen_strokes_are_those_of_the_held_out_writers_unless_others_are_named(
    run: str, tmp_path: Path, options: tuple[str, ...], images: int, writers: str
) -> None:
    path = tmp_path / "strokes.txt"
    path.write_text(SIGNED)
    command = ("evaluate", "--pen-digits", path, "--run", run, *options)
    (score,) = studio(*command, "--json").json
    assert (score["images"], score["writers"]) == (images, writers)
    heading, *_ = studio(*command).output.splitlines()
    assert heading == f"Pen strokes, writers: {writers}, {images} of 3 images."


def test_writers_that_a_file_does_not_name_cannot_be_selected(run: str, tmp_path: Path) -> None:
    path = tmp_path / "strokes.txt"
    path.write_text(PEN)
    said = studio("evaluate", "--pen-digits", path, "--writers", "held-out", "--run", run)
    assert (said.code, said.output) == (1, "")
    assert "does not name the writer" in said.errors
    assert "--writers all" in said.errors


def test_idx_files_have_no_writers(run: str, folder: Path) -> None:
    said = studio("evaluate", "--idx", folder, "--writers", "all")
    assert (said.code, said.output) == (2, "")
    assert "--writers selects pen strokes" in said.errors


def test_people_read_a_line_per_model(run: str, folder: Path) -> None:
    said = studio("evaluate", "--idx", folder)
    assert said.code == 0
    assert "% of 500 images" in said.output
    assert run in said.output


@pytest.mark.parametrize(
    ("option", "message"), [("--idx", "does not exist"), ("--pen-digits", "does not exist")]
)
def test_missing_files_are_reported(run: str, tmp_path: Path, option: str, message: str) -> None:
    said = studio("evaluate", option, tmp_path / "nowhere")
    assert (said.code, said.output) == (1, "")
    assert message in said.errors


def test_a_damaged_model_is_reported_and_the_others_are_evaluated(
    run: str, home: Path, folder: Path
) -> None:
    assert studio(*TRAIN).code == 0
    weights = home / "runs" / run / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    for _ in range(2):
        said = studio("evaluate", "--idx", folder, "--json")
        (score,) = said.json
        assert said.code == 1
        assert score["run"] != run
        assert "is damaged" in said.errors


Layout = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def _partly_blank(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Layout:
    return np.where(np.arange(500)[:, None, None] < 50, np.uint8(0), images), labels


def _of_another_dataset(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Layout:
    """The same names and sizes, with textures in place of digits."""
    textures = np.random.default_rng(1).integers(0, 90, (10, 22, 22), dtype=np.uint8)
    return np.pad(textures, ((0, 0), (3, 3), (3, 3)))[labels], labels


LAYOUTS: dict[str, tuple[Callable[..., Layout], tuple[str, ...]]] = {
    "right": (lambda images, labels: (images, labels), ()),
    "transposed": (
        lambda images, labels: (images.transpose(0, 2, 1), labels),
        (
            "The images seem to be transposed, so rows and columns are swapped. Their correlation "
            "with digits is 0.97 in that orientation, but 0.16 as they are.",
        ),
    ),
    "inverted": (
        lambda images, labels: (255 - images, labels),
        ("The digits are dark on a light background. MNIST has light digits on black.",),
    ),
    "labels from 1": (
        lambda images, labels: (images, (labels + 1) % 10),
        (
            "The labels seem to be higher by one than the classes: their correlation with "
            "handwritten digits is -0.11, but 0.97 without that. Or the labels may belong to other "
            "images.",
        ),
    ),
    "blank": (_partly_blank, ("50 of 500 images (10.00 %) are blank.",)),
    "another dataset": (
        _of_another_dataset,
        (
            "The images and labels do not resemble handwritten digits. Their correlation is 0.00, "
            "but 0.58 for MNIST. They may show something else, or the labels may belong to other "
            "images.",
        ),
    ),
}


def test_a_wrong_layout_is_named_in_a_sentence_and_the_result_stays(run: str, folder: Path) -> None:
    test = builtin.load().test
    for change, sentences in LAYOUTS.values():
        images, labels = change(test.images, test.labels)
        (folder / "t10k-images-idx3-ubyte").write_bytes(idx.build(images))
        (folder / "t10k-labels-idx1-ubyte").write_bytes(idx.build(labels))
        said = studio("evaluate", "--idx", folder, "--run", run, "--json")
        assert said.code == 0
        assert said.errors.splitlines() == [f"Warning: {sentence}" for sentence in sentences]
        (score,) = said.json
        assert list(score) == KEYS
        assert score["images"] == 500
        assert not math.isnan(score["accuracy"])


def test_an_import_of_digits_in_a_wrong_layout_says_so(folder: Path, tmp_path: Path) -> None:
    change, (sentence,) = LAYOUTS["transposed"]
    test = builtin.load().test
    images, labels = change(test.images, test.labels)
    given = tmp_path / "given"
    given.mkdir()
    for part in ("train", "t10k"):
        (given / f"{part}-images-idx3-ubyte").write_bytes(idx.build(images))
        (given / f"{part}-labels-idx1-ubyte").write_bytes(idx.build(labels))
    said = studio("datasets", "import", given, "--name", "digits")
    assert said.code == 0
    assert sentence in said.errors


def test_a_blank_picture_is_refused_and_named(run: str, tmp_path: Path) -> None:
    for name, level in (("black", 0), ("white", 255)):
        Image.new("L", (28, 28), level).save(tmp_path / f"{name}.png")
    said = studio("predict", tmp_path / "black.png", tmp_path / "white.png", "--json")
    assert (said.code, said.output) == (1, "")
    assert all(f"{name}.png" in said.errors for name in ("black", "white"))
