"""Small networks, digits and chunks that the framework tests share."""

import os
from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.pipeline.randomness import Purpose, random_bytes
from mnist_studio.frameworks.base import Chunk, Framework, Learner
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Elu,
    Flatten,
    Gelu,
    GlobalAvgPool,
    Layer,
    LeakyRelu,
    MaxPool,
    Relu,
    Sigmoid,
    Tanh,
)
from mnist_studio.spec.model import ModelSpec, class_count, describe, with_classes
from mnist_studio.spec.optimizers import (
    Adadelta,
    Adam,
    AdamW,
    CoupledDecay,
    DecoupledDecay,
    Optimizer,
    RmsProp,
    Sgd,
    WeightDecay,
)
from mnist_studio.spec.run import ClipNorm, ClipValue, Precision, RunSpec, TrainingSpec

SEED = 7

TINY = (Flatten(), Dense(6), Sigmoid(), Dense(10))
DROPPED = (Conv(3, 3), MaxPool(), Dropout(0.25), Flatten(), Dense(8), Dropout(0.5), Dense(10))
EVERYTHING = (
    Conv(4, 3), Relu(), MaxPool(3), Conv(3, 4, bias=False), Sigmoid(), Conv(5, 2, "valid"),
    MaxPool(), Dropout(0.25), Flatten(), Dense(12, bias=False), Relu(), Dropout(0.5), Dense(10),
)  # fmt: skip
ACTIVATED = (
    Conv(4, 3), LeakyRelu(0.2), MaxPool(4), Conv(3, 2), Gelu(), Elu(), Flatten(),
    Dense(8), Tanh(), Dense(7), Elu(0.7), Dense(6), Gelu(), Dense(5), LeakyRelu(), Dense(10),
)  # fmt: skip
"""The activations that no recipe has."""
NORMED_VECTORS = (
    Flatten(), BatchNorm(momentum=0.7, epsilon=1e-3), Dense(6), Sigmoid(), BatchNorm(), Dense(10),
)  # fmt: skip
NORMED = (
    Conv(4, 3, bias=False), BatchNorm(momentum=0.7, epsilon=1e-3), Relu(), AvgPool(3),
    Dropout(0.25), Conv(3, 2, "valid", bias=False), BatchNorm(), Sigmoid(), GlobalAvgPool(),
    Dense(10),
)  # fmt: skip
"""No bias before a batch-norm: its gradient would be 0 but for rounding."""

OPTIMIZERS: Mapping[str, Optimizer] = {
    "sgd": Sgd(),
    "sgd with momentum": Sgd(momentum=0.9),
    "sgd with nesterov momentum": Sgd(momentum=0.9, nesterov=True),
    "adam": Adam(epsilon=1e-4),
    "adamw": AdamW(epsilon=1e-4, weight_decay=0.3),
    "adadelta": Adadelta(),
    "rmsprop": RmsProp(epsilon=1e-4),
    "rmsprop with momentum": RmsProp(epsilon=1e-4, momentum=0.8),
    "centered rmsprop": RmsProp(epsilon=1e-3, momentum=0.8, centered=True),
}


DECAYS: Mapping[str, WeightDecay] = {
    "coupled": CoupledDecay(0.2), "decoupled": DecoupledDecay(0.3)
}  # fmt: skip


def run(
    layers: tuple[Layer, ...] = TINY,
    optimizer: Optimizer | None = None,
    precision: Precision = "float64",
    batch_size: int = 8,
) -> RunSpec:
    training = TrainingSpec(
        optimizer=optimizer or Adam(), precision=precision, batch_size=batch_size
    )
    return RunSpec(recipe="test", model=ModelSpec(layers), training=training, device="cpu")


def of_classes(spec: RunSpec, classes: int) -> RunSpec:
    """With another number of classes, called by the first letters."""
    return msgspec.structs.replace(
        spec,
        model=with_classes(spec.model, classes),
        class_names=tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:classes]),
    )


def in_precision(spec: RunSpec, precision: Precision) -> RunSpec:
    return trained(spec, precision=precision)


def trained(spec: RunSpec, **changes: object) -> RunSpec:
    """With another training."""
    replace = msgspec.structs.replace
    return replace(spec, training=replace(spec.training, **changes))


DEVICE = os.environ.get("MNIST_STUDIO_TEST_DEVICE", "cpu")
"""Where learners are held to the contract; cuda where there is one."""

VARIANTS: Mapping[str, RunSpec] = {
    # Without the second one, which takes most of the gradient of the first one's offset away.
    "batch-norm of maps": run((*NORMED[:6], *NORMED[7:])),
    "activations": run(ACTIVATED),
    "batch-norm of vectors": run(NORMED_VECTORS, Sgd(momentum=0.9)),
    "clipped norm": trained(run(EVERYTHING), clip=ClipNorm(0.5)),
    "clipped values": trained(run(DROPPED, Sgd()), clip=ClipValue(0.01)),
    "coupled decay after clipping": trained(
        run(EVERYTHING, Sgd(momentum=0.9, nesterov=True)),
        weight_decay=CoupledDecay(0.1),
        clip=ClipNorm(0.5),
    ),
    "double softmax": trained(run(EVERYTHING), loss="double_softmax"),
    "label smoothing": trained(run(TINY, Sgd()), label_smoothing=0.2),
    "3 classes": of_classes(trained(run(DROPPED), loss="double_softmax"), 3),
    "26 classes": of_classes(trained(run(TINY, Sgd()), label_smoothing=0.2), 26),
    # Without biases of the logits, whose summed gradients are 0 but for rounding.
    "summed biases": trained(
        run((*EVERYTHING[:-1], Dense(10, bias=False))), bias_gradients="summed"
    ),
}
"""What no recipe has."""


def learner(framework: Framework, spec: RunSpec, seed: int = SEED) -> Learner:
    """On the device under test, bound to the digits."""
    weights = initial_weights(spec.model, seed, spec.training.precision)
    devices = framework.devices()
    place = next((device for device in devices if device.kind == DEVICE), devices[-1])
    made = framework.learner(spec, weights, place)
    made.bind(*digits(classes=class_count(spec.model)))
    return made


def digits(count: int = 120, classes: int = 10) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Blurred blobs in noise, whose labels say where the first one lies.

    The noise matters: on an even background all windows of a convolution are equal, a max-pooling
    behind it has ties, and only rounding decides which of them gets the gradient.
    """
    rng = np.random.default_rng(SEED)
    centers = rng.uniform(6, 22, (count, 3, 2))
    places = np.moveaxis(np.mgrid[:28, :28], 0, -1)
    distances = np.square(places - centers[:, :, None, None]).sum(-1)
    images = 200 * np.exp(-distances / 6).max(1) + rng.uniform(0, 55, (count, 28, 28))
    labels = centers[:, 0, 0].astype(int) % classes
    return images.astype(np.uint8), labels.astype(np.uint8)


def chunk(
    model: ModelSpec, steps: int, batch: int = 8, rate: float = 1e-3, first: int = 0
) -> Chunk:
    """Steps ``first`` to ``first + steps``, whose batches, rates and masks depend on the step."""
    numbers = range(first, first + steps)
    rngs = [np.random.default_rng((SEED, step)) for step in numbers]
    return Chunk(
        indices=np.stack([rng.choice(120, batch, replace=False) for rng in rngs]),
        rates=np.array([rate / (1 + 0.02 * step) for step in numbers]),
        masks={
            report.name: np.stack(
                [mask(report.layer, step, place, (batch, *report.input)) for step in numbers]
            )
            for place, report in enumerate(describe(model))
            if isinstance(report.layer, Dropout)
        },
    )


def mask(layer: Dropout, step: int, place: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    drawn = random_bytes(SEED, Purpose.DROPOUT, step, place, int(np.prod(shape)))
    return (drawn >= layer.threshold).astype(np.uint8).reshape(shape)
