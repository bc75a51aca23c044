"""The studio's loop against a bare loop of the same framework.

    python -m benchmarks.loop                        all frameworks on the CPU
    python -m benchmarks.loop pytorch mlp-128 cuda   one, on a device

Same resident arrays, order, precision and read-back of losses; compiling and evaluation excluded.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import line, paired, seconds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mnist_studio.data.images import LabeledImages
    from mnist_studio.frameworks.base import Learner
    from mnist_studio.spec.run import RunSpec

RECIPES = {"mlp-128": 400, "compact-cnn": 60}
"""Steps a measurement."""

PAIRS = 7


def main() -> None:
    """Measures every framework with every recipe in a process of its own."""
    from mnist_studio.frameworks import registry

    for name, recipe in product(("numpy", "pytorch", "keras"), RECIPES):
        environment = {**os.environ, **registry.training_environment(spec_of(name, recipe))}
        command = [sys.executable, "-m", "benchmarks.loop", name, recipe]
        subprocess.run(command, env=environment, check=True)


def measure(framework: str, recipe: str, device: str = "cpu") -> None:
    """Prints the ratio of one framework and recipe."""
    steps = RECIPES[recipe] * (1 if device == "cpu" else 8)
    spec = spec_of(framework, recipe, device)
    studio, bare = studio_loop(spec, steps), bare_loop(spec, steps)
    mine, theirs, ratio = paired(studio, bare, PAIRS)
    line(
        f"studio's loop / bare loop, {recipe}, {framework}, {device}",
        f"{ratio:.3f} ({1e3 * mine / steps:.2f} / {1e3 * theirs / steps:.2f} ms)",
        "1.03",
    )


def spec_of(framework: str, recipe: str, device: str = "cpu") -> "RunSpec":
    """The recipe's run in that framework, there."""
    from msgspec.structs import replace

    from mnist_studio.spec import recipes

    return replace(recipes.run_spec(recipes.recipe(recipe)), framework=framework, device=device)


def _digits(steps: int, batch: int) -> "LabeledImages":
    """The first ``steps`` batches of the digits that there are."""
    from mnist_studio.data.datasets import sources

    train = sources.load(sources.default_dataset()).train
    import numpy as np

    return train.take(np.resize(np.arange(len(train)), steps * batch))


def _learner(spec: "RunSpec", digits: "LabeledImages") -> "Learner":
    from mnist_studio.frameworks import registry
    from mnist_studio.frameworks.initialization import initial_weights

    framework = registry.load(spec.framework)
    place = next(device for device in framework.devices() if device.kind == spec.device)
    learner = framework.learner(spec, initial_weights(spec.model, spec.training.seed), place)
    learner.bind(digits.images, digits.labels)
    return learner


def studio_loop(spec: "RunSpec", steps: int) -> Callable[[], float]:
    """Seconds that the real loop counts as training: one epoch, events encoded and sent."""
    from mnist_studio.events import Event, encode
    from mnist_studio.training.clock import PhaseClock
    from mnist_studio.training.loop import Training
    from mnist_studio.training.session import Control, DataSplit, TrainingSession

    digits = _digits(steps, spec.training.batch_size)
    pipe = os.open(os.devnull, os.O_WRONLY)
    folder = Path(tempfile.mkdtemp())

    def report(event: Event) -> None:
        os.write(pipe, encode(event))

    session = TrainingSession(
        run="benchmark", spec=spec, data=DataSplit(digits, None, digits), folder=folder,
        device=spec.device, clock=PhaseClock("train"), control=Control(),
        on_event=report,
    )  # fmt: skip
    training = Training(session, _learner(spec, digits))
    training.prepare()

    def run() -> float:
        training._state.step = 0
        return seconds(training._train_epoch)

    return run


def bare_loop(spec: "RunSpec", steps: int) -> Callable[[], float]:
    """Seconds of the loop that one would write by hand."""
    digits = _digits(steps, spec.training.batch_size)
    makers = {"numpy": _bare_numpy, "pytorch": _bare_pytorch, "keras": _bare_keras}
    epoch = makers[spec.framework](spec, digits, steps)
    return lambda: seconds(epoch)


def _order(spec: "RunSpec", digits: "LabeledImages", steps: int) -> "NDArray[np.int64]":
    from mnist_studio.data.pipeline.batches import epoch_order

    order = epoch_order(spec.training.seed, 0, len(digits))
    return order.reshape(steps, spec.training.batch_size)


def _bare_numpy(spec: "RunSpec", digits: "LabeledImages", steps: int) -> Callable[[], None]:
    from mnist_studio.frameworks.base import normalize
    from mnist_studio.frameworks.initialization import initial_weights
    from mnist_studio.frameworks.numpy_scratch.learner import threads
    from mnist_studio.frameworks.numpy_scratch.memory import Flat
    from mnist_studio.frameworks.numpy_scratch.network import Network
    from mnist_studio.frameworks.numpy_scratch.optimizers import Optimizer
    from mnist_studio.frameworks.numpy_scratch.parallel import Batch, DataParallel, ThreadTeam
    from mnist_studio.spec.model import trainable_shapes

    weights = Flat(trainable_shapes(spec.model), "float32")
    weights.fill(initial_weights(spec.model, spec.training.seed))
    inputs = normalize(digits.images, spec.model.scaling, "float32")
    team = ThreadTeam(threads(spec))
    optimizer = Optimizer(spec.training.optimizer, weights, team)
    networks = [Network(spec.model, weights.arrays) for _ in range(team.size)]
    parallel = DataParallel(networks, team, spec.training)
    order = _order(spec, digits, steps)

    def epoch() -> None:
        losses = []
        for batch in order:
            result = parallel.gradients(Batch(inputs[batch], digits.labels[batch], {}))
            optimizer.apply(result.gradients, spec.training.optimizer.learning_rate)
            losses.append(result.mean)

    return epoch


def _bare_pytorch(spec: "RunSpec", digits: "LabeledImages", steps: int) -> Callable[[], None]:
    import torch
    from torch.nn import functional

    from mnist_studio.frameworks.base import normalize
    from mnist_studio.spec.layers import Conv, Dense, Flatten, MaxPool

    layers: list[torch.nn.Module] = []
    from mnist_studio.spec.model import describe

    for report in describe(spec.model):
        match report.layer:
            case Conv(filters=filters):
                layers.append(torch.nn.Conv2d(report.input[2], filters, 3, padding="same"))
            case Dense(units=units):
                layers.append(torch.nn.Linear(report.input[0], units))
            case MaxPool():
                layers.append(torch.nn.MaxPool2d(2))
            case Flatten():
                layers.append(torch.nn.Flatten())
            case _:
                layers.append(torch.nn.ReLU())
    net = torch.nn.Sequential(*layers).to(spec.device)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    inputs = torch.tensor(normalize(digits.images, spec.model.scaling, "float32")).unsqueeze(1)
    inputs = inputs.to(spec.device)
    labels = torch.tensor(digits.labels).long().to(spec.device)
    order = torch.tensor(_order(spec, digits, steps)).to(spec.device)

    def epoch() -> None:
        losses, right = [], []
        for batch in order:
            optimizer.zero_grad(set_to_none=True)
            logits = net(inputs[batch])
            loss = functional.cross_entropy(logits, labels[batch])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(loss.detach())
            right.append((logits.argmax(1) == labels[batch]).sum())
        torch.stack(losses).tolist(), torch.stack(right).tolist()

    return epoch


def _bare_keras(spec: "RunSpec", digits: "LabeledImages", steps: int) -> Callable[[], None]:
    import keras
    import tensorflow as tf

    from mnist_studio.frameworks.base import normalize
    from mnist_studio.spec.layers import Conv, Dense, Flatten, MaxPool

    layers = [keras.Input((28, 28, 1))]
    for layer in spec.model.layers:
        match layer:
            case Conv(filters=filters):
                layers.append(keras.layers.Conv2D(filters, 3, padding="same"))
            case Dense(units=units):
                layers.append(keras.layers.Dense(units))
            case MaxPool():
                layers.append(keras.layers.MaxPooling2D())
            case Flatten():
                layers.append(keras.layers.Flatten())
            case _:
                layers.append(keras.layers.ReLU())
    net = keras.Sequential(layers)
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(net.trainable_variables)
    scaled = normalize(digits.images, spec.model.scaling, "float32")[..., None]
    inputs, labels = tf.constant(scaled), tf.constant(digits.labels.astype("int32"))
    order = tf.constant(_order(spec, digits, steps).astype("int32"))
    convolves = any(isinstance(layer, Conv) for layer in spec.model.layers)

    def learn(batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x, y = tf.gather(inputs, batch), tf.gather(labels, batch)
        with tf.GradientTape() as tape:
            logits = net(x, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        gradients = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(gradients, net.trainable_variables, strict=True))
        return loss, tf.math.count_nonzero(tf.argmax(logits, 1, tf.int32) == y)

    step = tf.function(learn, jit_compile=not convolves)

    def epoch() -> None:
        losses = [step(batch) for batch in order]
        [(float(loss), int(right)) for loss, right in losses]

    return epoch


if __name__ == "__main__":
    measure(*sys.argv[1:]) if len(sys.argv) > 1 else main()
