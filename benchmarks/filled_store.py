"""A store with runs whose rows and files are like real ones; their figures are made up."""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from mnist_studio.data.datasets import sources
from mnist_studio.events import Epoch, Finished, Machine, Measures
from mnist_studio.spec.experiment import ExperimentSpec, Grid, expand_cells
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

EPOCHS, STEPS = 10, 60
BEST = {"mlp-128": 0.979, "small-cnn": 0.988, "compact-cnn": 0.991}
SECONDS = {"numpy": 3.1, "pytorch": 2.2, "keras": 1.4}


def experiment(seeds: int = 5) -> ExperimentSpec:
    """Two networks in three frameworks."""
    return ExperimentSpec(
        title="MLP and CNN in three frameworks",
        question="Is the CNN better than the MLP, and does the framework matter?",
        grid=Grid(("mlp-128", "compact-cnn"), ("numpy", "pytorch", "keras")),
        seeds=tuple(range(42, 42 + seeds)),
        datasets=(sources.default_dataset(),),
        epochs=EPOCHS,
    )


def fill(count: int, predicted: int = 30) -> None:
    """Makes the runs of the experiment, and others until there are so many.

    Args:
        count: of runs.
        predicted: so many of the experiment keep their predictions.
    """
    cells = expand_cells(experiment())
    others = [
        replace(cell, training=replace(cell.training, seed=cell.training.seed + 100 * turn))
        for turn in range(1, count // len(cells) + 1)
        for cell in cells
    ]
    labels = sources.load_test(sources.default_dataset()).labels
    with RunStore() as store:
        kept = store.experiments.add(experiment())
        for spec in others[: count - len(cells)]:
            _trained(store, spec, None, None)
        for place, spec in enumerate(cells[:count]):
            _trained(store, spec, Membership(kept.id), labels if place < predicted else None)


def _trained(
    store: RunStore, spec: RunSpec, membership: Membership | None, labels: np.ndarray | None
) -> Run:
    run = store.create(spec, membership)
    numbers = np.random.default_rng([spec.training.seed, len(spec.framework), len(spec.recipe)])
    best = BEST[spec.recipe] + numbers.normal(0, 0.0012)
    rate = SECONDS[spec.framework] * (6 if "cnn" in spec.recipe else 1)
    wanted = best - 0.05 * np.exp(-np.arange(EPOCHS) / 2.2) + numbers.normal(0, 6e-4, EPOCHS)
    accuracies: list[float] = wanted.tolist()
    if labels is not None:
        logits = _logits(labels, accuracies[-1], numbers)
        accuracies[-1] = float(np.mean(logits.argmax(axis=1) == labels))
        artifacts.save_test_logits(run.folder, logits)
    for event in _epochs(run, accuracies, rate):
        store.record(event)
    x = np.arange(EPOCHS * STEPS)
    losses = 0.05 + 1.8 * np.exp(-x / 60) + numbers.normal(0, 0.03, len(x))
    step_curve.append(run.folder, np.abs(losses), np.clip(1 - 0.3 * losses, 0, 1))
    store.record(_finished(run, accuracies[-1], rate, numbers))
    store.release(run.id)
    return store.run(run.id)


def _epochs(run: Run, accuracies: Sequence[float], rate: float) -> list[Epoch]:
    return [
        Epoch(
            run=run.id, framework=run.spec.framework, epoch=at, step=at * STEPS,
            train_loss=0.5 / at, train_accuracy=accuracy - 0.002, validation_loss=None,
            validation_accuracy=None, test_loss=2.2 * (1 - accuracy), test_accuracy=accuracy,
            learning_rate=0.001, train_seconds=rate * at,
        )
        for at, accuracy in enumerate(accuracies, start=1)
    ]  # fmt: skip


def _finished(run: Run, accuracy: float, rate: float, numbers: np.random.Generator) -> Finished:
    train = rate * EPOCHS * float(1 + numbers.normal(0, 0.02))
    seconds = {"start": 0.3, "import": 1.2, "data": 0.2, "build": 0.1, "train": train,
               "evaluate": 0.8, "save": 0.1}  # fmt: skip
    measures = Measures(
        wall_seconds=sum(seconds.values()), earlier_seconds=0.0,
        train_images_per_second=EPOCHS * 60_000 / train,
        peak_memory_bytes=int(3e8 + 1e8 * len(run.spec.framework)),
        throughput_images_per_second=80_000.0, throughput_batch=256,
        machine=Machine(processors=2, others_processors=0.2, frequency_fraction=0.9,
                        throttle_count=0, on_battery=False),
    )  # fmt: skip
    return Finished(
        run=run.id, framework=run.spec.framework, epochs=EPOCHS, step=EPOCHS * STEPS,
        test_accuracy=accuracy, test_loss=2.2 * (1 - accuracy), seconds=seconds, device="CPU",
        latency_ms=0.2 + numbers.random() * 0.1, measures=measures,
    )  # fmt: skip


def _logits(labels: np.ndarray, accuracy: float, numbers: np.random.Generator) -> np.ndarray:
    """Answers of which about so many are right; the same digits are hard for all models."""
    hard = np.random.default_rng(1).permutation(len(labels))
    wrong = hard[: round((1 - accuracy) * len(labels))].copy()
    wrong[::3] = numbers.choice(len(labels), len(wrong[::3]), replace=False)
    logits = numbers.normal(0, 1, (len(labels), 10)).astype(np.float32)
    logits[np.arange(len(labels)), labels] += 8
    logits[wrong, labels[wrong]] -= 9
    return logits
