"""The text of docs/recipes.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import mean

from msgspec.structs import replace

from benchmarks.cells import SEEDS, Cell
from mnist_studio.analysis import intervals
from mnist_studio.analysis.known_bugs import certainty
from mnist_studio.analysis.seeds import MIN_SEEDS
from mnist_studio.frameworks.registry import framework_entry
from mnist_studio.spec import summary
from mnist_studio.spec.known_bugs import KNOWN_BUGS, KnownBug
from mnist_studio.spec.model import describe, parameter_count
from mnist_studio.spec.recipes import RECIPES, Recipe, Source, run_spec
from mnist_studio.spec.recipes.own import OWN
from mnist_studio.spec.run import RunSpec

Results = Mapping[RunSpec, float]

_HEAD = """\
# Recipes

A recipe is a named network with its training, and it works in every framework.
The recipes cover every system of five public comparisons and of their two parent projects.
Four more are our own.

## Sources

| project | what it does | recipes | what we read |
|---|---|---|---|
"""

_RESULTS = """

Each comparison is also a ready-made experiment: `mnist-studio experiment --list`.
The recipe `fast-99` is based on [train MNIST fast](https://github.com/tuomaso/train_mnist_fast).

## Results

The table lists the accuracy that each source reports and the accuracy that we measured.
We report the test accuracy on MNIST after the *last* epoch, in percent.
It is the mean over the seeds 42 to 46, with its 95 % CI (Student's t) in brackets.
Some cells have fewer seeds or epochs because a CPU needs hours for them.
These cells name the number. A cell with one seed has no interval.

On 10,000 test images, the accuracy of one seed is uncertain by 0.1 pp at 99 %.

`python -m benchmarks.recipes` creates this page. You can interrupt it and start it again.
[Handwriting](handwriting.md) has the accuracy of the bundled models on held-out writers.

| recipe | parameters | reported | NumPy | PyTorch | Keras |
|---|---|---|---|---|---|
"""

_CREATES = "`python -m benchmarks.recipes` creates this page."

_BUILTIN = """

## Results on the built-in digits

The built-in digits need no download. They have 1,297 training images and 500 test images.
Accuracies differ from those on MNIST, and that of one seed is uncertain by about 1 pp.
We measured each recipe in NumPy.

| recipe | test accuracy |
|---|---|
"""

_KNOWN_BUGS = """

## The cost of known bugs

A *known bug* is a bug of a source that you can turn on to see its effect. It is off by default.
Each row compares runs with and without one known bug, with the same seeds.
The cost is the mean difference of these pairs, in percentage points.
With fewer than five seeds, it is undecided whether a bug costs anything. One seed gives no cost.
With five or more seeds, the cost has a simultaneous 95 % CI (Student's t).
All intervals in the table hold simultaneously.

| recipe | known bug | framework | without | with | cost (pp) |
|---|---|---|---|---|---|
"""

_OTHER = """
## Other errors in the sources

These errors do not change the training, only its reported results.
No option reproduces them.
MNIST Studio has none of them.

- *Comparative implementations*, PyTorch: the test loss is a negative log-likelihood of
  probabilities, so it is negative. Here, every loss is computed from logits.
- *MNIST Digit Recognition* has several errors in its comparison:
  - operator precedence makes its “accuracy” the mean label;
  - squared error and cross-entropy share one axis;
  - its timers include evaluation and image transforms;
  - its inference time was measured on an untrained network;
  - it drops the last 32 images of every epoch.

  Here, each phase of a run is timed separately, and the smaller last batch is used.
- *From scratch: PyTorch vs. NumPy*: the NumPy loss is also averaged over the classes, so it
  is ten times too small.
- The parent of *MNIST Neural Network Project* has several errors:
  - its softmax does not subtract the maximum;
  - it uses 41,000 images but divides by 42,000;
  - its sample predictions use training images.

  The project's own table gives dW1 as 10×10, but it is 10×784.
  Here, every array has its shape next to it (Draw page, Explanation tab).
  Samples are test images.
- *MNIST Image Classification* and *MNIST Digit Recognition* compare different networks in different
  frameworks.
  Here, the view “Networks and frameworks” shows which of the two causes a difference.
- All sources use one seed. With one seed, a difference of 0.1 pp at 99 % is meaningless.

## All recipes
"""


def text(
    cells: Sequence[Cell],
    with_bugs: Sequence[Cell],
    results: Results,
    rounding: str = "",
    builtin: Sequence[Cell] = (),
) -> str:
    """The whole page.

    Args:
        cells: of the table of recipes.
        with_bugs: of the table of known bugs.
        results: the accuracy of every run, a fraction.
        rounding: what rounding alone changes, as text.
        builtin: of the table of the built-in digits; those without results are left out.
    """
    rows = [_row(recipe, cells, results) for recipe in RECIPES.values()]
    pairs = [list(_pairs(cell.specs(), results)) for cell in with_bugs]
    together = sum(len(one) >= MIN_SEEDS for one in pairs)
    costs = [_cost(cell, of, together) for cell, of in zip(with_bugs, pairs, strict=True)]
    details = [_detail(recipe) for recipe in RECIPES.values()]
    return "".join(
        (
            _HEAD, "\n".join(_sources()), _results(rounding), "\n".join(rows),
            _builtin(builtin, results), _KNOWN_BUGS,
            "\n".join(costs),
            "\n\nThe known bugs:\n\n", "\n".join(map(_explained, KNOWN_BUGS.values())),
            "\n", _OTHER, "".join(details),
        )
    )  # fmt: skip


def _results(rounding: str) -> str:
    """The text above the table of recipes."""
    before, at, after = _RESULTS.partition(_CREATES)
    return f"{before}{rounding}\n{at}{after}" if rounding else _RESULTS


def _sources() -> Iterator[str]:
    """A row of the table of sources for each."""
    for source in dict.fromkeys(recipe.source for recipe in RECIPES.values()):
        names = ", ".join(f"`{one.name}`" for one in RECIPES.values() if one.source == source)
        does = source.summary.removesuffix(".")
        yield f"| {_linked(source)} | {does} | {names} | {source.read} |".replace("|  |", "| |")


def _linked(source: Source) -> str:
    return f"[{source.name}]({source.url})" if source.url else f"*{source.name}*"


def _titled(recipe: Recipe) -> str:
    return f"{recipe.title} (`{recipe.name}`)"


def _row(recipe: Recipe, cells: Sequence[Cell], results: Results) -> str:
    accuracies = [_accuracy(one, recipe, results) for one in cells if one.recipe == recipe.name]
    count = f"{parameter_count(recipe.model):,}"
    return f"| {_titled(recipe)} | {count} | {recipe.reported or '–'} | {' | '.join(accuracies)} |"


def _builtin(cells: Sequence[Cell], results: Results) -> str:
    """The section on the built-in digits; empty without results."""
    found = [cell for cell in cells if any(spec in results for spec in cell.specs())]
    recipes = [RECIPES[cell.recipe] for cell in found]
    rows = [
        f"| {_titled(recipe)} | {_accuracy(cell, recipe, results)} |"
        for cell, recipe in zip(found, recipes, strict=True)
    ]
    return _BUILTIN + "\n".join(rows) if rows else ""


def _accuracy(cell: Cell, recipe: Recipe, results: Results) -> str:
    found = [results[spec] for spec in cell.specs() if spec in results]
    if not found:
        return "not run"
    limits = []
    if cell.epochs != recipe.training.epochs:
        limits.append(f"{cell.epochs} of {recipe.training.epochs} epochs")
    if len(found) < len(SEEDS):
        limits.append("1 seed" if len(found) == 1 else f"{len(found)} seeds")
    return _mean(found) + (f" ({', '.join(limits)})" if limits else "")


def _mean(values: Sequence[float]) -> str:
    """A mean of accuracies in percent, with its interval: ``97.52 [97.26, 97.78]``."""
    found = intervals.mean(values)
    if found.interval is None:
        return f"{100 * found.value:.2f}"
    low, high = max(0.0, found.interval.low), min(1.0, found.interval.high)
    return f"{100 * found.value:.2f} [{100 * low:.2f}, {100 * high:.2f}]"


def _cost(cell: Cell, pairs: Sequence[tuple[float, float]], together: int) -> str:
    """A row of the table of known bugs.

    Args:
        cell: with the bug.
        pairs: the accuracies without and with it, of every seed.
        together: number of rows with an interval.
    """
    bug = KNOWN_BUGS[cell.known_bugs[0]]
    framework = framework_entry(cell.framework).title
    names = f"| {_titled(RECIPES[cell.recipe])} | {bug.title} (`{bug.name}`) | {framework} |"
    if not pairs:
        return f"{names} not run | not run | – |"
    without, with_bug = zip(*pairs, strict=True)
    costs = tuple(plain - worse for plain, worse in pairs)
    # One seed shows what rounding does as much as what the bug does.
    change = f"{100 * mean(costs):+.2f}" if len(costs) > 1 else "–"
    cost = f"{change} ({certainty(costs, together, with_level=False)})"
    return f"{names} {_mean(without)} | {_mean(with_bug)} | {cost} |"


def _pairs(specs: Iterable[RunSpec], results: Results) -> Iterator[tuple[float, float]]:
    """The accuracies without and with the known bug, of every seed that has both."""
    for spec in specs:
        plain = replace(spec, known_bugs=())
        if spec in results and plain in results:
            yield results[plain], results[spec]


def _explained(bug: KnownBug) -> str:
    return f"- **{bug.title}** (`{bug.name}`). {bug.explanation}"


def _detail(recipe: Recipe) -> str:
    own = recipe.source == OWN
    source = "Our own recipe." if own else f"Source: *{recipe.source.name}*."
    network = ", ".join(report.title for report in describe(recipe.model))
    training = " ".join((summary.numbers(recipe.training), *summary.method(run_spec(recipe))))
    paragraphs = [
        f"\n### {_titled(recipe)}",
        f"{source} {recipe.summary} {recipe.provenance}",
        f"Network: {network}.",
        f"Training: {training}",
    ]
    if recipe.assumptions:
        paragraphs.append(f"Our assumptions: {recipe.assumptions}")
    return "\n\n".join(paragraphs) + "\n"
