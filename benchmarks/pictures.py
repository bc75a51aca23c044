"""How well picture files are read, by kind: made pictures of digits and numbers, from a seed.

    python -m benchmarks pictures --pen-digits FILE --data FOLDER [--seed 2] [--count 40]

Each line shows how many pictures of a kind were read correctly by the bundled models together, how
many gave no digit because nothing was found in them (empty), and how many of the correct
predictions were called no digit. A picture is read correctly only if every digit is.
"""

import io
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from benchmarks.made_ink import Source
from benchmarks.made_numbers import NUMBERS, number
from benchmarks.made_pictures import KINDS, MadePicture, single
from benchmarks.readings import Reader
from mnist_studio.data.datasets import pen_digits, sources
from mnist_studio.data.datasets.pen_digits import Writers
from mnist_studio.data.pictures.files import open_number
from mnist_studio.errors import PictureError


@dataclass
class Tally:
    """What became of the pictures of a kind.

    Attributes:
        made: number of pictures.
        right: read correctly.
        empty: refused because nothing was found.
        alarms: read correctly, but called no digit.
        split: number with the expected number of digits.
    """

    made: int = 0
    right: int = 0
    empty: int = 0
    alarms: int = 0
    split: int = 0

    def add(self, other: "Tally") -> None:
        """Adds another tally."""
        for name in ("made", "right", "empty", "alarms", "split"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def line(self, name: str) -> str:
        """The figures in one line."""
        shares = {
            "correct": self.right / self.made,
            "empty": self.empty / self.made,
            "no digit": self.alarms / max(self.right, 1),
            "digits found": self.split / self.made,
        }
        figures = "   ".join(f"{what} {share:6.1%}" for what, share in shares.items())
        return f"{name:30s} {figures}   of {self.made}"


def digit_sources(
    file: Path, data: Path | None, writers: Writers, random: np.random.Generator
) -> Iterator[Source]:
    """Digits without end, in turn of MNIST's test images at odd positions and of pen strokes."""
    test = sources.load_test("mnist", data)
    pen = pen_digits.by_writers(pen_digits.read(file), writers)
    while True:
        at = 2 * int(random.integers(len(test.images) // 2)) + 1
        yield Source(int(test.labels[at]), image=test.images[at])
        one = pen[int(random.integers(len(pen)))]
        yield Source(one.label, ink=one.ink)


def made(
    kind: str, count: int, seed: int, file: Path, data: Path | None, writers: Writers
) -> Iterator[MadePicture]:
    """The pictures of a kind; equal for equal arguments."""
    random = np.random.default_rng([seed, [*KINDS, *NUMBERS].index(kind)])
    digits = digit_sources(file, data, writers, random)
    for _ in range(count):
        if kind in KINDS:
            yield single(kind, random, next(digits))
        else:
            yield number(kind, random, [next(digits) for _ in range(random.integers(2, 5))])


def score(reader: Reader, pictures: Sequence[MadePicture]) -> Tally:
    """Reads pictures of a kind."""
    tally = Tally(made=len(pictures))
    opened: list[tuple[MadePicture, str]] = []
    images: list[NDArray[np.uint8]] = []
    for picture in pictures:
        try:
            found = open_number(io.BytesIO(picture.content))
        except PictureError:
            tally.empty += 1
            continue
        opened.append((picture, found.pattern))
        images.append(found.images)
    readings = iter(reader.places(np.concatenate(images)) if images else ())
    for picture, pattern in opened:
        digits = [next(readings) for _ in range(pattern.count("#"))]
        texts = iter(digits)
        text = "".join(str(next(texts).consensus.label) if c == "#" else c for c in pattern)
        right = text == picture.text
        tally.split += len(pattern) == len(picture.text)
        tally.right += right
        together = (replace(digit, count=len(digits)) for digit in digits)
        tally.alarms += right and any(digit.verdict == "none" for digit in together)
    return tally


def main(arguments: Sequence[str]) -> int:
    """Prints the figures by kind."""
    parser = ArgumentParser(prog="python -m benchmarks pictures", description="Pictures by kind.")
    parser.add_argument("--pen-digits", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--count", type=int, default=40, help="of each kind (default: 40)")
    parser.add_argument("--seed", type=int, default=2, help="(default: 2; 1 is for development)")
    parser.add_argument("--writers", choices=get_args(Writers), default="development")
    parser.add_argument("--kind", action="append", choices=[*KINDS, *NUMBERS])
    given = parser.parse_args(arguments)
    reader, total, numbers = Reader(), Tally(), Tally()
    for kind in given.kind or [*KINDS, *NUMBERS]:
        one = score(reader, [*made(kind, given.count, given.seed, given.pen_digits, given.data,
                                   given.writers)])  # fmt: skip
        sys.stdout.write(f"{one.line(kind)}\n")
        sys.stdout.flush()
        (total if kind in KINDS else numbers).add(one)
    for name, tally in (("all pictures of one digit", total), ("all numbers", numbers)):
        if tally.made:
            sys.stdout.write(f"{tally.line(name)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
