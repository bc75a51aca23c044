"""The text of docs/recipes.md."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev

from msgspec.structs import replace

from benchmarks.cells import Cell
from mnist_studio.spec import summary
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.model import describe, parameter_count
from mnist_studio.spec.recipes import RECIPES, Recipe, run_spec
from mnist_studio.spec.run import RunSpec

Results = Mapping[RunSpec, float]

_HEAD = """\
# The recipes

Every system of the five public comparisons, their two parents, and the studio's own, each with
the figure that its source reports and the studio's: test accuracy on MNIST after the *last* epoch,
in percent, as the mean over seeds 42, 43 and 44 ± their standard deviation. Where fewer seeds or
epochs were trained, since a CPU takes hours, the cell says so. One seed alone is uncertain by .1
points at 99 % for the 10,000 test digits. Made by `python -m benchmarks.recipes`, which can be
stopped and resumed. What `robust` and others make of drawn digits is in docs/pen-digits.md.

| recipe | parameters | reported | NumPy | PyTorch | Keras |
|---|---|---|---|---|---|
"""

_FAULTS = """
## What the faults of the sources cost

The same recipes with one fault switched on, over the same seeds; the cost is the mean difference of
pairs of runs with the same seed, in points.

| recipe | fault | framework | without | with | cost |
|---|---|---|---|---|---|
"""

_OTHER = """
## What else is wrong in the sources

These change no training but what is said of it, so that no switch can show them. None is
inherited.

- B, PyTorch: the test loss is the negative log-likelihood of probabilities, hence negative. Here
  every loss is that of the logits, by one definition.
- C: the “accuracy” of its comparison is, by the precedence of operators, the mean label; squared
  errors and cross-entropies are drawn on one axis; timers count evaluation and the transforms of
  images; the speed of inference is that of an untrained network; the last 32 digits of every
  epoch are dropped. Here the phases of a run have clocks of their own, and the smaller last batch
  is learnt from.
- D: the loss of its NumPy network is a mean over the classes too, ten times too small.
- E's parent: its softmax does not subtract the maximum; it divides by 42,000 where 41,000 digits
  are used; its sample predictions are of training digits. E's own table gives dW1 as 10×10, and
  it is 10×784. Here every array is told with its shape (Draw, Why), and samples are test digits.
- A and C compare a network in one framework with another network in another. Here the view
  “Network or framework” says which of the two differs.
- All have one seed, of which a difference of .1 points at 99 % tells nothing."""


def text(cells: Sequence[Cell], with_bugs: Sequence[Cell], results: Results) -> str:
    """All of it."""
    rows = [_row(recipe, cells, results) for recipe in RECIPES.values()]
    costs = [_cost(cell, results) for cell in with_bugs]
    details = [_detail(recipe) for recipe in RECIPES.values()]
    return "\n".join(
        [_HEAD + "\n".join(rows), _FAULTS + "\n".join(costs), *_explained(), _OTHER, *details, ""]
    )


def _row(recipe: Recipe, cells: Sequence[Cell], results: Results) -> str:
    own = [cell for cell in cells if cell.recipe == recipe.name]
    fields = [_figure(cell, recipe, results) for cell in own]
    count = f"{parameter_count(recipe.model):,}"
    return f"| `{recipe.name}` | {count} | {recipe.reported or '–'} | {' | '.join(fields)} |"


def _figure(cell: Cell, recipe: Recipe, results: Results) -> str:
    found = [results[spec] for spec in cell.specs() if spec in results]
    if not found:
        return "not run"
    limits = []
    if cell.epochs != recipe.training.epochs:
        limits.append(f"{cell.epochs} of {recipe.training.epochs} epochs")
    if len(found) < 3:
        limits.append("1 seed" if len(found) == 1 else f"{len(found)} seeds")
    said = f" ({', '.join(limits)})" if limits else ""
    return _percent(found) + said


def _percent(values: Sequence[float]) -> str:
    spread = f" ± {100 * stdev(values):.2f}" if len(values) > 1 else ""
    return f"{100 * mean(values):.2f}{spread}"


def _cost(cell: Cell, results: Results) -> str:
    pairs = [
        (results[plain], results[spec])
        for spec in cell.specs()
        for plain in [replace(spec, known_bugs=())]
        if spec in results and plain in results
    ]
    names = f"| `{cell.recipe}` | {cell.known_bugs[0]} | {cell.framework} |"
    if not pairs:
        return f"{names} not run | not run | – |"
    without, with_it = [a for a, _ in pairs], [b for _, b in pairs]
    points = 100 * (mean(without) - mean(with_it))
    seeds = "" if len(pairs) > 1 else " (1 seed)"
    return f"{names} {_percent(without)} | {_percent(with_it)} | {points:+.2f}{seeds} |"


def _explained() -> list[str]:
    return [
        f"\n**{bug.name}** ({bug.title.lower()}): {bug.explanation}" for bug in KNOWN_BUGS.values()
    ]


def _detail(recipe: Recipe) -> str:
    network = ", ".join(report.title for report in describe(recipe.model))
    lines = [
        f"\n## `{recipe.name}`", "", f"*{recipe.source}.* {recipe.summary} {recipe.provenance}", "",
        f"Network: {network}.", "",
        f"Training: {summary.numbers(recipe.training)}"
        f" {' '.join(summary.method(run_spec(recipe)))}",
    ]  # fmt: skip
    if recipe.inferred:
        lines += ["", f"Inferred: {recipe.inferred}"]
    return "\n".join(lines)
