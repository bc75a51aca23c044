"""A user's script, for type checkers: the Python API gives every name a type.

mypy checks it with the tests, and ``.ci/run`` once more from another folder, where only the
installed package is known.
"""

from pathlib import Path
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import mnist_studio as studio


def train() -> studio.Run:
    training = studio.train("compact-cnn", framework="pytorch", epochs=2, changes={"lr": 0.1})
    assert_type(training, studio.Training)
    for event in training:
        assert_type(studio.describe(event), str)
    assert_type(training.run, studio.Run)
    return training.result(print)


def use(run: studio.Run, images: NDArray[np.uint8]) -> None:
    found = run.predict(images)
    assert_type(found.labels, NDArray[np.int64])
    assert_type(found.probabilities, NDArray[np.float64])
    assert_type(run.predict([Path("seven.png"), "eight.png"]).names, tuple[str, ...])
    assert_type(run.curves().test_accuracy, NDArray[np.float64])
    assert_type(run.evaluate("builtin").accuracy, float)
    assert_type(run.evaluate((images, np.zeros(3, np.uint8))).confusion, NDArray[np.int64])
    assert_type(run.explain(images[0], ["nearest"])._repr_html_(), str)
    assert_type(run.export("network.onnx"), str)
    assert_type(run.accuracy, float | None)
    assert_type(run.settings.training.epochs, int)
    assert_type(run.curves().to_pandas(), Any)


def compare(runs: list[studio.Run]) -> None:
    comparison = studio.compare(runs, ["curves-accuracy"], axis="seconds")
    assert_type(comparison, studio.Comparison)
    assert_type(comparison["curves-accuracy"].sentence, str)
    assert_type(comparison.report("report.html"), Path)
    grid = studio.Grid(recipes=("mlp-128",), frameworks=("numpy",))
    experiment = studio.experiment(studio.ExperimentSpec(title="seeds", grid=grid, seeds=(1, 2)))
    assert_type(experiment, studio.Experiment)
    assert_type(experiment.result().runs, tuple[studio.Run, ...])
    assert_type(studio.parity("mlp-128", show=print).passed, bool)
    assert_type(studio.runs("acc>99"), list[studio.Run])


def wrong(run: studio.Run) -> None:
    run.predict(3)  # type: ignore[arg-type]
    studio.train("mlp-128", epochs="two")  # type: ignore[arg-type]
    studio.compare([run], axis="weeks")  # type: ignore[arg-type]
    studio.retrain  # type: ignore[attr-defined]  # noqa: B018
