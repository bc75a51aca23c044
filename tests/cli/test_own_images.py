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


def add_images() -> None:
    with RunStore() as store:
        store.own_images.add([ONE, SEVEN])


def picture(folder: Path) -> Path:
    levels = np.full((60, 60), 255, np.uint8)
    levels[10:50, 28:33] = 0
    Image.fromarray(levels).save(folder / "one.png")
    return folder / "one.png"


def test_images_are_listed_with_their_labels(here: Main) -> None:
    assert "no labeled images yet" in here("own-images").output
    add_images()
    said = here("own-images", "list")
    assert "You have two labeled images: 1× 1, 1× 7." in said.output
    assert ONE.key[:8] in said.output
    lines = here("own-images", "--json").json
    assert [(one["id"], one["label"], one["kind"]) for one in lines] == [
        (ONE.key, 1, "strokes"), (SEVEN.key, 7, "strokes"),
    ]  # fmt: skip


def test_pictures_are_added_once_and_bad_ones_are_reported(here: Main, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"none")
    said = here("own-images", "add", 1, picture(tmp_path), picture(tmp_path), tmp_path / "bad.png")
    assert said.code == 1
    assert "bad.png" in said.errors
    assert "One image added. One image already existed." in said.errors
    assert here("own-images", "add", 12, picture(tmp_path)).code == 2


def test_a_picture_of_a_number_is_not_added(here: Main, tmp_path: Path) -> None:
    levels = np.full((90, 200), 255, np.uint8)
    levels[20:70, 48:53] = levels[20:70, 148:153] = 0
    Image.fromarray(levels).save(tmp_path / "eleven.png")
    said = here("own-images", "add", 1, tmp_path / "eleven.png")
    assert (said.code, "must show one digit, but 2 were found" in said.errors) == (1, True)


def test_images_are_exported_and_merged_when_imported(here: Main, tmp_path: Path) -> None:
    add_images()
    file = tmp_path / "mine.json"
    assert here("own-images", "export", file).code == 0
    assert own_image_files.read(file) == (ONE, SEVEN)
    assert here("own-images", "delete", ONE.key[:8]).code == 0
    assert (
        "One image added. One image already existed." in here("own-images", "import", file).errors
    )
    file.write_text("[]", "utf-8")
    said = here("own-images", "import", file)
    assert (said.code, "is not a file of exported images" in said.errors) == (1, True)


def test_an_image_is_relabeled_by_the_start_of_its_id(here: Main) -> None:
    add_images()
    assert here("own-images", "relabel", ONE.key[:6], 4).code == 0
    assert [one["label"] for one in here("own-images", "--json").json] == [4, 7]
    assert here("own-images", "relabel", "zz", 4).code == 2


def test_models_are_evaluated_on_own_images(run: str) -> None:
    add_images()
    (line,) = studio("own-images", "evaluate", "--json").json
    assert (line["run"], line["images"], line["trained_on"]) == (run, 2, 0)
    assert line["low"] <= line["accuracy"] <= line["high"]
    assert np.sum(line["confusion"]) == 2
    said = studio("own-images", "evaluate")
    assert "of two images" in said.output
    assert "True label" in said.output


def test_images_of_the_training_set_are_left_out() -> None:
    add_images()
    assert studio(*TRAIN, "--own-images").code == 0
    (line,) = studio("own-images", "evaluate", "--json").json
    assert (line["accuracy"], line["images"], line["trained_on"]) == (None, 0, 2)
    assert "all of these images were in its training set" in studio("own-images", "evaluate").output


@pytest.mark.parametrize("words", [("own-images", "evaluate"), (*TRAIN, "--own-images")])
def test_without_own_images_there_is_nothing_to_evaluate_or_train_on(
    run: str, words: tuple[object, ...]
) -> None:
    said = studio(*words)
    assert said.code == 1
    assert "no labeled images yet" in said.errors
