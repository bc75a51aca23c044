"""What recording every epoch costs: the training time with and without it, and the time for it.

    python -m benchmarks.recording                   all frameworks on the CPU
    python -m benchmarks.recording pytorch mlp-128   one

Recording is a phase of its own, so the training time should not change. Times are of the processor:
other programs on the machine change them little. The ratio is that of the least times, since
whatever disturbs a training makes it longer.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.figures import line
from benchmarks.loop import _digits, _learner, spec_of

if TYPE_CHECKING:
    from mnist_studio.training.session import RecordingOptions

RECIPES = {"mlp-128": 200, "compact-cnn": 30}
"""Steps of an epoch."""

EPOCHS, PAIRS = 3, 7
BAR = "1.02"


def main() -> None:
    """Measures every framework with every recipe in a process of its own."""
    from mnist_studio.frameworks import registry

    for name, recipe in product(("numpy", "pytorch", "keras"), RECIPES):
        environment = {**os.environ, **registry.training_environment(spec_of(name, recipe))}
        command = [sys.executable, "-m", "benchmarks.recording", name, recipe]
        subprocess.run(command, env=environment, check=True)


def measure(framework: str, recipe: str) -> None:
    """Prints the ratio of the training times, and the seconds of recording per epoch."""
    from mnist_studio.training.session import RecordingOptions

    everything = RecordingOptions(weights_bytes=200_000_000, observe=True)
    recorded: list[float] = []
    on = _training(framework, recipe, everything, recorded.append)
    off = _training(framework, recipe, RecordingOptions(), lambda _: None)
    on(), off()
    # Every other pair is taken in the opposite order, so that drift favors neither.
    taken = [(on(), off()) if n % 2 else (off(), on())[::-1] for n in range(PAIRS)]
    with_it, without = (sorted(side) for side in zip(*taken, strict=True))
    line(
        f"training work, recorded / not recorded, {recipe}, {framework}",
        f"{with_it[0] / without[0]:.3f} (medians {_middle(with_it) / _middle(without):.3f})",
        BAR,
    )
    each = _middle(sorted(recorded)) / EPOCHS
    line(f"recording an epoch, {recipe}, {framework}", f"{1e3 * each:.1f} ms")


def _middle(ordered: list[float]) -> float:
    return ordered[len(ordered) // 2]


def _training(
    framework: str, recipe: str, options: "RecordingOptions", on_recorded: Callable[[float], None]
) -> Callable[[], float]:
    """Trains a few epochs; gives the processor seconds of training steps."""
    import numpy as np
    from msgspec.structs import replace

    from mnist_studio.training.clock import PhaseClock
    from mnist_studio.training.loop import Training
    from mnist_studio.training.session import Control, DataSplit, TrainingSession

    spec = spec_of(framework, recipe)
    spec = replace(spec, training=replace(spec.training, epochs=EPOCHS))
    digits = _digits(RECIPES[recipe], spec.training.batch_size)
    data = DataSplit(digits, None, digits.take(np.arange(500)))

    def run() -> float:
        with tempfile.TemporaryDirectory() as folder:
            session = TrainingSession(
                run="benchmark", spec=spec, data=data, folder=Path(folder), device="cpu",
                clock=PhaseClock("build", process_time), control=Control(),
                on_event=lambda _: None, recording=options,
            )  # fmt: skip
            training = Training(session, _learner(spec, digits))
            training.prepare()
            training.run()
        on_recorded(session.clock.seconds("record"))
        return session.clock.seconds("train")

    return run


if __name__ == "__main__":
    measure(*sys.argv[1:]) if len(sys.argv) > 1 else main()
