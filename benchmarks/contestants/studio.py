"""The shared loop on MNIST: the training of a run, with or without its evaluation."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from msgspec import convert
from msgspec.structs import replace

from mnist_studio.data.datasets import sources
from mnist_studio.data.pipeline.batches import split
from mnist_studio.events import Event, encode
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec import recipes
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import UNIT, ModelSpec
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.run import FrameworkName, Precision, RunSpec, TrainingSpec
from mnist_studio.training.clock import PhaseClock
from mnist_studio.training.loop import Training
from mnist_studio.training.session import Control, DataSplit, TrainingSession

_KERAS_CONVNET = RunSpec(
    recipe="keras-convnet",
    model=ModelSpec(
        layers=(
            Conv(32, padding="valid"), Relu(), MaxPool(),
            Conv(64, padding="valid"), Relu(), MaxPool(),
            Flatten(), Dropout(0.5), Dense(10),
        ),
        scaling=UNIT,
    ),
    training=TrainingSpec(optimizer=Adam(), batch_size=128, epochs=15, validation=6000),
)  # fmt: skip


def train(recipe: str, framework: str, epochs: str = "1") -> Callable[[], object]:
    """Epochs of a recipe, without evaluation."""
    training = _training(recipe, framework)

    def train_epochs() -> None:
        for _ in range(int(epochs)):
            training._train_epoch()

    return train_epochs


def train_whole(recipe: str, framework: str, epochs: str) -> Callable[[], object]:
    """The same from the files of the dataset to the trained network."""

    def train_once() -> None:
        training = _training(recipe, framework)
        for _ in range(int(epochs)):
            training._train_epoch()

    return train_once


def train_and_evaluate(
    recipe: str, framework: str, precision: str = "float32"
) -> Callable[[], object]:
    """An epoch of a recipe and its evaluation, with the checkpoint that is then saved."""
    training = _training(recipe, framework, precision)

    def epoch() -> None:
        training._train_epoch()
        training._evaluate_epoch()

    return epoch


def spec_of(recipe: str, framework: str, precision: str = "float32") -> RunSpec:
    """What is trained."""
    spec = _KERAS_CONVNET if recipe == "keras-convnet" else recipes.run_spec(recipes.recipe(recipe))
    training = replace(spec.training, precision=convert(precision, Precision))
    return replace(
        spec, framework=convert(framework, FrameworkName), training=training, device="cpu"
    )


def _training(recipe: str, framework: str, precision: str = "float32") -> Training:
    spec = spec_of(recipe, framework, precision)
    # More epochs than any benchmark measures: a run that is over would train nothing.
    spec = replace(spec, training=replace(spec.training, epochs=1000))
    loaded = registry.load(framework)
    weights = initial_weights(spec.model, spec.training.seed)
    learner = loaded.learner(spec, weights, loaded.devices()[-1])
    made = Training(session_of(spec), learner)
    made.prepare()
    return made


def session_of(spec: RunSpec) -> TrainingSession:
    """A session on MNIST that reports to nobody, in a temporary folder."""
    dataset = sources.load("mnist")
    train, validation = split(dataset.train, spec.training.validation, spec.training.seed)
    pipe = os.open(os.devnull, os.O_WRONLY)

    def report(event: Event) -> None:
        os.write(pipe, encode(event))

    return TrainingSession(
        run="benchmark", spec=spec, data=DataSplit(train, validation, dataset.test),
        folder=Path(tempfile.mkdtemp()), device="CPU", clock=PhaseClock("train"),
        control=Control(), on_event=report,
    )  # fmt: skip
