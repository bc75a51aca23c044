"""Makes the figures and pictures of docs/handwriting.md again, with the bundled models.

    python -m benchmarks.handwriting --pen-digits FILE

Writes the tables between the marks of that page, and three pictures. The pictures show development
writers only, so that nobody chooses a style by the strokes of a held-out writer. Takes some
minutes.
"""

import re
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.cli.evaluate import drawn
from mnist_studio.data.datasets import pen_digits
from mnist_studio.data.datasets.pen_digits import PenDigit, Writers
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.ink import style_samples
from mnist_studio.data.ink.stages import STEPS
from mnist_studio.data.ink.styles import STYLES
from mnist_studio.data.pictures.files import digits_from_levels
from mnist_studio.data.pipeline.randomness import Purpose, generator
from mnist_studio.errors import MnistStudioError
from mnist_studio.formatting import percent
from mnist_studio.palette import LIGHT
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.store.runs import RunStore
from tests.data.pictures.photos import photo

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "handwriting.md"
PICTURES = ROOT / "docs" / "images"
MODELS = ("record", "robust", "fast-99")
PARTS: tuple[tuple[Writers, str], ...] = (("held-out", "held out"), ("development", "development"))
SEED = 7
"""Of the samples of styles: not that of any training."""
SAMPLES = 100
"""Of every style."""
PHOTOS = 300
"""Of one digit, and a third as many of three digits."""
_TITLES = ("resized only", "fit to box", "centered by mass", "MNIST pen width")
_COLUMNS = 20

Images = NDArray[np.uint8]
Predict = Callable[[Images], dict[str, NDArray[np.float64]]]
"""The probabilities (n, 10) of each model for images (n, 28, 28)."""


def main(file: Path) -> None:
    """Writes all figures and pictures."""
    digits = pen_digits.read(file)
    by_part = {part: pen_digits.by_writers(digits, part) for part, _ in PARTS}
    with RunStore() as store:
        runs = {name: store.run(f"bundled-{name}") for name in MODELS}
    with Evaluator("pytorch") as evaluator:

        def predict(images: Images) -> dict[str, NDArray[np.float64]]:
            return {
                name: np.asarray(probabilities(evaluator.predict(run, images).logits))
                for name, run in runs.items()
            }

        tables = {
            "styles": _styles(predict),
            "stages": _stages(by_part, predict),
            "errors": _errors(by_part["development"], predict),
            "photos": _photos(by_part, predict),
        }
    _gallery(PICTURES / "handwriting-styles.png")
    _by_stage(PICTURES / "pen-stages.svg")
    page = PAGE.read_text("utf-8")
    for name, table in tables.items():
        page = with_table(page, name, table)
    PAGE.write_text(page, "utf-8")


def with_table(page: str, name: str, table: str) -> str:
    """A page with other text between the marks of a table."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    whole = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not whole.search(page):
        raise MnistStudioError(f"{PAGE.name} has no marks for {name}.", "Add them.")
    return whole.sub(lambda _: begin + table + end, page)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _styles(predict: Predict) -> str:
    """A row a style: how many of its samples every model classifies correctly."""
    images = np.array(
        [
            style_samples.image(style, generator(SEED, Purpose.HANDWRITING, place, 2))
            for style in STYLES
            for place in range(SAMPLES)
        ]
    )
    labels = np.repeat([style.label for style in STYLES], SAMPLES)
    found = {
        name: (shares.argmax(1) == labels).reshape(-1, SAMPLES)
        for name, shares in predict(images).items()
    }
    rows = [
        [style.title, *(f"{right[place].mean() * 100:.0f} %" for right in found.values())]
        for place, style in enumerate(STYLES)
    ]
    rows.append(["**all**", *(f"{right.mean() * 100:.1f} %" for right in found.values())])
    return _table(["style", *(f"`{name}`" for name in found)], rows)


def _stages(by_part: dict[Writers, tuple[PenDigit, ...]], predict: Predict) -> str:
    rows = []
    scores = {
        (part, fitting): _scores(drawn(by_part[part], fitting), predict)
        for part, _ in PARTS
        for _, _, fitting in STEPS
    }
    for name in MODELS:
        for part, title in PARTS:
            stages = [scores[part, fitting][name] for _, _, fitting in STEPS]
            rows.append([f"`{name}`", title, *(percent(score) for score in stages)])
    return _table(["model", "writers", *_TITLES], rows)


def _scores(images: LabeledImages, predict: Predict) -> dict[str, float]:
    return {
        name: float((shares.argmax(1) == images.labels).mean())
        for name, shares in predict(images.images).items()
    }


def _errors(digits: Sequence[PenDigit], predict: Predict) -> str:
    """The errors of each model by frequency; and a picture of those of ``robust``."""
    images = drawn(digits)
    rows = []
    for name, shares in predict(images.images).items():
        predicted = shares.argmax(1)
        wrong = np.flatnonzero(predicted != images.labels)
        pairs = Counter(zip(images.labels[wrong].tolist(), predicted[wrong].tolist(), strict=True))
        often = ", ".join(f"{a} → {b} ({n})" for (a, b), n in pairs.most_common(8))
        rows.append([f"`{name}`", f"{len(wrong)} of {len(digits):,}", often])
        if name == "robust":
            order = wrong[np.argsort(-shares[wrong, predicted[wrong]])]
            cells = [(images.images[n], f"{images.labels[n]} → {predicted[n]}") for n in order]
            _draw(cells, PICTURES / "pen-wrong.png")
    return _table(["model", "errors", "true label → prediction, most frequent first"], rows)


def _photos(by_part: dict[Writers, tuple[PenDigit, ...]], predict: Predict) -> str:
    rows = []
    for part, title in PARTS:
        order = np.random.default_rng(1).permutation(len(by_part[part]))
        digits = [by_part[part][place] for place in order]
        found = {
            size: _on_photos([digits[at * size : (at + 1) * size] for at in range(count)], predict)
            for size, count in ((1, PHOTOS), (3, PHOTOS // 3))
        }
        for name in MODELS:
            cells = [f"{rate * 100:.1f} %" for size in found for rate in found[size][name]]
            rows.append([f"`{name}`", title, *cells])
    head = ["model", "writers", "one digit: photos", "strokes", "three digits: photos", "strokes"]
    return _table(head, rows)


def _on_photos(
    numbers: Sequence[Sequence[PenDigit]], predict: Predict
) -> dict[str, tuple[float, float]]:
    """For each model, the fractions of numbers read rightly on photos and as strokes."""
    labels = [[digit.label for digit in number] for number in numbers]
    seen = []
    for seed, number in enumerate(numbers):
        try:
            seen.append(digits_from_levels(photo([digit.ink for digit in number], 50_000 + seed)))
        except MnistStudioError:
            seen.append(np.zeros((0, 28, 28), np.uint8))
    written = [drawn(number).images for number in numbers]
    rates = [_read(images, labels, predict) for images in (seen, written)]
    return {name: (rates[0][name], rates[1][name]) for name in MODELS}


def _read(
    numbers: Sequence[Images], labels: Sequence[Sequence[int]], predict: Predict
) -> dict[str, float]:
    ends = np.cumsum([len(number) for number in numbers])[:-1]
    found = predict(np.concatenate(numbers))
    return {
        name: float(
            np.mean(
                [
                    one.tolist() == list(label)
                    for one, label in zip(np.split(shares.argmax(1), ends), labels, strict=True)
                ]
            )
        )
        for name, shares in found.items()
    }


def _gallery(target: Path) -> None:
    """Ten samples of every style."""
    cells = [
        (
            style_samples.image(style, generator(SEED, Purpose.HANDWRITING, place, 2)),
            style.title if place == 0 else "",
        )
        for style in STYLES
        for place in range(_COLUMNS // 2)
    ]
    _draw(cells, target)


def _pyplot() -> Any:
    """What draws without a window. It is in the extra ``benchmark``, so tests do without it."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.use("Agg")
    return plt


def _draw(cells: Sequence[tuple[Images, str]], target: Path) -> None:
    plt = _pyplot()
    rows = max(1, ceil(len(cells) / _COLUMNS))
    figure, grid = plt.subplots(rows, _COLUMNS, figsize=(_COLUMNS * 0.6, rows * 0.75))
    for axes in grid.flat:
        axes.axis("off")
    for axes, (image, title) in zip(grid.flat, cells, strict=False):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)
        axes.set_title(title, fontsize=7, pad=2, loc="left")
    # Room for the titles of the first row, of the same height however many rows there are.
    top = 1 - 0.2 / rows
    figure.subplots_adjust(left=0.01, right=0.99, top=top, bottom=0.01, wspace=0.1, hspace=0.35)
    figure.savefig(target, dpi=90)
    with Image.open(target) as picture:
        gray = picture.convert("L").quantize(16)
    gray.save(target, optimize=True)


_ROW = re.compile(r"\| (`.*) \| (\w+) \| [\d.]+ % \|((?: [\d.]+ % \|){4})")


def _by_stage(target: Path) -> None:
    """A line a network, as in the table of recipes."""
    plt = _pyplot()
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for place, (name, framework, cells) in enumerate(_ROW.findall(PAGE.read_text("utf-8"))):
        figures = [float(figure) for figure in re.findall(r"[\d.]+", cells)]
        axes.plot(
            _TITLES, figures, marker="osD^vP*X<>ph"[place], color=getattr(LIGHT, framework.lower()),
            label=f"{name.replace('`', '')}, {framework}",
        )  # fmt: skip
    axes.set_ylabel("Accuracy on pen strokes (%)")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize=7)
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    parser = ArgumentParser(description="Makes the figures of docs/handwriting.md again.")
    parser.add_argument("--pen-digits", type=Path, required=True)
    try:
        main(parser.parse_args().pen_digits)
    except MnistStudioError as problem:
        sys.exit(str(problem))
