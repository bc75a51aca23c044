"""A store with trained runs whose figures are made up, for pages that only read."""

import numpy as np
from msgspec.structs import replace

from mnist_studio.data.datasets import sources
from mnist_studio.events import Epoch, Finished, Machine, Measures
from mnist_studio.spec.experiment import ExperimentSpec, Grid, expand_cells
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore

STUDY = ExperimentSpec(
    title="Two frameworks",
    question="Does the framework matter?",
    grid=Grid(("mlp-128",), ("numpy", "pytorch")),
    seeds=(1, 2, 3, 4, 5),
    datasets=("builtin",),
    epochs=3,
)


def fill(spare: int = 1) -> None:
    """The ten runs of an experiment with their predictions, and some older ones without."""
    with RunStore() as store:
        for number in range(spare):
            cell = expand_cells(STUDY)[0]
            spec = replace(cell, training=replace(cell.training, seed=90 + number))
            _add(store, spec, None, None)
        add(store, STUDY)


def add(store: RunStore, experiment: ExperimentSpec) -> str:
    """An experiment with a run for every cell; its id."""
    labels = sources.load_test("builtin").labels
    stored = store.experiments.add(experiment)
    for spec in expand_cells(experiment):
        _add(store, spec, Membership(stored.id), labels)
    return stored.id


def _add(
    store: RunStore, spec: RunSpec, membership: Membership | None, labels: np.ndarray | None
) -> None:
    run = store.create(spec, membership)
    accuracy = 0.9
    if labels is not None:
        logits = _logits(labels, spec)
        accuracy = float(np.mean(logits.argmax(axis=1) == labels))
        artifacts.save_test_logits(run.folder, logits)
    for epoch in range(1, 4):
        store.record(
            Epoch(
                run=run.id, framework=spec.framework, epoch=epoch, step=10 * epoch,
                train_loss=1 / epoch, train_accuracy=accuracy, validation_loss=None,
                validation_accuracy=None, test_loss=1 / epoch,
                test_accuracy=accuracy - 0.01 * (3 - epoch), learning_rate=0.1,
                train_seconds=float(epoch),
            )
        )  # fmt: skip
    store.record(
        Finished(
            run=run.id, framework=spec.framework, epochs=3, step=30, test_accuracy=accuracy,
            test_loss=1 / 3, seconds={"train": 3.0}, device="CPU", latency_ms=0.2,
            measures=Measures(
                wall_seconds=5.0, earlier_seconds=0.0, train_images_per_second=600.0,
                peak_memory_bytes=spec.training.batch_size * 10**6,
                throughput_images_per_second=50_000.0, throughput_batch=1000,
                machine=Machine(processors=2),
            ),
        )
    )  # fmt: skip
    store.release(run.id)


def _logits(labels: np.ndarray, spec: RunSpec) -> np.ndarray:
    """Right but for a tenth of the digits; the first eight is always taken for a one."""
    numbers = np.random.default_rng([spec.training.seed, len(spec.framework)])
    logits = numbers.normal(0, 0.5, (len(labels), 10)).astype(np.float32)
    logits[np.arange(len(labels)), labels] += 8
    wrong = numbers.choice(len(labels), len(labels) // 10, replace=False)
    logits[wrong, labels[wrong]] -= 9
    eight = int(np.flatnonzero(labels == 8)[0])
    logits[eight] = 0
    logits[eight, 1] = 5
    return logits
