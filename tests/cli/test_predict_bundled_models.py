"""The models that come with the studio, on the command line of somebody who has nothing else."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_studio import paths
from mnist_studio.data.datasets import builtin
from tests.cli.conftest import studio

SHIPPED = paths.resources() / "models"
IDS = {"bundled-record", "bundled-robust", "bundled-fast-99"}


@pytest.fixture
def copied(models: Path) -> Path:
    """A copy of the shipped models, to be damaged."""
    return Path(shutil.copytree(SHIPPED, models, dirs_exist_ok=True))


def test_they_are_listed_and_cannot_be_changed(copied: Path, home: Path) -> None:
    assert {line["run"] for line in studio("runs", "--json").json} == IDS
    for words in (("rename", "bundled-record", "Mine"), ("delete", "bundled-record")):
        said = studio("runs", *words)
        assert said.code != 0
        assert "because it is a bundled model" in said.errors
    assert {line["run"] for line in studio("runs", "--json").json} == IDS
    report = studio("doctor").output
    assert "no runs in" in report
    assert "three pretrained models" in report


def test_a_picture_is_classified_on_the_first_day(copied: Path, tmp_path: Path) -> None:
    digits = builtin.load().test
    Image.fromarray(255 - digits.images[0]).save(tmp_path / "digit.png")
    said = studio("predict", tmp_path / "digit.png", "--run", "bundled-fast", "--json")
    assert said.code == 0
    (line,) = said.json
    assert line["run"] == "bundled-fast-99"
    (probabilities,) = line["probabilities"]
    assert str(np.argmax(probabilities)) == line["prediction"] == str(digits.labels[0])


def test_an_image_without_a_digit_is_recognized(copied: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 256, (28, 28)).astype(np.uint8)).save(tmp_path / "noise.png")
    Image.fromarray(255 - builtin.load().test.images[0]).save(tmp_path / "digit.png")
    pictures = tmp_path / "noise.png", tmp_path / "digit.png"
    said = studio("predict", *pictures)
    assert said.code == 0
    *_, noise, digit = said.output.splitlines()
    assert "noise.png: This is not a digit. Less than 0.1 % of real digits look as" in noise
    assert "not a digit" not in digit
    for line in studio("predict", *pictures, "--json").json:
        strange = line["image"].endswith("noise.png")
        assert all((verdict == "none") == strange for verdict in line["verdicts"])
        assert all((p_value < 0.01) == strange for p_value in line["p_values"])


def test_without_what_digits_look_like_nothing_is_called_none(copied: Path, tmp_path: Path) -> None:
    (copied / "known-digits.safetensors").unlink()
    Image.fromarray(255 - builtin.load().test.images[0]).save(tmp_path / "digit.png")
    said = studio("predict", tmp_path / "digit.png", "--run", "bundled-fast", "--json")
    (line,) = said.json
    assert (line["p_values"], line["verdicts"]) == ([], ["digit"])
    assert "Images without a digit cannot be detected." in said.errors


def test_a_model_with_a_wrong_hash_is_reported_and_the_others_are_there(copied: Path) -> None:
    weights = copied / "record" / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    said = studio("runs", "--json")
    assert said.code == 0
    assert {line["run"] for line in said.json} == IDS - {"bundled-record"}
    assert "The bundled model “record” cannot be loaded" in said.errors
    assert str(weights) in said.errors
    assert said.errors.count("\n") == 1
