"""The same run twice, in two processes with as many threads as PyTorch takes by itself."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__)
LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OMP_THREAD_LIMIT")


def _bits(_: int) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in LIMITS}
    folders = [str(HERE.parents[3]), os.environ.get("PYTHONPATH")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, folders))
    return subprocess.run(
        [sys.executable, str(HERE)], env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_a_run_repeats_bit_for_bit() -> None:
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(_bits, range(2))
    assert {"batch_norm1.variance", "dense1.kernel/update", "losses", "logits"} <= set(one.split())
    assert one == other


def main() -> None:
    """Prints a digest of every array that a run of convolutions, batch-norm and dropout left.

    Batches are so large that PyTorch shares every operation among its threads.
    """
    from hashlib import sha256

    import numpy as np
    from msgspec.structs import replace

    from mnist_studio.frameworks import registry
    from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Dropout, Flatten, MaxPool, Relu
    from mnist_studio.spec.optimizers import Adadelta
    from mnist_studio.spec.run import ClipNorm
    from tests.frameworks.examples import chunk, digits, learner, run

    layers = (
        Conv(32, padding="valid"), BatchNorm(), Relu(), Conv(32), Relu(), MaxPool(), Dropout(0.25),
        Flatten(), Dense(128), BatchNorm(), Relu(), Dropout(0.5), Dense(10),
    )  # fmt: skip
    spec = run(layers, Adadelta(), "float32", batch_size=100)
    spec = replace(spec, training=replace(spec.training, clip=ClipNorm(1.0)))
    made = learner(registry.load("pytorch"), spec)
    steps = made.train(chunk(spec.model, 3, batch=100, rate=1.0))
    assert np.isfinite(steps.losses).all()
    left = {**made.weights(), **made.optimizer_state().slots, "losses": steps.losses}
    for name, array in {**left, "logits": made.logits(digits()[0])}.items():
        sys.stdout.write(f"{name} {sha256(array.tobytes()).hexdigest()}\n")


if __name__ == "__main__":
    main()
