from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_studio.data import builtin

from .conftest import studio

KEYS = ["image", "run", "recipe", "framework", "digit", "probabilities", "milliseconds"]
TEST = builtin.load().test


def _picture(folder: Path, place: int, name: str) -> Path:
    """A test digit as a picture, black on white and four times as large."""
    large = np.kron(255 - TEST.images[place], np.ones((4, 4), np.uint8))
    Image.fromarray(large).save(folder / name)
    return folder / name


def test_pictures_are_answered_by_every_model(run: str, tmp_path: Path) -> None:
    pictures = [_picture(tmp_path, place, f"ü {place}.png") for place in range(20)]
    said = studio("predict", *pictures, "--json")
    answers = said.json

    assert said.code == 0
    assert [list(answer) for answer in answers] == [KEYS] * 20
    assert [answer["image"] for answer in answers] == [str(path) for path in pictures]
    assert {(a["run"], a["recipe"], a["framework"]) for a in answers} == {(run, "mlp-128", "numpy")}
    right = sum(a["digit"] == label for a, label in zip(answers, TEST.labels[:20], strict=True))
    assert right >= 15
    for answer in answers:
        assert sum(answer["probabilities"]) == pytest.approx(1.0)
        assert int(np.argmax(answer["probabilities"])) == answer["digit"]
        assert answer["milliseconds"] > 0


def test_a_bad_picture_is_told_and_the_others_are_answered(run: str, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    good = [_picture(tmp_path, place, f"{place}.png") for place in range(2)]
    said = studio(
        "predict", good[0], tmp_path / "bad.png", tmp_path / "none.png", good[1], "--json",
        "--run", run[:-2],
    )  # fmt: skip
    assert said.code == 1
    assert [answer["image"] for answer in said.json] == [str(path) for path in good]
    assert "bad.png" in said.errors
    assert "none.png does not exist" in said.errors


def test_without_any_good_picture_nothing_is_answered(run: str, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    said = studio("predict", tmp_path / "bad.png")
    assert (said.code, said.output) == (1, "")
    assert said.errors.count("\n") == 1


def test_people_are_told_in_words(run: str, tmp_path: Path) -> None:
    path = _picture(tmp_path, 0, "digit.png")
    said = studio("predict", path)
    assert said.code == 0
    assert said.output.startswith(f"{path}: ")
    assert "mlp-128 in numpy" in said.output


def test_a_damaged_model_is_told(run: str, home: Path, tmp_path: Path) -> None:
    weights = home / "runs" / run / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    said = studio("predict", _picture(tmp_path, 0, "digit.png"))
    assert (said.code, said.output) == (1, "")
    assert "is damaged" in said.errors
    assert "Train this run again" in said.errors


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [((), 1, "Nothing is trained yet."), (("--run", "2020"), 2, "There is no run “2020”.")],
)
def test_without_a_model_it_says_how_to_get_one(
    tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    said = studio("predict", _picture(tmp_path, 0, "digit.png"), *words)
    assert said.code == code
    assert told in said.errors
