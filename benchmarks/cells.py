"""The runs behind docs/recipes.md: every recipe in every framework and seed, and known bugs."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from mnist_studio.spec import recipes
from mnist_studio.spec.run import DatasetName, FrameworkName, KnownBugName, RunSpec

SEEDS = (42, 43, 44, 45, 46)
FRAMEWORKS: tuple[FrameworkName, ...] = ("numpy", "pytorch", "keras")


@dataclass(frozen=True)
class Cell:
    """A cell of a table: runs that differ only in their seed.

    Attributes:
        recipe: name.
        framework: that trains.
        seeds: of its runs.
        epochs: of each run; fewer than in the recipe where a CPU takes too long.
        known_bugs: that are switched on.
        dataset: that it is trained and tested on.
    """

    recipe: str
    framework: FrameworkName
    seeds: tuple[int, ...]
    epochs: int
    known_bugs: tuple[KnownBugName, ...] = ()
    dataset: DatasetName = "mnist"

    def specs(self) -> Iterator[RunSpec]:
        """Its runs, each on one CPU thread, so that several can run concurrently."""
        base = recipes.run_spec(recipes.recipe(self.recipe))
        for seed in self.seeds:
            training = replace(base.training, seed=seed, epochs=self.epochs)
            yield replace(
                base, framework=self.framework, training=training, device="cpu", threads=1,
                known_bugs=self.known_bugs, dataset=self.dataset,
            )  # fmt: skip


_FEWER: dict[tuple[str, FrameworkName], tuple[tuple[int, ...], int]] = {
    ("wide-cnn", "numpy"): ((42,), 2),
    ("keras-classic", "numpy"): ((42,), 2),
    ("deep-cnn", "numpy"): ((42,), 1),
    ("deep-cnn", "pytorch"): ((42,), 3),
    ("deep-cnn", "keras"): ((42,), 1),
    ("record", "numpy"): ((42,), 1),
    ("record", "pytorch"): ((42,), 24),
    ("record", "keras"): ((42,), 1),
}
"""Seeds and epochs of cells that would take hours on two cores."""


def cells() -> list[Cell]:
    """Every recipe in every framework."""
    return [_cell(name, framework) for name in recipes.RECIPES for framework in FRAMEWORKS]


def _cell(name: str, framework: FrameworkName) -> Cell:
    epochs = recipes.recipe(name).training.epochs
    seeds, epochs = _FEWER.get((name, framework), (SEEDS, epochs))
    return Cell(name, framework, seeds, epochs)


def builtin_cells() -> list[Cell]:
    """Every recipe on the built-in digits, for users without MNIST.

    In NumPy only: the frameworks compute the same.
    """
    return [
        Cell(name, "numpy", SEEDS[:3], recipe.training.epochs, dataset="builtin")
        for name, recipe in recipes.RECIPES.items()
        # It holds out more images for validation than there are.
        if recipe.training.validation == 0
    ]


_KNOWN_BUG_RUNS: tuple[tuple[str, KnownBugName, tuple[FrameworkName, ...]], ...] = (
    ("mlp-128", "double-softmax", ("pytorch",)),
    ("mlp-128", "unshuffled", ("pytorch",)),
    ("mlp-128", "zero-initial", ("pytorch",)),
    ("mlp-128", "own-constants", ("keras",)),
    ("compact-cnn", "own-scaling", ("keras",)),
    ("compact-cnn", "double-softmax", ("pytorch",)),
    ("sgd-mlp", "full-batch", ("numpy",)),
    ("bobnet", "own-initial", ("numpy", "pytorch")),
    ("tiny-gd", "bias-gradients", ("numpy",)),
    ("wide-cnn", "double-softmax", ("pytorch",)),
    ("wide-cnn", "batch-decay", ("keras",)),
)


def known_bug_cells() -> list[Cell]:
    """Recipes with one known bug each; ``cells`` has the same runs without it."""
    return [
        Cell(
            name, framework, SEEDS,
            recipes.recipe(name).training.epochs, (bug,),
        )
        for name, bug, frameworks in _KNOWN_BUG_RUNS
        for framework in frameworks
    ]  # fmt: skip
