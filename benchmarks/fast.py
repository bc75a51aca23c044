"""``fast-99`` over ten seeds: test accuracy, its spread, seconds of training.

    python -m benchmarks fast
    python -m benchmarks.fast keras     in another framework than PyTorch

The seeds are none of those by which the recipe was chosen. Seconds are those of loading
the digits, waiting for them and training; start, import, compile and evaluation are not in them.
Needs MNIST (MNIST_STUDIO_DATA).
"""

import sys
from collections.abc import Sequence
from statistics import fmean, stdev

from msgspec import convert
from msgspec.structs import replace

from benchmarks.figures import line
from mnist_studio.events import Finished
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec import recipes
from mnist_studio.spec.run import FrameworkName, RunSpec

SEEDS = range(10, 20)
EXAMPLE_SECONDS = 220
"""Of the official PyTorch example up to its 4th epoch, with evaluation, on the machine for which
the bar was set; ``benchmarks.peers`` measures an epoch of it anew."""


def main(names: Sequence[str]) -> int:
    """Trains all seeds, one after the other."""
    (framework,) = names or ("pytorch",)
    runs = [_trained(spec) for spec in _specs(convert(framework, FrameworkName))]
    accuracies = [run.test_accuracy * 100 for run in runs]
    took = [run.seconds["train"] + run.seconds.get("data", 0) for run in runs]
    spread = f"{fmean(accuracies):.3f} ± {stdev(accuracies):.3f}"
    line("fast-99, test accuracy of ten seeds, percent", spread, "99.0")
    line("its least and greatest", f"{min(accuracies):.2f} to {max(accuracies):.2f}")
    line("its seconds of training", f"{fmean(took):.2f} ± {stdev(took):.2f}")
    ratio = EXAMPLE_SECONDS / fmean(took)
    line("220 s of the official example / its seconds", f"{ratio:.0f}", "60")
    return 0


def _specs(framework: FrameworkName) -> list[RunSpec]:
    base = recipes.run_spec(recipes.recipe("fast-99"))
    return [
        replace(base, framework=framework, training=replace(base.training, seed=seed))
        for seed in SEEDS
    ]


def _trained(spec: RunSpec) -> Finished:
    *_, last = TrainingJob(spec).events()
    if not isinstance(last, Finished):
        raise SystemExit(str(last))
    return last


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
