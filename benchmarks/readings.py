"""What is called no digit, and how numbers are read, by the models that come with the studio.

    python -m benchmarks.readings --pen-digits FILE [--data FOLDER_OF_MNIST] [--writers PART]

Half of MNIST's test digits, pen digits, and drawings that are none; then pen digits of the file
side by side, at one height within 15 per cent, two to four of them. The pen digits are those of
the held-out writers unless others are named; see ``data/datasets/pen_digits.py``.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from benchmarks import hostile
from mnist_studio import paths
from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.analysis.interpretation import DigitReading, Vote, interpret
from mnist_studio.data.datasets import pen_digits, sources
from mnist_studio.data.datasets.pen_digits import PenDigit, Writers
from mnist_studio.data.ink.rendering import Ink, InkPoint, digit_image
from mnist_studio.data.ink.segments import number
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Learner
from mnist_studio.prediction.messages import model_ref
from mnist_studio.prediction.novelty_detector import NoveltyDetector
from mnist_studio.prediction.predict_task import open_model
from mnist_studio.store import bundled

GAPS = {"wide": (0.3, 0.8), "usual": (0.1, 0.5), "narrow": (0.02, 0.2)}
"""Of the height of the digits."""

Images = NDArray[np.uint8]


class Reader:
    """All models that come with the studio, in PyTorch where it is installed."""

    def __init__(self) -> None:
        name = "pytorch" if registry.version("pytorch") else "numpy"
        models = bundled.BundledModels(paths.models()).by_id.items()
        framework = registry.load(name)
        self._learners: dict[str, Learner] = {
            run: open_model(framework, model_ref(model.run)) for run, model in models
        }
        self._examiner = NoveltyDetector()

    def places(self, images: Images) -> list[DigitReading]:
        """What each image is taken for."""
        found: list[DigitReading] = []
        for start in range(0, len(images), 250):
            found += self._places(images[start : start + 250])
        return found

    def digits(self, ink: Ink) -> tuple[Ink, ...]:
        """The digits of a drawing."""
        return number(ink, self._strangeness)[0]

    def _strangeness(self, parts: Sequence[Ink]) -> list[float]:
        far = self._examiner.distances(np.stack([digit_image(part) for part in parts]))
        assert far is not None
        return [float(one) for one in far]

    def _places(self, images: Images) -> list[DigitReading]:
        shares = self._examiner.p_values(images)
        assert shares is not None
        chances = {
            run: probabilities(learner.logits(images)).tolist()
            for run, learner in self._learners.items()
        }
        found: list[DigitReading] = []
        for at, share in enumerate(shares.tolist()):
            said = interpret(
                [[Vote(run, tuple(told[at])) for run, told in chances.items()]], [share]
            )
            assert said is not None
            found += said.digits
        return found


def side_by_side(
    random: np.random.Generator, written: Sequence[PenDigit], gaps: tuple[float, float]
) -> Ink:
    """Digits as somebody would write them beside each other; heights differ by 15 per cent."""
    left, ink = 0.0, []
    for one in written:
        points = np.array([point[:2] for stroke in one.ink for point in stroke])
        low, high = points.min(axis=0), points.max(axis=0)
        scale = random.uniform(0.85, 1.15) / max(high[1] - low[1], (high[0] - low[0]) / 2, 1.0)
        down = random.normal(0, 0.06)
        ink += [
            tuple(
                InkPoint(left + (point.x - low[0]) * scale, down + (point.y - low[1]) * scale)
                for point in stroke
            )
            for stroke in one.ink
        ]
        left += (high[0] - low[0]) * scale + random.uniform(*gaps)
    return tuple(ink)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _tell(
    reader: Reader, name: str, images: Images, labels: NDArray[np.int64] | None = None
) -> None:
    """The fractions of each verdict; with labels, of the correct predictions only."""
    places = reader.places(images)
    right = [
        labels is None or place.consensus.label == labels[at] for at, place in enumerate(places)
    ]
    verdicts = [place.verdict for place, kept in zip(places, right, strict=True) if kept]
    none, doubtful = (np.mean([v == kind for v in verdicts]) for kind in ("none", "doubtful"))
    correct = "" if labels is None else f"correct {np.mean(right):7.2%}   "
    figures = f"{correct}no digit {none:7.2%}   doubtful {doubtful:7.2%}   of {len(verdicts)}"
    _say(f"{name:28s} {figures}")


def _read_numbers(reader: Reader, pen: Sequence[PenDigit], count: int) -> None:
    for name, gaps in GAPS.items():
        random, parted, right = np.random.default_rng(1), 0, 0
        for _ in range(count):
            start = int(random.integers(len(pen) - 4))
            written = pen[start : start + int(random.integers(2, 5))]
            ink = side_by_side(random, written, gaps)
            parts = reader.digits(ink)
            parted += [len(part) for part in parts] == [len(one.ink) for one in written]
            found = reader.places(np.stack([digit_image(part) for part in parts]))
            text = "".join(str(reading.consensus.label) for reading in found)
            right += text == "".join(str(one.label) for one in written)
        figures = f"split right {parted / count:.1%}   read right {right / count:.1%}"
        _say(f"numbers, gaps {name:14s} {figures}")


def main(file: Path, data: Path | None, count: int, writers: Writers) -> None:
    """Prints all figures."""
    reader, pen = Reader(), pen_digits.by_writers(pen_digits.read(file), writers)
    test = sources.load_test("mnist", data)
    _tell(reader, "MNIST test, odd places", test.images[1::2], test.labels[1::2].astype(np.int64))
    written = np.stack([digit_image(one.ink) for one in pen])
    _tell(reader, f"pen digits, {writers}", written, np.array([one.label for one in pen]))
    for kind in (*hostile.DRAWINGS, *hostile.PICTURES):
        _tell(reader, kind, hostile.images(kind, count))
    split = [one for one in pen if len(reader.digits(one.ink)) > 1]
    _say(f"single pen digits taken for several: {len(split)} of {len(pen)}, writers: {writers}")
    _read_numbers(reader, pen, count)


if __name__ == "__main__":
    parser = ArgumentParser(description="What is called no digit, and how numbers are read.")
    parser.add_argument("--pen-digits", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--writers", choices=get_args(Writers), default="held-out")
    given = parser.parse_args()
    main(given.pen_digits, given.data, given.count, given.writers)
