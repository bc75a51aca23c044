"""MNIST Studio against other programs, each as its own documentation has it.

    python -m benchmarks peers                        all of them; about 40 minutes
    python -m benchmarks.peers [NAME ...] [--pairs N]   some of them

Both sides train in turn, in processes of their own, and either both evaluate or neither does. A
figure is the median of the ratios of all pairs, with the smallest and the largest of them. All
figures of a table belong to one call of this command.

Needs MNIST (MNIST_STUDIO_DATA); scikit-learn is a peer where it is installed
(pip install 'mnist-studio[benchmark]').
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from time import sleep

from benchmarks.contestants import studio
from benchmarks.figures import PairedRatio, line, paired_ratio
from mnist_studio.frameworks import registry

REST_SECONDS = 1.0
"""Before every measurement: idle threads of OpenBLAS and OpenMP spin for a while, which would take
a processor from the other side."""

PAIRS = 3
"""The fewest, so that a figure has a spread."""

EPOCHS = "5"
"""Of a short training, in one call: one ``fit`` for all of them, as Keras' documentation has it."""

EXECUTION = "32"
"""Steps per execution of the second row of Keras, which is the option that Keras offers against the
cost of single steps."""


@dataclass(frozen=True)
class Contestant:
    """One program that trains.

    Attributes:
        words: module, function and arguments in ``benchmarks.contestants``.
        environment: variables that it gets in addition to those of this process.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Match:
    """MNIST Studio against a peer.

    Attributes:
        name: on the command line.
        title: with what is measured on both sides.
        mine: MNIST Studio.
        theirs: the peer, in the environment that it would have by itself.
        target: of the ratio.
        pairs: measured by default.
        fresh: every measurement is in a new process, after its imports. Otherwise, a process trains
            again and again, and one pair is not counted.
        needs: the module that the peer needs, where it may be missing.
    """

    name: str
    title: str
    mine: Contestant
    theirs: Contestant
    target: str = ""
    pairs: int = PAIRS
    fresh: bool = False
    needs: str = ""


def _studio(function: str, *words: str) -> Contestant:
    environment = registry.training_environment(studio.spec_of(*words[:2]))
    return Contestant(("studio", function, *words), environment)


def _peer(*words: str) -> Contestant:
    return Contestant(words, {})


_KERAS_MLP = _studio("train", "mlp-128", "keras", EPOCHS)
_KERAS_WHOLE = _studio("train_whole", "mlp-128", "keras", EPOCHS)
_KERAS_CONVNET = _studio("train", "keras-convnet", "keras", "2")

MATCHES = (
    Match(
        "pytorch-example",
        "wide-cnn in PyTorch in the shared loop / official PyTorch example, epoch with evaluation",
        _studio("train_and_evaluate", "wide-cnn", "pytorch"), _peer("pytorch", "official_example"),
        "0.70",
    ),
    Match(
        "pytorch-bfloat16",
        "the same in bfloat16 / official PyTorch example, epoch with evaluation",
        _studio("train_and_evaluate", "wide-cnn", "pytorch", "bfloat16"),
        _peer("pytorch", "official_example"),
        "0.33 with AMX",
    ),
    Match(
        "fast-99",
        "all of fast-99 in PyTorch / an epoch of the official PyTorch example, with evaluation",
        _studio("train_and_evaluate", "fast-99", "pytorch"), _peer("pytorch", "official_example"),
        f"{4 / 60:.3f}",
    ),
    Match(
        "keras-mlp", "mlp-128 in the shared loop / Keras fit, steady epochs",
        _KERAS_MLP, _peer("keras_fit", "mlp", EPOCHS), "0.37", 7,
    ),
    Match(
        "keras-mlp-32", "the same / Keras fit with 32 steps per execution",
        _KERAS_MLP, _peer("keras_fit", "mlp", EPOCHS, EXECUTION), pairs=7,
    ),
    Match(
        "keras-mlp-whole", "mlp-128 from data to trained in the shared loop / Keras fit, 5 epochs",
        _KERAS_WHOLE, _peer("keras_fit", "whole_mlp", EPOCHS), fresh=True,
    ),
    Match(
        "keras-mlp-whole-32", "the same / Keras fit with 32 steps per execution, 5 epochs",
        _KERAS_WHOLE, _peer("keras_fit", "whole_mlp", EPOCHS, EXECUTION), fresh=True,
    ),
    Match(
        "keras-convnet", "Keras' convnet in the shared loop / Keras fit, steady epochs",
        _KERAS_CONVNET, _peer("keras_fit", "convnet", "2"),
    ),
    Match(
        "keras-convnet-32", "the same / Keras fit with 32 steps per execution",
        _KERAS_CONVNET, _peer("keras_fit", "convnet", "2", EXECUTION),
    ),
    Match(
        "sklearn", "mlp-128 in NumPy / scikit-learn MLPClassifier, steady epochs",
        _studio("train", "mlp-128", "numpy", EPOCHS), _peer("sklearn_mlp", "mlp", EPOCHS),
        "0.55", 7, needs="sklearn",
    ),
    Match(
        "numpy-mlp", "mlp-128 in NumPy / PyTorch from arrays, epoch",
        _studio("train", "mlp-128", "numpy"), _peer("pytorch", "from_arrays", "mlp-128", "938"),
        "0.85", 7,
    ),
    Match(
        "numpy-cnn", "compact-cnn in NumPy / compact-cnn in PyTorch, epoch",
        _studio("train", "compact-cnn", "numpy"), _studio("train", "compact-cnn", "pytorch"), "2.0",
    ),
)  # fmt: skip


class Running:
    """A contestant's process."""

    def __init__(self, contestant: Contestant) -> None:
        self._words = contestant.words
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contestants", *contestant.words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, **contestant.environment}, text=True, bufsize=1,
        )  # fmt: skip
        self._answer("ready")

    def train(self) -> float:
        """Seconds of one training, by the contestant's own clock."""
        assert self._process.stdin is not None
        sleep(REST_SECONDS)
        self._process.stdin.write("go\n")
        return float(self._answer())

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()

    def _answer(self, expected: str = "") -> str:
        assert self._process.stdout is not None
        said = self._process.stdout.readline().strip()
        if not said or (expected and said != expected):
            raise RuntimeError(f"{' '.join(self._words)} ended without an answer")
        return said


def main(arguments: Sequence[str]) -> None:
    """Measures every match, or those that are named."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {match.name for match in MATCHES}:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    for match in MATCHES:
        if options.names and match.name not in options.names:
            continue
        if match.needs and find_spec(match.needs) is None:
            line(match.title, f"{match.needs} is not installed", match.target)
            continue
        line(match.title, text(_measured(match, options.pairs or match.pairs)), match.target)


def text(found: PairedRatio) -> str:
    """A ratio with its spread: ``0.142 (0.139 to 0.151, 7 pairs; 1.65 / 11.6 s)``."""
    return (
        f"{found.median:.3f} ({found.low:.3f} to {found.high:.3f}, {found.pairs} pairs; "
        f"{found.first:.2f} / {found.second:.2f} s)"
    )


def _measured(match: Match, pairs: int) -> PairedRatio:
    with _sides(match) as (mine, theirs):
        return paired_ratio(mine, theirs, pairs, warm_up=not match.fresh)


@contextmanager
def _sides(match: Match) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    """Measures of both sides, in processes that end with this block."""
    if match.fresh:
        yield lambda: _once(match.mine), lambda: _once(match.theirs)
        return
    mine, theirs = Running(match.mine), Running(match.theirs)
    try:
        yield mine.train, theirs.train
    finally:
        mine.close()
        theirs.close()


def _once(contestant: Contestant) -> float:
    """Seconds of one training in a new process."""
    running = Running(contestant)
    try:
        return running.train()
    finally:
        running.close()


def _pairs(text: str) -> int:
    number = int(text)
    if number < PAIRS:
        raise argparse.ArgumentTypeError(f"must be at least {PAIRS}, got {text}")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(m.name for m in MATCHES))
    parser.add_argument("--pairs", type=_pairs, help=f"pairs of each figure, at least {PAIRS}")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
