"""A supervisor in a process of its own: ``supervisor.py tell|fill``; tells events as JSON lines."""

import resource
import sys

from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.recipes import RECIPES, run_spec

LARGEST_FILE = 500_000
"""Bytes: the database fits, a checkpoint of 100,000 weights with Adam's state does not."""


def main(work: str) -> None:
    spec = run_spec(RECIPES["mlp-128"])
    training = replace(spec.training, epochs=10_000 if work == "tell" else 1)
    spec = replace(spec, training=training, dataset="builtin", framework="numpy")
    if work == "fill":
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    for event in TrainingJob(spec).events():
        sys.stdout.write(events.encode(event).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
