"""What rounding alone changes: its variants, and the figures that the pages show."""

import csv
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from benchmarks import rounding
from benchmarks.rounding import CASES, SEEDS, Key, Outcome, Variant
from mnist_studio.frameworks.base import Array

ROW = {"processor": "P", "processors": "2", "version": "1.0"}


def known(changes: dict[Variant, list[float]]) -> dict[Key, Outcome]:
    """Accuracies of the first seeds, in percent."""
    return {
        Key("mlp-128", "numpy", seed, variant): Outcome(value / 100, ROW)
        for variant, values in changes.items()
        for seed, value in zip(SEEDS, values, strict=False)
    }


def test_the_changes_are_those_of_the_same_seed() -> None:
    found = rounding.spread(
        "mlp-128",
        "numpy",
        known(
            {
                "one thread": [97.0, 98.0, 99.0],
                "two threads": [97.3, 97.9, 99.0],
                "last bit": [96.5, 98.5, 99.0],
            }
        ),
    )
    assert found is not None
    assert (found.seeds, found.mean, found.of_seeds) == pytest.approx((3, 98.0, 1.0))
    assert found.threads is not None
    assert found.last_bit is not None
    assert (found.threads.largest, found.threads.mean) == pytest.approx((0.3, 0.4 / 3))
    assert (found.last_bit.largest, found.last_bit.mean) == pytest.approx((0.5, 1 / 3))
    assert found.largest == pytest.approx(0.5)


def test_a_variant_counts_the_seeds_that_it_has() -> None:
    some = known({"one thread": [97.0, 98.0, 99.0], "last bit": [97.1, 97.7]})
    found = rounding.spread("mlp-128", "numpy", some)
    assert found is not None
    assert found.threads is None
    assert found.last_bit is not None
    assert found.last_bit.seeds == 2
    assert found.largest == pytest.approx(0.3)
    assert "| not measured | 0.30 pp (mean 0.20, two seeds) |" in rounding.table(some)
    assert rounding.spread("mlp-128", "numpy", known({"one thread": [97.0]})) is None


def test_variants_differ_in_nothing_but_rounding() -> None:
    for case in CASES:
        one, two, bit = (case.spec("numpy", 42, variant) for variant in get_args(Variant))
        assert one == bit
        assert (one.threads, two.threads) == (1, 2)
        assert one.training == two.training
        assert one.known_bugs == case.bugs


def test_the_last_bit_of_every_weight_can_change_and_nothing_else() -> None:
    kernel = np.linspace(-1, 1, 999, dtype=np.float32)
    weights: dict[str, Array] = {"a.kernel": kernel, "a.bias": np.zeros(3)}
    changed = rounding.nudged(weights, 1)
    away = np.abs(changed["a.kernel"] - kernel)
    assert (away <= 2 * np.spacing(np.abs(kernel))).all()
    assert (away > 0).mean() > 0.5
    assert (changed["a.bias"] == 0).all()
    assert changed["a.kernel"].dtype == np.float32
    np.testing.assert_array_equal(changed["a.kernel"], rounding.nudged(weights, 1)["a.kernel"])


def test_a_page_gets_the_table_between_its_marks() -> None:
    begin, end = rounding._MARKS
    results = known(
        {"one thread": [97.0, 98.0], "two threads": [97.0, 98.5], "last bit": [97.0, 98.0]}
    )
    page = rounding.with_table(f"before\n{begin}old\n{end}after\n", results)
    assert "old" not in page
    assert page.startswith(f"before\n{begin}| recipe |")
    assert page.endswith(f"{end}after\n")
    assert "| NumPy | 97.50 % | 0.71 pp | 0.50 pp (mean 0.25) | 0.00 pp (mean 0.00) |" in page
    assert "Measured on: P, 2 processors. NumPy 1.0." in page
    assert rounding.with_table(page, results) == page


def test_the_page_has_the_stored_figures() -> None:
    page = rounding.PAGE.read_text("utf-8")
    assert rounding.with_table(page, rounding.read()) == page


def test_results_are_read_as_they_were_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounding, "STORED", tmp_path / "rounding.csv")
    assert rounding.read() == {}
    key = Key("mlp-128", "numpy", 42, "two threads")
    rounding._append(key, 0.9718, 2)
    ((found, outcome),) = rounding.read().items()
    assert (found, outcome.accuracy, outcome.row["threads"]) == (key, 0.9718, "2")
    with rounding.STORED.open(encoding="utf-8") as file:
        assert tuple(next(csv.reader(file))) == rounding.COLUMNS
