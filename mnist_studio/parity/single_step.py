"""One training step in every framework with its numbers: outputs, loss, gradients and updates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array, normalize
from mnist_studio.parity.fixture import OpenLearner, ParityFixture, Side, opened, run_data
from mnist_studio.parity.remote_learner import RemoteLearner
from mnist_studio.spec.layers import text
from mnist_studio.spec.model import describe
from mnist_studio.spec.run import DeviceName, FrameworkName, Precision, RunSpec

FIRST = 6
"""Numbers of an array that are shown."""

NOTE = (
    "Outputs and gradients are computed without dropout. Batch-norm uses its running statistics "
    "for outputs and those of the batch for gradients."
)


class StepRow(msgspec.Struct, frozen=True):
    """One array of the step in every framework.

    Attributes:
        layer: its name; empty for the input and the loss.
        quantity: ``input``, ``output``, ``loss``, ``gradient`` or ``update``.
        name: of the array, such as ``conv1.kernel``.
        shape: as text.
        norms: its Euclidean norm by framework.
        first: its first numbers by framework.
        difference: the largest absolute difference of two frameworks; None for a single one.
    """

    layer: str
    quantity: str
    name: str
    shape: str
    norms: dict[str, float]
    first: dict[str, tuple[float, ...]]
    difference: float | None


class SingleStep(msgspec.Struct, frozen=True):
    """The step.

    Attributes:
        dataset: its title.
        batch: images in the batch.
        labels: of them.
        learning_rate: of the step.
        rows: in the order of the computation.
    """

    dataset: str
    batch: int
    labels: tuple[int, ...]
    learning_rate: float
    rows: tuple[StepRow, ...]


def single_step(
    run: RunSpec,
    frameworks: Sequence[FrameworkName],
    is_cancelled: Callable[[], bool] = lambda: False,
    data: Path | None = None,
    open_learner: OpenLearner = RemoteLearner,
) -> SingleStep:
    """Trains the first step of a run with a small batch.

    Args:
        run: to train, with its known bugs.
        frameworks: that train it.
        is_cancelled: polled all the time.
        data: a folder with the dataset that the user named.
        open_learner: opens the learner of a framework.

    Raises:
        FrameworkMissing: one of the frameworks is not installed.
        DataError: the dataset in the named folder is missing or damaged.
        JobError: a framework cannot compute the run, or its process died.
        CancelledByUser: as ``is_cancelled`` said.
    """
    for name in frameworks:
        if missing := registry.missing(name):
            raise missing
    fixture = run_data(run, data)
    wanted = run.training.precision
    precision: Precision = "float32" if wanted == "bfloat16" else wanted
    devices: dict[FrameworkName, DeviceName] = dict.fromkeys(frameworks, "cpu")
    with opened(run, devices, precision, fixture, open_learner, is_cancelled) as sides:
        found = {name: _arrays(side, fixture) for name, side in sides.items()}
        chunk = next(iter(sides.values())).maker.make(0, 1)
    labels = fixture.train.labels[chunk.indices[0]]
    return SingleStep(
        fixture.title, fixture.batch, tuple(labels.tolist()), float(chunk.rates[0]), _rows(found)
    )


@dataclass(frozen=True)
class _Key:
    layer: str
    quantity: str
    name: str


def _arrays(side: Side, fixture: ParityFixture) -> dict[_Key, Array]:
    """Every array of the step of one framework, in the order of the computation."""
    chunk = side.maker.make(0, 1)
    images = fixture.train.images[chunk.indices[0]] if chunk.images is None else chunk.images[0]
    labels = fixture.train.labels[chunk.indices[0]]
    learner, model = side.learner, side.run.model
    found = {
        _Key("", "input", "input"): normalize(images, model.scaling, side.run.training.precision)
    }
    outputs, reports = learner.activations(images), describe(model)
    for report in reports:
        found[_Key(report.name, "output", report.name)] = outputs[report.name]
    gradients, before = learner.gradients(images, labels), learner.weights()
    loss = learner.train(chunk).losses
    found[_Key("", "loss", "loss")] = loss
    after = learner.weights()
    for report in reversed(reports):
        for name in report.arrays:
            found[_Key(report.name, "gradient", name)] = gradients[name]
    for report in reports:
        for name in report.arrays:
            change = np.asarray(after[name], np.float64) - np.asarray(before[name], np.float64)
            found[_Key(report.name, "update", name)] = change
    return found


def _rows(found: Mapping[FrameworkName, Mapping[_Key, Array]]) -> tuple[StepRow, ...]:
    first = next(iter(found.values()))
    return tuple(_row(key, {name: found[name][key] for name in found}) for key in first)


def _row(key: _Key, by_framework: Mapping[FrameworkName, Array]) -> StepRow:
    wide = {name: np.asarray(array, np.float64) for name, array in by_framework.items()}
    pairs = [float(np.max(np.abs(one - two))) for one, two in combinations(wide.values(), 2)]
    shape = next(iter(wide.values())).shape
    return StepRow(
        layer=key.layer,
        quantity=key.quantity,
        name=key.name,
        shape="" if key.quantity == "loss" else text(shape),
        norms={name: float(np.linalg.norm(array)) for name, array in wide.items()},
        first={name: _some(array, key.quantity) for name, array in wide.items()},
        difference=max(pairs) if pairs else None,
    )


def _some(array: Array, quantity: str) -> tuple[float, ...]:
    """The first numbers of an array; of an input those of its middle row, which are not all 0."""
    flat = array[0, 14, 10:] if quantity == "input" else array.ravel()
    return tuple(flat[:FIRST].tolist())


def agreement(step: SingleStep) -> str:
    """How closely the frameworks agree, in words."""
    compared = [row for row in step.rows if row.difference is not None]
    if not compared:
        return "Select several frameworks to compare their numbers."
    worst = max(compared, key=_relative)
    where = (
        worst.name if worst.quantity in ("loss", "input") else f"{worst.quantity} of {worst.name}"
    )
    return (
        f"The frameworks differ most in the {where}: by {_relative(worst):.1e} of its norm. "
        "In float32, rounding alone explains about 1e-06."
    )


def _relative(row: StepRow) -> float:
    return (row.difference or 0.0) / max(*row.norms.values(), 1e-30)
