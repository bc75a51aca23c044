from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import of_ink
from mnist_studio.store import own_image_files
from mnist_studio.store.runs import RunStore
from tests.cli.conftest import TRAIN, Main, studio

ONE = of_ink(((InkPoint(0.5, 0.1), InkPoint(0.5, 0.9)),), 1, 1_700_000_000.0)
SEVEN = of_ink(((InkPoint(0.2, 0.1), InkPoint(0.8, 0.1), InkPoint(0.4, 0.9)),), 7, 1_700_000_001.0)


def keep() -> None:
    with RunStore() as store:
        store.own_images.keep([ONE, SEVEN])


def picture(folder: Path) -> Path:
    levels = np.full((60, 60), 255, np.uint8)
    levels[10:50, 28:33] = 0
    Image.fromarray(levels).save(folder / "one.png")
    return folder / "one.png"


def test_digits_are_listed_with_what_they_are(here: Main) -> None:
    assert "no digits of your own yet" in here("digits").output
    keep()
    said = here("digits", "list")
    assert "2 of your own: 1x 1, 1x 7." in said.output
    assert ONE.key[:8] in said.output
    told = here("digits", "--json").json
    assert [(one["id"], one["label"], one["kind"]) for one in told] == [
        (ONE.key, 1, "strokes"), (SEVEN.key, 7, "strokes"),
    ]  # fmt: skip


def test_pictures_are_added_once_and_bad_ones_told(here: Main, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"none")
    said = here("digits", "add", 1, picture(tmp_path), picture(tmp_path), tmp_path / "bad.png")
    assert said.code == 1
    assert "bad.png" in said.errors
    assert "1 kept, 1 were here already" in said.errors
    assert here("digits", "add", 12, picture(tmp_path)).code == 2


def test_a_picture_of_a_number_is_none_of_a_digit(here: Main, tmp_path: Path) -> None:
    levels = np.full((90, 200), 255, np.uint8)
    levels[20:70, 48:53] = levels[20:70, 148:153] = 0
    Image.fromarray(levels).save(tmp_path / "eleven.png")
    said = here("digits", "add", 1, tmp_path / "eleven.png")
    assert (said.code, "There are 2 digits on the picture." in said.errors) == (1, True)


def test_digits_travel_in_a_file_and_are_merged(here: Main, tmp_path: Path) -> None:
    keep()
    file = tmp_path / "mine.json"
    assert here("digits", "export", file).code == 0
    assert own_image_files.read(file) == (ONE, SEVEN)
    assert here("digits", "delete", ONE.key[:8]).code == 0
    assert "1 kept, 1 were here already" in here("digits", "import", file).errors
    file.write_text("[]", "utf-8")
    said = here("digits", "import", file)
    assert (said.code, "not a file of digits" in said.errors) == (1, True)


def test_a_digit_is_relabeled_by_the_start_of_its_id(here: Main) -> None:
    keep()
    assert here("digits", "relabel", ONE.key[:6], 4).code == 0
    assert [one["label"] for one in here("digits", "--json").json] == [4, 7]
    assert here("digits", "relabel", "zz", 4).code == 2


def test_models_are_scored_on_them(run: str) -> None:
    keep()
    (told,) = studio("digits", "evaluate", "--json").json
    assert (told["run"], told["digits"], told["learnt"]) == (run, 2, 0)
    assert told["low"] <= told["accuracy"] <= told["high"]
    assert np.sum(told["confusion"]) == 2
    said = studio("digits", "evaluate")
    assert "of 2 digits" in said.output
    assert "It is" in said.output


def test_a_run_learns_from_them_and_is_not_scored_on_those() -> None:
    keep()
    assert studio(*TRAIN, "--own-digits").code == 0
    (told,) = studio("digits", "evaluate", "--json").json
    assert (told["accuracy"], told["digits"], told["learnt"]) == (None, 0, 2)
    assert "it learnt from all of them" in studio("digits", "evaluate").output


@pytest.mark.parametrize("words", [("digits", "evaluate"), (*TRAIN, "--own-digits")])
def test_without_digits_there_is_nothing_to_score_or_learn(
    run: str, words: tuple[object, ...]
) -> None:
    said = studio(*words)
    assert said.code == 1
    assert "no digits of your own yet" in said.errors
