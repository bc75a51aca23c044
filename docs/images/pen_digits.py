"""Makes the pictures of docs/pen-digits.md: accuracy by stage, and strokes read wrongly.

    python docs/images/pen_digits.py FILE_OF_PEN_STROKES

The strokes are those that the bundled ``record`` gets wrong, all of them, the most confident
mistakes first; the figures by stage are those of the table in docs/pen-digits.md. Takes a minute.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.data.datasets import pen_digits
from mnist_studio.data.ink.rendering import digit_image
from mnist_studio.palette import LIGHT
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.store.runs import RunStore

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "pen-digits.md"
STAGES = ("scaled down", "fit to the box", "centered by mass", "MNIST's pen width")
MODEL = "bundled-record"
COLUMNS = 20
MARKS = "osD^vP*X<>ph"
_ROW = re.compile(r"\| (`.*) \| (\w+) \| [\d.]+ % \|((?: [\d.]+ % \|){4})")


def main(path: Path) -> None:
    """Writes both pictures."""
    by_stage(FOLDER / "pen-stages.svg")
    wrong_ones(path, FOLDER / "pen-wrong.png")


def by_stage(target: Path) -> None:
    """A line a network, as in the table."""
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for place, (title, framework, figures) in enumerate(_rows()):
        color = getattr(LIGHT, framework.lower())
        axes.plot(STAGES, figures, marker=MARKS[place], color=color, label=title)
    axes.set_ylabel("Pen strokes read rightly, %")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize=7)
    figure.savefig(target)


def _rows() -> Iterator[tuple[str, str, list[float]]]:
    for name, framework, cells in _ROW.findall(PAGE.read_text("utf-8")):
        figures = [float(figure) for figure in re.findall(r"[\d.]+", cells)]
        yield f"{name.replace('`', '')}, {framework}", framework, figures


def wrong_ones(path: Path, target: Path) -> None:
    """Every wrongly read digit as the model gets it, its label and what the model says."""
    digits = pen_digits.read(path)
    images = np.stack([digit_image(one.ink, pad=pen_digits.TABLET) for one in digits])
    labels = np.array([one.label for one in digits])
    told = _told(images)
    answers = told.argmax(1)
    wrong = np.flatnonzero(answers != labels)
    order = wrong[np.argsort(-told[wrong, answers[wrong]])]
    _draw([(images[n], int(labels[n]), int(answers[n])) for n in order], target)
    pairs = Counter(zip(labels[wrong].tolist(), answers[wrong].tolist(), strict=True))
    often = ", ".join(f"{a} for {b}: {n}" for (b, a), n in pairs.most_common(8))
    right = 1 - len(wrong) / len(digits)
    sys.stdout.write(f"{len(wrong)} of {len(digits)} wrong, {right:.2%} right; {often}\n")


def _told(images: np.ndarray) -> np.ndarray:
    with RunStore() as store:
        run = store.run(MODEL)
    with Evaluator("numpy") as evaluator:
        return probabilities(evaluator.predict(run, images).logits)


def _draw(cells: Sequence[tuple[np.ndarray, int, int]], target: Path) -> None:
    rows = ceil(len(cells) / COLUMNS)
    figure, grid = plt.subplots(rows, COLUMNS, figsize=(COLUMNS * 0.6, rows * 0.75))
    for axes in grid.flat:
        axes.axis("off")
    for axes, (image, label, answer) in zip(grid.flat, cells, strict=False):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)
        axes.set_title(f"{label} → {answer}", fontsize=7, pad=2)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.98, bottom=0.01, wspace=0.1, hspace=0.35)
    figure.savefig(target, dpi=90)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
