"""Training steps while other programs keep the processors busy, as a table in Markdown.

The figures are milliseconds per step at the default settings of a recipe, and the ratio to those
without other programs. PyTorch and NumPy are measured again with all threads and PyTorch's own
waiting, so that the table shows what their rule is worth.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_studio.frameworks.base import Chunk
    from mnist_studio.spec.run import RunSpec

LOADS = (0, 1, 2)
REPEATS = 3
SECONDS = 0.5
STEPS = 10
IMAGES = 6_000

CASES = (
    ("numpy", "mlp-128", "auto"),
    ("numpy", "mlp-128", "all threads"),
    ("numpy", "compact-cnn", "auto"),
    ("pytorch", "mlp-128", "auto"),
    ("pytorch", "mlp-128", "all threads"),
    ("pytorch", "compact-cnn", "auto"),
    ("pytorch", "compact-cnn", "all threads"),
    ("keras", "mlp-128", "auto"),
    ("keras", "compact-cnn", "auto"),
)
"""Framework, recipe and rule. ``all threads`` is what a framework does by itself."""


def main() -> None:
    """Measures every case, each in a process of its own."""
    print("| recipe | framework | CPU threads | " + " | ".join(_heading(n) for n in LOADS) + " |")
    print("|---" * (3 + len(LOADS)) + "|")
    for framework, recipe, rule in CASES:
        measured = _measure(framework, recipe, rule)
        cells = (_cell(measured[n], measured[0]) for n in LOADS)
        print(f"| `{recipe}` | {framework} | {rule} | {' | '.join(cells)} |", flush=True)


def _heading(programs: int) -> str:
    return ("idle", "1 busy program", "2 busy programs")[programs]


def _cell(step_ms: float, idle_ms: float) -> str:
    return f"{step_ms:.2f} ms ({step_ms / idle_ms:.1f})"


def _measure(framework: str, recipe: str, rule: str) -> dict[int, float]:
    """Milliseconds per step for every number of busy programs, the median of several turns."""
    command = [sys.executable, "-m", "benchmarks.busy", framework, recipe]
    found: dict[int, list[float]] = {number: [] for number in LOADS}
    with subprocess.Popen(
        command, env=_environment(framework, recipe, rule), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        for _ in range(REPEATS):
            for number in LOADS:
                with _busy_programs(number):
                    print(file=child.stdin, flush=True)
                    found[number].append(float(child.stdout.readline()))
        child.stdin.close()
    return {number: median(values) for number, values in found.items()}


def _environment(framework: str, recipe: str, rule: str) -> Mapping[str, str]:
    """The variables of a process that trains by this rule."""
    from mnist_studio.frameworks import registry

    spec = _spec(framework, recipe)
    variables = registry.training_environment(spec)
    if rule == "all threads":
        variables = {}
        if framework == "numpy":
            variables = {"OPENBLAS_NUM_THREADS": str(registry.usable_processors())}
    return {**os.environ, **variables}


@contextmanager
def _busy_programs(number: int) -> Iterator[None]:
    """Programs that keep a processor busy each."""
    command = [sys.executable, "-c", "while True: pass"]
    programs = [subprocess.Popen(command) for _ in range(number)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def _spec(framework: str, recipe: str) -> "RunSpec":
    from msgspec.structs import replace

    from mnist_studio.spec import recipes

    return replace(recipes.run_spec(recipes.recipe(recipe)), framework=framework)


def child(arguments: Sequence[str]) -> None:
    """Trains for a moment whenever a line comes, and prints the milliseconds per step."""
    import numpy as np

    from mnist_studio.frameworks import registry
    from mnist_studio.frameworks.initialization import initial_weights

    spec = _spec(*arguments)
    framework = registry.load(spec.framework)
    training = spec.training
    weights = initial_weights(spec.model, training.seed, training.precision)
    learner = framework.learner(spec, weights, framework.devices()[-1])
    numbers = np.random.default_rng(0)
    images = numbers.integers(0, 256, (IMAGES, 28, 28), np.uint8)
    learner.bind(images, numbers.integers(0, 10, IMAGES).astype(np.uint8))
    chunk = _chunk(spec)
    learner.train(chunk)
    print("ready", flush=True)
    for _ in sys.stdin:
        begun, steps = perf_counter(), 0
        while perf_counter() < begun + SECONDS:
            learner.train(chunk)
            learner.synchronize()
            steps += STEPS
        print(1e3 * (perf_counter() - begun) / steps, flush=True)


def _chunk(spec: "RunSpec") -> "Chunk":
    """Steps of a run as the shared loop would make them, without augmentation."""
    import numpy as np

    from mnist_studio.frameworks.base import Chunk
    from mnist_studio.spec.layers import Dropout
    from mnist_studio.spec.model import describe

    numbers, batch = np.random.default_rng(0), spec.training.batch_size
    masks = {
        row.name: numbers.integers(0, 2, (STEPS, batch, *row.input)).astype(np.uint8)
        for row in describe(spec.model)
        if isinstance(row.layer, Dropout)
    }
    return Chunk(numbers.integers(0, IMAGES, (STEPS, batch)), np.full(STEPS, 1e-4), masks)


if __name__ == "__main__":
    child(sys.argv[1:]) if len(sys.argv) > 1 else main()
