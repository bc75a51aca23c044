"""The memory of a training against the estimate of ``spec.cost``.

    python -m benchmarks.memory                        every network, framework, and batch size
    python -m benchmarks.memory pytorch deep-cnn 256   one of them

A process of its own trains a few batches and evaluates 1,000 images. Its peak memory is measured,
with 60,000 training images in memory, as in a real training.
"""

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.figures import line
from mnist_studio.spec.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    MaxPool,
    Relu,
    Sigmoid,
)
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adam, Sgd
from mnist_studio.spec.run import RunSpec, TrainingSpec

if TYPE_CHECKING:
    from mnist_studio.spec.run import FrameworkName

IMAGES = 60_000

NETWORKS = {
    "mlp": ModelSpec((Flatten(), Dense(128), Relu(), Dense(10))),
    "large-mlp": ModelSpec((Flatten(), Dense(4096), Relu(), Dense(4096), Relu(), Dense(10))),
    "cnn": ModelSpec(
        (Conv(32), Relu(), MaxPool(), Conv(64), Relu(), MaxPool(), Flatten(), Dense(10))
    ),
    "deep-cnn": ModelSpec(
        (
            *(Conv(32), BatchNorm(), Relu()) * 3, AvgPool(), Dropout(0.25),
            *(Conv(64, 5), Sigmoid()) * 2, MaxPool(), Flatten(), Dense(64), Relu(), Dense(10),
        )
    ),
}  # fmt: skip

CASES = (
    ("mlp", 64), ("mlp", 60_000), ("large-mlp", 64), ("large-mlp", 8192), ("cnn", 64),
    ("cnn", 1024), ("cnn", 4096), ("deep-cnn", 64), ("deep-cnn", 512), ("deep-cnn", 1024),
)  # fmt: skip


def run_of(network: str, framework: "FrameworkName", batch: int) -> RunSpec:
    """The run of a case. Large layers have the larger optimizer state."""
    optimizer = Adam() if network == "large-mlp" else Sgd(0.01, 0.9)
    training = TrainingSpec(optimizer, batch_size=batch)
    return RunSpec("memory", NETWORKS[network], training, framework=framework, device="cpu")


def main() -> None:
    """Measures every case in a process of its own."""
    from mnist_studio.frameworks import registry

    for framework in registry.FRAMEWORKS:
        for network, batch in CASES:
            spec = run_of(network, framework, batch)
            environment = {**os.environ, **registry.training_environment(spec)}
            command = [sys.executable, "-m", "benchmarks.memory", framework, network, str(batch)]
            subprocess.run(command, env=environment, check=False)


def measure(framework: "FrameworkName", network: str, batch: int) -> None:
    """Prints the peak memory of one case, the estimate, and their ratio."""
    import numpy as np

    from mnist_studio.frameworks import registry
    from mnist_studio.frameworks.base import Chunk
    from mnist_studio.frameworks.initialization import initial_weights
    from mnist_studio.spec.cost import training_memory
    from mnist_studio.spec.model import describe
    from mnist_studio.training.machine import peak_memory_bytes

    spec = run_of(network, framework, batch)
    made = registry.load(framework)
    loaded = peak_memory_bytes() or 0
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (IMAGES, 28, 28), np.uint8)
    labels = rng.integers(0, 10, IMAGES, np.uint8)
    learner = made.learner(spec, initial_weights(spec.model, 0), made.devices()[-1])
    learner.bind(images, labels)
    masks = {
        report.name: rng.integers(0, 2, (1, batch, *report.input), np.uint8)
        for report in describe(spec.model)
        if isinstance(report.layer, Dropout)
    }
    learner.train(Chunk(rng.integers(0, IMAGES, (1, batch)), np.full(1, 1e-4), masks))
    learner.logits(images[:1000])
    peak = peak_memory_bytes() or 0
    estimate = training_memory(spec, IMAGES)
    line(
        f"peak memory, {framework}, {network}, batch size {batch:,}",
        f"{peak / 1e6:,.0f} MB, of which {loaded / 1e6:,.0f} MB for the program",
        f"{estimate / 1e6:,.0f} MB estimated, {estimate / peak:.2f} times",
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))  # type: ignore[arg-type]
    else:
        main()
