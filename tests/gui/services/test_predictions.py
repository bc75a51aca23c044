"""Which predictions count, and which models are loaded."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from mnist_studio import events
from mnist_studio.gui.services import predictions as bridge
from mnist_studio.gui.services.live_run import LiveRun, row_in_training
from mnist_studio.gui.services.predictions import Predictions
from mnist_studio.gui.train.form import recipe_form, run_specs
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.prediction.state import Prediction
from mnist_studio.store.rows import Run

(SPEC,) = run_specs(recipe_form("tiny-10", ("pytorch",), "builtin"))


class FakePredictors:
    """Notes what it is told."""

    def __init__(self, on_answer: object, on_state: object) -> None:
        self.loaded: list[Sequence[Run]] = []
        self.training: list[Mapping[str, ModelRef]] = []
        self.asked = 0

    def load_models(
        self, runs: Sequence[Run], pinned: Collection[str], training: Mapping[str, ModelRef]
    ) -> None:
        self.loaded.append(runs)
        self.training.append(training)

    def predict(self, image: object) -> int:
        self.asked += 1
        return self.asked

    def close(self) -> None:
        """Nothing runs."""


@pytest.fixture
def predictions(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Predictions]:
    monkeypatch.setattr(bridge, "Predictors", FakePredictors)
    made = Predictions()
    made.predict(np.zeros((1, 28, 28), np.uint8))
    yield made
    made.deleteLater()


def run(step: int = 1, name: str = "a") -> Run:
    end = events.Stopped(
        run=name, framework="pytorch", epochs=1, step=step, test_accuracy=None, test_loss=None,
        seconds={}, device="CPU",
    )  # fmt: skip
    return Run(name, "One", SPEC, "stopped", 0.0, Path("nowhere"), end)


def answer(request: int, engine: str) -> Prediction:
    return Prediction(request, "a", "pytorch", engine, (0.1,) * 10, 1.0)


@pytest.mark.parametrize(
    ("former", "late", "kept"),
    [
        ((2, "numpy"), (1, "pytorch"), (2, "numpy")),
        ((1, "pytorch"), (1, "numpy"), (1, "pytorch")),
        ((1, "numpy"), (1, "pytorch"), (1, "pytorch")),
        ((1, "pytorch"), (2, "numpy"), (2, "numpy")),
    ],
)
def test_the_newest_prediction_counts_and_that_of_the_framework_before_its_fallback(
    predictions: Predictions, former: Any, late: Any, kept: Any
) -> None:
    predictions._take(answer(*former))
    predictions._take(answer(*late))
    loaded = predictions.latest["a"]
    assert (loaded.request, loaded.engine) == kept


def test_a_resumed_run_predicts_again(predictions: Predictions) -> None:
    predictions.load([run()])
    fake: object = predictions._predictors
    assert isinstance(fake, FakePredictors)
    predictions._take(answer(1, "pytorch"))
    predictions.load([replace(run(), title="Another title")])
    assert (len(fake.loaded), fake.asked) == (1, 1)
    assert predictions.latest
    predictions.load([run(step=2)])
    assert (len(fake.loaded), fake.asked) == (2, 2)
    assert not predictions.latest


def test_only_the_newest_of_a_framework_are_loaded(predictions: Predictions) -> None:
    many = [replace(run(name=f"{number}"), created=number) for number in range(25)]
    predictions.load(many)
    assert predictions.loaded == {f"{number}" for number in range(5, 25)}


def measured(name: str, accuracy: float, created: float, recipe: str = "tiny-10") -> Run:
    """A model with a test accuracy."""
    (spec,) = run_specs(recipe_form(recipe, ("pytorch",), "builtin"))
    end = events.Finished(
        run=name, framework="pytorch", epochs=1, step=1, test_accuracy=accuracy, test_loss=1.0,
        latency_ms=1.0, seconds={}, device="CPU",
    )  # fmt: skip
    return Run(name, name, spec, "finished", created, Path("nowhere"), end)


def test_the_best_models_and_the_selected_one_stay_loaded(predictions: Predictions) -> None:
    best = measured("best", 0.99, 0.0)
    second, looked_at = measured("second", 0.985, 0.5, "mlp-128"), measured("poor", 0.3, 0.7)
    predictions.load([looked_at, second, best])
    assert predictions.chosen == predictions.best == "best"
    predictions.choose("poor")
    weak = [measured(f"{number}", 0.9, number) for number in range(21, 0, -1)]
    predictions.load([*weak, looked_at, second, best])
    assert {"best", "second", "poor"} <= predictions.loaded
    assert predictions.voters == {"best", "second"}
    assert predictions.chosen == "poor"


def test_a_run_in_training_predicts_after_every_epoch_until_it_has_ended(
    predictions: Predictions,
) -> None:
    live = LiveRun(SPEC, name="One", id="b")
    predictions.load([run()])
    for epoch in (1, 2):
        live.epochs.append(epoch_event(epoch))
        predictions.follow(row_in_training(live))
        fake = cast(FakePredictors, predictions._predictors)
        (ref,) = fake.training[-1].values()
        assert (ref.epoch, ref.step) == (epoch, 10 * epoch)
        assert predictions.in_training is not None
        assert predictions.in_training.title.startswith(f"In training: epoch {epoch} · One")
        assert predictions.best == "a"
        assert "b" not in predictions.voters
        answered = Prediction(fake.asked, "b", "pytorch", "pytorch", (0.1,) * 10, 1.0)
        predictions._take(answered)
        assert predictions.current["b"] == answered
    assert fake.asked == 3
    predictions.follow(None)
    assert fake.training[-1] == {}
    assert "b" not in predictions.latest


def epoch_event(epoch: int) -> events.Epoch:
    return events.Epoch(
        run="b", framework="pytorch", epoch=epoch, step=10 * epoch, train_loss=1.0,
        train_accuracy=0.5, validation_loss=None, validation_accuracy=None, test_loss=1.0,
        test_accuracy=0.5, learning_rate=0.1, train_seconds=1.0,
    )  # fmt: skip
