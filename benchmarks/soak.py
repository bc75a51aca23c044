"""How much the window's memory grows by each training, with every page open.

    python -m benchmarks soak [--trainings N] [--minutes N] [--seed N]

The real window trains one short run after the other, and shows every page after each ten. The first
fifty trainings warm it up: by then, whatever is limited is full, such as the 20 newest runs in
Compare and the 500 lines of the log. Each line has the memory, the widgets and the Python objects,
and the last line the growth for each training. It ends after N trainings or N minutes. The exit
status is 1 if the memory grew by more than 5 %, or if a training did not finish.
"""

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from msgspec.structs import replace

WARM_UP = 50
"""Trainings; a log of 12 lines each is full after 42."""

MOST_GROWTH = 0.05
"""Of the memory after the warm-up."""
TRAINING_SECONDS = 120.0
PAGES = ("draw", "experiments", "compare", "runs", "parity", "train")


def main(arguments: Sequence[str]) -> int:
    """Trains and prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak", description=__doc__)
    parser.add_argument("--trainings", type=int, default=70)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1, help="of the first training")
    parser.add_argument("--turn", type=int, default=10, help="trainings between two tours")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        os.environ["MNIST_STUDIO_HOME"] = str(Path(home))
        return _soak(options)


def _soak(options: argparse.Namespace) -> int:
    from mnist_studio.gui.app.application import application
    from mnist_studio.gui.app.window import MainWindow
    from mnist_studio.gui.theme.theme import Theme
    from mnist_studio.spec.recipes import recipe, run_spec
    from mnist_studio.store.runs import RunStore

    qt = application()
    window = MainWindow(Theme(qt))
    window.resize(1366, 768)
    window.show()
    queue = window.studio.queue
    plain = run_spec(recipe("mlp-128"))
    until = time.monotonic() + 60 * options.minutes
    sizes: list[tuple[int, int]] = []

    def wait(seconds: float, ready: Callable[[], bool] = lambda: False) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not ready():
            qt.processEvents()
            time.sleep(0.003)

    def tour() -> None:
        for page in PAGES:
            window.go(page)
            wait(0.7)

    wait(3.0)
    for number in range(1, options.trainings + 1):
        training = replace(plain.training, epochs=1, seed=options.seed + number - 1)
        queue.add((replace(plain, framework="numpy", dataset="builtin", training=training),))
        wait(TRAINING_SECONDS, lambda: not queue.busy)
        if number % options.turn == 0:
            tour()
            gc.collect()
            sizes.append((number, psutil.Process().memory_info().rss))
            print(
                f"{number} trainings: {sizes[-1][1] / 2**20:.1f} MiB, "
                f"{len(qt.allWidgets())} widgets, {len(gc.get_objects())} objects",
                flush=True,
            )
        if time.monotonic() > until:
            break
    growth = _growth([size for size in sizes if size[0] >= WARM_UP])
    window.close()
    window.shut_down()
    with RunStore() as store:
        finished = sum(run.status == "finished" and not run.bundled for run in store.runs())
    print(f"{finished} of {number} trainings finished")
    return int(growth > MOST_GROWTH or finished < number)


def _growth(warm: Sequence[tuple[int, int]]) -> float:
    """Prints and returns how much the memory grew; 0 if it was measured once at most.

    Args:
        warm: number of trainings, and bytes.
    """
    if len(warm) < 2:
        return 0.0
    (first, before), (last, after) = warm[0], warm[-1]
    growth = (after - before) / before
    print(
        f"growth: {(after - before) / 2**10 / (last - first):.0f} KiB for each training, "
        f"{growth:.1%} from training {first} to {last}"
    )
    return growth
