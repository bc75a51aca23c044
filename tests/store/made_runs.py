"""Runs that look trained, made at once: with weights, checkpoint, steps, epochs, and logits."""

from math import prod

import numpy as np
from msgspec.structs import replace

from mnist_studio.events import Epoch, Finished
from mnist_studio.frameworks.base import Array, OptimizerState
from mnist_studio.spec.model import trainable_shapes, weight_shapes
from mnist_studio.spec.optimizers import slot_names
from mnist_studio.spec.run import RunSpec, storage
from mnist_studio.store import artifacts, epoch_weights, step_curve
from mnist_studio.store.artifacts import SavedCheckpoint
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished

STEPS = 3


def weights_of(spec: RunSpec, seed: int = 0) -> dict[str, Array]:
    """Random weights of a run's network, with positive variances."""
    rng = np.random.default_rng(seed)
    precision = storage(spec.training.precision)
    made = {}
    for name, shape in weight_shapes(spec.model).items():
        drawn = rng.standard_normal(shape) / np.sqrt(max(1, prod(shape[:-1])))
        made[name] = (np.abs(drawn) + 0.5 if name.endswith("variance") else drawn).astype(precision)
    return made


def made_run(store: RunStore, spec: RunSpec, membership: Membership | None = None) -> Run:
    """A finished run of one epoch, with all files that a training writes."""
    spec = replace(spec, training=replace(spec.training, epochs=1))
    run = store.create(spec, membership)
    weights = weights_of(spec)
    precision = storage(spec.training.precision)
    slots: dict[str, Array] = {
        f"{name}/{slot}": np.ones(shape, precision)
        for name, shape in trainable_shapes(spec.model).items()
        for slot in slot_names(spec.training.optimizer)
    }
    ended, first = _events(run)
    step_curve.append(run.folder, np.arange(STEPS) / 7, np.arange(STEPS) / 9)
    artifacts.save_weights(run.folder, weights)
    logits = np.arange(40, dtype=precision).reshape(4, 10)
    artifacts.save_test_logits(run.folder, logits)
    checkpoint = SavedCheckpoint(weights, OptimizerState(STEPS, slots), STEPS, 0.5, (first,))
    artifacts.save_checkpoint(run.folder, checkpoint)
    epoch_weights.save(run.folder, 1, weights)
    (run.folder / "console.txt").write_text("/home/somebody/secret\n", encoding="utf-8")
    (run.folder / "script.py").write_text("raise SystemExit\n", encoding="utf-8")
    store.record(first)
    store.record(ended)
    store.release(run.id)
    return store.run(run.id)


def _events(run: Run) -> tuple[Finished, Epoch]:
    ended = replace(finished(run.id), framework=run.spec.framework, epochs=1, step=STEPS)
    return ended, replace(epoch(run.id), framework=run.spec.framework, step=STEPS)
