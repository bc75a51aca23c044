"""Views of all kinds, as tests and pictures need them; every number is made up."""

import math
from collections.abc import Callable

from mnist_studio.analysis.view import (
    AxisSpec,
    Bar,
    Bars,
    Column,
    Line,
    Lines,
    Matrix,
    Points,
    Row,
    Table,
    ValuePoint,
    View,
)

KEYS = ("np-1", "pt-1", "ke-1", "np-2", "pt-2")
TITLES = ("MLP 128 · NumPy", "MLP 128 · PyTorch", "MLP 128 · Keras", "Compact CNN · NumPy",
          "Compact CNN · PyTorch")  # fmt: skip
FAMILIES: dict[str, tuple[str, object]] = {
    "np-1": ("numpy", "mlp"), "pt-1": ("pytorch", "mlp"), "ke-1": ("keras", "mlp"),
    "np-2": ("numpy", "cnn"), "pt-2": ("pytorch", "cnn"),
    **{f"{key}-{seed}": (framework, "mlp") for key, framework in
       (("np-1", "numpy"), ("pt-1", "pytorch"), ("ke-1", "keras")) for seed in range(3)},
}  # fmt: skip


def curves(seeds: int = 3) -> View:
    """Means with intervals over thin seeds."""
    lines = []
    x = tuple(float(epoch) for epoch in range(1, 11))
    for place, (key, title) in enumerate(zip(KEYS, TITLES, strict=True)):
        mean = tuple(0.99 - 0.06 * math.exp(-e / (2 + place * 0.4)) - place * 0.002 for e in x)
        for seed in range(seeds if place < 3 else 0):
            off = (seed - 1) * 0.002
            y = tuple(
                value + off * (1 + 0.5 * math.sin(e + seed))
                for e, value in zip(x, mean, strict=True)
            )
            lines.append(Line(f"{key}-{seed}", f"{title} · seed {seed}", x, y, thin=True))
        low, high = tuple(v - 0.002 for v in mean), tuple(v + 0.002 for v in mean)
        lines.append(Line(key, title, x, mean, low, high))
    means = [line for line in lines if not line.thin]
    columns = (Column("Epoch", "count"), *(Column(line.title, "fraction") for line in means))
    rows = tuple(Row("", (int(e), *(line.y[at] for line in means))) for at, e in enumerate(x))
    chart = Lines(AxisSpec("Epoch", "count"), AxisSpec("Test accuracy", "fraction"), tuple(lines))
    return View("curves-accuracy", "Test accuracy", "", (chart,), Table(columns, rows))


def accuracies() -> View:
    """Dots with intervals, far from nothing."""
    bars = tuple(
        Bar(key, title, 0.975 + 0.004 * at, 0.973 + 0.004 * at, 0.9765 + 0.004 * at)
        for at, (key, title) in enumerate(zip(KEYS, TITLES, strict=True))
    )
    columns = (Column("Model"), Column("Mean", "fraction"), Column("From", "fraction"),
               Column("To", "fraction"), Column("Seeds", "count"))  # fmt: skip
    rows = tuple(Row(bar.key, (bar.title, bar.value, bar.low, bar.high, 5)) for bar in bars)
    return View(
        "final-accuracy", "Final accuracy",
        "Compact CNN · PyTorch is best, 0.40 points above the next.",
        (Bars(AxisSpec("Test accuracy", "fraction"), bars),), Table(columns, rows),
        ("Final is the last epoch.",),
    )  # fmt: skip


def batch_sizes() -> View:
    """Grouped bars from nothing."""
    bars = tuple(
        Bar(key, title, 10 / (1 + at) + size / 32, group=f"Batch size {size}")
        for size in (32, 64, 128)
        for at, (key, title) in enumerate(zip(KEYS[:3], TITLES, strict=False))
    )
    columns = (Column("Model"), Column("Batch size"), Column("Time", "seconds"))
    rows = tuple(Row(bar.key, (bar.title, bar.group, bar.value)) for bar in bars)
    return View(
        "batch-size", "Batch size", "", (Bars(AxisSpec("Training", "seconds"), bars),),
        Table(columns, rows),
    )  # fmt: skip


def confusion(key: str = "np-1") -> View:
    """Ten by ten."""
    digits = tuple(str(digit) for digit in range(10))
    values = tuple(
        tuple(980.0 if row == column else float((row * 7 + column * 3) % 9) for column in range(10))
        for row in range(10)
    )
    matrix = Matrix(key, "It is", "Answer", digits, digits, values)
    columns = (Column("It is"), *(Column(digit, "count") for digit in digits))
    rows = tuple(Row(key, (digit, *line)) for digit, line in zip(digits, values, strict=True))
    return View("confusion", "Confusion", "", (matrix,), Table(columns, rows))


def latency() -> View:
    """Points, one axis by orders of magnitude."""
    points = tuple(
        ValuePoint(key, title, 100_000 * (1 + at * 2), 0.97 + 0.004 * at)
        for at, (key, title) in enumerate(zip(KEYS, TITLES, strict=True))
    )
    chart = Points(
        AxisSpec("Parameters", "count", log=True), AxisSpec("Test accuracy", "fraction"), points
    )
    columns = (Column("Model"), Column("Parameters", "count"), Column("Accuracy", "fraction"))
    rows = tuple(Row(point.key, (point.title, point.x, point.y)) for point in points)
    return View("parameters", "Parameters", "", (chart,), Table(columns, rows))


ALL: tuple[Callable[[], View], ...] = (curves, accuracies, batch_sizes, confusion, latency)
