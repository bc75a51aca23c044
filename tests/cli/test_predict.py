from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_studio.data.datasets import builtin
from tests.cli.conftest import studio

KEYS = [
    "image", "run", "title", "recipe", "framework", "prediction", "probabilities", "verdicts",
    "p_values", "true_label", "class_names", "milliseconds", "text",
]  # fmt: skip
TEST = builtin.load().test


def _picture(folder: Path, place: int, name: str) -> Path:
    """A test digit as a picture, black on white and four times as large."""
    large = np.kron(255 - TEST.images[place], np.ones((4, 4), np.uint8))
    Image.fromarray(large).save(folder / name)
    return folder / name


def test_pictures_are_classified_by_every_model(run: str, tmp_path: Path) -> None:
    pictures = [_picture(tmp_path, place, f"ü {place}.png") for place in range(20)]
    said = studio("predict", *pictures, "--json")
    predictions = said.json

    assert said.code == 0
    assert [list(prediction) for prediction in predictions] == [KEYS] * 20
    assert [prediction["image"] for prediction in predictions] == [str(path) for path in pictures]
    assert {(a["run"], a["recipe"], a["framework"]) for a in predictions} == {
        (run, "mlp-128", "numpy")
    }
    pairs = zip(predictions, TEST.labels[:20], strict=True)
    right = sum(prediction["prediction"] == str(label) for prediction, label in pairs)
    assert right >= 15
    for prediction in predictions:
        sums = np.sum(prediction["probabilities"], axis=1)
        assert sums == pytest.approx(np.ones(len(prediction["prediction"])))
        said = np.argmax(prediction["probabilities"], axis=1)
        assert "".join(map(str, said)) == prediction["prediction"]
        assert prediction["true_label"] is None
        assert set(prediction["verdicts"]) <= {"digit", "doubtful", "none"}
        assert len(prediction["verdicts"]) == len(prediction["prediction"])
        assert prediction["milliseconds"] > 0


def test_a_bad_picture_is_reported_and_the_others_are_classified(run: str, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    good = [_picture(tmp_path, place, f"{place}.png") for place in range(2)]
    said = studio(
        "predict", good[0], tmp_path / "bad.png", tmp_path / "none.png", good[1], "--json",
        "--run", run[:-2],
    )  # fmt: skip
    assert said.code == 1
    assert [prediction["image"] for prediction in said.json] == [str(path) for path in good]
    assert "bad.png" in said.errors
    assert "none.png does not exist" in said.errors


def test_without_any_good_picture_nothing_is_classified(run: str, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    said = studio("predict", tmp_path / "bad.png")
    assert (said.code, said.output) == (1, "")
    assert said.errors.count("\n") == 1


def test_several_digits_of_a_picture_are_a_number(run: str, tmp_path: Path) -> None:
    places = [int(np.flatnonzero(TEST.labels == digit)[0]) for digit in (1, 7, 0)]
    large = [np.kron(255 - TEST.images[at], np.ones((4, 4), np.uint8)) for at in places]
    Image.fromarray(np.hstack(large)).save(tmp_path / "170.png")
    said = studio("predict", tmp_path / "170.png")
    assert said.code == 0
    (prediction,) = studio("predict", tmp_path / "170.png", "--json").json
    assert len(prediction["prediction"]) == 3
    assert np.shape(prediction["probabilities"]) == (3, 10)
    alone, together = said.output.splitlines()
    assert f"170.png: {prediction['prediction']} (confidence " in alone
    assert alone.count("%") == 3
    assert "170.png: 3 digits: " in together


def test_a_test_image_is_classified_and_marked(run: str) -> None:
    found = [studio("predict", "--index", place, "--json") for place in range(3)]
    for place, said in enumerate(found):
        (prediction,) = said.json
        assert prediction["true_label"] == TEST.labels[place]
        assert prediction["image"] == f"Test image {place} of the built-in dataset"
        assert said.errors.startswith(f"{prediction['image']}: a")
    said = studio("predict", "--index", 0)
    right = found[0].json[0]["prediction"] == str(TEST.labels[0])
    alone, _ = said.output.splitlines()
    assert f", {'correct' if right else 'wrong'})" in alone


def test_a_random_test_image_is_classified(run: str) -> None:
    (prediction,) = studio("predict", "--random", "--json").json
    place = int(prediction["image"].split()[2])
    assert prediction["true_label"] == TEST.labels[place]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--index", 500), "must be 0 to 499, got 500"),
        (("--index", -1), "must be 0 to 499, got -1"),
        (("--index", 1, "--random"), "not allowed with"),
        (("a.png", "--index", 1), "not allowed with"),
        (("a.png", "--data", "."), "--data has no effect on image files"),
    ],
)
def test_wrong_usage_is_reported(run: str, words: tuple[object, ...], told: str) -> None:
    said = studio("predict", *words)
    assert (said.code, said.output) == (2, "")
    assert told in said.errors


def test_people_read_a_line_per_prediction(run: str, tmp_path: Path) -> None:
    path = _picture(tmp_path, 0, "digit.png")
    said = studio("predict", path)
    assert said.code == 0
    assert said.output.startswith(f"{path}: ")
    assert "MLP 128 · NumPy" in said.output


def test_a_damaged_model_is_reported(run: str, home: Path, tmp_path: Path) -> None:
    weights = home / "runs" / run / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    said = studio("predict", _picture(tmp_path, 0, "digit.png"))
    assert (said.code, said.output) == (1, "")
    assert "is damaged" in said.errors
    assert "Train this run again" in said.errors


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [((), 1, "No model is trained yet."), (("--run", "2020"), 2, "There is no run “2020”.")],
)
def test_without_a_model_it_says_how_to_get_one(
    tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    said = studio("predict", _picture(tmp_path, 0, "digit.png"), *words)
    assert said.code == code
    assert told in said.errors


def test_a_decimal_point_is_part_of_the_number(run: str, tmp_path: Path) -> None:
    digits = [np.kron(255 - TEST.images[place], np.ones((4, 4), np.uint8)) for place in (0, 1, 2)]
    row = np.pad(np.hstack(digits), ((20, 20), (20, 60)), constant_values=255)
    row[98:106, 130:138] = 0
    Image.fromarray(row).save(tmp_path / "pi.png")
    (line,) = studio("predict", tmp_path / "pi.png", "--json").json
    assert len(line["prediction"]) == 3
    assert line["text"] == f"{line['prediction'][0]}.{line['prediction'][1:]}"
    said = studio("predict", tmp_path / "pi.png").output
    assert f"pi.png: {line['text']} (confidence" in said
    assert "pi.png: 3 digits and a decimal point: " in said
