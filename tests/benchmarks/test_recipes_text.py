"""The tables of docs/recipes.md: means with intervals, and seeds that are missing."""

import pytest

from benchmarks import recipes_text
from benchmarks.cells import Cell, builtin_cells, cells
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import RunSpec

CELL = Cell("mlp-128", "numpy", (42, 43, 44, 45, 46), 5)


def accuracy(*values: float) -> str:
    found: dict[RunSpec, float] = dict(zip(CELL.specs(), values, strict=False))
    return recipes_text._accuracy(CELL, RECIPES["mlp-128"], found)


def test_a_mean_has_its_interval() -> None:
    # Student's t for 4 degrees is 2.776, and the standard error is 0.0707 pp.
    assert accuracy(0.97, 0.971, 0.972, 0.973, 0.974) == "97.20 [97.00, 97.40]"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((), "not run"),
        ((0.97,), "97.00 (1 seed)"),
        ((0.97, 0.97), "97.00 [97.00, 97.00] (2 seeds)"),
    ],
)
def test_missing_seeds_are_named(values: tuple[float, ...], text: str) -> None:
    assert accuracy(*values) == text


def test_rounding_is_named_above_the_table() -> None:
    page = recipes_text.text(cells(), (), {}, "Rounding also affects a run.\n")
    before, _, after = page.partition("Rounding also affects a run.\n\n")
    assert after.startswith("`python -m benchmarks.recipes` creates this page.")
    assert before.rstrip().endswith("uncertain by 0.1 pp at 99 %.")


def test_the_built_in_digits_have_a_table_of_what_was_measured() -> None:
    measured, other = builtin_cells()[:2]
    results = dict.fromkeys(measured.specs(), 0.93)
    page = recipes_text.text(cells(), (), results, builtin=(measured, other))
    section = page.partition("## Results on the built-in digits")[2].partition("\n## ")[0]
    assert "| MLP 128 (`mlp-128`) | 93.00 [93.00, 93.00] (3 seeds) |" in section
    assert RECIPES[other.recipe].title not in section
    assert "built-in digits" not in recipes_text.text(cells(), (), {}, builtin=(measured,))


def test_one_seed_gives_no_cost_of_a_bug() -> None:
    cell = Cell("mlp-128", "numpy", (42, 43, 44, 45, 46), 5, ("unshuffled",))

    def cost(*pairs: tuple[float, float]) -> str:
        return recipes_text._cost(cell, pairs, 1).removesuffix(" |").rpartition("| ")[2]

    assert cost((0.97, 0.96)) == "– (one seed, undecided)"
    assert cost((0.97, 0.96), (0.97, 0.95)) == "+1.50 (two seeds, undecided)"
    assert cost() == "–"
