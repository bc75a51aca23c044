"""The studio beside its peers, each as its own documentation has it, in turn in one run.

    python -m benchmarks peers            all of them; about half an hour
    python -m benchmarks.peers NAME ...   some

Needs MNIST (MNIST_STUDIO_DATA); scikit-learn is a peer where it is installed
(pip install 'mnist-studio[benchmark]'). Ratios are medians of pairs.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from time import sleep

from benchmarks.contestants import studio
from benchmarks.figures import line, paired
from mnist_studio.frameworks import registry

REST_SECONDS = 1.0
"""Before every epoch: idle threads of OpenBLAS and OpenMP go on spinning for a while, which would
take a processor from the other side."""


@dataclass(frozen=True)
class Contestant:
    """One program that trains epochs.

    Attributes:
        words: module, function and arguments in ``benchmarks.contestants``.
        environment: variables that it gets beside those of this process.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Match:
    """The studio against a peer.

    Attributes:
        name: on the command line.
        title: for people.
        mine: the studio.
        theirs: the peer, in the environment that it would have by itself.
        bar: of the ratio.
        pairs: measured, after one that is not counted.
        needs: the module that the peer needs, where it may be missing.
    """

    name: str
    title: str
    mine: Contestant
    theirs: Contestant
    bar: str
    pairs: int
    needs: str = ""


def _studio(function: str, *words: str) -> Contestant:
    environment = registry.training_environment(studio.spec_of(*words))
    return Contestant(("studio", function, *words), environment)


def _peer(*words: str) -> Contestant:
    return Contestant(words, {})


MATCHES = (
    Match(
        "pytorch-example", "wide-cnn in PyTorch / official PyTorch example, epoch with evaluation",
        _studio("train_and_judge", "wide-cnn", "pytorch"), _peer("pytorch", "official_example"),
        ".70", 3,
    ),
    Match(
        "pytorch-bfloat16",
        "wide-cnn in PyTorch, bfloat16 / official PyTorch example, epoch with evaluation",
        _studio("train_and_judge", "wide-cnn", "pytorch", "bfloat16"),
        _peer("pytorch", "official_example"),
        ".33 with AMX", 3,
    ),
    Match(
        "fast-99", "all of fast-99 in PyTorch / an epoch of the official PyTorch example",
        _studio("train", "fast-99", "pytorch"), _peer("pytorch", "official_example"),
        f"{4 / 60:.3f}", 1,
    ),
    Match(
        "keras-convnet", "its convnet in Keras / official Keras convnet with fit, epoch",
        _studio("train_and_judge", "keras-convnet", "keras"), _peer("keras_fit", "convnet"),
        "", 3,
    ),
    Match(
        "keras-mlp", "mlp-128 in Keras / Keras fit, epoch",
        _studio("train", "mlp-128", "keras"), _peer("keras_fit", "mlp"), ".37", 7,
    ),
    Match(
        "sklearn", "mlp-128 in NumPy / scikit-learn MLPClassifier, epoch",
        _studio("train", "mlp-128", "numpy"), _peer("sklearn_mlp", "mlp"), ".55", 7, "sklearn",
    ),
    Match(
        "numpy-mlp", "mlp-128 in NumPy / PyTorch from arrays, epoch",
        _studio("train", "mlp-128", "numpy"), _peer("pytorch", "from_arrays", "mlp-128", "938"),
        ".85", 7,
    ),
    Match(
        "numpy-cnn", "compact-cnn in NumPy / compact-cnn in PyTorch, epoch",
        _studio("train", "compact-cnn", "numpy"), _studio("train", "compact-cnn", "pytorch"),
        "2.0", 3,
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

    def epoch(self) -> float:
        """Seconds of one epoch, by the contestant's own clock."""
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


def main(names: list[str]) -> None:
    """Measures every match, or those that are named."""
    for match in MATCHES:
        if names and match.name not in names:
            continue
        if match.needs and find_spec(match.needs) is None:
            line(match.title, f"{match.needs} is not installed", match.bar)
            continue
        _measure(match)


def _measure(match: Match) -> None:
    mine, theirs = Running(match.mine), Running(match.theirs)
    try:
        ours, peers, ratio = paired(mine.epoch, theirs.epoch, match.pairs)
    finally:
        mine.close()
        theirs.close()
    line(match.title, f"{ratio:.3f} ({ours:.2f} / {peers:.2f} s)", match.bar)


if __name__ == "__main__":
    main(sys.argv[1:])
