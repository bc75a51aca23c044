from pathlib import Path

import pytest

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


def test_images_unlike_digits_are_reported_apart_from_the_result(run: str, folder: Path) -> None:
    good = studio("evaluate", "--idx", folder, "--json")
    assert "Warning" not in good.errors
    test = builtin.load().test
    for change, words in (
        (test.images.transpose(0, 2, 1), "transposed"),
        (255 - test.images, "dark on a light background"),
    ):
        (folder / "t10k-images-idx3-ubyte").write_bytes(idx.build(change))
        said = studio("evaluate", "--idx", folder, "--json")
        assert said.code == 0
        assert "Warning: The " in said.errors
        assert words in said.errors
        assert list(said.json[0]) == KEYS
