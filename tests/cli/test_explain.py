import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_studio.data.datasets import builtin
from tests.cli.conftest import studio

TEST = builtin.load().test


def test_a_test_image_is_explained(run: str) -> None:
    said = studio("explain", run, "--index", 4, "--json")
    assert said.code == 0
    (line,) = said.json
    assert (line["run"], line["framework"], line["engine"]) == (run, "numpy", "numpy")
    assert line["completeness_error"] < 0.1
    assert np.sum(line["integrated_gradients"]) == pytest.approx(line["attributed"])
    assert np.shape(line["saliency"]) == (28, 28)
    distances = [one["distance"] for one in line["nearest"]]
    assert distances == sorted(distances)
    assert line["counterfactual"]["found"]
    assert line["counterfactual"]["target"] != line["prediction"]
    assert np.any(np.array(line["counterfactual"]["after"]) != TEST.images[4])


def test_a_picture_is_explained_in_words(run: str, tmp_path: Path) -> None:
    large = np.kron(255 - TEST.images[4], np.ones((4, 4), np.uint8))
    Image.fromarray(large).save(tmp_path / "digit.png")
    said = studio("explain", run, tmp_path / "digit.png", "--metric", "cosine", "--target", 5)
    assert said.code == 0
    for words in (
        "Prediction: ",
        "Completeness error",
        "dense1",
        "among 1,297 training images",
        "makes the model predict a 5",
    ):
        assert words in said.output


def test_a_training_step_in_text_and_as_tables(run: str, tmp_path: Path) -> None:
    said = studio(
        "explain",
        run,
        "--index",
        4,
        "--trace",
        "--label",
        7,
        "--learning-rate",
        0.5,
        "--export",
        tmp_path,
    )
    assert said.code == 0
    for words in (
        "target label 7",
        "learning rate 0.5",
        "dW = xᵀ dy",
        "kernel gradient",
        "784×128",
    ):
        assert words in said.output
    with (tmp_path / "04-dense2-kernel-gradient.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["index", *map(str, range(10))]
    assert len(rows) == 129
    assert (tmp_path / "trace.txt").read_text(encoding="utf-8") in said.output
    # Gradients are the outer product of what comes in and dz.
    columns = [np.loadtxt(tmp_path / name, delimiter=",", skiprows=1)[:, 1:] for name in (
        "04-dense2-input-x.csv", "05-loss-logit-gradient-dz.csv",
    )]  # fmt: skip
    found = np.array([row[1:] for row in rows[1:]], float)
    np.testing.assert_allclose(found, columns[0] @ columns[1].T, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--index", 500), "must be 0 to 499, got 500"),
        (("--index", 1, "--label", 12, "--trace"), "--label must be a digit from 0 to 9, got 12."),
        (("--index", 1, "--learning-rate", 0, "--trace"), "--learning-rate must be above 0"),
        (("--index", 1, "--trace", "--json"), "cannot be printed as JSON"),
        ((), "IMAGE"),
    ],
)
def test_wrong_usage_is_reported(run: str, words: tuple[object, ...], message: str) -> None:
    said = studio("explain", run, *words)
    assert said.code == 2
    assert message in said.errors
