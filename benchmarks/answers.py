"""From a stroke to the answers of ten models, alone and in the window; the first answer of all."""

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from statistics import median
from threading import Condition
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from benchmarks.drawing import LAUNCHES
from benchmarks.figures import line, percentile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mnist_studio.prediction.predictors import Predictors
    from mnist_studio.prediction.state import Prediction
    from mnist_studio.store.rows import Run

STROKES = 200
MODELS = (
    ("compact-cnn", "numpy"), ("compact-cnn", "pytorch"), ("compact-cnn", "keras"),
    ("mlp-128", "numpy"), ("mlp-128", "pytorch"), ("mlp-128", "keras"),
    ("tiny-10", "numpy"), ("tiny-10", "pytorch"), ("tiny-10", "keras"),
    ("wide-cnn", "pytorch"),
)  # fmt: skip


class Answers:
    """Counts answers; knows when the last of a request came."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.counts: dict[int, int] = defaultdict(int)
        self.engines: set[str] = set()
        self.last = 0.0

    def take(self, answer: "Prediction") -> None:
        """One answer, on a thread of the predictors."""
        with self.changed:
            self.counts[answer.request] += 1
            self.engines.add(f"{answer.framework}/{answer.engine}")
            self.last = perf_counter()
            self.changed.notify_all()


def main() -> None:
    """The first answer after a launch, then ten models: with predictors alone, in the window."""
    _first()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_STUDIO_HOME"] = home
        # Those that came with the studio shall not answer too.
        os.environ["MNIST_STUDIO_MODELS"] = home
        _alone()
        command = [sys.executable, "-m", "benchmarks.drawing", "warm", str(len(MODELS))]
        subprocess.run(command, check=True)
        subprocess.run([sys.executable, "-m", "benchmarks.drawing", "erase"], check=True)


def _first() -> None:
    """Launches the window several times, each in a home of its own."""
    taken = []
    for _ in range(LAUNCHES + 1):
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "MNIST_STUDIO_HOME": home}
            command = [sys.executable, "-m", "benchmarks.drawing", "first"]
            told = subprocess.run(
                command, check=True, capture_output=True, text=True, env=environment
            )
            taken.append([float(word) for word in told.stdout.split()])
    # The first launch fills the file cache. A negative figure: before the stroke's end.
    columns = zip(*taken[1:], strict=True)
    for what, column in zip(("first answer", "answer to it"), columns, strict=True):
        line(
            f"end of the first stroke after launch to the {what}",
            f"{median(column):.1f} ms (longest {max(column):.1f})",
            "100 ms",
        )


def _alone() -> None:
    """Draws a stroke that grows, point by point, and times each answer of all models."""
    from mnist_studio.data.ink.rendering import InkPoint, digit_image
    from mnist_studio.prediction.predictors import Predictors

    answers = Answers()
    states: dict[str, str] = {}
    predictors = Predictors(answers.take, lambda s: states.__setitem__(s.framework, s.state))
    try:
        predictors.load_models([trained(recipe, framework) for recipe, framework in MODELS])
        stroke = [InkPoint(20 + i, 20 + (i % 40) + i // 3) for i in range(STROKES + 1)]
        _warm(predictors, states, digit_image((tuple(stroke[:9]),)))
        taken = []
        for n in range(2, STROKES):
            start = perf_counter()
            request = predictors.predict(digit_image((tuple(stroke[:n]),)))
            with answers.changed:
                done = lambda r=request: answers.counts[r] == len(MODELS)  # noqa: E731
                if not answers.changed.wait_for(done, 5):
                    raise RuntimeError("not every model answered")
            taken.append(1e3 * (answers.last - start))
    finally:
        predictors.close()
    line(
        "stroke to the answers of ten models, p95",
        f"{percentile(taken, 95):.1f} ms (median {median(taken):.1f})",
        "33 ms",
    )


def trained(recipe: str, framework: str) -> "Run":
    """A run as training would leave it; latency does not depend on what was learnt."""
    from msgspec.structs import replace

    from mnist_studio.events import Finished
    from mnist_studio.frameworks.initialization import initial_weights
    from mnist_studio.spec import recipes
    from mnist_studio.store import artifacts
    from mnist_studio.store.runs import RunStore

    spec = replace(recipes.run_spec(recipes.recipe(recipe)), framework=framework)
    with RunStore() as store:
        run = store.create(spec)
        artifacts.save_weights(run.folder, initial_weights(spec.model, spec.training.seed))
        end = Finished(
            run=run.id, framework=framework, epochs=1, step=1, test_accuracy=0.1, test_loss=2.3,
            seconds={"train": 1.0}, device="CPU", latency_ms=1.0,
        )  # fmt: skip
        store.record(end)
        return store.run(run.id)


def _warm(predictors: "Predictors", states: dict[str, str], image: "NDArray[np.uint8]") -> None:
    """Asks until every child answers by itself."""
    for _ in range(600):
        predictors.predict(image)
        sleep(0.1)
        if [states.get(name) for name in ("numpy", "pytorch", "keras")] == ["warm"] * 3:
            sleep(1)
            return
    raise RuntimeError(f"the predictors did not become warm: {states}")


if __name__ == "__main__":
    main()
