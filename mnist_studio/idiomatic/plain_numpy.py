"""A run as one writes it with NumPy alone: every layer of just this network, by hand."""

from collections.abc import Iterator

from mnist_studio.idiomatic import common, numpy_epochs, numpy_layers, numpy_weights
from mnist_studio.idiomatic.numpy_augment import augment
from mnist_studio.idiomatic.numpy_files import READ
from mnist_studio.idiomatic.numpy_update import state, update
from mnist_studio.idiomatic.program import Cell, Program, block, number
from mnist_studio.spec.layers import Conv
from mnist_studio.spec.model import Scaling
from mnist_studio.spec.run import RunSpec, TrainingSpec, storage
from mnist_studio.spec.schedules import OneCycle


def problems(run: RunSpec) -> tuple[str, ...]:
    """See ``idiomatic.problems``."""
    if run.training.precision == "bfloat16":
        return ("NumPy has no bfloat16; choose float32 or float64.",)
    return ()


def program(run: RunSpec) -> Program:
    """The program of a run, its faults' effects already in it."""
    training = run.training
    dtype = storage(training.precision)
    cells = (
        Cell("Digits", READ),
        Cell("Digits as inputs", _scaled(run.model.scaling, dtype)),
        *(
            [Cell("Random changes", augment(training.augmentation))]
            if training.augmentation
            else []
        ),
        Cell("First weights", numpy_weights.weights(run.model, dtype)),
        *numpy_layers.helpers(run.model),
        Cell("Forward", numpy_layers.forward(run.model)),
        Cell("Backward", numpy_layers.backward(run)),
        Cell("Loss", _loss(training)),
        Cell("Update", update(training)),
        Cell("Batches", numpy_epochs.batches(training)),
        *numpy_epochs.one_cycle(training),
        Cell("Train", _train_step(run)),
        Cell("Evaluate", _EVALUATE),
        common.REPORT,
        Cell("All of it", _main(run)),
    )
    constants = (*common.constants(run, training.seed), *common.one_cycle(training.schedule))
    return Program(tuple(_imports(run)), constants, cells, "folder of the four IDX files")


def _imports(run: RunSpec) -> Iterator[str]:
    yield "import gzip"
    if run.training.epoch_steps and run.training.sampling != "with_replacement":
        yield "import itertools"
    if isinstance(run.training.schedule, OneCycle):
        yield "import math"
    yield "from pathlib import Path\n\nimport numpy as np"
    if any(isinstance(layer, Conv) for layer in run.model.layers):
        yield "from numpy.lib.stride_tricks import sliding_window_view"


def _scaled(scaling: Scaling, dtype: str) -> str:
    lines = [f"x = images[..., np.newaxis].astype(np.{dtype}) / 255"]
    if scaling.deviation == 1 / 255 and not scaling.mean:
        lines = [f"return images[..., np.newaxis].astype(np.{dtype})"]
    elif scaling == Scaling():
        lines = [lines[0].replace("x =", "return")]
    else:
        mean, deviation = number(scaling.mean), number(scaling.deviation)
        lines.append(f"return (x - {mean}) / {deviation}")
    head = 'def scaled(images):\n    """Grey levels (n, 28, 28) as inputs (n, 28, 28, 1)."""\n'
    return head + block(lines)


def _loss(training: TrainingSpec) -> str:
    return _CROSS_ENTROPY + (_DOUBLE_SOFTMAX if training.loss == "double_softmax" else "")


_CROSS_ENTROPY = '''\
def cross_entropy(z, labels):
    """Mean loss -log softmax(z)[label] of logits z (n, 10), and its gradient."""
    rows = np.arange(len(labels))
    z = z - z.max(axis=1, keepdims=True)  # the same softmax, but nothing overflows
    total = np.exp(z).sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - z[rows, labels]).mean()
    d = np.exp(z) / total
    d[rows, labels] -= 1
    return loss, d / len(labels)'''


_DOUBLE_SOFTMAX = '''


def double_softmax(z, labels):
    """The fault: the loss of softmax(z) in place of z."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    q = e / e.sum(axis=1, keepdims=True)
    loss, dq = cross_entropy(q, labels)
    return loss, q * (dq - (dq * q).sum(axis=1, keepdims=True))'''


def _train_step(run: RunSpec) -> str:
    training = run.training
    rng = ", rng" if numpy_epochs.needs_rng(run.model) else ""
    drawn = ", rng" if rng or training.augmentation else ""
    images = "augment(images, rng)" if training.augmentation else "images"
    loss = training.loss
    return f'''\
def train_step(p, state, images, labels, rate{drawn}):
    """One update; the loss before it, and how many digits were answered rightly."""
    z, cache = forward(p, scaled({images}){rng})
    loss, d = {loss}(z, labels)
    update(p, backward(p, cache, d), state, rate)
    return loss, (z.argmax(axis=1) == labels).sum()'''


_EVALUATE = '''\
def evaluate(p, images, labels, size=1000):
    """Mean loss and accuracy."""
    parts = [
        forward(p, scaled(images[start : start + size]))[0]
        for start in range(0, len(images), size)
    ]
    z = np.concatenate(parts)
    return cross_entropy(z, labels)[0], (z.argmax(axis=1) == labels).mean()'''


def _main(run: RunSpec) -> str:
    training = run.training
    lines = [
        "rng = np.random.default_rng(SEED)",
        "(images, labels), (test_images, test_labels) = load_digits(data)",
        *_apart(training),
        "p = build_model(rng)",
        f"state = {state(training.optimizer)}",
        *numpy_epochs.counted(training),
        "for epoch in range(1, epochs + 1):",
    ]
    head = (
        'def main(data="data", epochs=EPOCHS):\n    """Train, and evaluate after every epoch."""\n'
    )
    return f"{head}{block(lines)}\n{block(numpy_epochs.epoch(run), 2)}\n    return p"


def _apart(training: TrainingSpec) -> Iterator[str]:
    if training.validation:
        yield "order = rng.permutation(len(labels))"
        yield "apart, order = order[:VALIDATION], order[VALIDATION:]"
        yield "validation_images, validation_labels = images[apart], labels[apart]"
        yield "images, labels = images[order], labels[order]"
