"""A supervisor in a process of its own: ``supervisor.py WORK HOME [NUMBER]``."""

import resource
import sys
import time
from pathlib import Path

import numpy as np

from mnist_studio.errors import StoreError
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished

SPEC = run_spec(RECIPES["tiny-10"])


def train(home: Path, count: int) -> None:
    """Runs ``count`` runs of two epochs to their end."""
    with RunStore(home) as store:
        for _ in range(count):
            run = store.create(SPEC).id
            for number in (1, 2):
                store.record(epoch(run, number))
            store.record(finished(run))
            store.release(run)


def hold(home: Path) -> None:
    """Creates a run and holds it until killed or told to go."""
    with RunStore(home) as store:
        sys.stdout.write(store.create(SPEC).id + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def fill(home: Path, size: int) -> None:
    """Writes until no file may grow beyond ``size`` bytes; says what the store says then."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with RunStore(home) as store:
        try:
            while True:
                store.create(SPEC)
        except StoreError as error:
            sys.stdout.write(f"{error}\n")


def fill_artifact(folder: Path, size: int) -> None:
    """Tries to replace the test logits by some that are too large; says what the store says."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        artifacts.save_test_logits(folder, np.ones((size, 10)))
    except StoreError as error:
        sys.stdout.write(f"{error}\n")


def race(home: Path, count: int) -> None:
    """Opens a store that may not exist yet, all at the same time."""
    while not (home.parent / "go").exists():
        time.sleep(0.001)
    for _ in range(count):
        with RunStore(home):
            pass


if __name__ == "__main__":
    work = {"train": train, "fill": fill, "fill_artifact": fill_artifact, "race": race}
    if sys.argv[1] == "hold":
        hold(Path(sys.argv[2]))
    else:
        work[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
